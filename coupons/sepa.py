"""A batch as the bank reads it: SEPA credit transfers, pain.001.001.09, the same bytes every time.

The library writes the clock and random identifiers into the file; ours come from the batch. What leaves here has
passed the schema. Source: https://www.iso20022.org/catalogue-messages (Customer Credit Transfer Initiation).
"""

from xml.etree import ElementTree

from django.conf import settings
from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from coupons.choices import AttemptStatus, BatchStatus
from coupons.ledger import PARIS
from coupons.models import Attempt, Batch

SCHEMA = "pain.001.001.09"
NAMESPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"


def transfers(batch: Batch) -> bytes:
    """The file of an approved batch. Lines put aside before the approval are not in it."""
    if batch.status in (BatchStatus.DRAFT, BatchStatus.CANCELLED) or batch.approved_at is None:
        raise ValueError("a batch becomes a file once it is approved")
    document = SepaTransfer(
        {
            "name": settings.SELLER["name"],
            "IBAN": settings.SELLER["iban"],
            **({"BIC": settings.SELLER["bic"]} if settings.SELLER["bic"] else {}),
            "batch": True,
            "currency": "EUR",
        },
        schema=SCHEMA,
        clean=True,
    )
    lines = batch.attempts.exclude(status=AttemptStatus.ASIDE).select_related("payout", "details")
    for line in lines.order_by("pk"):
        document.add_payment(line_of(line, batch))
    return same_every_time(document.export(validate=False), batch)


def line_of(attempt: Attempt, batch: Batch) -> dict[str, object]:
    details = attempt.details
    return {
        "name": details.holder,
        "IBAN": details.iban,
        **({"BIC": details.bic} if details.bic else {}),
        "amount": attempt.payout.amount_cents,
        "execution_date": batch.execute_on,
        "description": f"APTIC {attempt.payout.number}",
        "endtoend_id": attempt.reference,
    }


def same_every_time(raw: bytes, batch: Batch) -> bytes:
    root = ElementTree.fromstring(raw)  # noqa: S314  # our own, just made
    made_at = batch.approved_at.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S") if batch.approved_at else ""
    written(root, "MsgId", [batch.number])
    written(root, "CreDtTm", [made_at])
    groups = root.findall(f".//{NAMESPACE}PmtInf")
    written(root, "PmtInfId", [f"{batch.number}-{i + 1}" for i in range(len(groups))])
    ElementTree.register_namespace("", NAMESPACE.strip("{}"))
    result = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    try_valid_xml(result, SCHEMA)
    return result


def written(root: ElementTree.Element, name: str, texts: list[str]) -> None:
    for element, text in zip(root.iter(f"{NAMESPACE}{name}"), texts, strict=True):
        element.text = text
