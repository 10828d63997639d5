"""What can be paid with coupons at an organisation's counters, and at what price."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from directory.accounts.refusals import Refused
from directory.models import Organization, Place, Service
from directory.querysets import ServiceQuerySet


class NoPrice(Refused):
    """The service has no price of its own, and none was given."""

    def __init__(self) -> None:
        super().__init__(_("Ce service n'a pas de prix fixe : écrivez le prix demandé aujourd'hui."))


class FixedPrice(Refused):
    """Another price than the one that was reviewed and is shown to the public."""

    def __init__(self) -> None:
        super().__init__(
            _("Le prix de ce service est fixe, et il est public : gardez ce prix, ou faites-le modifier.")
        )


def payable(on: date) -> ServiceQuerySet:
    """Approved services of labelled, public venues; free ones take no coupon."""
    rows = Service.objects.public().exclude(price_cents=0)
    labelled = rows.filter(venue__published=True, venue__labellings__during__contains=on)
    return labelled.select_related("venue").order_by("position", "pk")


def payable_at(place: Place, on: date) -> ServiceQuerySet:
    return payable(on).filter(venue=place.venue_id)


def places_of(organization: Organization, on: date) -> list[Place]:
    """Where the organisation may take coupons that day, by name."""
    venues = payable(on).filter(venue__organization=organization).order_by().values("venue")
    places = Place.objects.filter(venue__in=venues, point__isnull=False).select_related("venue")
    return list(places.defer("week").order_by("venue__name", "name", "pk"))


def only(places: Iterable[Place]) -> Place | None:
    """The place when there is no choice."""
    found = list(places)
    return found[0] if len(found) == 1 else None


def is_fixed(service: Service) -> bool:
    """A price that depends on something (`price_note`: « selon la durée ») is proposed, not fixed."""
    return service.price_cents is not None and not service.price_note


def price_of(service: Service, asked_cents: int | None) -> int:
    """In cents. Raises NoPrice, FixedPrice."""
    if asked_cents is None:
        if service.price_cents is None:
            raise NoPrice
        return service.price_cents
    if is_fixed(service) and asked_cents != service.price_cents:
        raise FixedPrice
    return asked_cents
