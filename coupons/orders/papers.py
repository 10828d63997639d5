"""Quotes, invoices and credit notes: what each says is kept, so that the same PDF can be made again for ever.

What people wrote enters typst as one JSON text, which it reads as strings, never as markup.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import override

from coupons.lettering import counted, day_of, euros, written
from coupons.models import Order, Paper
from coupons.numbering import next_number
from coupons.orders import references
from coupons.orders.pricing import Price
from directory.label.kit import breakable, fonts

FOLDER = settings.BASE_DIR / "templates" / "orders" / "pdf"
SERIES = {Paper.Kind.QUOTE: "D", Paper.Kind.INVOICE: "F", Paper.Kind.CREDIT_NOTE: "A"}
# Of the drawing: a paper is drawn for ever as on the day it was issued. Change the drawing, add a number.
EDITION = 1


def issue_quote(order: Order, price: Price, at: datetime) -> Paper:
    content = {**addressed(order), "lines": lines(price), "fees": fees(price), "due_cents": price.due_cents}
    content["valid_until"] = order.quote_valid_until.isoformat()
    return issue(order, Paper.Kind.QUOTE, content, at)


def issue_invoice(order: Order, at: datetime) -> Paper:
    """The quote's lines and VAT, with the engagement told since."""
    quoted = order.papers.get(kind=Paper.Kind.QUOTE)
    content = {
        **quoted.content,
        **addressed(order),
        "quote": quoted.number,
        "paid_on": day_of(at).isoformat(),
    }
    return issue(order, Paper.Kind.INVOICE, content, at)


def issue_credit_note(order: Order, *, coupons: int, released_cents: int, at: datetime) -> Paper:
    """For the coupons that were never handed over, and what was paid beyond them."""
    invoice = last_invoice(order)
    unused = Price(coupons, 1, order.face_value_cents, order.contribution_cents)
    content = {
        **addressed(order),
        "lines": lines(unused) if coupons else [],
        "fees": {},
        "invoice": invoice.number,
        "due_cents": released_cents,
        "beyond_cents": released_cents - unused.due_cents,
    }
    return issue(order, Paper.Kind.CREDIT_NOTE, content, at)


def cancel_invoice(order: Order, at: datetime) -> Paper:
    """A credit note for all that the last invoice says: it was not paid after all."""
    invoice = last_invoice(order)
    same = {name: invoice.content[name] for name in ("lines", "fees", "due_cents")}
    content = {**addressed(order), **same, "invoice": invoice.number, "beyond_cents": 0}
    return issue(order, Paper.Kind.CREDIT_NOTE, content, at)


def last_invoice(order: Order) -> Paper:
    return order.papers.filter(kind=Paper.Kind.INVOICE).latest("pk")


def issue(order: Order, kind: Paper.Kind, content: dict[str, Any], at: datetime) -> Paper:
    """Inside the transaction of the verb: a number given is a number used."""
    issued_on = day_of(at)
    return Paper.objects.create(
        campaign=order.campaign,
        order=order,
        kind=kind,
        number=next_number(SERIES[kind], issued_on.year),
        issued_on=issued_on,
        content={**content, "edition": EDITION},
    )


def addressed(order: Order) -> dict[str, Any]:
    """Who sells, who buys, and what public accounting asks for."""
    return {
        "seller": dict(settings.SELLER),
        "buyer": {
            "name": order.billing_name,
            "address": order.billing_address,
            "siret": order.billing_siret,
        },
        "purchase_order_number": order.purchase_order_number,
        "service_code": order.service_code,
        "order": order.number,
        "campaign": order.campaign.name,
        "reference": order.transfer_reference,
        "validity_months": order.validity_months,
        "demo": order.campaign.demo,
    }


def lines(price: Price) -> list[dict[str, Any]]:
    return [
        {
            "what": "face",
            "booklets": price.booklets,
            "booklet_size": price.booklet_size,
            "quantity": price.coupons,
            "unit_cents": price.face_value_cents,
            "total_cents": price.face_cents,
        },
        {
            "what": "contribution",
            "quantity": price.coupons,
            "unit_cents": price.contribution_cents,
            "total_cents": price.total_contribution_cents,
        },
    ]


def fees(price: Price) -> dict[str, int]:
    if not price.fee_cents:
        return {}
    return {
        "net_cents": price.fee_net_cents,
        "vat_bp": settings.ORDER_FEE_VAT_BP,
        "vat_cents": price.fee_vat_cents,
    }


def vat_cents(order: Order) -> int:
    """Of the fees, as the quote says."""
    return int(order.papers.get(kind=Paper.Kind.QUOTE).content["fees"].get("vat_cents", 0))


def pdf(paper: Paper) -> bytes:
    """The same bytes each time it is asked for: the clock inside is the day of the paper."""
    midnight = datetime.combine(paper.issued_on, datetime.min.time(), UTC)
    with override("fr"):
        data = json.dumps(told(paper), ensure_ascii=False)
    return typst.compile(
        FOLDER / f"paper-{paper.content['edition']}.typ",
        root=settings.BASE_DIR,
        font_paths=fonts(),
        sys_inputs={"data": data},
        timestamp=midnight,
    )


def told(paper: Paper) -> dict[str, Any]:
    """What the drawing shows, in words: amounts and days are written here."""
    content = paper.content
    shown = {
        name: written(date.fromisoformat(content[name]))
        for name in ("valid_until", "paid_on")
        if name in content
    }
    return {
        **content,
        **shown,
        "campaign": breakable(content["campaign"]),
        "buyer": {name: breakable_lines(text) for name, text in content["buyer"].items()},
        "kind": paper.kind,
        "number": paper.number,
        "issued_on": written(paper.issued_on),
        "reference": references.printed(content["reference"]),
        "iban": grouped(content["seller"]["iban"]),
        "lines": [in_words(line) for line in content["lines"]],
        "fees": fees_in_words(content["fees"]),
        "beyond": euros(content["beyond_cents"]) if content.get("beyond_cents") else "",
        "due": euros(content["due_cents"]),
    }


def breakable_lines(text: str) -> str:
    return "\n".join(breakable(line) for line in text.splitlines())


def in_words(line: dict[str, Any]) -> dict[str, Any]:
    counts: dict[str, Any] = {n: counted(line[n]) for n in ("quantity", "booklets") if n in line}
    return {**line, **counts, "unit": euros(line["unit_cents"]), "total": euros(line["total_cents"])}


def fees_in_words(of: dict[str, int]) -> dict[str, str]:
    if not of:
        return {}
    total = of["net_cents"] + of["vat_cents"]
    rate = f"{of['vat_bp'] // 100},{of['vat_bp'] % 100:02d}".rstrip("0").rstrip(",") if of["vat_bp"] else ""
    amounts = {"net": of["net_cents"], "vat": of["vat_cents"], "total": total}
    return {"rate": rate, **{name: euros(cents) for name, cents in amounts.items()}}


def grouped(iban: str) -> str:
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
