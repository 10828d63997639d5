"""Booklets, delivery points, and their API. Nobody of the table's roles hands over: tests of the room do."""

from django.contrib.gis.geos import Point

from coupons.models import Booklet, BulkHandOver, DeliveryPoint
from tests.coupons import toy
from tests.matrix.lines import Line, line
from tests.matrix.world import World


def booklet(world: World) -> int:
    order = toy.an_order(toy.a_campaign(world.organization), booklets=1, status="delivered")
    return Booklet.objects.create(order=order, position=1).pk


def point(world: World) -> DeliveryPoint:
    return DeliveryPoint.objects.get_or_create(
        organization=world.organization,
        name="Accueil",
        defaults={"point": Point(2.5, 46.5), "commune": "Toy"},
    )[0]


def bulk(world: World) -> int:
    return BulkHandOver.objects.create(
        organization=world.organization, asked_by=world.users["manager"], name="x"
    ).pk


ARGUMENTS = {"bulk_id": bulk}

# anonymous member agent manager foreign viewer reviewer administrator
NEVER = "405 405 405 405 405 405 405 405"
SEES = "L 404 200 200 404 200 404 404"
# Those of a provider, and who only looks, may not.
MAY_NOT = "L 404 403 403 404 403 404 404"
BOOKLET = {"booklet_id": booklet}
POINT = {"point_id": lambda world: point(world).pk}

PAGES = {
    "booklets": line(SEES, SEES),
    "counter": line(MAY_NOT, MAY_NOT),
    "place": line(MAY_NOT, MAY_NOT),
    "bulk_new": line(MAY_NOT, MAY_NOT),
    "bulk": line(MAY_NOT, NEVER),
    "bulk_confirm": line(NEVER, MAY_NOT),
    "bulk_cancel": line(NEVER, MAY_NOT),
    "booklet": line(SEES, NEVER, arguments=BOOKLET),
    "lost": line(MAY_NOT, MAY_NOT, arguments=BOOKLET),
    "points": line(SEES, NEVER),
    "point_new": line(MAY_NOT, MAY_NOT),
    "point": line(SEES, NEVER, arguments=POINT),
    "point_edit": line(MAY_NOT, MAY_NOT, arguments=POINT),
    "point_close": line(NEVER, MAY_NOT, arguments=POINT),
}
LINES: dict[str, Line] = {
    **{f"distribution:{name}": found for name, found in PAGES.items()},
    # A form is no JSON; a number is asked for.
    "api-hand-overs": line("401 405 405 405 405 405 405 405", "401 415 415 415 415 415 415 415"),
    "api-booklets": line("401 400 400 400 400 400 400 400", "401 405 405 405 405 405 405 405"),
}
