"""The books as spreadsheets: CSV a line at a time, XLSX in one piece. No cell is ever a formula."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from coupons.books import chart, reading
from coupons.books.fec import amounts
from coupons.books.reading import Period
from coupons.lettering import decimal
from coupons.models import Account, Entry
from directory.offer.spreadsheets import Row, inert, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What such a file may hold, less the names of columns.
MOST_ROWS = 1_048_575
MARK = "\ufeff"


class TooLong(Exception):
    """More rows than a spreadsheet takes."""


class Written:
    """csv's idea of a file: what is written is handed back."""

    def write(self, text: str) -> str:
        return text


def served(rows: Iterator[Row], name: str, form: str) -> HttpResponseBase:
    """Raises TooLong for an XLSX that no program would open."""
    response: HttpResponseBase
    if form == "xlsx":
        whole = list(islice(rows, MOST_ROWS + 2))
        if len(whole) > MOST_ROWS + 1:
            raise TooLong
        response = HttpResponse(write_xlsx(whole, name), content_type=XLSX)
    else:
        response = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(Written(), delimiter=";", lineterminator="\r\n")
    yield MARK
    for row in rows:
        yield writer.writerow([inert(cell) for cell in row])


def journal(period: Period, kind: str = "") -> Iterator[Row]:
    entry_columns = [_("Date"), _("Journal"), _("Écriture"), _("Pièce"), _("Nature"), _("Libellé")]
    yield [*entry_columns, *account_columns(), _("Débit"), _("Crédit")]
    for entry, legs in reading.every_entry(period, kind):
        told = [entry.on.isoformat(), chart.journal(entry.kind).code, *said(entry)]
        for leg in legs:
            yield [*told, *named(leg.account), *amounts(leg.amount_cents)]


def ledger(account: Account, period: Period) -> Iterator[Row]:
    columns = [_("Date"), _("Écriture"), _("Pièce"), _("Nature"), _("Libellé")]
    yield [*columns, _("Débit"), _("Crédit"), _("Solde débiteur"), _("Solde créditeur")]
    for leg, balance in reading.every_leg(account, period):
        told = [leg.entry.on.isoformat(), *said(leg.entry)]
        yield [*told, *amounts(leg.amount_cents), *amounts(balance)]


def trial_balance(period: Period) -> Iterator[Row]:
    before, after = (
        [_("Débiteur au début"), _("Créditeur au début")],
        [_("Débiteur à la fin"), _("Créditeur à la fin")],
    )
    yield [*account_columns(), *before, _("Débit"), _("Crédit"), *after]
    for line in reading.trial_balance(period):
        moved = [decimal(line.debit), decimal(line.credit)]
        yield [*named(line.account), *amounts(line.opening), *moved, *amounts(line.closing)]


def account_columns() -> Row:
    return [_("Compte"), _("Intitulé"), _("Tiers"), _("Nom du tiers")]


def said(entry: Entry) -> Row:
    return [str(entry.pk), entry.key, entry.get_kind_display(), entry.note]


def named(account: Account) -> Row:
    return [
        chart.number(account),
        account.get_kind_display(),
        chart.auxiliary(account),
        chart.owner(account),
    ]
