"""The pages of the orders, as browsers use them."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coupons.choices import OrderStatus
from coupons.models import Campaign, Order, Transfer
from coupons.orders import ordering
from tests.coupons import toy
from tests.coupons.orders import made
from tests.coupons.orders.camt import entry, statement
from tests.coupons.orders.conftest import Sponsor

pytestmark = pytest.mark.django_db


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ").split())


def filled(sponsor: Sponsor, booklets: Any = 12, **more: Any) -> dict[str, Any]:
    return {**made.BILLING, "campaign": sponsor.campaign.pk, f"point_{sponsor.point.pk}": booklets, **more}


def space(sponsor: Sponsor, path: str = "") -> str:
    return f"/espace/{sponsor.organization.pk}/commandes/{path}"


def ordered_now(sponsor: Sponsor, **more: Any) -> Order:
    return made.ordered(sponsor.campaign, at=timezone.now(), **more)


def test_from_quote_to_funded(sponsor: Sponsor, manager: Client, accountant: Client) -> None:
    answer = manager.post(space(sponsor, "nouvelle/"), filled(sponsor))
    order = Order.objects.get()
    assert answer.url == space(sponsor, f"{order.pk}/")
    assert (order.status, order.booklets, order.billing_name) == ("quote", 12, "Commune d'essai")
    page = words(manager.get(space(sponsor, f"{order.pk}/")))
    assert "Relire et commander" in page
    assert "1 212 €" in page
    given = {"agreed": "on", "terms_version": ordering.TERMS_VERSION, "purchase_order_number": "EJ-17"}
    manager.post(space(sponsor, f"{order.pk}/accepter/"), given)
    page = words(manager.get(space(sponsor, f"{order.pk}/")))
    assert "Votre virement" in page
    assert order.transfer_reference in page.replace(" ", "")
    noted = accountant.post(
        "/plateforme/banque/virement/",
        {
            "amount": "1 212,00",
            "booked_on": timezone.localdate().isoformat(),
            "payer": "Trésorerie",
            "remittance": order.transfer_reference,
            "bank_reference": "B-1",
        },
    )
    assert noted.url == f"/plateforme/commandes/{order.pk}/"
    order.refresh_from_db()
    assert order.status == OrderStatus.FUNDED
    page = words(manager.get(space(sponsor, f"{order.pk}/")))
    assert "Facture F" in page
    paper = order.papers.get(kind="invoice")
    pdf = manager.get(space(sponsor, f"{order.pk}/pieces/{paper.pk}.pdf"))
    assert pdf.content.startswith(b"%PDF")
    assert paper.number in pdf["Content-Disposition"]


def test_recalculating_shows_the_total_and_keeps_nothing(sponsor: Sponsor, manager: Client) -> None:
    answer = manager.post(space(sponsor, "nouvelle/"), filled(sponsor, 250, recalculate="1"))
    assert "25 250 €" in words(answer)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("booklets", "told"),
    [
        ("0", "au moins un carnet"),
        ("", "au moins un carnet"),
        ("-5", "au moins un carnet"),
        ("1000000", "un million de chèques"),
        ("10000000", "un million de chèques"),
        ("9" * 400, "un million de chèques"),
        ("9" * 5000, "nombre de carnets"),
        ("1,5", "nombre de carnets"),
        ("beaucoup", "nombre de carnets"),
    ],
)
@pytest.mark.parametrize("button", [{}, {"recalculate": "1"}])
def test_odd_counts_are_refused_in_words(
    sponsor: Sponsor, manager: Client, booklets: str, told: str, button: dict[str, str]
) -> None:
    answer = manager.post(space(sponsor, "nouvelle/"), filled(sponsor, booklets, **button))
    assert answer.status_code == 422
    assert told in words(answer)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("billing_siret", "12345678901234", "SIRET n'existe pas"),
        ("billing_name", "", "obligatoire"),
        ("billing_name", "x" * 251, "250"),
        ("billing_name", "a\x00b", "nul"),
        ("campaign", "999999", "pas une des vôtres"),
        ("campaign", "x", "pas une des vôtres"),
    ],
)
def test_odd_values_are_told(sponsor: Sponsor, manager: Client, field: str, value: str, told: str) -> None:
    answer = manager.post(space(sponsor, "nouvelle/"), filled(sponsor, **{field: value}))
    assert answer.status_code == 422
    assert told in words(answer)


def test_anothers_campaign_is_not_ordered(sponsor: Sponsor, manager: Client) -> None:
    theirs = toy.a_campaign()
    answer = manager.post(space(sponsor, "nouvelle/"), filled(sponsor, campaign=theirs.pk))
    assert "pas une des vôtres" in words(answer)


def test_what_is_needed_first_is_said(sponsor: Sponsor, manager: Client) -> None:
    sponsor.point.__class__.objects.update(closed_at=timezone.now())
    assert "point de remise" in words(manager.get(space(sponsor, "nouvelle/")))
    Campaign.objects.update(archived_at=timezone.now())
    assert "d'abord une campagne" in words(manager.get(space(sponsor, "nouvelle/")))


def test_billing_is_remembered(sponsor: Sponsor, manager: Client) -> None:
    made.a_quote(sponsor.campaign)
    assert "21230096600018" in words(manager.get(space(sponsor, "nouvelle/")))


def test_ordering_takes_an_agreement(sponsor: Sponsor, manager: Client) -> None:
    order = made.a_quote(sponsor.campaign, at=timezone.now())
    answer = manager.post(space(sponsor, f"{order.pk}/accepter/"), {"terms_version": ordering.TERMS_VERSION})
    assert answer.status_code == 422
    assert "Cochez la case" in words(answer)
    order.refresh_from_db()
    assert order.status == "quote"


def test_terms_of_another_day_are_told(sponsor: Sponsor, manager: Client) -> None:
    order = made.a_quote(sponsor.campaign, at=timezone.now())
    given = {"agreed": "on", "terms_version": "2020-01"}
    answer = manager.post(space(sponsor, f"{order.pk}/accepter/"), given, follow=True)
    assert "Les conditions ont changé" in words(answer)


def test_a_quote_that_is_over_is_told(sponsor: Sponsor, manager: Client) -> None:
    order = made.a_quote(sponsor.campaign, at=timezone.now() - timedelta(days=90))
    page = words(manager.get(space(sponsor, f"{order.pk}/")))
    assert "n'est plus valable" in page
    assert "Relire et commander" not in page


def test_a_viewer_sees_and_does_nothing(sponsor: Sponsor, viewer: Client) -> None:
    order = made.a_quote(sponsor.campaign, at=timezone.now())
    assert viewer.get(space(sponsor)).status_code == 200
    page = words(viewer.get(space(sponsor, f"{order.pk}/")))
    assert "Relire et commander" not in page
    assert "Abandonner" not in page
    assert viewer.post(space(sponsor, f"{order.pk}/annuler/")).status_code == 403


def test_others_orders_do_not_exist(sponsor: Sponsor, manager: Client) -> None:
    theirs = made.a_quote()
    paper = theirs.papers.get()
    for path in (f"{theirs.pk}/", f"{theirs.pk}/accepter/", f"{theirs.pk}/pieces/{paper.pk}.pdf"):
        assert manager.get(space(sponsor, path)).status_code == 404
    own = made.a_quote(sponsor.campaign)
    assert manager.get(space(sponsor, f"{own.pk}/pieces/{paper.pk}.pdf")).status_code == 404


def test_cancelling(sponsor: Sponsor, manager: Client) -> None:
    order = ordered_now(sponsor)
    page = words(manager.post(space(sponsor, f"{order.pk}/annuler/"), follow=True))
    assert "est annulée" in page


def test_closing_is_asked_again_first(sponsor: Sponsor, manager: Client) -> None:
    order = made.funded(sponsor.campaign, at=timezone.now())
    toy.booklets_of(order)
    for status in ("printed", "delivered"):
        Order.objects.filter(pk=order.pk).update(status=status)
    asked = words(manager.get(space(sponsor, f"{order.pk}/clore/")))
    assert "2 carnets n'ont pas été remis" in asked
    assert "202 €" in asked
    told = words(manager.post(space(sponsor, f"{order.pk}/clore/"), follow=True))
    assert "Avoir A" in told


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_lists_cost_the_same_for_one_and_for_twenty(
    sponsor: Sponsor, manager: Client, accountant: Client
) -> None:
    ordered_now(sponsor)
    made.transferred(999, "", reference="W-0")
    addresses = [
        (manager, space(sponsor)),
        (accountant, "/plateforme/commandes/"),
        (accountant, "/plateforme/banque/"),
    ]
    before = [queries(*one) for one in addresses]
    for i in range(19):
        ordered_now(sponsor)
        made.transferred(999, "", reference=f"W-{i + 1}")
    assert [queries(*one) for one in addresses] == before


def test_pages_of_fifty(sponsor: Sponsor, manager: Client) -> None:
    for _i in range(51):
        made.a_quote(sponsor.campaign)
    page = manager.get(space(sponsor))
    assert len(page.context["page"].rows) == 50
    assert len(manager.get(space(sponsor) + page.context["page"].next_url).context["page"].rows) == 1


def test_the_queue_is_narrowed(sponsor: Sponsor, operator: Client) -> None:
    waiting, paid = ordered_now(sponsor), made.funded(at=timezone.now())
    page = words(operator.get("/plateforme/commandes/"))
    assert waiting.number in page
    assert paid.number in page
    assert paid.number not in words(operator.get("/plateforme/commandes/?status=ordered"))
    for name in (paid.number, paid.transfer_reference.lower(), paid.campaign.name):
        page = words(operator.get("/plateforme/commandes/", {"name": name}))
        assert paid.number in page
        assert waiting.number not in page
    assert operator.get("/plateforme/commandes/?status=nowhere").status_code == 400


def test_the_desk_has_no_quotes_unless_asked(sponsor: Sponsor, operator: Client) -> None:
    order = made.a_quote(sponsor.campaign)
    assert order.number not in words(operator.get("/plateforme/commandes/"))
    assert order.number in words(operator.get("/plateforme/commandes/?status=quote"))


def test_too_much_is_shown_and_paid_back(sponsor: Sponsor, manager: Client, accountant: Client) -> None:
    order = ordered_now(sponsor)
    made.transferred(order.due_cents + 1_234, order.transfer_reference)
    assert "12,34 € de trop" in words(manager.get(space(sponsor, f"{order.pk}/")))
    told = words(accountant.post(f"/plateforme/commandes/{order.pk}/trop-percu/", follow=True))
    assert "12,34 € sont maintenant à rembourser" in told


def test_an_operator_does_not_touch_the_money(sponsor: Sponsor, operator: Client) -> None:
    order = ordered_now(sponsor)
    assert operator.get("/plateforme/banque/").status_code == 403
    assert operator.post(f"/plateforme/commandes/{order.pk}/trop-percu/").status_code == 403


def test_a_transfer_finds_its_order_by_hand(sponsor: Sponsor, accountant: Client) -> None:
    order = ordered_now(sponsor)
    noted = made.transferred(order.due_cents, "subvention", payer="DDFIP COMMUNE D'ESSAI")
    page = words(accountant.get("/plateforme/banque/"))
    assert order.number in page
    assert "(même montant, même nom)" in page
    where = f"/plateforme/banque/virements/{noted.pk}/"
    assert order.number in words(accountant.get(where))
    assert "Aucune commande" in words(accountant.post(where, {"order": "C2026-999999"}))
    assert accountant.post(where, {"order": order.number.lower().replace("-", " ")}).status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.FUNDED
    again = accountant.post(where, {"order": order.number})
    assert again.status_code == 422
    assert "a déjà rapproché" in words(again)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("amount", "douze", "montant en euros"),
        ("amount", "-5", "montant en euros"),
        ("amount", "0", "0,01"),
        ("amount", "0,001", "montant en euros"),
        ("amount", "999999999", "100 millions"),
        ("booked_on", "2999-01-01", "futur"),
        ("booked_on", "hier", "date"),
        ("bank_reference", "", "obligatoire"),
    ],
)
def test_odd_transfers_are_told(accountant: Client, field: str, value: str, told: str) -> None:
    given = {
        "amount": "12",
        "booked_on": "2026-01-05",
        "payer": "x",
        "remittance": "",
        "bank_reference": "B",
        field: value,
    }
    answer = accountant.post("/plateforme/banque/virement/", given)
    assert answer.status_code == 422
    assert told in words(answer)
    assert not Transfer.objects.exists()


def uploaded(raw: bytes) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("relevé.xml", raw)}


def test_a_statement_is_reported_line_by_line(sponsor: Sponsor, accountant: Client) -> None:
    order = ordered_now(sponsor)
    day = f"<Dt>{timezone.localdate()}</Dt>"
    raw = statement(
        entry("202.00", structured=order.transfer_reference, reference="A", day=day, payer="<b>Gras</b>"),
        entry("9.00", currency="CHF", reference="B"),
        iban="",
    )
    answer = accountant.post("/plateforme/banque/releve/", uploaded(raw), follow=True)
    page = words(answer)
    assert order.number in page
    assert "seuls les euros" in page
    assert "<b>Gras</b>" not in answer.content.decode()
    again = accountant.post("/plateforme/banque/releve/", uploaded(raw))
    assert again.status_code == 422
    assert "déjà importé" in words(again)


@pytest.mark.parametrize(
    ("raw", "told"), [(b"", "XML lisible"), (b"<a/>", "camt.053"), (b"<!DOCTYPE a []><a/>", "DTD")]
)
def test_what_is_no_statement_is_told(accountant: Client, raw: bytes, told: str) -> None:
    answer = accountant.post("/plateforme/banque/releve/", uploaded(raw))
    assert answer.status_code == 422
    assert told in words(answer)


def test_terms_are_public_and_former_ones_are_not_invented(client: Client) -> None:
    assert "Ce que vous commandez" in words(client.get(f"/conditions-de-commande/{ordering.TERMS_VERSION}/"))
    assert client.get("/conditions-de-commande/1999-01/").status_code == 404
