"""What a bank's file says of our transfers, without knowing them yet: camt.053 movements, pain.002 statuses.

pain.002 in its versions 001.03 and 001.10. The most precise word wins: of a transfer, then of its payment information,
then of the whole message. Source of the names: https://www.iso20022.org/catalogue-messages (Customer Payment Status
Report).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from coupons import camt
from coupons.camt import NotOurs, detail_amount, our_transfer, read_cents, read_day, said, shown
from coupons.choices import AnswerFormat, Outcome
from coupons.settlement.reasons import in_words
from directory.accounts.refusals import Refused

STATUS_REPORT = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(\d\d)\}Document")
STATUS_VERSIONS = ("03", "10")
OUR_BATCH = re.compile(r"(V\d{4}-\d{6,}?)(?:-\d+)?")
EXECUTED = ("ACSC", "ACCC")
MOST_TRANSFERS = 20_000
SUM = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?")


@dataclass(frozen=True)
class Told:
    """Of one transfer (`reference`), or of all of a batch (`batch`) but those named apart. `cents`: if it is said."""

    outcome: Outcome
    line: str
    reference: str = ""
    batch: str = ""
    cents: int | None = None
    on: date | None = None
    reason: str = ""


@dataclass
class Answer:
    digest: bytes
    format: AnswerFormat
    message: str
    told: list[Told] = field(default_factory=list)


def read(raw: bytes, *, iban: str = "") -> Answer:
    """Raises Refused: one sentence for a file that is none of the two."""
    root = camt.parsed(raw)
    digest = sha256(raw).digest()
    if found := camt.NAMESPACE.fullmatch(root.tag):
        statement = camt.statement_of(root, found[1], digest, iban)
        answer = Answer(digest, AnswerFormat.STATEMENT, statement.statement_id)
        answer.told = [told for entry in statement.entries for told in movements(entry)]
    elif found := STATUS_REPORT.fullmatch(root.tag):
        answer = Answer(digest, AnswerFormat.STATUS, "")
        read_statuses(answer, root, found[1])
    else:
        raise Refused(
            _("Ce fichier n'est ni un relevé camt.053 ni un compte rendu pain.002. Demandez-les à la banque.")
        )
    if len(answer.told) > MOST_TRANSFERS:
        raise Refused(_("Ce fichier parle de trop de virements. Demandez à la banque un fichier par jour."))
    return answer


def movements(entry: Element) -> Iterator[Told]:
    """Of a statement's entry: transfers that left, or came back. Other credits are the orders' business."""
    details = entry.findall("NtryDtls/TxDtls")
    leaves = said(entry, "CdtDbtInd") == "DBIT" and not camt.is_reversal(entry)
    ours = [detail for detail in details if our_transfer(detail)]
    batch = batch_named(entry, details)
    if not leaves and not ours and not batch:
        return
    try:
        if not camt.is_booked(entry):
            raise NotOurs(_("Ce mouvement n'est pas encore comptabilisé par la banque."))
        cents, on = read_cents(entry.find("Amt")), read_day(entry)
        if ours:
            yield from transfers(entry, details, cents, on, leaves)
        elif not batch:
            yield Told(Outcome.UNKNOWN, shown(entry), reason=_("Ce débit n'est pas un de nos versements."))
        elif leaves:
            yield Told(Outcome.EXECUTED, shown(entry), batch=batch, cents=cents, on=on)
        else:
            raise NotOurs(_("Un lot entier revient : demandez à la banque le détail des virements."))
    except NotOurs as reason:
        yield Told(Outcome.REFUSED, shown(entry), reason=str(reason))


def transfers(entry: Element, details: list[Element], cents: int, on: date, leaves: bool) -> Iterator[Told]:
    amounts = [cents] if len(details) == 1 else [detail_amount(detail) for detail in details]
    for detail, amount in zip(details, amounts, strict=True):
        line = f"{shown(entry)} · {said(detail, 'Refs/EndToEndId')[:35]}"
        if amount is None:
            reason = _("La banque ne dit pas le montant de ce virement : demandez-lui le détail.")
            yield Told(Outcome.REFUSED, line, reference=our_transfer(detail), reason=reason)
        elif not our_transfer(detail):
            yield Told(Outcome.UNKNOWN, line, reason=_("Ce mouvement n'est pas un de nos versements."))
        elif leaves:
            yield Told(Outcome.EXECUTED, line, reference=our_transfer(detail), cents=amount, on=on)
        else:
            reason = in_words(said(detail, "RtrInf/Rsn/Cd"), said(detail, "RtrInf/AddtlInf"))
            yield Told(
                Outcome.RETURNED, line, reference=our_transfer(detail), cents=amount, on=on, reason=reason
            )


def batch_named(entry: Element, details: list[Element]) -> str:
    names = [said(entry, f"NtryDtls/Btch/{name}") for name in ("PmtInfId", "MsgId")]
    names += [said(detail, f"Refs/{name}") for detail in details for name in ("PmtInfId", "MsgId")]
    return next((found[1] for name in names if (found := OUR_BATCH.fullmatch(name))), "")


def read_statuses(answer: Answer, root: Element, version: str) -> None:
    if version not in STATUS_VERSIONS:
        message = _("La version %(version)s de pain.002 n'est pas lue ici. Demandez la version 03 ou 10.")
        raise Refused(message % {"version": version})
    camt.strip_namespace(root)
    report = root.find("CstmrPmtStsRpt")
    original = None if report is None else report.find("OrgnlGrpInfAndSts")
    if report is None or original is None:
        raise Refused(_("Ce compte rendu pain.002 ne dit pas de quel lot il parle."))
    answer.message = said(report, "GrpHdr/MsgId")[:80]
    payments = report.findall("OrgnlPmtInfAndSts")
    for payment in payments:
        for transfer in payment.findall("TxInfAndSts"):
            answer.told.append(status_of_transfer(transfer))
    groups = [(payment, "PmtInfSts", "OrgnlPmtInfId") for payment in payments if said(payment, "PmtInfSts")]
    # The whole message is asked only where its parts say nothing.
    if not groups and said(original, "GrpSts"):
        groups = [(original, "GrpSts", "OrgnlMsgId")]
    answer.told += [status_of_batch(group, status, name) for group, status, name in groups]


def status_of_transfer(transfer: Element) -> Told:
    reference, status = said(transfer, "OrgnlEndToEndId"), said(transfer, "TxSts")
    line = f"{reference[:35]} · {status[:10]}"
    amount = transfer.find("OrgnlTxRef/Amt/InstdAmt")
    try:
        cents = None if amount is None else read_cents(amount)
    except NotOurs as reason:
        return Told(Outcome.REFUSED, line, reason=str(reason))
    return Told(
        outcome_of(status), line, reference=reference[:35], cents=cents, reason=reason_of(transfer, status)
    )


def status_of_batch(group: Element, status_name: str, id_name: str) -> Told:
    status, name = said(group, status_name), said(group, id_name)
    found = OUR_BATCH.fullmatch(name)
    line = f"{name[:35]} · {status[:10]}"
    if not found:
        return Told(Outcome.UNKNOWN, line, reason=_("Ce lot n'est pas un des nôtres."))
    total = said(group, "OrgnlCtrlSum")
    cents = int(Decimal(total) * camt.CENT) if SUM.fullmatch(total) else None
    return Told(outcome_of(status), line, batch=found[1], cents=cents, reason=reason_of(group, status))


def outcome_of(status: str) -> Outcome:
    if status in EXECUTED:
        return Outcome.EXECUTED
    return Outcome.REJECTED if status == "RJCT" else Outcome.WAITING


def reason_of(element: Element, status: str) -> str:
    if status != "RJCT":
        return ""
    told = element.find("StsRsnInf")
    if told is None:
        return in_words("", "")
    return in_words(said(told, "Rsn/Cd") or said(told, "Rsn/Prtry"), said(told, "AddtlInf"))
