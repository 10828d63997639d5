"""A statement as a file: on paper, or cheque by cheque for a spreadsheet."""

from collections.abc import Callable

from django.http import HttpResponse

from coupons.models import Payout
from coupons.settlement import lines, papers
from directory.offer.spreadsheets import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAKERS: dict[str, tuple[str, Callable[[Payout], bytes]]] = {
    "pdf": ("application/pdf", papers.pdf),
    "csv": ("text/csv; charset=utf-8", lambda payout: write_csv(lines.sheet(payout))),
    "xlsx": (XLSX, lambda payout: write_xlsx(lines.sheet(payout), payout.number)),
}


def served(payout: Payout, kind: str) -> HttpResponse:
    content_type, make = MAKERS[kind]
    response = HttpResponse(make(payout), content_type=content_type)
    where = "inline" if kind == "pdf" else "attachment"
    response["Content-Disposition"] = f'{where}; filename="{payout.number}.{kind}"'
    return response
