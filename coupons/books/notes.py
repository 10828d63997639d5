"""Credit notes of refunds as PDF: the same bytes each time one is asked for."""

import json
from datetime import UTC, date, datetime
from typing import Any

import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import override

from coupons.choices import RefundSource
from coupons.lettering import euros, written
from coupons.models import Paper
from directory.label.kit import breakable, fonts

FOLDER = settings.BASE_DIR / "templates" / "books" / "pdf"


def served(paper: Paper) -> HttpResponse:
    response = HttpResponse(pdf(paper), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper.number}.pdf"'
    return response


def pdf(paper: Paper) -> bytes:
    """What people wrote enters as one JSON text, which typst reads as strings, never as markup."""
    midnight = datetime.combine(paper.issued_on, datetime.min.time(), UTC)
    with override("fr"):
        data = json.dumps(told(paper), ensure_ascii=False)
    return typst.compile(
        FOLDER / f"credit-note-{paper.content['edition']}.typ",
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs={"data": data},
        timestamp=midnight,
    )


def told(paper: Paper) -> dict[str, Any]:
    """Amounts and days in words."""
    content = paper.content
    return {
        **content,
        "campaign": breakable(content["campaign"]),
        "buyer": {name: breakable_lines(text) for name, text in content["buyer"].items()},
        "number": paper.number,
        "issued_on": written(paper.issued_on),
        "cut_off": written(date.fromisoformat(content["cut_off"])),
        "lines": [in_words(line) for line in content["lines"]],
        "due": euros(content["due_cents"]),
        "refund_amount": euros(content["refund_cents"]),
        "more": content["refund_cents"] != content["due_cents"],
    }


def breakable_lines(text: str) -> str:
    return "\n".join(breakable(line) for line in text.splitlines())


def in_words(line: dict[str, Any]) -> dict[str, str]:
    return {
        "source": str(RefundSource(line["source"]).label),
        "face": euros(line["face_cents"]),
        "contribution": euros(line["contribution_cents"]),
        "total": euros(line["face_cents"] + line["contribution_cents"]),
    }
