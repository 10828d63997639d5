"""What happened to a booklet, in words, the oldest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from coupons.choices import CouponState
from coupons.models import Booklet, HandOver


@dataclass(frozen=True)
class Event:
    at: datetime
    what: str
    details: str = ""


def events(booklet: Booklet) -> list[Event]:
    """`booklet` as `finding.own` gives it."""
    found = [*_printed(booklet), *_delivered(booklet), *_handed_over(booklet), *_cancelled(booklet)]
    return sorted(found, key=lambda event: event.at)


def _printed(booklet: Booklet) -> list[Event]:
    printings = booklet.printings.exclude(file=None).select_related("file").order_by("pk")
    words = [_("Imprimé"), _("Réimprimé : les codes d'avant ne marchent plus")]
    return [
        Event(printing.file.made_at, words[min(rank, 1)])
        for rank, printing in enumerate(printings)
        if printing.file
    ]


def _delivered(booklet: Booklet) -> list[Event]:
    """The parcel that brought it: that of its order to its point."""
    if booklet.delivery_point_id is None or booklet.replaces_id:
        return []
    found = booklet.order.deliveries.filter(delivery_point=booklet.delivery_point_id).first()
    if found is None:
        return []
    where = str(booklet.delivery_point)
    told = [(found.sent_at, _("Envoyé")), (found.received_at, _("Reçu"))]
    return [Event(at, what, where) for at, what in told if at]


def _handed_over(booklet: Booklet) -> list[Event]:
    if booklet.hand_over_id is None:
        return []
    rows = HandOver.objects.select_related("by", "delivery_point", "commune").defer("commune__geom")
    given = rows.get(pk=booklet.hand_over_id)
    where = given.delivery_point or given.commune
    told = [given.by.name or given.by.email, str(where) if where else "", given.get_public_display()]
    told += [given.get_age_band_display(), given.get_situation_display()]
    return [Event(given.at, _("Remis"), " · ".join(part for part in told if part))]


def _cancelled(booklet: Booklet) -> list[Event]:
    if booklet.cancelled_at is None:
        return []
    return [Event(booklet.cancelled_at, _("Annulé"), booklet.get_loss_display())]


def coupons_by_state(booklet: Booklet) -> list[tuple[str, str, int]]:
    """("active", « utilisable », 7) …, in the order of a coupon's life; only states that some coupon is in."""
    counted = booklet.coupons.values_list("state").annotate(n=Count("pk")).order_by()
    found = dict(counted)
    return [
        (state.value, str(state.label), found[state.value]) for state in CouponState if state.value in found
    ]
