"""Confirmed, reminded, marked, gone: on the day, whether or not a job ran."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.criteria import Criteria
from directory.models import Change, Freshness, Listing, Membership, Organization, User, Venue
from directory.search import VenueSearch
from directory.upkeep import freshness, tasks
from tests.directory.upkeep.conftest import person, venue_of

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def shown(day: date) -> list[str]:
    """What the search gives that day."""
    found = VenueSearch(Criteria(point=Point(2.5, 46.5, srid=4326), labelled=False), at(day)).page()
    return [result.venue.name for result in found.results]


@pytest.fixture
def letters() -> list[tuple[int, str]]:
    return []


@pytest.fixture
def order(letters: list[tuple[int, str]]) -> Any:
    return lambda *what: letters.append(what)


def test_the_days_that_count(venue: Venue) -> None:
    days = Freshness.objects.get(venue=venue)
    assert (days.confirmed_on, days.due_on) == (date(2026, 1, 10), date(2026, 7, 10))
    assert (days.stale_on, days.listed_until) == (date(2026, 10, 10), date(2027, 1, 10))
    assert [
        days.state_on(day)
        for day in (date(2026, 7, 9), date(2026, 7, 10), date(2026, 10, 10), date(2027, 1, 10))
    ] == [
        "fresh",
        "due",
        "stale",
        "gone",
    ]


def test_a_venue_leaves_the_search_on_its_day_and_comes_back_when_confirmed(
    venue: Venue, agent: User
) -> None:
    assert shown(date(2027, 1, 9)) == ["Atelier du port"]
    assert shown(date(2027, 1, 10)) == []
    assert not Listing.objects.labelled_on(date(2027, 1, 10)).exists()
    freshness.confirm(venue=venue, by=agent, at=at(date(2027, 2, 1)))
    assert shown(date(2027, 2, 1)) == ["Atelier du port"]
    change = Change.objects.filter(table="venue", after__has_key="verified_on").first()
    assert (change.actor, change.after) == (agent, {"verified_on": "2027-02-01"})


def test_at_one_distance_those_to_verify_come_last(venue: Venue, organization: Organization) -> None:
    day = date(2026, 11, 1)
    fresh = [venue_of(organization, f"Vérifié {n}", verified_on=date(2026, 10, 1)).name for n in range(2)]
    venue_of(organization, "Plus loin", 2.6, verified_on=date(2026, 10, 1))
    criteria = Criteria(point=Point(2.5, 46.5, srid=4326), labelled=False)
    page = VenueSearch(criteria, at(day)).page()
    assert [found.venue.name for found in page.results] == [*fresh, "Atelier du port", "Plus loin"]
    assert [found.stale for found in page.results] == [False, False, True, False]
    distances = [found.distance_m for found in page.results]
    assert distances == sorted(distances)
    seen, cursor = [], None
    for _ in range(4):
        page = VenueSearch(criteria.but(limit=1, cursor=cursor), at(day)).page()
        seen += [found.venue.name for found in page.results]
        cursor = page.next_cursor
    assert sorted(seen) == sorted([*fresh, "Atelier du port", "Plus loin"])


def test_an_imported_venue_that_nobody_manages_stays(free: Venue, organization: Organization) -> None:
    assert shown(date(2036, 1, 1)) == ["Médiathèque de la gare"]
    Venue.objects.filter(pk=free.pk).update(organization=organization)
    assert shown(date(2036, 1, 1)) == ["Médiathèque de la gare"], (
        "an organisation without people confirms nothing"
    )


def test_the_clock_starts_when_somebody_can_confirm(free: Venue, organization: Organization) -> None:
    Venue.objects.filter(pk=free.pk).update(organization=organization)
    member = person("arrivee", organization, "provider-agent", since=datetime(2030, 3, 1, tzinfo=UTC))
    assert Listing.objects.get().listed_until == date(2031, 3, 1)
    Membership.objects.filter(user=member).update(role="sponsor-viewer")
    assert Listing.objects.get().listed_until is None
    Membership.objects.all().delete()
    assert Listing.objects.get().listed_until is None


def test_reminded_after_six_months_then_every_thirty_days(
    venue: Venue, letters: list[Any], order: Any
) -> None:
    days = [date(2026, 7, 9), date(2026, 7, 10), date(2026, 7, 11), date(2026, 8, 8), date(2026, 8, 9)]
    assert [freshness.remind(at(day), order) for day in days] == [0, 1, 0, 0, 1]
    assert letters == [(venue.organization_id, "2026-07-10"), (venue.organization_id, "2026-08-09")]


def test_confirmed_then_forgotten_again_is_reminded_again(venue: Venue, agent: User, order: Any) -> None:
    freshness.remind(at(date(2026, 7, 10)), order)
    freshness.confirm(venue=venue, by=agent, at=at(date(2026, 7, 12)))
    assert freshness.remind(at(date(2026, 8, 20)), order) == 0
    assert freshness.remind(at(date(2027, 1, 12)), order) == 1


def test_killed_before_the_letter_is_ordered_nothing_happened(venue: Venue, order: Any) -> None:
    def killed(*_what: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        freshness.remind(at(date(2026, 7, 10)), killed)
    assert Venue.objects.get(pk=venue.pk).reminded_on is None
    assert freshness.remind(at(date(2026, 7, 10)), order) == 1


def test_the_job_is_in_the_database_with_the_mark(venue: Venue, django_assert_max_num_queries: Any) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    freshness.remind(at(date(2026, 7, 10)), tasks.order_letter)
    job = ProcrastinateJob.objects.get(task_name="directory.upkeep.tasks.send_reminder")
    assert job.args == {"organization_id": venue.organization_id, "day": "2026-07-10"}


def test_one_letter_to_each_person_for_all_venues(
    venue: Venue, agent: User, organization: Organization, order: Any
) -> None:
    for number in range(22):
        venue_of(organization, f"Annexe {number}\r\nBcc: x@example.org", 3 + number / 10)
    person("commanditaire", organization, "sponsor-viewer")
    assert freshness.remind(at(date(2026, 7, 10)), order) == 1
    freshness.send_reminder(organization.pk, date(2026, 7, 10))
    assert sorted(letter.to for letter in mail.outbox) == [
        ["accueil@example.org"],
        ["responsable@example.org"],
    ]
    [letter] = [letter for letter in mail.outbox if letter.to == ["accueil@example.org"]]
    assert "Atelier du port" in letter.body
    assert "et 3 autres" in letter.body
    assert f"/espace/{organization.pk}/verifier/" in letter.body
    assert "\n" not in letter.subject
    assert letter.bcc == []


def test_confirmed_before_the_letter_leaves_there_is_no_letter(
    venue: Venue, agent: User, organization: Organization, order: Any
) -> None:
    freshness.remind(at(date(2026, 7, 10)), order)
    freshness.confirm(venue=venue, by=agent, at=at(date(2026, 7, 10)))
    freshness.send_reminder(organization.pk, date(2026, 7, 10))
    assert mail.outbox == []


def test_an_agent_confirms_in_one_click(
    client: Client, venue: Venue, agent: User, organization: Organization
) -> None:
    Venue.objects.filter(pk=venue.pk).update(verified_on=date(2020, 1, 1))
    Membership.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    client.force_login(agent)
    page = client.get(reverse("upkeep:venues", args=[organization.pk])).content.decode()
    assert "Sorti de la recherche" in page
    client.post(reverse("upkeep:confirm", args=[organization.pk, venue.pk]))
    assert Venue.objects.get(pk=venue.pk).verified_on is not None
    assert "À jour" in client.get(reverse("upkeep:venues", args=[organization.pk])).content.decode()


def test_the_sheet_says_when_and_warns(client: Client, venue: Venue) -> None:
    Venue.objects.filter(pk=venue.pk).update(verified_on=date(2020, 3, 2))
    Membership.objects.update(since=timezone.now())
    assert "À vérifier." not in client.get(venue.get_absolute_url()).content.decode(), "its people came later"
    Membership.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    page = client.get(venue.get_absolute_url()).content.decode()
    assert "Vérifié le 2 mars 2020." in page
    assert "À vérifier." in page


def test_a_venue_elsewhere_is_not_found(
    client: Client, free: Venue, agent: User, organization: Organization
) -> None:
    client.force_login(agent)
    assert client.post(reverse("upkeep:confirm", args=[organization.pk, free.pk])).status_code == 404
