"""Where a request may go: an https address of the public internet, and the very host that was looked at.

A stranger types the address and the site's own machine opens it. So the name is looked up once, every address it
has must be public, and the connection is made to one of those: a name that answers otherwise a moment later
("DNS rebinding") changes nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {443, 8443}
LOCAL_HOSTS = {"localhost", "127.0.0.1"}
LONGEST = 500
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class BadAddress(Exception):
    """`code` says why no request goes there."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """`host` as written, for the certificate and the header; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def local(self) -> bool:
        return settings.WEBHOOKS_TO_LOCALHOST and self.host in LOCAL_HOSTS

    @property
    def authority(self) -> str:
        return self.host if self.port == 443 else f"{self.host}:{self.port}"


def read(url: str) -> Target:
    """Raises BadAddress: "written", "https", "port"."""
    if len(url) > LONGEST or not url.isascii() or any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise BadAddress("written")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("written") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or parts.password is not None or "\\" in url:
        raise BadAddress("written")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port or (80 if parts.scheme == "http" else 443), path)
    if target.local:
        return target
    if parts.scheme != "https":
        raise BadAddress("https")
    if target.port not in PORTS:
        raise BadAddress("port")
    return target


def addresses_of(target: Target) -> list[str]:
    """All the addresses of its name, looked up now. Raises BadAddress: "unknown", "private"."""
    try:
        found = resolve(target.host, target.port)
    except (OSError, UnicodeError):
        raise BadAddress("unknown") from None
    if not found:
        raise BadAddress("unknown")
    if not target.local and not all(is_public(one) for one in found):
        raise BadAddress("private")
    return found


def resolve(host: str, port: int) -> list[str]:
    """IPv4 first: not every machine has a way out in IPv6. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = dict.fromkeys((family, str(address[0])) for family, _type, _proto, _name, address in answers)
    return [address for _family, address in sorted(found, key=lambda one: one[0] != socket.AF_INET)]


def is_public(text: str) -> bool:
    """Neither private, shared (CGNAT), loopback, link-local, multicast, reserved, nor one that hides another."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # with a scope, "fe80::1%eth0"
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or address.teredo
        if hidden or address not in GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
