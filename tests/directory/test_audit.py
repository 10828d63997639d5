"""Every change of public data, of a role or of a decision leaves a trace nobody can alter."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, IntegrityError, connection, transaction

from directory.audit import acting
from directory.models import Change, LabelApplication, Membership, Organization, Place, User, Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return User.objects.create_user("responsable@example.org")


@pytest.fixture
def venue() -> Venue:
    organization = Organization.objects.create(name="Association des ateliers")
    return Venue.objects.create(name="Atelier", organization=organization)


def test_a_change_says_who_what_before_and_after(venue: Venue, manager: User) -> None:
    with acting(manager):
        Venue.objects.filter(pk=venue.pk).update(name="Atelier du port", summary="Au bout du quai")
    change = Change.objects.first()
    assert (change.action, change.table, change.row, change.actor) == ("update", "venue", venue.pk, manager)
    assert change.before == {"name": "Atelier", "summary": ""}
    assert change.after == {"name": "Atelier du port", "summary": "Au bout du quai"}
    assert (change.venue, change.organization) == (venue, venue.organization)


def test_what_hangs_on_a_venue_belongs_to_its_organisation(venue: Venue) -> None:
    Place.objects.create(venue=venue, point=Point(2, 46))
    change = Change.objects.first()
    assert (change.table, change.venue, change.organization) == ("place", venue, venue.organization)
    assert change.after["point"]["coordinates"] == [2, 46]


def test_roles_are_recorded_when_given_and_taken(venue: Venue, manager: User) -> None:
    membership = Membership.objects.create(
        user=manager, organization=venue.organization, role="provider-manager"
    )
    membership.delete()
    taken, given = Change.objects.filter(table="membership")
    assert (given.action, given.after["role"]) == ("insert", "provider-manager")
    assert (taken.action, taken.before["role"]) == ("delete", "provider-manager")


def test_the_actor_does_not_outlive_the_transaction(venue: Venue, manager: User) -> None:
    with acting(manager):
        Venue.objects.update(name="Un")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('aptic.actor', '', true)")
    Venue.objects.update(name="Deux")
    assert Change.objects.first().actor is None


def test_nothing_changed_leaves_no_trace(venue: Venue) -> None:
    before = Change.objects.count()
    Venue.objects.update(name="Atelier", reminded_on=date(2026, 5, 1))
    assert Change.objects.count() == before


@pytest.mark.owner
@pytest.mark.parametrize(
    "statement",
    ["UPDATE directory_change SET row = 0", "DELETE FROM directory_change", "TRUNCATE directory_change"],
)
def test_even_the_owner_cannot_alter_it(venue: Venue, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM directory_change", "INSERT INTO directory_change (at) VALUES (now())"]
)
def test_the_site_may_only_read_it(venue: Venue, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def application(venue: Venue, by: User, **fields: object) -> LabelApplication:
    return LabelApplication.objects.create(
        venue=venue, organization=venue.organization, created_by=by, **fields
    )


def test_an_application_cannot_skip_its_review(venue: Venue, manager: User) -> None:
    draft = application(venue, manager)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with pytest.raises(IntegrityError, match="cannot go from draft to accepted"), transaction.atomic():
        LabelApplication.objects.filter(pk=draft.pk).update(
            status="accepted", submitted_at=at, charter_signed_at=at, decided_by=manager, decided_at=at
        )


def test_one_open_application_per_venue(venue: Venue, manager: User) -> None:
    application(venue, manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        application(venue, manager)


def test_an_application_without_a_signed_charter_cannot_be_submitted(venue: Venue, manager: User) -> None:
    draft = application(venue, manager)
    with pytest.raises(IntegrityError, match="application_submitted_with_charter"), transaction.atomic():
        LabelApplication.objects.filter(pk=draft.pk).update(
            status="submitted", submitted_at=datetime(2026, 5, 1, tzinfo=UTC)
        )
