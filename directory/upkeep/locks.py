"""Locks of upkeep: venues first, by number, then what hangs on them."""

from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.models import Venue


def locked_venue(venue_id: int) -> Venue:
    """The venue as it is now, held to the end of the transaction: no merge can take it meanwhile."""
    [found] = locked_venues(venue_id)
    return found


def locked_venues(*venue_ids: int) -> list[Venue]:
    """In the order asked. NO KEY: rows that point to a venue can still be written beside it."""
    rows = Venue.objects.select_for_update(no_key=True).filter(pk__in=venue_ids, merged_into=None)
    found = {venue.pk: venue for venue in rows.order_by("pk")}
    if len(found) != len(set(venue_ids)):
        raise Refused(_("Ce lieu n'existe plus, ou il a été fusionné avec un autre."))
    return [found[venue_id] for venue_id in venue_ids]
