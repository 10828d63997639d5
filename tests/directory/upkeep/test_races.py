"""Several people at once, on connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from directory.accounts.refusals import Refused
from directory.models import Claim, ErrorReport, Organization, PostCount, User, Venue
from directory.upkeep import claiming, freshness, posts, reporting
from directory.upkeep.merging import merge
from tests.directory.upkeep.conftest import NOON, person, venue_of

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act answered or refused, all begun together."""
    gate = Barrier(len(acts), timeout=SECONDS)

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [done.result(SECONDS) for done in [threads.submit(run, act) for act in acts]]


def refused(answers: list[Any]) -> int:
    return sum(isinstance(answer, Refused) for answer in answers)


def test_a_hundred_posts_at_once_count_as_a_hundred(transactional_db: None) -> None:
    """Ten connections, ten posts each: the sum is exact, and exactly ten went through."""
    answers = at_once(*[lambda: [posts.one_more("one", NOON) for _ in range(10)]] * 10)
    assert PostCount.objects.get(sender="one").posts == 100
    assert sum(map(sum, answers)) == posts.MOST_FROM_ONE_SENDER
    assert PostCount.objects.get(sender=posts.EVERYBODY).posts == posts.MOST_FROM_ONE_SENDER


def test_read_then_written_the_count_would_be_wrong(transactional_db: None) -> None:
    """What the one statement is for."""
    PostCount.objects.create(sender="one", since=NOON, posts=0)
    gate = Barrier(10, timeout=SECONDS)

    def naive() -> None:
        row = PostCount.objects.get(sender="one")
        gate.wait()
        row.posts += 1
        row.save()

    at_once(*[naive] * 10)
    assert PostCount.objects.get(sender="one").posts == 1


@pytest.fixture
def claims(free: Venue, organization: Organization, manager: User) -> list[Claim]:
    rival = Organization.objects.create(name="Une autre")
    by_rival = person("rival", rival)
    return [
        claiming.claim(venue=free, organization=claimant, proof="Preuve", by=by, at=NOON)
        for claimant, by in ((organization, manager), (rival, by_rival))
    ]


def test_two_reviewers_one_decision(claims: list[Claim], reviewer: User) -> None:
    other = person("seconde")
    answers = at_once(
        lambda: claiming.accept(claim=claims[0], by=reviewer, at=NOON),
        lambda: claiming.refuse(claim=claims[0], reason="Non", by=other, at=NOON),
    )
    assert refused(answers) == 1
    decided = Claim.objects.get(pk=claims[0].pk)
    assert (decided.status == "accepted") == (decided.venue.organization_id is not None)


def test_two_claims_of_one_venue_one_owner(claims: list[Claim], reviewer: User) -> None:
    answers = at_once(*[lambda one=one: claiming.accept(claim=one, by=reviewer, at=NOON) for one in claims])
    assert refused(answers) == 1
    assert sorted(Claim.objects.values_list("status", flat=True)) == ["accepted", "refused"]
    owner = Claim.objects.get(status="accepted").organization_id
    assert Venue.objects.get().organization_id == owner


def test_claimed_twice_at_once_is_one_claim(free: Venue, organization: Organization, manager: User) -> None:
    act = {"venue": free, "organization": organization, "proof": "Preuve", "by": manager, "at": NOON}
    answers = at_once(*[lambda: claiming.claim(**act)] * 4)
    assert len({claim.pk for claim in answers}) == 1


def test_two_answers_one_is_kept(venue: Venue, agent: User, reviewer: User) -> None:
    report = reporting.report(venue=venue, kind="hours", message="Fermé", email="", at=NOON)
    answers = at_once(
        *[
            lambda by=by: reporting.answer(report=report, status="fixed", text=by.name, by=by, at=NOON)
            for by in (agent, reviewer)
        ]
    )
    assert refused(answers) == 1
    report = ErrorReport.objects.get()
    assert report.answer == report.handled_by.name


def test_merged_both_ways_at_once_one_stays(reviewer: User) -> None:
    first, second = venue_of(None, "Fablab"), venue_of(None, "Fablab")
    answers = at_once(
        lambda: merge(kept=first, other=second, by=reviewer, at=NOON),
        lambda: merge(kept=second, other=first, by=reviewer, at=NOON),
    )
    assert refused(answers) == 1
    assert Venue.objects.filter(merged_into=None).count() == 1


def test_reminded_by_two_workers_one_letter(venue: Venue) -> None:
    ordered: list[Any] = []
    at = datetime(2026, 8, 1, tzinfo=UTC)
    answers = at_once(*[lambda: freshness.remind(at, lambda *what: ordered.append(what))] * 4)
    assert sum(answers) == len(ordered) == 1
