"""The demonstration's campaign has lived: once, and the same however often it is asked for."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from coupons import reporting
from coupons.demo import living, rhone
from coupons.models import HandOver, Payment, UsedOfMonth
from geodata.models import Area
from tests.coupons import toy

pytestmark = pytest.mark.django_db


@pytest.fixture
def valley(monkeypatch: pytest.MonkeyPatch) -> None:
    lon, lat = rhone.LYON
    Area.objects.create(
        level="commune",
        code="69123",
        name="Lyon",
        geom=MultiPolygon(Polygon.from_bbox((lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)), srid=4326),
        point=Point(lon, lat, srid=4326),
    )
    toy.a_counter("Atelier de Lyon", lon + 0.01, lat)
    monkeypatch.setattr(living, "GIVEN", (("69123", 3),))


def test_booklets_of_the_past_are_used_by_the_usual_verbs(valley: None) -> None:
    rhone.build()
    given = HandOver.objects.filter(commune__code="69123")
    assert given.count() == 3
    assert all(one.at < timezone.now() for one in given)
    payments = Payment.objects.all()
    assert payments.count() >= 3
    assert payments.filter(cancelled_at__isnull=False).count() == 1
    assert all(payment.at < timezone.now() for payment in payments)
    assert not reporting.is_late()
    stand = payments.filter(cancelled_at=None).count()
    assert sum(UsedOfMonth.objects.values_list("payments", flat=True)) == stand


def test_once(valley: None) -> None:
    rhone.build()
    keys = sorted(Payment.objects.values_list("key", flat=True))
    rhone.build()
    assert sorted(Payment.objects.values_list("key", flat=True)) == keys
