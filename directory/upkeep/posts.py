"""How often one may write without an account, counted in PostgreSQL for all processes at once."""

import ipaddress
from datetime import datetime

from django.utils.crypto import salted_hmac

from directory.limits import counted

MOST_FROM_ONE_SENDER = 10
MOST_FROM_EVERYBODY = 300
EVERYBODY = "everybody"
# A house, or a whole machine room, holds a network of this size.
IPV6_PREFIX = 64


def sender_of(address: str | None) -> str:
    """A digest that only this site can make: it tells senders apart, and names nobody."""
    return salted_hmac("directory.upkeep.sender", network_of(address), algorithm="sha256").hexdigest()


def network_of(address: str | None) -> str:
    """The address, or its network where a sender has as many as they like."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known), IPV6_PREFIX), strict=False))


def one_more(sender: str, at: datetime) -> bool:
    """Count a post, refused ones too; whether it may go on. Outside any transaction that could be undone."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    own = counted(sender, hour)
    # One sender who insists does not use up everybody's share.
    return own <= MOST_FROM_ONE_SENDER and counted(EVERYBODY, hour) <= MOST_FROM_EVERYBODY
