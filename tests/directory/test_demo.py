"""The demonstration: the same every time, marked everywhere, and only where it is wanted."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from directory.demo import france
from directory.demo.catalogue import OFFERS, of_commune
from directory.demo.hours import to_osm
from directory.models import Listing, Place, Service, User, Venue
from directory.opening import parse
from geodata.registry import town_halls

ON = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Le Havre", "du Havre"),
        ("Les Avirons", "des Avirons"),
        ("La Souterraine", "de La Souterraine"),
        ("L'Étang-Salé", "de L'Étang-Salé"),
        ("Aubusson", "d'Aubusson"),
        ("Éguzon", "d'Éguzon"),
        ("Bron", "de Bron"),
    ],
)
def test_names_are_good_french(name: str, expected: str) -> None:
    assert of_commune(name) == expected


def test_town_hall_hours_become_openstreetmap_hours() -> None:
    weekdays = '["lundi","jeudi",[["08:30:00","12:00:00"],["14:00:00","17:00:00"]]]'
    source = f'[{weekdays},["samedi","samedi",[["09:00:00","12:00:00"]]]]'
    assert to_osm(source) == "Mo-Th 08:30-12:00,14:00-17:00; Sa 09:00-12:00; PH off"
    assert to_osm("sur rendez-vous") == to_osm("[]") == ""


def test_every_hour_of_the_creuse_can_be_read() -> None:
    written = [hours for hall in town_halls(["23"]) if (hours := to_osm(hall.hours))]
    assert len(written) > 200
    assert all(parse(hours, timezone="Europe/Paris") for hours in written)


@pytest.fixture
def small_france(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(france, "DEPARTEMENTS", ("48", "974"))


@pytest.mark.django_db
@pytest.mark.usefixtures("small_france")
def test_two_departements() -> None:
    halls = len(list(town_halls(["48", "974"])))
    venues = france.build(on=ON)
    itinerant = Venue.objects.filter(itinerant=True)
    assert venues == Venue.objects.count() == halls + itinerant.count()
    assert not Venue.objects.exclude(demo=True).exists()
    assert Listing.objects.count() == Place.objects.count()
    assert set(Place.objects.filter(venue__in=itinerant).values_list("is_stop", flat=True)) == {True}
    assert {venue.places.count() for venue in itinerant} == {france.STOPS_PER_ROUND}
    assert set(Service.objects.values_list("category__slug", flat=True)) == {
        offer.category for offer in OFFERS
    }
    assert Place.objects.filter(timezone="Indian/Reunion").exists()
    assert Listing.objects.filter(week__isnull=False).count() > 0.9 * Listing.objects.count()
    labelled = Listing.objects.labelled_on(ON).values("venue").distinct().count()
    assert 0.85 * venues < labelled < venues


@pytest.mark.django_db
@pytest.mark.usefixtures("small_france")
def test_chance_is_the_same_every_time() -> None:
    def offer() -> list[tuple]:
        return list(
            Service.objects.order_by("venue__source_id", "position").values_list(
                "venue__name", "name", "price_cents"
            )
        )

    france.build(on=ON)
    first = offer()
    assert france.build(on=ON) == Venue.objects.count()
    Venue.objects.all().delete()
    france.build(on=ON)
    assert offer() == first


@pytest.mark.django_db
def test_a_real_site_has_no_demonstration(settings: object) -> None:
    settings.DEMONSTRATION = False
    for command in ("demo", "demo_data"):
        with pytest.raises(CommandError, match="démonstration"):
            call_command(command)
    assert not User.objects.exists()
