"""One rating for one payment; what a venue's passages say of it, whatever happens to them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from coupons.invitations import invitation
from coupons.models import Rating
from coupons.ratings.rating import rate
from coupons.ratings.refusals import NotRatable, Why
from coupons.taking import give_back
from directory.echoes import Echo
from directory.models import Feedback, Review
from directory.upkeep.merging import merge
from tests.coupons import toy
from tests.coupons.ratings.conftest import MARKS, Receipt, a_moderator, paid, rated

pytestmark = pytest.mark.django_db


def refused(receipt: Receipt, **fields: object) -> Why:
    with pytest.raises(NotRatable) as caught:
        rate(**{"code": receipt.code, "marks": MARKS, "comment": "", "at": toy.AT, **fields})  # type: ignore[arg-type]
    return caught.value.why


def echo(receipt: Receipt) -> Echo:
    return Echo.of(Feedback.objects.filter(venue=receipt.counter.service.venue).first())


def test_a_passage_is_rated_once(receipt: Receipt) -> None:
    review = rated(receipt.payment, "Très bien")
    assert review.comment_state == "waiting"
    assert review.venue == receipt.counter.service.venue
    assert Rating.objects.get().payment == receipt.payment
    assert refused(receipt) == Why.USED
    assert echo(receipt) == Echo(date(2026, 11, 23), 1, 5, 4, 3)


def test_of_no_payment(receipt: Receipt) -> None:
    assert refused(receipt, code=invitation(receipt.payment.pk + 1000).code) == Why.UNKNOWN
    assert refused(receipt, code="12-ABCDE-FGHJK") == Why.UNKNOWN


def test_of_a_cancelled_payment(receipt: Receipt) -> None:
    give_back(receipt.payment, by=receipt.counter.agent, reason="Erreur", at=toy.AT)
    assert refused(receipt) == Why.CANCELLED


def test_ninety_days_and_no_more(receipt: Receipt) -> None:
    assert refused(receipt, at=toy.AT + timedelta(days=91)) == Why.LATE
    assert rated(receipt.payment, at=toy.AT + timedelta(days=90))


def test_a_cancelled_payment_takes_its_rating_with_it(receipt: Receipt) -> None:
    [other] = paid(receipt.counter, at=toy.AT - timedelta(days=6))
    rated(receipt.payment, reception=1)
    rated(other)
    assert echo(receipt).answers == 2
    give_back(receipt.payment, by=receipt.counter.agent, reason="Erreur", at=toy.AT)
    assert not Review.objects.get(rating__payment=receipt.payment).standing
    assert echo(receipt) == Echo(date(2026, 11, 17), 1, 5, 4, 3)
    give_back(other, by=receipt.counter.agent, reason="Erreur", at=toy.AT)
    assert echo(receipt) == Echo(None, 0, 0, 0, 0)


def test_an_older_payment_does_not_put_the_last_use_back(receipt: Receipt) -> None:
    paid(receipt.counter, at=toy.AT - timedelta(days=30))
    assert echo(receipt).last_used_on == date(2026, 11, 23)


def test_two_venues_that_are_one_have_one_echo(receipt: Receipt) -> None:
    other = toy.a_counter("Autre lieu")
    [there] = paid(other, at=toy.AT + timedelta(days=2))
    rated(receipt.payment)
    rated(there, reception=1, at=toy.AT + timedelta(days=2))
    venue, gone = receipt.counter.service.venue, other.service.venue
    gone.organization = venue.organization
    gone.save(update_fields=["organization"])
    merge(kept=venue, other=gone, by=a_moderator(), at=toy.AT)
    assert echo(receipt) == Echo(date(2026, 11, 25), 2, 6, 8, 6)
    give_back(there, by=other.agent, reason="Erreur", at=toy.AT + timedelta(days=2))
    assert echo(receipt) == Echo(date(2026, 11, 23), 1, 5, 4, 3)


def test_a_passage_at_a_venue_merged_meanwhile_is_rated_where_it_went(receipt: Receipt) -> None:
    other = toy.a_counter("Autre lieu")
    [there] = paid(other)
    venue, gone = receipt.counter.service.venue, other.service.venue
    gone.organization = venue.organization
    gone.save(update_fields=["organization"])
    merge(kept=venue, other=gone, by=a_moderator(), at=toy.AT)
    assert rated(there).venue == venue
    assert echo(receipt).answers == 1


@pytest.mark.parametrize("name", ["reception", "usefulness", "progress"])
@pytest.mark.parametrize("value", [0, 6])
def test_marks_go_from_one_to_five(receipt: Receipt, name: str, value: int) -> None:
    with pytest.raises(IntegrityError, match=f"review_{name}"):
        rated(receipt.payment, **{name: value})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE directory_review SET reception = 5",
        "UPDATE directory_review SET comment = 'Mieux'",
        "UPDATE directory_review SET standing = false",
        "DELETE FROM directory_review",
        "UPDATE coupons_rating SET payment_id = 1",
        "DELETE FROM coupons_rating",
        "UPDATE directory_feedback SET reception_sum = 50",
        "INSERT INTO directory_feedback VALUES (1, NULL, 1, 5, 5, 5)",
        "SELECT directory_used_on(1, '2026-01-01')",
    ],
)
def test_the_site_cannot_write_what_people_said(receipt: Receipt, statement: str) -> None:
    rated(receipt.payment, "Bien", reception=1)
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_wants_a_payment_that_stands_at_that_venue(receipt: Receipt) -> None:
    """Whoever writes: the site too."""
    elsewhere = toy.a_counter("Ailleurs").service.venue
    review = Review.objects.create(venue=elsewhere, organization=elsewhere.organization, **MARKS)
    with pytest.raises(IntegrityError, match="no such rating"), transaction.atomic():
        Rating.objects.create(payment=receipt.payment, review=review)
    give_back(receipt.payment, by=receipt.counter.agent, reason="Erreur", at=toy.AT)
    here = receipt.counter.service.venue
    review = Review.objects.create(venue=here, organization=here.organization, **MARKS)
    with pytest.raises(IntegrityError, match="no such rating"):
        Rating.objects.create(payment=receipt.payment, review=review)


def test_a_mean_of_enough_answers_only(receipt: Receipt) -> None:
    for i, payment in enumerate([receipt.payment, *paid(receipt.counter, n=4)]):
        assert echo(receipt).overall is None
        assert echo(receipt).missing == 5 - i
        rated(payment, reception=5 if i else 4, usefulness=i + 1, progress=2)
    found = echo(receipt)
    assert (found.answers, found.missing) == (5, 0)
    assert (found.reception, found.usefulness, found.progress) == (Decimal("4.8"), Decimal(3), Decimal(2))
    assert found.overall == Decimal("3.3")  # 49 / 15 = 3.266…


def test_a_half_is_rounded_upwards() -> None:
    assert Echo(None, 20, 85, 20, 20).reception == Decimal("4.3")  # 4.25


def test_what_is_recorded_of_a_review_is_not_what_was_said(receipt: Receipt) -> None:
    """The journal is read by those it is about."""
    rated(receipt.payment, "Un mot")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM directory_change WHERE \"table\" = 'review'")
        assert cursor.fetchone() == (0,)
