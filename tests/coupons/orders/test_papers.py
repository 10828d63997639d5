"""Papers: the same bytes for ever, all that the law wants, nothing read as markup."""

from datetime import date
from typing import Any

import pypdfium2
import pytest

from coupons.models import Order, Paper
from coupons.orders import ordering, papers
from tests.coupons import toy
from tests.coupons.orders import made

pytestmark = pytest.mark.django_db
NASTY = '#panic("x") $x^2$ *gras* <b>&amp; \\ " \u202e\u0007 [a](b) @cle ' + "W" * 60


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = "\n".join(document[i].get_textpage().get_text_range() for i in range(len(document)))
    finally:
        document.close()
    return " ".join(found.replace("\u00a0", " ").replace("\u200b", "").split())


def paper(order: Order, kind: str) -> Paper:
    return order.papers.get(kind=kind)


def test_the_quote_says_what_it_must(settings: Any) -> None:
    settings.SELLER = {
        **settings.SELLER,
        "name": "Coopérative d'essai",
        "iban": "FR7630006000011234567890189",
    }
    settings.ORDER_FEE_FIXED_CENTS = 5_000
    order = made.a_quote(booklets=120, service_code="MEDIATION", purchase_order_number="EJ-17")
    told = text_of(papers.pdf(paper(order, "quote")))
    for words in (
        "Devis D2026-000001",
        "Commune d'essai",
        "SIRET 21230096600018",
        "Coopérative d'essai",
        "22 janvier 2027",
        "120 carnets de 10 chèques",
        "12 000,00 €",
        "Hors champ",
        "TVA sur les frais, 20 %",
        "12 180,00 €",
        "FR76 3000 6000 0112 3456 7890 189",
        "EJ-17",
        "MEDIATION",
        "256 ter",
    ):
        assert words in told
    assert order.transfer_reference in told.replace(" ", "")


def test_without_vat_its_article_is_said(settings: Any) -> None:
    settings.ORDER_FEE_FIXED_CENTS, settings.ORDER_FEE_VAT_BP = 5_000, 0
    told = text_of(papers.pdf(paper(made.a_quote(), "quote")))
    assert "article 293 B" in told
    assert "TVA sur les frais" not in told


def test_the_invoice_is_the_quotes_with_the_engagement() -> None:
    order = made.funded()
    told = text_of(papers.pdf(paper(order, "invoice")))
    assert "Facture F2026-000001" in told
    assert "Devis D2026-000001" in told
    assert "EJ-2026-17" in told
    assert "Payée le 23 novembre 2026" in told


def test_a_change_of_fees_leaves_papers_as_they_were(settings: Any) -> None:
    order = made.ordered()
    settings.ORDER_FEE_VAT_BP, settings.SELLER = 0, {**settings.SELLER, "name": "Autre nom"}
    made.transferred(order.due_cents, order.transfer_reference)
    assert paper(order, "invoice").content["lines"] == paper(order, "quote").content["lines"]
    assert paper(order, "quote").content["seller"]["name"] != "Autre nom"


def test_the_credit_note_says_what_is_owed() -> None:
    order = made.funded()
    ordering.close(order=order, by=None, at=toy.AT.replace(year=2029))
    told = text_of(papers.pdf(paper(order, "credit_note")))
    assert "Avoir A2029-000001" in told
    assert "F2026-000001" in told
    assert "202,00 €" in told


@pytest.mark.parametrize("kind", ["quote", "invoice"])
def test_the_same_bytes_each_time(kind: str) -> None:
    found = paper(made.funded(), kind)
    assert papers.pdf(found) == papers.pdf(Paper.objects.get(pk=found.pk))


def test_nothing_people_write_is_markup() -> None:
    campaign = toy.a_campaign(name=NASTY[:120])
    order = made.a_quote(
        campaign, billing_name=NASTY, billing_address=f"{NASTY}\n\n{NASTY}", service_code=NASTY[:100]
    )
    told = text_of(papers.pdf(paper(order, "quote")))
    assert '#panic("x") $x^2$ *gras* <b>&amp;' in told


def test_series_are_of_the_year_and_leave_no_gap() -> None:
    numbers = [paper(made.a_quote(), "quote").number for _i in range(3)]
    later = toy.AT.replace(year=2027, month=1)
    assert numbers == ["D2026-000001", "D2026-000002", "D2026-000003"]
    assert paper(made.a_quote(at=later), "quote").number == "D2027-000001"


@pytest.mark.parametrize(
    ("cents", "told"), [(0, "0,00 €"), (5, "0,05 €"), (123_456, "1 234,56 €"), (-250, "−2,50 €")]
)
def test_amounts_in_words(cents: int, told: str) -> None:
    assert papers.euros(cents).replace("\u00a0", " ") == told


def test_the_day_is_that_of_paris() -> None:
    assert papers.day_of(toy.AT.replace(hour=23, minute=30)) == date(2026, 11, 24)
