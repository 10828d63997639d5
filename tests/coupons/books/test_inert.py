"""What people type is shown as text on every page of the books, and in the credit note."""

import pytest
from django.test import Client
from django.urls import reverse

from coupons import payees
from coupons.books import notes, proving
from coupons.models import Account, CooperationFund, Entry, Paper
from directory.models import Organization, User
from tests.coupons import toy
from tests.coupons.books import made
from tests.coupons.books.made import Story
from tests.hostile import LONG, TELLING, Seen, assert_inert, intruders

pytestmark = pytest.mark.django_db
IBAN = "FR7630006000011234567890189"


def fill(text: str) -> None:
    """Every text that may change: funds, who holds the country's account, organisations, people."""
    CooperationFund.objects.update(name=text[:160])
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    national, by = CooperationFund.objects.get(area=None), User.objects.latest("pk")
    payees.enter(payee=national, holder=text[:70], iban=IBAN, by=by, at=toy.AT)


def test_typed_texts_are_text(story: Story, accountant: Client, manager: Client) -> None:
    fund = CooperationFund.objects.get(area=None)
    refund = made.refunded(story)
    proving.publish(at=toy.AT)
    own = story.campaign.organization.pk
    provider = Account.objects.get(kind="provider_payable")
    desk = [
        reverse("books:balance"),
        reverse("books:journal"),
        reverse("books:account", args=[provider.pk]),
        reverse("books:entry", args=[Entry.objects.get(kind="payment", payment=story.payment).pk]),
        reverse("books:desk_funds"),
        reverse("books:desk_fund", args=[fund.pk]),
        reverse("books:new_fund") + "?q=a",
        reverse("books:funds"),
        reverse("books:proof"),
    ]
    space = [reverse("books:refunds", args=[own]), reverse("books:refund", args=[own, refund.pk])]
    assert_inert(fill, [(accountant, desk), (manager, space)], [*TELLING, *LONG])


def test_what_is_typed_in_vain_is_text(accountant: Client) -> None:
    addresses = [
        (reverse("books:new_fund"), {"area": "x"}, "name"),
        (reverse("books:new_fund"), {"name": "x"}, "area"),
    ]
    for address, body, field in addresses:
        usual = Seen(accountant.post(address, {**body, field: "x"}).content.decode()).kinds
        for text in TELLING:
            answer = accountant.post(address, {**body, field: text})
            assert answer.status_code == 422
            assert not intruders(answer.content.decode(), usual), text
    usual = Seen(accountant.get(reverse("books:new_fund"), {"q": "x"}).content.decode()).kinds
    for text in TELLING:
        assert not intruders(
            accountant.get(reverse("books:new_fund"), {"q": text}).content.decode(), usual
        ), text


@pytest.mark.parametrize("text", ["#eval(sys)", "$x$ *gras* @lien", '"\\"#panic()', "= Titre\n- liste"])
def test_a_credit_note_reads_names_as_text(text: str) -> None:
    story = made.a_story(toy.a_campaign(booklet_size=5, name=text[:120]))
    note = Paper.objects.get(payout=made.refunded(story))
    assert note.content["campaign"] == text
    assert notes.pdf(note).startswith(b"%PDF")
