"""What the pages of the counter share: who enters, where one is, on what device."""

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from coupons.counter.devices import device_of
from coupons.counter.history import with_words
from coupons.counter.offering import only
from coupons.counter.passing import Who
from coupons.models import Payment
from directory.entry import SignedInRequest, for_members
from directory.models import Organization, Place
from directory.rights import Capability

for_agents = for_members(Capability.TAKE_PAYMENTS)


def own_payment(organization: Organization, payment_id: int) -> Payment:
    return get_object_or_404(with_words(Payment.objects.filter(organization=organization)), pk=payment_id)


def here_key(organization: Organization) -> str:
    return f"coupons.counter.{organization.pk}"


def here(request: HttpRequest, organization: Organization, places: list[Place]) -> Place | None:
    """The place chosen last on this device, as long as coupons are taken there; else the only one there is."""
    chosen = request.session.get(here_key(organization))
    return next((place for place in places if place.pk == chosen), None) or only(places)


def asking(request: SignedInRequest) -> Who:
    return Who(request.user, device_of(request), get_client_ip(request))
