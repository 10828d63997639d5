"""Several people at once, on connections of their own."""

from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from directory.accounts.refusals import Refused
from directory.models import Claim, ErrorReport, Organization, PostCount, User, Venue
from directory.upkeep import claiming, freshness, posts, reporting
from directory.upkeep.merging import merge
from tests.at_once import at_once as together
from tests.at_once import slow_writes, take_locks_away
from tests.directory.upkeep.conftest import NOON, person, venue_of

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20
at_once = partial(together, refusals=(Refused,))


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


def two_decisions(claim: Claim, reviewer: User) -> list[Any]:
    other = person("seconde")
    with slow_writes("directory_claim"):
        return at_once(
            lambda: claiming.accept(claim=claim, by=reviewer, at=NOON),
            lambda: claiming.refuse(claim=claim, reason="Non", by=other, at=NOON),
        )


def test_without_locks_there_would_be_two_decisions(
    claims: list[Claim], reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_locks_away(monkeypatch)
    assert refused(two_decisions(claims[0], reviewer)) == 0


def test_two_reviewers_one_decision(claims: list[Claim], reviewer: User) -> None:
    assert refused(two_decisions(claims[0], reviewer)) == 1
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
