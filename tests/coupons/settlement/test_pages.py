"""The pages of the payouts: what a payee reads, what accountants do, and what none of them may."""

import io
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from coupons import batches, holds, sepa
from coupons.models import BankAnswer, BankDetails, Batch, BatchDownload, PayeeHold, Payout
from coupons.settlement import answering
from coupons.taking import give_back, take
from directory.models import Organization, Service, User, Venue
from tests.coupons import toy
from tests.coupons.settlement import files
from tests.coupons.settlement.conftest import (
    CUT_OFF,
    IBANS,
    LATER,
    House,
    lines_of,
    member,
    payout_of,
    signed_in,
)
from tests.hostile import LONG, PAYLOADS, TELLING, assert_inert

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    return " ".join(response.content.decode().replace("\u202f", " ").replace("\xa0", " ").split())


def at(name: str, *arguments: Any) -> str:
    return reverse(f"settlement:{name}", args=arguments)


def manager_of(organization: Organization) -> Client:
    return signed_in(member(organization, "provider-manager", "camille"))


def test_a_provider_reads_each_state_in_plain_words(house: House) -> None:
    provider = house.provider("Atelier", 3, bank=False)
    client = manager_of(provider)
    page = words(client.get(at("payouts", provider.pk)))
    assert "30 €" in page
    assert "Il manque un compte bancaire" in page
    house.settle()
    page = words(client.get(at("payouts", provider.pk)))
    assert "attend un compte vérifié" in page
    house.bank(provider)
    assert "dans le prochain lot" in words(client.get(at("payouts", provider.pk)))
    holds.hold(organization=provider, reason="Des paiements à vérifier.", by=house.accountant, at=LATER)
    page = words(client.get(at("payouts", provider.pk)))
    assert "Vos versements sont retenus" in page
    assert "Des paiements à vérifier." in page
    holds.release(organization=provider, by=house.second, at=LATER)
    draft = house.draft()
    assert "lot en préparation" in words(client.get(at("payouts", provider.pk)))
    batch = batches.approve(batch=draft, by=house.approver, at=LATER)
    assert "virement prévu le 25 novembre 2026" in words(client.get(at("payouts", provider.pk)))
    raw = files.statement(files.whole(batch, 3000, day="2026-11-24"))
    answering.bring_in(raw=raw, name="x", by=house.accountant, at=LATER)
    page = words(client.get(at("payouts", provider.pk)))
    assert "payé le 24 novembre 2026" in page
    assert "payé le 24 novembre 2026" in words(client.get(at("payout", provider.pk, payout_of(provider).pk)))


def test_a_sponsor_reads_its_refunds(house: House) -> None:
    counter = toy.a_counter()
    coupons = toy.coupons_in_hand(4)
    take(counter.passage([coupon.pk for coupon in coupons]), at=toy.AT)  # 40 € for 35 €
    sponsor = coupons[0].booklet.order.campaign.organization
    client = signed_in(member(sponsor, "sponsor-viewer"))
    assert "5 €" in words(client.get(at("payouts", sponsor.pk)))
    house.settle()
    payout = Payout.objects.get(account__kind="sponsor_refundable")
    page = words(client.get(at("payout", sponsor.pk, payout.pk)))
    assert "5 €" in page
    assert "Paiement" in page
    assert b"%PDF" in client.get(at("payout_file", sponsor.pk, payout.pk, "pdf")).content
    assert "5,00" in client.get(at("payout_file", sponsor.pk, payout.pk, "csv")).content.decode()


def test_each_cheque_is_a_row_of_the_sheets(house: House) -> None:
    provider = house.provider("Atelier", 2)
    house.settle()
    payout = payout_of(provider)
    client = manager_of(provider)
    sheet = client.get(at("payout_file", provider.pk, payout.pk, "csv")).content.decode("utf-8-sig")
    rows = [line.split(";") for line in sheet.splitlines()]
    assert len(rows) == 3
    assert {row[9] for row in rows[1:]} == {"10,00"}
    assert [row[1][-3:] for row in rows[1:]] == ["-01", "-02"]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(at("payout_file", provider.pk, payout.pk, "xlsx")).content)
    )
    assert [cell.value for cell in book.active[1]][1] == "Chèque"
    assert client.get(at("payout_file", provider.pk, payout.pk, "exe")).status_code == 404


def test_a_payment_taken_back_is_a_row_below_zero(house: House) -> None:
    provider = house.provider("Atelier", 3)
    counter = house.counters[0]
    given = [coupon.pk for coupon in toy.coupons_in_hand(1)]
    payment, _new = take(counter.passage(given, price_cents=1000), at=toy.AT)
    give_back(payment, by=counter.agent, reason="", at=toy.AT)
    house.settle()
    payout = payout_of(provider)
    assert payout.amount_cents == 3000
    sheet = manager_of(provider).get(at("payout_file", provider.pk, payout.pk, "csv")).content.decode()
    assert sheet.count("'-10,00") == 2  # value and paid: neutralised as any text that begins with a sign
    assert sheet.count("\r\n") == 6


def test_formulas_are_neutralised(house: House) -> None:
    provider = house.provider("Atelier", 1)
    Venue.objects.update(name="=HYPERLINK(A1)")
    Service.objects.update(name="@SUM(1)")
    house.settle()
    address = at("payout_file", provider.pk, payout_of(provider).pk, "csv")
    sheet = manager_of(provider).get(address).content.decode()
    assert "'=HYPERLINK" in sheet
    assert "'@SUM" in sheet


def test_the_paper_says_who_for_what_and_how_much(house: House) -> None:
    provider = house.provider("Atelier du Bourg", 2)
    house.settle()
    address = at("payout_file", provider.pk, payout_of(provider).pk, "pdf")
    client = manager_of(provider)
    first = client.get(address).content
    assert client.get(address).content == first
    text = pypdfium2.PdfDocument(first)[0].get_textpage().get_text_bounded()
    text = " ".join(text.replace("\xa0", " ").split())
    assert "Atelier du Bourg" in text
    assert "20,00 €" in text
    assert payout_of(provider).number in text


def test_what_is_another_s_does_not_exist(house: House) -> None:
    mine, other = house.provider("Mien"), house.provider("Autre")
    house.settle()
    client = manager_of(mine)
    for name, more in (("payout", ()), ("payout_file", ("pdf",)), ("payout_file", ("csv",))):
        assert client.get(at(name, mine.pk, payout_of(other).pk, *more)).status_code == 404
    assert client.get(at("payouts", other.pk)).status_code == 404


def test_a_manager_enters_an_account_that_stays_masked(house: House) -> None:
    provider = house.provider(bank=False)
    client = manager_of(provider)
    given = {"holder": "Atelier", "iban": "fr14 2004 1010 0505 0001 3M02 606", "contact": "a@exemple.test"}
    wrong = client.post(at("bank", provider.pk), {**given, "iban": "FR76 0000"})
    assert wrong.status_code == 422
    assert "Cet IBAN n'est pas juste" in wrong.content.decode().replace("&#x27;", "'")
    assert client.post(at("bank", provider.pk), given).status_code == 302
    page = words(client.get(at("bank", provider.pk)))
    assert "FR14 •••• 2606" in page
    assert IBANS[1] not in page.replace(" ", "")
    details = BankDetails.objects.get()
    desk = signed_in(house.approver)
    assert "FR14 2004 1010 0505 0001 3M02 606" in words(desk.get(at("details", details.pk)))
    assert IBANS[1] not in words(desk.get(at("to_verify"))).replace(" ", "")
    desk.post(at("verify", details.pk))
    assert "Le compte utilisé" in words(client.get(at("bank", provider.pk)))
    details.refresh_from_db()
    assert details.verified_by == house.approver


def test_from_the_cut_off_to_the_bank_file(house: House) -> None:
    provider = house.provider("Atelier", 2)
    waiting = house.provider("Sans compte", 1, bank=False)
    first, second, approver = (signed_in(one) for one in (house.accountant, house.second, house.approver))
    assert "1 relevé" not in words(first.get(at("desk")))
    first.post(at("settle"), {"cut_off": CUT_OFF.isoformat()})
    assert Payout.objects.count() == 3
    answer = first.post(at("prepare"), {"execute_on": timezone.localdate().isoformat()}, follow=True)
    assert "2 relevés attendent un compte bancaire" in words(answer)  # the fund has none either
    batch = Batch.objects.get()
    assert [line.payout for line in lines_of(batch)] == [payout_of(provider)]
    assert "une autre personne doit" in words(first.get(at("batch", batch.pk))).replace("&#x27;", "'")
    first.post(at("approve", batch.pk))
    batch.refresh_from_db()
    assert batch.status == "draft"
    assert not BatchDownload.objects.exists()
    approver.post(at("approve", batch.pk))
    batch.refresh_from_db()
    assert (batch.status, batch.approved_by) == ("approved", house.approver)
    one, two = (client.post(at("batch_file", batch.pk)).content for client in (first, second))
    assert one == two == sepa.transfers(batch)
    assert set(BatchDownload.objects.values_list("by", flat=True)) == {house.accountant.pk, house.second.pk}
    assert "accountant" in words(first.get(at("batch", batch.pk)))
    assert payout_of(waiting).number in words(first.get(at("desk") + "?etat=sans-compte"))


def test_a_file_before_the_approval_is_refused(house: House) -> None:
    house.provider()
    house.settle()
    draft = house.draft()
    answer = signed_in(house.accountant).post(at("batch_file", draft.pk), follow=True)
    assert "n'est pas approuvé" in words(answer).replace("&#x27;", "'")
    assert not BatchDownload.objects.exists()


def test_a_line_put_aside_a_batch_cancelled(house: House) -> None:
    house.provider("Un")
    house.provider("Deux")
    house.settle()
    draft = house.draft()
    line, other = lines_of(draft)
    client = signed_in(house.accountant)
    assert client.post(at("put_aside", draft.pk, line.pk), {"reason": " "}).status_code == 422
    client.post(at("put_aside", draft.pk, line.pk), {"reason": "À vérifier."})
    line.refresh_from_db()
    assert (line.status, line.payout.held_reason) == ("aside", "À vérifier.")
    assert "Approuver 10 €" in words(signed_in(house.approver).get(at("batch", draft.pk)))
    client.post(at("cancel", draft.pk))
    assert Batch.objects.get().status == "cancelled"
    assert other.payout in batches.to_pay()
    assert line.payout not in batches.to_pay()
    assert "À vérifier." in words(client.get(at("desk") + "?etat=retenus"))
    client.post(at("let_go", line.payout.pk))
    assert line.payout in batches.to_pay()


def test_holding_a_statement_and_a_payee(house: House) -> None:
    provider = house.provider()
    house.settle()
    payout = payout_of(provider)
    client = signed_in(house.accountant)
    for name in ("hold", "hold_payee"):
        client.post(at(name, payout.pk), {"reason": ""})
        assert payout in batches.to_pay()
        client.post(at(name, payout.pk), {"reason": "Doute."})
        assert payout not in batches.to_pay()
        client.post(at({"hold": "let_go", "hold_payee": "release_payee"}[name], payout.pk))
        if name == "hold_payee":
            assert payout not in batches.to_pay()
            signed_in(house.second).post(at("release_payee", payout.pk))
        assert payout in batches.to_pay()
    assert PayeeHold.objects.get().released_by == house.second


def test_the_answer_of_the_bank_by_the_page(house: House) -> None:
    house.provider("Atelier", 2)
    batch = house.sent()
    [line] = lines_of(batch)
    client = signed_in(house.accountant)
    raw = files.statement(files.left(line), files.movement(500, files.detail("LOYER")))
    sent = client.post(at("bring_in"), {"file": io.BytesIO(raw)}, follow=True)
    assert line.reference in words(sent)
    assert "Inconnu" in words(sent)
    again = client.post(at("bring_in"), {"file": io.BytesIO(raw)})
    assert again.status_code == 422
    assert "déjà importé" in words(again)
    wrong = client.post(at("bring_in"), {"file": io.BytesIO(b"rien")})
    assert wrong.status_code == 422
    assert BankAnswer.objects.count() == 1


def test_an_approver_sees_and_does_not_settle(house: House) -> None:
    house.provider()
    client = signed_in(house.approver)
    assert "Établir les relevés" not in words(client.get(at("desk")))
    assert client.post(at("settle"), {"cut_off": CUT_OFF.isoformat()}).status_code == 403
    assert client.post(at("bring_in")).status_code == 403
    assert not Payout.objects.exists()


@pytest.mark.parametrize("n", [1, 20])
def test_lists_ask_the_same_number_of_questions(
    n: int, house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    providers = [house.provider() for _ in range(n)]
    client, manager = signed_in(house.accountant), manager_of(providers[0])
    for _ in range(1, n):
        house.settle()
        house.pay(house.counters[0])
    batch = house.sent()
    desk = [at("desk"), at("desk") + "?etat=en-cours", at("batch", batch.pk), at("to_verify")]
    for address in desk:
        client.get(address)
        with django_assert_max_num_queries(32):
            assert client.get(address).status_code == 200
    for address in (at("payouts", providers[0].pk), at("payout", providers[0].pk, batch_payout(batch))):
        with django_assert_max_num_queries(20):
            assert manager.get(address).status_code == 200


def batch_payout(batch: Batch) -> int:
    return batch.attempts.order_by("pk")[0].payout_id


def fill(text: str) -> None:
    """Every text of payees, accounts, reasons and the bank's answers."""
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    Venue.objects.update(name=text[:250])
    Service.objects.update(name=text[:120])
    Payout.objects.filter(paid=None).update(held_reason=text[:200])
    Batch.objects.first().attempts.filter(status="pending").update(reason=text[:200])  # type: ignore[union-attr]


def test_typed_texts_are_text(house: House) -> None:
    provider = house.provider("Atelier")
    batch = house.sent()
    batches.hold(payout=payout_of(provider), reason="x", by=house.accountant, at=LATER)
    holds.hold(organization=provider, reason="x", by=house.accountant, at=LATER)
    lines = [
        {"outcome": outcome, "reference": text, "line": text, "reason": text}
        for outcome in ("refused", "unknown", "executed")
        for text in PAYLOADS[::3]
    ]
    answer = BankAnswer.objects.create(
        digest=b"1", name=PAYLOADS[0][:200], format="camt.053", lines=[], imported_by=house.accountant
    )
    hostile = BankAnswer.objects.create(
        digest=b"2", name=PAYLOADS[1][:200], format="camt.053", lines=lines, imported_by=house.accountant
    )
    desk = [
        at("desk"),
        at("desk") + "?etat=en-cours",
        at("desk_payout", payout_of(provider).pk),
        at("batch", batch.pk),
        at("put_aside", batch.pk, lines_of(batch)[0].pk),
        at("to_verify"),
        at("details", BankDetails.objects.latest("pk").pk),
        at("answer", answer.pk),
        at("answer", hostile.pk),
    ]
    own = [
        at("payouts", provider.pk),
        at("payout", provider.pk, payout_of(provider).pk),
        at("bank", provider.pk),
    ]
    readers = [(signed_in(house.accountant), desk), (manager_of(provider), own)]
    assert_inert(fill, readers, [*TELLING, *LONG])


def test_no_code_of_a_coupon_is_in_any_file(house: House) -> None:
    coupons, codes = toy.coupons_with_codes(1)
    counter = toy.a_counter("Atelier")
    take(counter.passage([coupons[0].pk], price_cents=1000), at=toy.AT)
    provider = counter.service.venue.organization
    assert provider is not None
    house.settle()
    client = manager_of(provider)
    for kind in ("csv", "xlsx", "pdf"):
        content = client.get(at("payout_file", provider.pk, payout_of(provider).pk, kind)).content
        assert codes[0].encode() not in content
