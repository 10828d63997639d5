"""The search restricted to what coupons pay beside the plain one: the same people, in the same run."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.bench.search import CASES, Point, around, people, site
from tests.bench.stopwatch import Row, timed

AT = datetime(2026, 11, 1, tzinfo=UTC)
# Finistère: the longest coast line of a département in the source.
DEPARTEMENT = "29"
DRAWN = 10
DRAWN_KM = 15
SHARE = 1.5


def prepare() -> list[str]:
    """An ordered campaign for each rule; their slugs."""
    from geodata.circles import circle
    from geodata.models import Area

    areas = Area.objects.current()
    towns = list(areas.at_level("commune").order_by("-population", "pk")[:DRAWN])
    drawn = []
    for town in towns:
        zone, _new = Area.objects.get_or_create(
            level="custom",
            code=f"banc-{town.code}",
            defaults={
                "name": f"Autour de {town.name}",
                "geom": circle(town.point, DRAWN_KM),
                "point": town.point,
            },
        )
        drawn.append(zone)
    biggest = areas.at_level("commune").order_by("-population", "pk")[1]
    rules = {
        "commune": [biggest],
        "departement": [areas.at_level("departement").get(code=DEPARTEMENT)],
        "polygones": drawn,
    }
    return [ordered(f"banc-{name}", named) for name, named in rules.items()]


def ordered(slug: str, areas: list[Any]) -> str:
    from coupons.models import Campaign
    from directory.models import Organization

    sponsor, _new = Organization.objects.get_or_create(name="Banc d'essai", defaults={"is_sponsor": True})
    campaign, new = Campaign.objects.get_or_create(
        slug=slug, defaults={"name": slug, "organization": sponsor}
    )
    if new:
        campaign.areas.set(areas)
        Campaign.objects.filter(pk=campaign.pk).update(frozen_at=AT)
    return slug


def measure(requests: int) -> list[Row]:
    """Below HTTP, then through the real server: plain, each rule, plain again."""
    slugs, points = prepare(), [*people(150), *beside(50)]
    rows = list(below_http(slugs, points, requests))
    with site() as get:
        rows += over_http(get, slugs, points, requests)
    return rows


def beside(number: int) -> list[Point]:
    """People at the places where the coupons are good: the others are mostly far away."""
    from coupons.models import Acceptance

    found = list(Acceptance.objects.order_by("pk").values_list("point", flat=True))
    return [(point.x + 0.002, point.y) for point in found[:: max(1, len(found) // number)][:number]]


def below_http(slugs: list[str], points: list[Point], requests: int) -> Iterator[Row]:
    from directory.forms import SearchForm
    from directory.search import VenueSearch

    def searched(parameters: dict[str, str]) -> None:
        form = SearchForm(parameters, strict=True)
        form.is_valid()
        VenueSearch(form.criteria()).page()

    yield timed("search, plain", searched, [around(point) for point in points], requests)
    for slug in slugs:
        asked = [around(point, campaign=slug) for point in points]
        yield timed(f"search, {slug}", searched, asked, requests)
    yield timed("search, plain, again", searched, [around(point) for point in points], requests)


def over_http(
    get: Callable[[str], bytes], slugs: list[str], points: list[Point], requests: int
) -> Iterator[Row]:
    def asked(point: Point, **filters: str) -> str:
        return "/api/v1/venues/?" + urlencode(around(point, **filters))

    yield timed("API, plain", get, [asked(point) for point in points], requests)
    for slug in slugs:
        yield timed(f"API, {slug}", get, [asked(point, campaign=slug) for point in points], requests)
    yield timed("API, plain, again", get, [asked(point) for point in points], requests)
    for name, filters in CASES.items():
        plain = [asked(point, **filters) for point in points]
        yield timed(f"API, {name}", get, plain, requests // 3)
        for slug in slugs:
            paid = [asked(point, campaign=slug, **filters) for point in points]
            yield timed(f"  {slug}", get, paid, requests // 3)


def judged(rows: list[Row]) -> str:
    """The promise: p95 with coupons at most SHARE times that of the plain search, of the same layer and run."""
    said = []
    for layer in ("search", "API"):
        plain = max(row.p95 for row in rows if row.name in (f"{layer}, plain", f"{layer}, plain, again"))
        for row in rows:
            if row.name.startswith(f"{layer}, banc-"):
                share = row.p95 / plain
                said.append(
                    f"{row.name}: {share:.2f} times the plain p95{'' if share <= SHARE else ' (too slow)'}"
                )
    return "\n".join(said)
