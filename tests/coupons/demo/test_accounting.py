"""The demonstration has money to look at: paid once, owed again, proved; and what people said."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from coupons.books import proving
from coupons.choices import AccountKind
from coupons.demo import accounting, answering, living, rhone
from coupons.models import CooperationFund, Payout, Proof, Rating, Redemption, SettledPayment
from directory.demo.accounts import demonstration_organization
from directory.echoes import Echo
from directory.models import Review, Venue
from geodata.models import Area
from tests.coupons import toy

pytestmark = pytest.mark.django_db


def square(level: str, code: str, name: str, half: float) -> Area:
    lon, lat = rhone.LYON
    box = Polygon.from_bbox((lon - half, lat - half, lon + half, lat + half))
    return Area.objects.create(
        level=level, code=code, name=name, geom=MultiPolygon(box, srid=4326), point=Point(lon, lat, srid=4326)
    )


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every passage at the demonstration's own provider."""
    square("commune", "69123", "Lyon", 0.1)
    square("region", accounting.REGION, "Région d'essai", 0.2)
    provider = demonstration_organization()
    counter = toy.a_counter("Atelier de Lyon", rhone.LYON[0] + 0.01, rhone.LYON[1])
    Venue.objects.filter(pk=counter.place.venue_id).update(organization=provider)
    monkeypatch.setattr(rhone, "BOOKLETS", (8, 2))
    monkeypatch.setattr(living, "GIVEN", (("69123", 7),))
    rhone.build()
    answering.build(at=timezone.now())
    accounting.build(at=timezone.now())


def test_a_statement_is_paid_and_another_is_due(lived: None) -> None:
    assert demonstration_organization().bank_details.filter(verified_at__isnull=False).count() == 1
    paid, due = Payout.objects.filter(account__kind=AccountKind.PROVIDER_PAYABLE).order_by("pk")
    assert paid.paid is not None
    assert due.paid is None
    counted = [SettledPayment.objects.of(statement).count() for statement in (paid, due)]
    assert sum(counted) == SettledPayment.objects.count()


def test_the_proof_is_published_and_holds(lived: None) -> None:
    proof = Proof.objects.get()
    assert proving.verified(proof)
    assert proving.standing().covered
    assert proving.standing().counted


def test_the_fund_of_the_region_receives_what_is_paid_there(lived: None) -> None:
    fund = CooperationFund.objects.get(area__code=accounting.REGION)
    assert "démonstration" in fund.name
    assert set(Redemption.objects.values_list("fund", flat=True)) == {fund.pk}


def test_enough_people_answered_for_a_mean(lived: None) -> None:
    [venue] = Venue.objects.filter(pk__in=Review.objects.values("venue"))
    assert Echo.of(venue.feedback).enough
    states = set(Review.objects.exclude(comment="").values_list("comment_state", flat=True))
    assert states == {"published", "waiting"}


def test_made_once(lived: None) -> None:
    def counts() -> tuple[int, int, int]:
        return Payout.objects.count(), Rating.objects.count(), CooperationFund.objects.count()

    before = counts()
    answering.build(at=timezone.now())
    accounting.build(at=timezone.now())
    assert counts() == before
