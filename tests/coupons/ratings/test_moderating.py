"""Nothing is read by anybody before somebody of the platform read it; nobody decides on their own organisation."""

from datetime import timedelta

import pytest

from coupons.ratings.answering import answer
from coupons.ratings.moderating import ANSWER, COMMENT, flags, publish, refuse
from coupons.taking import give_back
from directory.accounts.refusals import Refused
from directory.models import Change, Membership, Review, User
from tests.at_once import at_once
from tests.coupons import toy
from tests.coupons.ratings.conftest import Receipt, a_moderator, paid, rated

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(receipt: Receipt) -> Review:
    return rated(receipt.payment, "Bien reçu, mais loin.")


def read_by_anybody() -> list[str]:
    return list(Review.objects.read_by_anybody().values_list("comment", flat=True))


def test_from_waiting_to_read(review: Review, moderator: User) -> None:
    assert read_by_anybody() == []
    publish(review=review, what=COMMENT, by=moderator, at=toy.AT)
    assert read_by_anybody() == ["Bien reçu, mais loin."]
    [change] = Change.objects.filter(table="review")
    assert change.actor == moderator
    assert change.after["comment_state"] == "published"
    assert "comment" not in change.after


def test_refused_and_published_no_more(review: Review, moderator: User) -> None:
    publish(review=review, what=COMMENT, by=moderator, at=toy.AT)
    refuse(review=review, what=COMMENT, reason="Un nom", by=moderator, at=toy.AT)
    assert read_by_anybody() == []
    with pytest.raises(Refused, match="déjà décidé"):
        publish(review=review, what=COMMENT, by=moderator, at=toy.AT)
    review.refresh_from_db()
    assert (review.comment_reason, review.standing) == ("Un nom", True)


def test_not_of_ones_own(review: Review, moderator: User) -> None:
    Membership.objects.create(user=moderator, organization=review.organization, role="provider-agent")
    for decide in (publish, refuse):
        with pytest.raises(Refused, match="membre"):
            decide(review=review, what=COMMENT, by=moderator, at=toy.AT, **reason(decide))  # type: ignore[operator]


def reason(decide: object) -> dict[str, str]:
    return {"reason": "Non"} if decide is refuse else {}


def test_without_a_comment_there_is_nothing_to_decide(receipt: Receipt, moderator: User) -> None:
    with pytest.raises(Refused, match="déjà décidé"):
        publish(review=rated(receipt.payment), what=COMMENT, by=moderator, at=toy.AT)


def test_an_answer_is_moderated_too(review: Review, moderator: User, receipt: Receipt) -> None:
    agent = receipt.counter.agent
    with pytest.raises(Refused, match="plus affiché"):
        answer(review=review, text="Merci", by=agent, at=toy.AT)
    publish(review=review, what=COMMENT, by=moderator, at=toy.AT)
    answer(review=review, text="Merci", by=agent, at=toy.AT)
    with pytest.raises(Refused, match="déjà donnée"):
        answer(review=review, text="Encore", by=agent, at=toy.AT)
    review.refresh_from_db()
    assert review.shown_answer == ""
    refuse(review=review, what=ANSWER, reason="Trop sec", by=moderator, at=toy.AT)
    answer(review=review, text="Merci beaucoup", by=agent, at=toy.AT)
    publish(review=review, what=ANSWER, by=moderator, at=toy.AT)
    review.refresh_from_db()
    assert (review.shown_answer, review.answer_reason) == ("Merci beaucoup", "")


def test_low_recent_means_are_flagged(receipt: Receipt, moderator: User) -> None:
    payments = [receipt.payment, *paid(receipt.counter, n=5)]
    low = {"reception": 2, "usefulness": 2, "progress": 3}
    for payment in payments[:4]:
        rated(payment, **low)
    assert not flags(toy.AT)
    rated(payments[4], **low)
    [flag] = flags(toy.AT)
    assert (flag.venue, flag.answers) == (receipt.counter.service.venue, 5)
    assert flag.mean == pytest.approx(7 / 3)
    assert not flags(toy.AT + timedelta(days=181))
    give_back(payments[4], by=receipt.counter.agent, reason="Erreur", at=toy.AT)
    assert not flags(toy.AT)
    rated(payments[5], reception=5, usefulness=5, progress=5)
    assert not flags(toy.AT)


def test_flags_cost_two_queries_for_one_or_many(
    receipt: Receipt, django_assert_max_num_queries: object
) -> None:
    for n in range(3):
        counter = toy.a_counter(f"Lieu {n}")
        for payment in paid(counter, n=5):
            rated(payment, reception=1, usefulness=1, progress=1)
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        assert len(list(flags(toy.AT))) == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_decides() -> None:
    counter = toy.a_counter()
    review = rated(paid(counter)[0], "Un mot")
    first, second = a_moderator("une"), a_moderator("deux")
    found = at_once(
        lambda: publish(review=review, what=COMMENT, by=first, at=toy.AT),
        lambda: publish(review=review, what=COMMENT, by=second, at=toy.AT),
        refusals=(Refused,),
    )
    assert sum(isinstance(one, Refused) for one in found) == 1
