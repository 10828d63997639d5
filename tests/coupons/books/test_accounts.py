"""The books as files and pages: every cent once, in the columns the law names, and no formula."""

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from coupons import ledger
from coupons.books import chart, fec, reading, sheets
from coupons.books.reading import Period
from coupons.choices import AccountKind, EntryKind
from coupons.models import Account, Entry, Leg, Order
from coupons.orders import funding
from directory.models import Organization
from tests.coupons import toy
from tests.coupons.books import made
from tests.coupons.books.made import LATER, Story
from tests.coupons.orders import made as ordered

pytestmark = pytest.mark.django_db
YEAR = toy.AT.year
WHOLE = Period(toy.AT.date() - timedelta(days=400), LATER.date() + timedelta(days=400))
QUESTION = {"since": WHOLE.since.isoformat(), "until": WHOLE.until.isoformat()}
FORMULA = '=HYPERLINK("http://example.org")'


def rows_of(year: int) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(fec.lines(year))), delimiter="\t"))


def cents(text: str) -> int:
    whole, _comma, rest = text.partition(",")
    assert len(rest) == 2
    return int(whole) * 100 + int(rest)


def test_the_columns_are_those_of_the_law() -> None:
    [first] = list(fec.lines(2020))
    assert first.rstrip("\r\n").split("\t") == [
        "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
        "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
        "ValidDate", "Montantdevise", "Idevise",
    ]  # fmt: skip


def test_every_leg_once_every_entry_balanced_and_numbered_without_a_gap(story: Story) -> None:
    made.refunded(story)
    years = sorted({entry.on.year for entry in Entry.objects.all()})
    assert len(years) == 2
    own = 0
    for year in years:
        sums: Counter[int] = Counter()
        for row in rows_of(year):
            own += row["JournalCode"] != "AN"
            sums[int(row["EcritureNum"])] += cents(row["Debit"]) - cents(row["Credit"])
            assert row["EcritureDate"].startswith(str(year))
            assert row["CompteNum"][:3].isdigit()
            assert None not in row.values()
        assert set(sums.values()) == {0}
        assert sorted(sums) == list(range(1, len(sums) + 1))
    assert own == Leg.objects.count()


def test_a_year_begins_with_what_the_last_one_left(story: Story) -> None:
    made.refunded(story)
    brought = [row for row in rows_of(YEAR + 1) if row["JournalCode"] == "AN"]
    bank = [row for row in brought if row["CompteNum"] == "512000"]
    assert [(row["Debit"], row["EcritureDate"]) for row in bank] == [("151,50", f"{YEAR + 1}0101")]


def test_fees_are_income_and_their_tax_is_the_state_s(settings: Any) -> None:
    settings.ORDER_FEE_FIXED_CENTS = 1000
    settings.ORDER_FEE_VAT_BP = 2000
    order = ordered.funded()
    legs = dict(
        Leg.objects.filter(entry__key=f"fee:{order.number}").values_list("account__kind", "amount_cents")
    )
    assert legs == {"sponsor_deposit": 1200, "revenue": -1000, "vat": -200}
    sold = [
        (row["CompteNum"], row["Debit"], row["Credit"]) for row in rows_of(YEAR) if row["JournalCode"] == "VT"
    ]
    assert sorted(sold) == [
        ("419100", "12,00", "0,00"),
        ("445710", "0,00", "2,00"),
        ("706000", "0,00", "10,00"),
    ]
    # In the next year that income is no longer income.
    brought = {row["CompteNum"]: row["Credit"] for row in rows_of(YEAR + 1)}
    assert brought["110000"] == "10,00"
    assert "706000" not in brought


def test_without_tax_no_account_of_the_state(settings: Any) -> None:
    settings.ORDER_FEE_FIXED_CENTS, settings.ORDER_FEE_VAT_BP = 1000, 0
    order = ordered.funded()
    assert funding.fee_legs(Order.objects.get(pk=order.pk))[ledger.account(AccountKind.VAT)] == 0
    assert not Leg.objects.filter(account__kind="vat").exists()


def hostile_entry() -> Account:
    provider = ledger.account(
        AccountKind.PROVIDER_PAYABLE, organization=Organization.objects.create(name=FORMULA)
    )
    legs = {ledger.account(AccountKind.BANK): 100, provider: -100}
    ledger.post(
        EntryKind.PAYMENT, key="+cmd|' /C calc'!A0", legs=legs, at=toy.AT, by=None, note="@SUM(A1)\tx\n=1"
    )
    return provider


@pytest.mark.parametrize("address", ["balance_file", "journal_file", "account_file"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_is_a_formula(accountant: Client, address: str, form: str) -> None:
    account = hostile_entry()
    arguments = [account.pk, form] if address == "account_file" else [form]
    answer = accountant.get(reverse(f"books:{address}", args=arguments), QUESTION)
    raw = b"".join(answer) if answer.streaming else answer.content
    if form == "csv":
        cells = [
            cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";") for cell in row
        ]
    else:
        sheet = load_workbook(io.BytesIO(raw)).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {
            "s"
        }
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell for cell in cells if "SUM" in cell or "HYPERLINK" in cell]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")]


def test_no_line_of_the_tax_file_is_broken_or_a_formula() -> None:
    hostile_entry()
    rows = rows_of(YEAR)
    assert len(rows) == 2
    assert rows[1]["CompAuxLib"] == f"dû à l'acteur : {FORMULA}"
    assert rows[1]["EcritureLib"] == "paiement @SUM(A1) x =1"


def test_the_tax_file_is_sent_line_by_line(story: Story, accountant: Client) -> None:
    answer = accountant.get(reverse("books:tax_file"), {"year": YEAR})
    assert answer.streaming
    assert f"FEC{YEAR}1231.txt" in answer["Content-Disposition"]
    assert len(b"".join(answer).splitlines()) == len(rows_of(YEAR)) + 1


def test_running_balances_end_at_the_balance(story: Story, accountant: Client, monkeypatch: Any) -> None:
    made.refunded(story)
    monkeypatch.setattr(reading, "PART", 2)
    for account in Account.objects.with_balance():
        legs = list(reading.every_leg(account, WHOLE))
        assert len(legs) == account.legs.count()
        if legs:
            assert legs[-1][1] == account.balance_cents == ledger.balance_cents(account)
            assert reading.running(account, [leg for leg, _balance in legs]) == legs
            assert reading.running(account, [legs[-1][0]]) == legs[-1:]
    assert len(list(reading.every_entry(WHOLE))) == Entry.objects.count()


def test_the_trial_balance_balances(story: Story) -> None:
    made.refunded(story)
    lines = reading.trial_balance(WHOLE)
    assert sum(line.debit for line in lines) == sum(line.credit for line in lines) > 0
    assert sum(line.closing for line in lines) == 0
    later = Period(toy.AT.date() + timedelta(days=1), WHOLE.until)
    opening = {line.account.pk: line.opening for line in reading.trial_balance(later)}
    before = {
        line.account.pk: line.closing for line in reading.trial_balance(Period(WHOLE.since, toy.AT.date()))
    }
    assert {pk: cents for pk, cents in opening.items() if cents} == {pk: c for pk, c in before.items() if c}


def test_every_kind_has_its_number_journal_and_meaning() -> None:
    assert set(chart.NUMBERS) == set(AccountKind.values)
    assert set(chart.MEANINGS) == set(EntryKind.values)
    assert len(set(chart.NUMBERS.values())) == len(AccountKind.values)


def test_each_entry_has_a_page_that_says_what_it_records(story: Story, accountant: Client) -> None:
    made.refunded(story)
    for entry in Entry.objects.all():
        page = accountant.get(reverse("books:entry", args=[entry.pk])).content.decode()
        assert str(chart.MEANINGS[entry.kind]).replace("'", "&#x27;") in page
        assert page.count('class="number"') >= 2 * entry.legs.count()


def test_pages_ask_the_same_questions_for_one_row_and_for_many(
    accountant: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bank, provider = ledger.account(AccountKind.BANK), hostile_entry()
    addresses = [
        reverse("books:balance"),
        reverse("books:journal"),
        reverse("books:account", args=[provider.pk]),
        reverse("books:account", args=[bank.pk]),
    ]
    counts = [asked(accountant, address) for address in addresses]
    for n in range(20):
        other = ledger.account(
            AccountKind.PROVIDER_PAYABLE, organization=Organization.objects.create(name=f"Acteur {n}")
        )
        for to in (provider, other):
            legs = {bank: 1, to: -1}
            ledger.post(EntryKind.PAYMENT, key=f"{n}:{to.pk}", legs=legs, at=toy.AT, by=None)
    assert [asked(accountant, address) for address in addresses] == counts


def asked(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, QUESTION).status_code == 200
    return len(queries)


def test_wrong_dates_are_said(accountant: Client) -> None:
    answer = accountant.get(reverse("books:journal"), {"since": "2026-02-01", "until": "2026-01-01"})
    assert answer.status_code == 400
    assert "La première date est après la seconde" in answer.content.decode()
    assert accountant.get(reverse("books:journal_file", args=["csv"]), {"since": "x"}).status_code == 404


def test_the_file_of_the_journal_is_filtered_as_the_page(story: Story, accountant: Client) -> None:
    made.refunded(story)
    answer = accountant.get(reverse("books:journal_file", args=["csv"]), {**QUESTION, "kind": "expiry"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")), delimiter=";"))
    assert {row["Nature"] for row in rows} == {"expiration"}
    assert len(rows) == Leg.objects.filter(entry__kind="expiry").count() > 0


def test_a_spreadsheet_too_long_is_refused_in_words(
    story: Story, accountant: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    answer = accountant.get(reverse("books:journal_file", args=["xlsx"]), QUESTION, follow=True)
    assert "trop long pour un fichier XLSX" in answer.content.decode()
