"""What comes back to a sponsor: line by line to the cent, one credit note, the same PDF each time."""

from datetime import timedelta

import pypdfium2
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coupons import crediting
from coupons.batches import settle
from coupons.books import notes
from coupons.expiry import expire
from coupons.models import Paper, Payout, RefundLine
from coupons.orders import ordering
from coupons.taking import give_back, take
from tests.coupons import toy
from tests.coupons.books import made
from tests.coupons.books.made import LATER, Story

pytestmark = pytest.mark.django_db


def lines(payout: Payout) -> dict[str, tuple[int, int, int]]:
    rows = RefundLine.objects.filter(payout=payout)
    return {row.source: (row.face_cents, row.contribution_cents, row.other_cents) for row in rows}


def test_each_source_has_its_line_and_they_make_the_amount(story: Story) -> None:
    refund = made.refunded(story)
    assert lines(refund) == {
        "cancellation": (5000, 50, 0),  # the lost booklet, after its payment was taken back
        "difference": (1000, 0, 0),  # 40 € for 35 €, 20 € for 15 €
        "payment_cancelled": (-500, 0, 0),
        "expiry": (1000, 10, 0),
    }
    assert refund.amount_cents == 5050 + 1000 - 500 + 1010
    note = Paper.objects.get(payout=refund)
    assert note.content["due_cents"] == refund.amount_cents
    assert note.content["invoices"] == [story.order.papers.get(kind="invoice").number]


def test_an_order_that_closed_has_its_own_credit_note(story: Story) -> None:
    later = LATER + timedelta(days=400)
    assert ordering.close_late(later) == 1
    own = Paper.objects.get(order=story.order, kind="credit_note")
    expire(at=later)
    settle(cut_off=later.date(), by=story.accountant, at=later + timedelta(days=1))
    refund = Payout.objects.get(account__kind="sponsor_refundable")
    assert lines(refund)["release"] == (5000, 50, 0)
    note = Paper.objects.get(payout=refund)
    assert note.content["due_cents"] == refund.amount_cents - 5050
    assert [note.number[-6:], own.number[-6:]] == ["000002", "000001"]  # no gap
    assert "release" not in {line["source"] for line in note.content["lines"]}


def test_settled_again_nothing_is_said_twice(story: Story) -> None:
    refund = made.refunded(story)
    settle(cut_off=LATER.date(), by=story.accountant, at=LATER + timedelta(days=1))
    assert Paper.objects.filter(payout__isnull=False).count() == 1
    assert RefundLine.objects.filter(payout=refund).count() == 4


def test_what_is_taken_back_later_is_in_the_next_statement() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(6)
    numbers = [coupon.pk for coupon in coupons]
    first, _again = take(counter.passage(numbers[:2], price_cents=1500), at=toy.AT)
    settle(cut_off=toy.AT.date(), by=counter.agent, at=toy.AT + timedelta(days=1))
    refund = Payout.objects.get(account__kind="sponsor_refundable")
    assert lines(refund) == {"difference": (500, 0, 0)}
    give_back(first, by=counter.agent, reason="", at=toy.AT + timedelta(days=2))
    expire(at=LATER)
    settle(cut_off=LATER.date(), by=counter.agent, at=LATER + timedelta(days=1))
    second = Payout.objects.filter(account__kind="sponsor_refundable").latest("pk")
    assert lines(second) == {"payment_cancelled": (-500, 0, 0), "expiry": (6000, 60, 0)}


def test_what_is_taken_back_while_the_statement_is_made_is_counted_by_the_next() -> None:
    """Between the statement and its lines, as another connection may."""
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(4)
    numbers = [coupon.pk for coupon in coupons]
    first, _again = take(counter.passage(numbers[:2], price_cents=1500), at=toy.AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coupons_settle(%s, %s)", [toy.AT.date(), toy.AT])
    give_back(first, by=counter.agent, reason="", at=toy.AT)
    crediting.state_refunds(at=toy.AT)
    refund = Payout.objects.get(account__kind="sponsor_refundable")
    assert lines(refund) == {"difference": (500, 0, 0)}
    expire(at=LATER)
    settle(cut_off=LATER.date(), by=counter.agent, at=LATER + timedelta(days=1))
    second = Payout.objects.filter(account__kind="sponsor_refundable").latest("pk")
    assert lines(second) == {"payment_cancelled": (-500, 0, 0), "expiry": (4000, 40, 0)}


def test_a_payment_taken_back_after_the_last_day_gives_the_contribution_back_too() -> None:
    counter, coupons = toy.a_counter(), toy.coupons_in_hand(2)
    payment, _again = take(counter.passage([c.pk for c in coupons], price_cents=1500), at=toy.AT)
    expire(at=LATER)
    give_back(payment, by=counter.agent, reason="", at=LATER)
    settle(cut_off=LATER.date(), by=counter.agent, at=LATER + timedelta(days=1))
    refund = Payout.objects.get(account__kind="sponsor_refundable")
    assert lines(refund) == {"difference": (500, 0, 0), "payment_cancelled": (1500, 20, 0)}
    assert refund.amount_cents == 2020


def test_the_credit_note_is_the_same_each_time_and_readable(story: Story) -> None:
    note = Paper.objects.get(payout=made.refunded(story))
    drawn = notes.pdf(note)
    assert notes.pdf(note) == drawn
    text = pypdfium2.PdfDocument(drawn)[0].get_textpage().get_text_range().replace("\u00a0", " ")
    for words in (note.number, "Avoir", "65,60 €", "Chèques expirés", "Commune d'essai", "−5,00 €"):
        assert words in text, words


@pytest.mark.parametrize(
    "verb", ["INSERT INTO coupons_refundline (id) VALUES (1)", "DELETE FROM coupons_refundline"]
)
def test_the_site_writes_no_line_by_itself(verb: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(verb)


def test_a_sponsor_reads_its_refunds(story: Story, manager: Client) -> None:
    refund = made.refunded(story)
    organization = story.campaign.organization
    listed = manager.get(reverse("books:refunds", args=[organization.pk])).content.decode()
    assert "65,60" in listed
    shown = manager.get(reverse("books:refund", args=[organization.pk, refund.pk])).content.decode()
    assert "Chèques expirés" in shown
    assert "Avoir A2027-000001" in shown or "Avoir A2028-000001" in shown
    note = manager.get(reverse("books:credit_note", args=[organization.pk, refund.pk]))
    assert note.content.startswith(b"%PDF")


def test_the_page_asks_the_same_questions_for_one_refund_and_for_three(story: Story, manager: Client) -> None:
    address = reverse("books:refunds", args=[story.campaign.organization.pk])
    made.refunded(story)
    manager.get(address)
    with CaptureQueriesContext(connection) as one:
        manager.get(address)
    for _more in range(2):
        made.refunded(made.a_story(toy.a_campaign(story.campaign.organization, booklet_size=5)))
    with CaptureQueriesContext(connection) as three:
        assert manager.get(address).content.decode().count("À verser".lower()) == 3
    assert len(three) == len(one)


def test_another_s_refund_does_not_exist(story: Story, manager: Client) -> None:
    other = made.refunded(made.a_story(toy.a_campaign(booklet_size=5)))
    mine = story.campaign.organization.pk
    for name in ("books:refund", "books:credit_note"):
        assert manager.get(reverse(name, args=[mine, other.pk])).status_code == 404
