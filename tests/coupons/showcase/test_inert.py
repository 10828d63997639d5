"""What sponsors and venues type is shown as text: on a campaign's page, in its list, in results, in a frame."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from coupons.models import Campaign, DeliveryPoint
from directory.models import Labelling, Membership, Organization, Place, Service, User, Venue
from tests.coupons.showcase.test_pages import campaign_of
from tests.coupons.territory import a_service, a_venue, an_area, at, box, outline
from tests.hostile import LONG, TELLING, assert_inert
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db


def fill(text: str) -> None:
    """Every text that these pages show; the campaign's own name is final, and was checked with its sheet."""
    caches["process"].clear()
    Campaign.objects.update(summary=text[:600])
    Organization.objects.update(name=text[:250])
    DeliveryPoint.objects.update(name=text[:120])
    Venue.objects.update(name=text[:250], phone=text[:40])
    Place.objects.update(address=text[:300], commune=text[:120])
    Service.objects.update(name=text[:200])


def test_typed_texts_are_text() -> None:
    today = timezone.localdate()
    campaign = campaign_of(an_area("Ouest", outline(box(2, 48, 3, 49))))
    for i, lon in enumerate((2.5, 3.5)):
        venue = a_venue(f"Lieu {i}", labelled=False)
        Labelling.objects.create(venue=venue, during=(today, today + timedelta(days=30)))
        at(venue, lon, 48.5)
        a_service(venue, price_cents=1500)
    user = User.objects.create_user("m@exemple.test", name="M")
    Membership.objects.create(user=user, organization=campaign.organization, role="sponsor-manager")
    DeliveryPoint.objects.create(
        organization=campaign.organization, name="x", point=Place.objects.latest("pk").point
    )
    client = SignedInClient()
    client.force_login(user)
    addresses = [
        "/campagnes/ouest/",
        "/campagnes/ouest/liste/?lon=2.5&lat=48.5",
        "/lieux/?campaign=ouest&payable=all&lon=2.5&lat=48.5",
        "/integrer/lieux/?campaign=ouest&lon=2.5&lat=48.5",
        f"/espace/{campaign.organization_id}/campagnes/{campaign.pk}/depliant/",
    ]
    assert_inert(fill, [(client, addresses)], [*TELLING, *LONG])


def test_what_is_asked_is_text() -> None:
    """In the address: the place, the words, the name of a campaign."""
    client = SignedInClient()
    campaign_of(None)
    for text in TELLING:
        for address in ("/campagnes/ouest/liste/", "/integrer/lieux/", "/lieux/"):
            for name in ("place", "campaign", "q"):
                answer = client.get(
                    address, {name: text[:200], **({} if name == "campaign" else {"campaign": "ouest"})}
                )
                assert answer.status_code in (200, 302, 400)
                assert "<script>window.xss" not in answer.content.decode()
