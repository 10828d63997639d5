"""Bank statements: what is read exactly, what is put aside and why, what is refused."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.camt import MOST_BYTES, MOST_LINES
from coupons.orders.statements import read
from directory.accounts.refusals import Refused
from tests.coupons.orders.camt import IBAN, detail, entry, statement


@pytest.mark.parametrize("version", ["02", "08"])
def test_both_versions_say_the_same(version: str) -> None:
    raw = statement(
        entry(version=version, remittance="commande", structured="RF93C2026000001"), version=version
    )
    found = read(raw, iban=IBAN)
    [credit] = found.credits
    assert (found.statement_id, found.iban, found.aside) == ("STMT-1", IBAN, [])
    assert (credit.amount_cents, credit.booked_on) == (20_200, date(2026, 11, 20))
    assert (credit.payer, credit.remittance) == ("COMMUNE D'ESSAI", "RF93C2026000001 commande")
    assert credit.bank_reference == "SVCR-1:2026-11-20:20200"


@given(st.integers(1, 10**10 - 1))
def test_amounts_are_exact(cents: int) -> None:
    [credit] = read(statement(entry(f"{cents // 100}.{cents % 100:02d}"))).credits
    assert credit.amount_cents == cents


@pytest.mark.parametrize(("amount", "cents"), [("10", 1000), ("10.5", 1050), ("0.01", 1), ("10.00000", 1000)])
def test_amounts_as_banks_write_them(amount: str, cents: int) -> None:
    [credit] = read(statement(entry(amount))).credits
    assert credit.amount_cents == cents


@pytest.mark.parametrize(
    "amount",
    ["", "0", "0.00", "-5.00", "1.001", "NaN", "Infinity", "1e3", "1E+999999999", "1,00", "١٢", "9" * 400],
)
def test_amounts_that_are_none_are_put_aside(amount: str) -> None:
    found = read(statement(entry(amount), entry("5.00", reference="B")))
    [aside] = found.aside
    assert "ne se lit pas" in aside.reason
    assert [credit.amount_cents for credit in found.credits] == [500]


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"direction": "DBIT"}, "débit"),
        ({"currency": "USD"}, "USD"),
        ({"currency": ""}, "seuls les euros"),
        ({"status": "PDNG"}, "pas encore"),
        ({"more": "<RvslInd>true</RvslInd>"}, "annulation"),
        ({"day": "<Dt>20/11/2026</Dt>"}, "date"),
        ({"day": ""}, "date"),
    ],
)
def test_what_is_not_ours_is_told_and_the_rest_is_read(odd: dict[str, str], words: str) -> None:
    found = read(statement(entry(**odd), entry("5.00", reference="B")))
    [aside] = found.aside
    assert words in aside.reason
    assert "202.00" in aside.line
    assert [credit.amount_cents for credit in found.credits] == [500]


def test_a_day_with_its_hour() -> None:
    [credit] = read(statement(entry(day="<DtTm>2026-11-20T23:59:59+01:00</DtTm>"))).credits
    assert credit.booked_on == date(2026, 11, 20)


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_gathered_entry_is_taken_apart(version: str) -> None:
    details = detail("150.00", "T-1", "un", version=version) + detail("52.00", "T-2", "deux", version=version)
    found = read(statement(entry("202.00", version=version, details=details), version=version))
    assert [(one.amount_cents, one.remittance) for one in found.credits] == [(15_000, "un"), (5_200, "deux")]
    assert found.credits[0].bank_reference == "T-1:2026-11-20:15000"


def test_details_that_do_not_make_the_whole_are_one_credit() -> None:
    details = detail("150.00", "T-1", "un") + detail("50.00", "T-2", "deux")
    [credit] = read(statement(entry("202.00", details=details))).credits
    assert (credit.amount_cents, credit.remittance) == (20_200, "un deux")


def test_two_movements_named_alike_are_two() -> None:
    found = read(statement(entry("5.00"), entry("5.00")))
    assert len({credit.bank_reference for credit in found.credits}) == 2
    assert read(statement(entry("5.00"), entry("5.00"))).credits == found.credits


def test_a_movement_without_a_name_is_what_it_says() -> None:
    found = read(statement(entry(reference="", remittance="un"), entry(reference="", remittance="deux")))
    assert len({credit.bank_reference for credit in found.credits}) == 2
    assert all(len(credit.bank_reference) <= 80 for credit in found.credits)


def test_long_words_are_cut_to_their_columns() -> None:
    [credit] = read(statement(entry(payer="é" * 500, remittance="x" * 900, reference="r" * 300))).credits
    assert (len(credit.payer), len(credit.remittance)) == (140, 300)
    assert len(credit.bank_reference) <= 80


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Document>&c;</Document>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>'
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "XML lisible"),
        (b"%PDF-1.7", "XML lisible"),
        (b"\xff\xfe\x00", "XML lisible"),
        (b"<a><b></a>", "XML lisible"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "XML lisible"),
        (statement(entry())[:-20], "XML lisible"),
        (BOMB, "DTD"),
        (OUTSIDE, "DTD"),
        (ENTITY, "DTD"),
        (b"<Document/>", "pas un relev"),
        (statement(entry()).replace(b"camt.053", b"camt.052"), "pas un relev"),
        (statement(entry(), version="04"), "version 04"),
        (statement().replace(b"Stmt>", b"Rpt>"), "aucun relev"),
        (statement(entry(), iban="DE89370400440532013000"), "DE89370400440532013000"),
        (statement(*[entry(reference=str(i)) for i in range(MOST_LINES + 1)]), str(MOST_LINES)),
        (b"<" + b"a" * MOST_BYTES + b"/>", "5 Mo"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(raw: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(raw, iban=IBAN)


def test_a_million_nested_elements_end_soon() -> None:
    depth = (MOST_BYTES - 200) // 7
    began = time.perf_counter()
    with pytest.raises(Refused):
        read(b"<a>" * depth + b"</a>" * depth)
    assert time.perf_counter() - began < 10
