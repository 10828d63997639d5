"""Two people at once, on two connections. Each guard is first shown to be needed, by taking it away."""

from collections.abc import Iterator
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from directory.label import applying, deciding
from directory.label.steps import StepRefused
from directory.models import ApplicationEvent, LabelApplication, Labelling, User, Venue
from tests.at_once import at_once as together
from tests.at_once import slow_writes, take_locks_away
from tests.directory.label.conftest import MORNING, Applications

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 10
at_once = partial(together, refusals=(StepRefused, IntegrityError))


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    take_locks_away(monkeypatch)


@pytest.fixture
def unordered(transactional_db: None) -> Iterator[None]:
    """The database without its rule on the order of steps."""
    table, trigger = "directory_labelapplication", "directory_labelapplication_moves"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def two_decisions(application: LabelApplication, first: User, second: User) -> list[Any]:
    with slow_writes("directory_labelapplication"):
        return at_once(
            lambda: deciding.accept(application=application, by=first, at=MORNING),
            lambda: deciding.refuse(application=application, reason="Non.", by=second, at=MORNING),
        )


def decisions() -> int:
    return ApplicationEvent.objects.filter(status__in=["accepted", "refused"]).count()


def test_two_reviewers_one_decision(application: Applications, reviewer: User, other_reviewer: User) -> None:
    in_review = application("in_review", by=reviewer)
    answers = two_decisions(in_review, reviewer, other_reviewer)
    refusals = [answer for answer in answers if isinstance(answer, StepRefused)]
    in_review.refresh_from_db()
    assert len(refusals) == 1
    assert in_review.decided_by.name in str(refusals[0])
    assert decisions() == 1
    assert Labelling.objects.count() == (in_review.status == "accepted")


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_the_database_still_refuses(
    application: Applications, reviewer: User, other_reviewer: User
) -> None:
    answers = two_decisions(application("in_review", by=reviewer), reviewer, other_reviewer)
    assert [type(answer) for answer in answers].count(IntegrityError) == 1
    assert decisions() == 1


@pytest.mark.usefixtures("unlocked", "unordered")
def test_without_both_there_would_be_two_decisions(
    application: Applications, reviewer: User, other_reviewer: User
) -> None:
    two_decisions(application("in_review", by=reviewer), reviewer, other_reviewer)
    assert decisions() == 2


def test_double_submit_is_one_application(venue: Venue, manager: User) -> None:
    starts = at_once(*[lambda: applying.start(venue=venue, by=manager, at=MORNING)] * 4)
    assert len({application.pk for application in starts}) == 1
    assert LabelApplication.objects.count() == 1


def test_without_the_constraint_there_would_be_several(venue: Venue, manager: User) -> None:
    """The check alone, which every thread passes before any of them writes."""
    gate = Barrier(4, timeout=SECONDS)

    def start() -> LabelApplication:
        assert not LabelApplication.objects.filter(venue=venue).exists()
        gate.wait()
        return LabelApplication.objects.create(
            venue=venue, organization=venue.organization, status="withdrawn", created_by=manager
        )

    at_once(*[start] * 4)
    assert LabelApplication.objects.count() == 4


def test_submitted_twice_at_once_is_submitted_once(
    application: Applications, manager: User, reviewer: User
) -> None:
    asked = application("more_information", by=reviewer)
    answers = at_once(*[lambda: applying.submit(application=asked, by=manager, at=MORNING)] * 2)
    assert sum(isinstance(answer, StepRefused) for answer in answers) == 1
    assert asked.events.filter(status="submitted").count() == 2
