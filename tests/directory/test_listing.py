"""The read model of the search follows its sources, whoever writes them and however."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.db import ProgrammingError, connection, transaction

from directory.fields import minutes
from directory.models import Category, Labelling, Listing, Place, Service, Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    venue = Venue.objects.create(name="Atelier du Port", source="test", source_id="1")
    return Place.objects.create(
        venue=venue, point=Point(2.5, 46.5), commune="Port-Neuf", week=minutes([(540, 720)])
    )


def add_service(venue: Venue, slug: str = "utiliser", **fields: object) -> Service:
    defaults = {"name": "Premiers pas", "status": "approved", "price_cents": 1500, "modes": ["on_site"]}
    return Service.objects.create(
        venue=venue, category=Category.objects.get(slug=slug), **{**defaults, **fields}
    )


def test_a_place_is_listed_with_its_own_point(place: Place) -> None:
    listing = Listing.objects.get()
    assert (listing.place_id, listing.point.coords, listing.week) == (place.pk, (2.5, 46.5), place.week)


def test_only_approved_services_count(place: Place) -> None:
    add_service(place.venue, audiences=["seniors", "women", "young"])
    add_service(place.venue, "emploi", status="draft", price_cents=100)
    listing = Listing.objects.get()
    chosen = Category.objects.get(slug="utiliser")
    assert sorted(listing.categories) == sorted([chosen.pk, chosen.parent_id])
    assert listing.price_min_cents == 1500
    assert listing.audiences == ["seniors", "women", "young"]
    assert listing.modes == ["on_site"]


def test_a_withdrawn_service_leaves_the_listing(place: Place) -> None:
    service = add_service(place.venue)
    Service.objects.filter(pk=service.pk).update(status="returned")
    assert Listing.objects.get().categories == []


def test_a_service_moved_to_another_venue_leaves_the_first(place: Place) -> None:
    other = Place.objects.create(venue=Venue.objects.create(name="Autre"), point=Point(3, 47))
    service = add_service(place.venue)
    Service.objects.filter(pk=service.pk).update(venue=other.venue)
    assert Listing.objects.get(place=place).categories == []
    assert Listing.objects.get(place=other).categories != []


def test_the_label_is_listed_as_the_days_it_covers(place: Place) -> None:
    Labelling.objects.create(venue=place.venue, during=(date(2026, 1, 1), date(2027, 1, 1)))
    assert Listing.objects.labelled_on(date(2026, 12, 31)).exists()
    assert not Listing.objects.labelled_on(date(2027, 1, 1)).exists()
    Labelling.objects.all().delete()
    assert not Listing.objects.labelled_on(date(2026, 12, 31)).exists()


def test_unpublished_moved_and_deleted_places_leave_the_listing(place: Place) -> None:
    Venue.objects.update(published=False)
    assert not Listing.objects.exists()
    Venue.objects.update(published=True)
    assert Listing.objects.exists()
    Place.objects.update(point=None)
    assert not Listing.objects.exists()
    Place.objects.update(point=Point(1, 45))
    assert Listing.objects.get().point.coords == (1, 45)
    place.venue.delete()
    assert not Listing.objects.exists()


def test_plain_sql_cannot_forget_it(place: Place) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_venue SET name = 'Nouveau nom'")
    assert Listing.objects.get().name == "Nouveau nom"


def test_a_renamed_category_is_found_by_its_new_name(place: Place) -> None:
    add_service(place.venue)
    Category.objects.filter(slug="utiliser").update(name="Bricoler")
    assert Listing.objects.filter(text__words="bricoler").exists()


def test_the_site_cannot_write_it(place: Place) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != "aptic_site":
            pytest.skip("one role does everything in this database")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Listing.objects.update(name="faux")
