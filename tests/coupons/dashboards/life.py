"""A campaign that has lived: booklets handed over in four communes, used in two, taken back once.

    lon 1: Guéret   2: Aubusson   3: Bourganeuf   4: Felletin      (squares of one degree, lat 46)

Guéret and Aubusson have a counter each; what was handed over in Bourganeuf is never used; Felletin has too few.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from coupons import reporting
from coupons.choices import OrderStatus, Public
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, Campaign, Coupon, Order, Payment
from coupons.taking import give_back, take
from directory.models import Category, Membership, Organization, Service, User, Venue, VenueType
from geodata.models import Area
from tests.coupons import toy
from tests.coupons.distribution.conftest import member
from tests.coupons.toy import Counter

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
COMMUNES = {
    "23096": ("Guéret", 1),
    "23008": ("Aubusson", 2),
    "23030": ("Bourganeuf", 3),
    "23079": ("Felletin", 4),
}
GIVEN = {"23096": 14, "23008": 9, "23030": 6, "23079": 2}


@dataclass
class Life:
    organization: Organization
    campaign: Campaign
    order: Order
    communes: dict[str, Area]
    counters: dict[str, Counter]
    payments: list[Payment]
    manager: User
    viewer: User
    agent: User

    @property
    def provider(self) -> Organization:
        return self.counters["23096"].service.venue.organization


def a_commune(code: str, name: str, lon: float, epci: Area) -> Area:
    square = MultiPolygon(Polygon.from_bbox((lon, 46, lon + 1, 47)), srid=4326)
    return Area.objects.create(
        level="commune", code=code, name=name, geom=square, point=Point(lon + 0.5, 46.5, srid=4326),
        population=5_000, epci=epci,
    )  # fmt: skip


def territory() -> dict[str, Area]:
    outline = MultiPolygon(Polygon.from_bbox((1, 46, 3, 47)), srid=4326)
    epci = Area.objects.create(
        level="epci", code="200034825", name="Grand Guéret", geom=outline, point=Point(1.8, 46.4, srid=4326)
    )
    return {code: a_commune(code, name, lon, epci) for code, (name, lon) in COMMUNES.items()}


def a_counter(code: str, kind: str, category: str) -> Counter:
    name, lon = COMMUNES[code]
    counter = toy.a_counter(f"Atelier de {name}", lon + 0.6, 46.5)
    counter.place.commune, counter.place.commune_code = name, code
    counter.place.save()
    Venue.objects.filter(pk=counter.place.venue_id).update(venue_type=VenueType.objects.get(slug=kind))
    Service.objects.filter(pk=counter.service.pk).update(category=Category.objects.get(slug=category))
    return counter


def build(organization: Organization | None = None) -> Life:
    """Reported."""
    communes = territory()
    campaign = toy.a_campaign(
        organization or toy.a_sponsor("Conseil d'essai"), name="Le numérique en Creuse", booklet_size=4
    )
    order = toy.an_order(campaign, booklets=40, status=OrderStatus.DELIVERED)
    booklets, _codes = toy.booklets_of(order)
    manager = member(campaign.organization, "sponsor-manager")
    viewer = member(campaign.organization, "sponsor-viewer")
    given = hand_all_over(booklets, communes, manager)
    kinds = list(VenueType.objects.values_list("slug", flat=True)[:2])
    categories = list(Category.objects.exclude(parent=None).values_list("slug", flat=True)[:2])
    counters = {
        code: a_counter(code, kind, category)
        for code, kind, category in zip(("23096", "23008"), kinds, categories, strict=True)
    }
    payments = use(given, counters)
    give_back(payments[0], by=manager, reason="Erreur", at=START + timedelta(days=40))
    agent = counters["23096"].agent
    Membership.objects.create(
        user=agent, organization=counters["23096"].service.venue.organization, role="provider-agent"
    )
    reporting.refresh()
    return Life(campaign.organization, campaign, order, communes, counters, payments, manager, viewer, agent)


def hand_all_over(booklets: list[Booklet], communes: dict[str, Area], by: User) -> dict[str, list[Booklet]]:
    publics, left, given = list(Public), iter(booklets), {}
    for code, many in GIVEN.items():
        given[code] = [next(left) for _n in range(many)]
        for rank, booklet in enumerate(given[code]):
            hand_over(
                booklets=[booklet],
                commune=communes[code],
                public=publics[rank % 2],
                by=by,
                at=START + timedelta(days=rank),
            )
    return given


def use(given: dict[str, list[Booklet]], counters: dict[str, Counter]) -> list[Payment]:
    """Two coupons a passage at home, in three months; some go from Guéret to Aubusson, two from Felletin."""
    payments = []
    for code, where in (("23096", "23096"), ("23008", "23008"), ("23079", "23008")):
        for rank, booklet in enumerate(given[code][:10]):
            coupons = list(
                Coupon.objects.filter(booklet=booklet).order_by("position").values_list("pk", flat=True)
            )
            at = START + timedelta(days=31 + 9 * (rank % 7))
            payments.append(take(counters[where].passage(coupons[:2], price_cents=1700), at=at)[0])
            if code == "23096" and rank < 6:
                far = counters["23008"].passage(coupons[2:3], price_cents=1000)
                payments.append(take(far, at=at + timedelta(days=3))[0])
    return payments


def today() -> date:
    return date(2026, 11, 23)
