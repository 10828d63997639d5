"""Lists: as many queries for one row as for twenty, fifty a page, each row once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory.models import Claim, ErrorReport, Membership, Organization, Place, User, Venue
from directory.upkeep import duplicates
from tests.directory.upkeep.conftest import NOON, venue_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(organization: Organization, manager: User, reviewer: User) -> list[tuple[User, str]]:
    own, desk = (
        ("venues", "reports", "claims"),
        ("desk", "desk_stale", "desk_reports", "desk_claims", "desk_duplicates"),
    )
    return [(manager, reverse(f"upkeep:{name}", args=[organization.pk])) for name in own] + [
        (reviewer, reverse(f"upkeep:{name}")) for name in desk
    ]


def furnish(organization: Organization, numbers: range) -> None:
    """As many stale venues with a report, free ones with a claim, pairs that look alike."""
    Membership.objects.filter(organization=organization).update(since="2020-01-01T00:00Z")
    for number in numbers:
        venue = venue_of(organization, f"Atelier {number}", 2 + number / 10, verified_on="2020-01-01")
        ErrorReport.objects.create(venue=venue, kind="hours", message="Fermé")
        free = venue_of(None, f"Lieu {number}", 2 + number / 10, 44)
        venue_of(None, f"Le lieu {number}", 2 + number / 10, 44)
        Claim.objects.create(venue=free, organization=organization, proof="Preuve", created_at=NOON)
    Place.objects.update(address="")
    duplicates.find(NOON)


def queries(client: Client, addresses: list[tuple[User, str]]) -> dict[str, int]:
    found = {}
    for user, address in addresses:
        client.force_login(user)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        found[address] = len(captured)
    return found


def test_as_many_queries_for_one_row_as_for_twenty(
    client: Client, addresses: list[tuple[User, str]], organization: Organization
) -> None:
    furnish(organization, range(1))
    one = queries(client, addresses)
    furnish(organization, range(1, 21))
    assert queries(client, addresses) == one


def test_the_sheet_costs_no_more_for_being_fresh(client: Client, venue: Venue, free: Venue) -> None:
    """The view is joined: a managed venue costs what any other does."""
    costs = []
    for one in (venue, free):
        client.get(one.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            client.get(one.get_absolute_url())
        costs.append(len(captured))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("name", ["venues", "reports"])
def test_fifty_a_page_each_once(client: Client, manager: User, organization: Organization, name: str) -> None:
    Membership.objects.update(since="2020-01-01T00:00Z")
    for number in range(120):
        venue = Venue.objects.create(
            name=f"Lieu-{number}.", organization=organization, verified_on="2020-01-01"
        )
        ErrorReport.objects.create(venue=venue, kind="hours", message="Fermé")
    client.force_login(manager)
    address, seen = reverse(f"upkeep:{name}", args=[organization.pk]), []
    query = "?"
    while query:
        page = client.get(address + query)
        context = page.context
        rows = [venue for venue, _state in context["states"]] if name == "venues" else context["page"].rows
        seen += [row.pk for row in rows]
        query = context["next_url"] if name == "venues" else context["page"].next_url
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 30, "", "\x00"])
def test_an_odd_beginning_begins_again(
    client: Client, manager: User, organization: Organization, after: str, venue: Venue
) -> None:
    client.force_login(manager)
    assert client.get(reverse("upkeep:venues", args=[organization.pk]), {"after": after}).status_code == 200


def test_what_waits_is_counted(
    client: Client, reviewer: User, organization: Organization, manager: User
) -> None:
    furnish(organization, range(3))
    client.force_login(reviewer)
    page = client.get(reverse("upkeep:desk"))
    assert {str(one.title): one.number for one in page.context["waiting"]} == {
        "Candidatures au label": 0,
        "Services à relire": 0,
        "Demandes de rattachement": 3,
        "Demandes d'adhésion": 0,
        "Doublons possibles": 3,
        "Signalements": 3,
        "Avis à relire": 0,
        "Lieux à vérifier": 3,
    }


def test_staff_who_review_nothing_see_the_journal_only(client: Client, reviewer: User) -> None:
    reviewer.staff_roles.update(role="accountant")
    client.force_login(reviewer)
    page = client.get(reverse("upkeep:desk"))
    assert page.context["waiting"] == []
    assert client.get(reverse("upkeep:desk_reports")).status_code == 403
