"""The file of accounting entries that the tax administration asks for (FEC), a calendar year in one text file.

Eighteen columns, separated by tabs, in the order of article A. 47 A-1 of the livre des procédures fiscales; days as
YYYYMMDD, amounts with a comma; entries in order of day, numbered without a gap from the first of the year. The
balances brought forward come first. Source: https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000027804775
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from django.conf import settings
from django.utils.translation import override

from coupons.books import chart
from coupons.books.reading import Period, every_entry, opening
from coupons.choices import AccountKind
from coupons.lettering import decimal
from coupons.models import Account, Entry, Leg

COLUMNS = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate",
    "Montantdevise", "Idevise",
]  # fmt: skip
UNSAID = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def name(year: int) -> str:
    """123456789FEC20261231.txt, by the SIREN of who sells."""
    return f"{settings.SELLER['siret'][:9]}FEC{year}1231.txt"


def lines(year: int) -> Iterator[str]:
    with override("fr"):
        yield said(COLUMNS)
        number = 0
        brought = brought_forward(date(year, 1, 1))
        if brought:
            number = 1
            yield from brought
        for entry, legs in every_entry(Period(date(year, 1, 1), date(year, 12, 31))):
            number += 1
            for leg in legs:
                yield line(number, entry, leg)


def brought_forward(first: date) -> list[str]:
    """Income of former years is no longer income."""
    day, found = written(first), []
    for account, cents in opening(first):
        income = account.kind == AccountKind.REVENUE
        number, label = (
            chart.BROUGHT_FORWARD if income else (chart.number(account), account.get_kind_display())
        )
        head = [chart.OPENING.code, chart.OPENING.name, "1", day, number, label, *third_party(account)]
        tail = [f"AN{first.year}", day, chart.OPENING.name, *amounts(cents), "", "", day, "", ""]
        found.append(said([*head, *tail]))
    return found


def line(number: int, entry: Entry, leg: Leg) -> str:
    journal, account, day = chart.journal(entry.kind), leg.account, written(entry.on)
    label = f"{entry.get_kind_display()} {entry.note}".strip()
    head = [journal.code, journal.name, number, day, chart.number(account), account.get_kind_display()]
    tail = [entry.key, day, label, *amounts(leg.amount_cents), "", "", day, "", ""]
    return said([*head, *third_party(account), *tail])


def third_party(account: Account) -> tuple[str, str]:
    """The name after a word of ours: no spreadsheet program takes it for a formula."""
    number = chart.auxiliary(account)
    return (number, f"{account.get_kind_display()} : {chart.owner(account)}") if number else ("", "")


def amounts(cents: int) -> tuple[str, str]:
    """Debit and credit: 1234 -> ("12,34", "0,00")."""
    return (decimal(cents), decimal(0)) if cents > 0 else (decimal(0), decimal(-cents))


def written(day: date) -> str:
    return f"{day:%Y%m%d}"


def said(cells: Iterable[object]) -> str:
    return "\t".join(UNSAID.sub(" ", str(cell)) for cell in cells) + "\r\n"
