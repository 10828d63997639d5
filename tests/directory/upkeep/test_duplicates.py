"""Which pairs look like one, and what a person says of them."""

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import DuplicatePair, NotDuplicate, Organization, Place, User, Venue
from directory.upkeep import duplicates
from tests.directory.upkeep.conftest import NOON, venue_of

pytestmark = pytest.mark.django_db
# Degrees of longitude that make a hundred metres at 46.5° north.
HUNDRED_M = 100 / 76_700


def found() -> list[tuple[str, str]]:
    duplicates.find(NOON)
    return sorted(
        (pair.first.name, pair.second.name)
        for pair in DuplicatePair.objects.select_related("first", "second")
    )


def elsewhere(venue: Venue, address: str = "9 rue Ailleurs", commune_code: str = "99002") -> Venue:
    venue.places.update(address=address, commune_code=commune_code)
    return venue


def test_near_and_of_a_name_alike() -> None:
    venue_of(None, "Médiathèque du Port")
    elsewhere(venue_of(None, "MEDIATHEQUE DU PORT", 2.5 + HUNDRED_M))
    elsewhere(venue_of(None, "Mediatheque du port", 2.5 + 4 * HUNDRED_M), "3 rue Loin", "99003")
    elsewhere(venue_of(None, "Boulangerie", 2.5 + HUNDRED_M / 2), "5 rue", "99004")
    assert found() == [("Médiathèque du Port", "MEDIATHEQUE DU PORT")]


def test_at_one_address_however_it_is_placed() -> None:
    venue_of(None, "Espace numérique", 2.5)
    venue_of(None, "Espace public numérique", 3.5)
    elsewhere(venue_of(None, "Espace numérique", 4.5), "1 quai des Essais", "99777")
    assert found() == [("Espace numérique", "Espace public numérique")]


NUMBER = "21350238800019"
BORDER = 2.5 + HUNDRED_M


@pytest.mark.parametrize(
    ("name", "lon", "address", "commune", "found_too"),
    [
        ("Mairies", 3.5, "2 rue B", "99001", True),  # in the commune, names alike
        ("Bibliothèque", 3.5, "2 rue B", "99001", False),  # a town declares its number for all it has
        ("Bibliothèque", 3.5, "1 rue A", "99001", True),  # at the address
        ("Bibliothèque", BORDER, "2 rue B", "99002", True),  # beside it, over the border of the commune
        ("Mairies", 3.5, "2 rue B", "99002", False),  # a federation's places all have its name
        ("Mairies", None, "2 rue B", "", True),  # nobody knows where
        ("Bibliothèque", None, "2 rue B", "", False),
    ],
)
def test_of_one_number(name: str, lon: float | None, address: str, commune: str, found_too: bool) -> None:
    elsewhere(venue_of(None, "Mairie", 2.5, pivot=NUMBER), "1 rue A", "99001")
    other = elsewhere(venue_of(None, name, lon or 2.5, pivot=NUMBER), address, commune)
    if lon is None:
        other.places.update(point=None)
    assert found() == ([("Mairie", name)] if found_too else [])
    assert all(DuplicatePair.objects.values_list("same_number", flat=True))


def test_a_venue_of_the_demonstration_is_no_real_one() -> None:
    venue_of(None, "Fablab")
    venue_of(None, "Fablab", demo=True)
    assert found() == []


@pytest.mark.parametrize("number", ["", "00000000000000", "123"])
def test_a_number_that_says_nothing(number: str) -> None:
    elsewhere(venue_of(None, "Mairie", 2.5, pivot=number), "1 rue A", "99001")
    elsewhere(venue_of(None, "Fablab", 3.5, pivot=number), "2 rue B", "99001")
    assert found() == []


def test_stops_of_a_round_count_as_places() -> None:
    bus = Venue.objects.create(name="Bus des usages", itinerant=True)
    for n in range(5):
        Place.objects.create(venue=bus, is_stop=True, name=f"Arrêt {n}", point=f"POINT({2.5 + n / 100} 46.5)")
    venue_of(None, "Bus des usages numériques", 2.52)
    assert found() == [("Bus des usages", "Bus des usages numériques")]


def test_merged_and_said_to_be_two_are_not_asked_again(client: Client, reviewer: User) -> None:
    first, second = venue_of(None, "Fablab"), venue_of(None, "Fablab")
    third = venue_of(None, "Fablab")
    Venue.objects.filter(pk=third.pk).update(merged_into=first, published=False)
    assert len(found()) == 1
    client.force_login(reviewer)
    client.post(reverse("upkeep:desk_two", args=[second.pk, first.pk]))
    client.post(reverse("upkeep:desk_two", args=[first.pk, second.pk]))
    said = NotDuplicate.objects.get()
    assert (said.first, said.second, said.by) == (first, second, reviewer)
    assert found() == []


def test_the_night_replaces_what_it_knew() -> None:
    first, _second = venue_of(None, "Fablab"), venue_of(None, "Fablab")
    assert len(found()) == 1
    elsewhere(first)
    first.places.update(point="POINT(0 44)")
    assert found() == []


def test_side_by_side_then_one(client: Client, reviewer: User, organization: Organization) -> None:
    first = venue_of(None, "Fablab du port", phone="+33100000000")
    second = venue_of(organization, "Fablab du Port", 2.5 + HUNDRED_M, slug="fablab")
    duplicates.find(NOON)
    client.force_login(reviewer)
    assert "1 paire à regarder" in client.get(reverse("upkeep:desk_duplicates")).content.decode()
    page = client.get(reverse("upkeep:desk_pair", args=[first.pk, second.pk])).content.decode()
    assert f'value="{second.pk}" id="id_keep_1" required checked' in page, "the one with people behind it"
    assert "à 100 m" in page
    old = first.get_absolute_url()
    client.post(reverse("upkeep:desk_merge", args=[first.pk, second.pk]), {"keep": second.pk})
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (301, second.get_absolute_url())
    assert client.get(reverse("upkeep:desk_pair", args=[first.pk, second.pk])).status_code == 404


@pytest.mark.parametrize("keep", ["", "0", "x", "999999"])
def test_one_of_the_two_has_to_stay(client: Client, reviewer: User, keep: str) -> None:
    first, second = venue_of(None, "Fablab"), venue_of(None, "Fablab")
    client.force_login(reviewer)
    assert (
        client.post(reverse("upkeep:desk_merge", args=[first.pk, second.pk]), {"keep": keep}).status_code
        == 422
    )
    assert Venue.objects.filter(merged_into=None).count() == 2
