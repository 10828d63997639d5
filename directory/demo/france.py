"""About 2,000 demonstration venues in eight varied départements.

The same every time: chance is seeded by INSEE code.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from random import Random

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.text import slugify

from directory.choices import AccessMode, SupportMode
from directory.demo.catalogue import ITINERANT_NAME, LANGUAGES, NAMES, OFFERS, Offer, of_commune
from directory.demo.hours import to_osm
from directory.hours import refresh_hours
from directory.models import Category, Labelling, Organization, Place, Service, Venue, VenueType
from geodata.boundaries import at_checked_places
from geodata.models import Area
from geodata.registry import TownHall, town_halls
from geodata.timezones import timezone_of

SOURCE = "demonstration"
SUMMARY = "Lieu de démonstration : le nom et l'offre sont inventés, l'adresse et les horaires sont vrais."
# city, country, coast and overseas, from the Bouches-du-Rhône to La Réunion
DEPARTEMENTS = ("13", "16", "23", "29", "48", "59", "69", "974")
STOPS_PER_ROUND = 6
ROUND_HOURS = ("09:30-12:00", "14:00-16:30")
WEEK_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa")


@dataclass
class Draft:
    """Rows not yet in the database, tied by object."""

    venues: list[Venue] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    labellings: list[Labelling] = field(default_factory=list)


@transaction.atomic
def build(*, on: date, progress: Callable[[str], None] = lambda text: None) -> int:
    """Create the demonstration venues if there are none yet. Returns how many there are."""
    if existing := Venue.objects.filter(source=SOURCE).count():
        return existing
    kinds = {kind.slug: kind for kind in VenueType.objects.all()}
    categories = {category.slug: category for category in Category.objects.all()}
    draft = Draft()
    for departement, halls in _by_departement(at_checked_places(town_halls(DEPARTEMENTS))):
        organization = Organization.objects.create(
            name=f"Structure de démonstration {departement}", is_provider=True, demo=True
        )
        for hall in halls:
            _add_fixed(draft, hall, organization, kinds, categories, on)
        for number, stops in enumerate(_rounds(halls), start=1):
            _add_round(draft, f"{departement}-bus-{number}", stops, organization, kinds, categories, on)
        progress(f"département {departement}: {len(draft.venues)}")
    _save(draft)
    _cover_at_home(draft)
    progress("horaires")
    refresh_hours(Place.objects.filter(venue__source=SOURCE), today=on)
    return len(draft.venues)


def _by_departement(halls: Iterable[TownHall]) -> Iterator[tuple[str, list[TownHall]]]:
    """The registry is one compressed file, in the order of the codes: read once, group as it comes."""
    for departement, group in groupby(halls, key=lambda hall: departement_of(hall.code)):
        yield departement, list(group)


def departement_of(code: str) -> str:
    """ "69123" -> "69", "97411" -> "974"."""
    return code[:3] if code.startswith("97") else code[:2]


def _save(draft: Draft) -> None:
    """Services and labels first would be refused; places last, so that each is listed once, complete."""
    Venue.objects.bulk_create(draft.venues, batch_size=1000)
    Service.objects.bulk_create(draft.services, batch_size=2000)
    Labelling.objects.bulk_create(draft.labellings, batch_size=2000)
    Place.objects.bulk_create(draft.places, batch_size=1000)


def _add_fixed(
    draft: Draft,
    hall: TownHall,
    organization: Organization,
    kinds: dict[str, VenueType],
    categories: dict[str, Category],
    on: date,
) -> None:
    chance = Random(f"lieu {hall.code}")
    [slug] = chance.choices(list(NAMES), [weight for _name, weight in NAMES.values()])
    name = f"{NAMES[slug][0]} {of_commune(hall.commune)}"
    venue = _venue(chance, hall.code, name, kinds[slug], organization, on)
    draft.venues.append(venue)
    draft.places.append(_place(venue, hall, hours=to_osm(hall.hours)))
    _add_offer(draft, venue, chance, categories, on)


def _add_round(
    draft: Draft,
    source_id: str,
    stops: list[TownHall],
    organization: Organization,
    kinds: dict[str, VenueType],
    categories: dict[str, Category],
    on: date,
) -> None:
    """An itinerant venue: each stop on its own day, every other week."""
    chance = Random(f"tournée {source_id}")
    name = f"{ITINERANT_NAME} {of_commune(stops[0].commune)}"
    venue = _venue(chance, source_id, name, kinds["itinerance"], organization, on)
    venue.itinerant = True
    draft.venues.append(venue)
    parity = chance.choice(("01", "02"))
    for day, hall in zip(WEEK_DAYS, stops, strict=False):
        hours = f"week {parity}-53/2 {day} {chance.choice(ROUND_HOURS)}; PH off"
        draft.places.append(
            _place(venue, hall, hours=hours, is_stop=True, name=f"Place de la mairie, {hall.commune}")
        )
    _add_offer(draft, venue, chance, categories, on)


def _rounds(halls: list[TownHall]) -> Iterator[list[TownHall]]:
    """Neighbouring small communes, six by six: INSEE codes follow the alphabet, so sort by place first."""
    far_apart = sorted(halls, key=lambda hall: (round(hall.lat * 5), hall.lon))
    for start in range(0, len(far_apart) - STOPS_PER_ROUND, STOPS_PER_ROUND * 8):
        yield far_apart[start : start + STOPS_PER_ROUND]


def _venue(
    chance: Random, source_id: str, name: str, kind: VenueType, organization: Organization, on: date
) -> Venue:
    return Venue(
        organization=organization,
        venue_type=kind,
        name=name,
        slug=slugify(name)[:80],
        summary=SUMMARY,
        # a range of numbers kept for fiction by the French regulator, and a domain kept for examples
        phone=f"+336399{chance.randrange(80000, 90000)}",
        emails=["accueil@example.org"],
        websites=["https://example.org/"],
        languages=[LANGUAGES[0], *chance.sample(LANGUAGES[1:], chance.choice((0, 0, 0, 1, 2)))],
        audiences=chance.choice(([], [], [], ["seniors"], ["young", "families"], ["job_seekers"])),
        accessible=chance.choice((True, True, True, False, None)),
        access_modes=[AccessMode.WALK_IN, AccessMode.PHONE],
        support_modes=[
            SupportMode.INDIVIDUAL,
            *chance.sample([SupportMode.WORKSHOP, SupportMode.AUTONOMOUS], 1),
        ],
        source=SOURCE,
        source_id=source_id,
        demo=True,
        updated_on=on,
    )


def _place(venue: Venue, hall: TownHall, *, hours: str, is_stop: bool = False, name: str = "") -> Place:
    *lines, town = [line.strip() for line in hall.address.splitlines() if line.strip()] or [""]
    postcode = town[:5] if town[:5].isdigit() else ""
    return Place(
        venue=venue,
        is_stop=is_stop,
        name=name,
        point=Point(hall.lon, hall.lat, srid=4326),
        address=", ".join(lines)[:300],
        postcode=postcode,
        commune=hall.commune,
        commune_code=hall.code,
        timezone=timezone_of(hall.code),
        hours=hours,
        source_id=f"{venue.source_id}-{hall.code}" if is_stop else "",
    )


def _add_offer(draft: Draft, venue: Venue, chance: Random, categories: dict[str, Category], on: date) -> None:
    for position, offer in enumerate(chance.sample(OFFERS, chance.randint(3, 6)), start=1):
        draft.services.append(_service(venue, offer, chance, categories[offer.category], position))
    # one venue in twelve does not hold the label: the search must be seen to tell the difference
    if chance.random() > 1 / 12:
        begins = date(on.year - chance.choice((0, 1)), 1, 1)
        draft.labellings.append(Labelling(venue=venue, during=(begins, begins.replace(year=begins.year + 3))))


def _service(venue: Venue, offer: Offer, chance: Random, category: Category, position: int) -> Service:
    return Service(
        venue=venue,
        category=category,
        name=offer.name,
        description=offer.description,
        duration_min=offer.duration_min,
        price_cents=chance.choice(offer.prices_cents),
        price_note=offer.price_note,
        audiences=list(offer.audiences),
        modes=list(offer.modes),
        status="approved",
        position=position,
    )


def _cover_at_home(draft: Draft) -> None:
    """Services at home cover the intercommunality of their venue."""
    commune_of = {place.venue.pk: place.commune_code for place in draft.places}
    epci_of = dict(
        Area.objects.current()
        .at_level("commune")
        .filter(code__in=set(commune_of.values()))
        .values_list("code", "epci")
    )
    link = Service.coverage.through
    link.objects.bulk_create(
        link(service_id=service.pk, area_id=epci)
        for service in draft.services
        if "at_home" in service.modes and (epci := epci_of.get(commune_of[service.venue.pk]))
    )
