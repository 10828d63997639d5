"""Decisions, the label they open, and its end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateRange

from directory.label import applying, deciding, labels
from directory.label.steps import StepRefused
from directory.models import Change, Labelling, Listing, Membership, Place, User, Venue
from tests.directory.label.conftest import MORNING, Applications, application_at

pytestmark = pytest.mark.django_db


def test_acceptance_opens_three_years_from_that_day(
    application: Applications, reviewer: User, venue: Venue
) -> None:
    accepted = application("accepted", by=reviewer)
    labelling = venue.labellings.get()
    assert labelling.during == DateRange(date(2026, 5, 4), date(2029, 5, 4))
    assert labelling.application == accepted
    assert (accepted.decided_by, accepted.decided_at) == (reviewer, MORNING)


def test_the_day_is_the_venues_own(application: Applications, reviewer: User, venue: Venue) -> None:
    Place.objects.update(timezone="Pacific/Noumea")
    evening = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
    application("accepted", by=reviewer, at=evening)
    assert venue.labellings.get().during.lower == date(2026, 5, 5)


def test_a_label_begun_on_29_february_ends_on_the_last_of_february() -> None:
    assert labels.years_later(date(2028, 2, 29), 3) == date(2031, 3, 1)
    assert labels.months_earlier(date(2026, 8, 31), 6) == date(2026, 2, 28)
    assert labels.months_earlier(date(2026, 3, 4), 6) == date(2025, 9, 4)


def test_a_renewal_follows_without_gap_or_overlap(
    application: Applications, reviewer: User, venue: Venue, manager: User
) -> None:
    Labelling.objects.create(venue=venue, during=(date(2023, 9, 1), date(2026, 9, 1)))
    application("accepted", by=reviewer)
    assert venue.labellings.latest("pk").during == DateRange(date(2026, 9, 1), date(2029, 9, 1))


def test_a_label_that_had_ended_begins_again_on_the_day(
    application: Applications, reviewer: User, venue: Venue
) -> None:
    Labelling.objects.create(venue=venue, during=(date(2022, 9, 1), date(2025, 9, 1)))
    application("accepted", by=reviewer)
    assert venue.labellings.latest("pk").during.lower == MORNING.date()


def test_not_in_the_search_one_step_earlier(application: Applications, reviewer: User, venue: Venue) -> None:
    in_review = application("in_review", by=reviewer)
    assert not Listing.objects.labelled_on(MORNING.date()).exists()
    deciding.accept(application=in_review, by=reviewer, at=MORNING)
    assert Listing.objects.labelled_on(MORNING.date()).get().venue == venue


def test_a_withdrawn_label_leaves_the_search_at_once(
    application: Applications, reviewer: User, venue: Venue
) -> None:
    application("accepted", by=reviewer)
    later = MORNING + timedelta(days=100)
    labels.withdraw_label(venue=venue, reason="Fermeture définitive.", by=reviewer, at=later)
    labelling = venue.labellings.get()
    assert labelling.during == DateRange(date(2026, 5, 4), later.date())
    assert (labelling.withdrawn_by, labelling.withdrawn_at) == (reviewer, later)
    assert not Listing.objects.labelled_on(later.date()).exists()
    assert Listing.objects.labelled_on(later.date() - timedelta(days=1)).exists()
    assert Change.objects.filter(table="labelling").first().actor == reviewer


def test_withdrawn_on_its_first_day_it_was_never_in_force(
    application: Applications, reviewer: User, venue: Venue
) -> None:
    application("accepted", by=reviewer)
    labels.withdraw_label(venue=venue, reason="Erreur.", by=reviewer, at=MORNING)
    assert venue.labellings.get().during.isempty
    assert not Listing.objects.labelled_on(MORNING.date()).exists()


def test_a_renewal_to_come_is_withdrawn_with_the_label(
    application: Applications, reviewer: User, venue: Venue
) -> None:
    Labelling.objects.create(venue=venue, during=(date(2023, 9, 1), date(2026, 9, 1)))
    application("accepted", by=reviewer)
    labels.withdraw_label(venue=venue, reason="Fermeture.", by=reviewer, at=MORNING)
    assert not Listing.objects.labelled_on(date(2027, 1, 1)).exists()
    with pytest.raises(StepRefused, match="n'a plus le label"):
        labels.withdraw_label(venue=venue, reason="Encore.", by=reviewer, at=MORNING)


def test_after_a_withdrawal_one_may_apply_again(
    application: Applications, reviewer: User, venue: Venue, manager: User
) -> None:
    application("accepted", by=reviewer)
    labels.withdraw_label(venue=venue, reason="Travaux.", by=reviewer, at=MORNING)
    again = application_at("accepted", venue, manager, by=reviewer)
    assert again.labelling.during.lower == MORNING.date()


def test_nobody_decides_on_their_own_organisation(
    application: Applications, reviewer: User, venue: Venue
) -> None:
    submitted = application("submitted")
    Membership.objects.create(user=reviewer, organization=venue.organization, role="provider-agent")
    acts: list[Any] = [
        lambda: deciding.take(application=submitted, by=reviewer, at=MORNING),
        lambda: deciding.tick(application=submitted, points=["identity"], by=reviewer),
        lambda: deciding.ask_more(application=submitted, message="Et ?", by=reviewer, at=MORNING),
        lambda: deciding.accept(application=submitted, by=reviewer, at=MORNING),
        lambda: deciding.refuse(application=submitted, reason="Non", by=reviewer, at=MORNING),
        lambda: labels.withdraw_label(venue=venue, reason="Non", by=reviewer, at=MORNING),
    ]
    for act in acts:
        with pytest.raises(StepRefused, match="une autre personne doit décider"):
            act()


def test_the_second_decision_is_told_of_the_first(
    application: Applications, reviewer: User, other_reviewer: User
) -> None:
    refused = application("refused", by=reviewer)
    with pytest.raises(
        StepRefused, match=r"Dominique Instruction a déjà agi .* « refusée » depuis le 4 mai 2026 10:30"
    ):
        deciding.accept(application=refused, by=other_reviewer, at=MORNING)
    assert not Labelling.objects.exists()


@pytest.mark.owner
def test_a_failed_label_undoes_the_acceptance(application: Applications, reviewer: User) -> None:
    in_review = application("in_review", by=reviewer)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE directory_labelling ADD CONSTRAINT no_more_labels CHECK (false)")
    with pytest.raises(IntegrityError, match="no_more_labels"):
        deciding.accept(application=in_review, by=reviewer, at=MORNING)
    in_review.refresh_from_db()
    assert in_review.status == "in_review"


def test_only_known_points_are_ticked(application: Applications, reviewer: User) -> None:
    in_review = application("in_review", by=reviewer)
    deciding.tick(application=in_review, points=["identity", "unheard-of"], by=reviewer)
    in_review.refresh_from_db()
    assert in_review.checklist == {"identity": True}


def test_a_submission_is_taken_before_it_is_decided(application: Applications, reviewer: User) -> None:
    with pytest.raises(StepRefused):
        deciding.accept(application=application("submitted"), by=reviewer, at=MORNING)
    with pytest.raises(StepRefused):
        applying.submit(application=application("in_review", by=reviewer), by=reviewer, at=MORNING)
