"""What comes in by a bank statement: credits with exact cents; what is not one of ours is told, line by line."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from coupons import camt
from coupons.camt import NotOurs, detail_amount, own_reference, read_cents, read_day, said, shown

# As the columns of Transfer.
LONGEST_REFERENCE = 80
LONGEST_PAYER = 140
LONGEST_REMITTANCE = 300


@dataclass(frozen=True)
class Credit:
    """A booked movement in euros that came in."""

    bank_reference: str
    booked_on: date
    amount_cents: int
    payer: str
    remittance: str


@dataclass(frozen=True)
class Aside:
    """A line that is not noted, as it stands in the file, and why."""

    line: str
    reason: str


@dataclass
class Statement:
    digest: bytes
    statement_id: str
    iban: str
    credits: list[Credit] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)


def read(raw: bytes, *, iban: str = "") -> Statement:
    """All that a file says. `iban`: the account it must be about, if told. Raises Refused."""
    found = camt.read(raw, iban=iban)
    made = Statement(found.digest, found.statement_id, found.iban)
    seen: Counter[str] = Counter()
    for entry in found.entries:
        read_entry(made, entry, seen)
    return made


def read_entry(made: Statement, entry: Element, seen: Counter[str]) -> None:
    try:
        credits = list(credits_of(entry))
    except NotOurs as reason:
        made.aside.append(Aside(shown(entry), str(reason)))
        return
    for credit in credits:
        # Two movements that the bank names alike in one file are two.
        seen[credit.bank_reference] += 1
        nth = seen[credit.bank_reference]
        made.credits.append(credit if nth == 1 else renamed(credit, nth))
    if any(camt.our_transfer(detail) for detail in entry.findall("NtryDtls/TxDtls")):
        made.aside.append(Aside(shown(entry), str(sent_back())))


def renamed(credit: Credit, nth: int) -> Credit:
    mark = f"#{nth}"
    reference = credit.bank_reference[: LONGEST_REFERENCE - len(mark)] + mark
    return Credit(reference, credit.booked_on, credit.amount_cents, credit.payer, credit.remittance)


def credits_of(entry: Element) -> Iterator[Credit]:
    """One, or one for each of its details when the bank gathered several. Raises NotOurs."""
    cents = read_cents(entry.find("Amt"))
    if said(entry, "CdtDbtInd") != "CRDT":
        raise NotOurs(_("C'est un débit : il n'est pas noté ici."))
    if camt.is_reversal(entry):
        raise NotOurs(_("C'est l'annulation d'un débit : elle n'est pas notée ici."))
    if not camt.is_booked(entry):
        raise NotOurs(_("Ce mouvement n'est pas encore comptabilisé par la banque."))
    booked_on = read_day(entry)
    details = entry.findall("NtryDtls/TxDtls")
    amounts = [detail_amount(detail) for detail in details]
    known = [amount for amount in amounts if amount is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known) == cents:
        for detail, amount in zip(details, known, strict=True):
            if not camt.our_transfer(detail):
                yield credit(entry, [detail], booked_on, amount)
    elif any(camt.our_transfer(detail) for detail in details):
        raise sent_back()
    else:
        yield credit(entry, details, booked_on, cents)


def sent_back() -> NotOurs:
    return NotOurs(_("C'est un de nos virements qui revient : importez ce fichier à la page des versements."))


def credit(entry: Element, details: list[Element], booked_on: date, cents: int) -> Credit:
    payer, remittance = joined(details, payer_of), joined(details, remittance_of)
    told = own_reference(entry, details)
    if not told:
        # The bank names nothing: the movement is what it says.
        told = sha256(f"{payer}|{remittance}".encode()).hexdigest()[:24]
    reference = f"{told}:{booked_on.isoformat()}:{cents}"
    if len(reference) > LONGEST_REFERENCE:
        reference = sha256(reference.encode()).hexdigest()
    return Credit(reference, booked_on, cents, payer[:LONGEST_PAYER], remittance[:LONGEST_REMITTANCE])


def payer_of(detail: Element) -> list[str]:
    """Two homes of the name: before version 04, and since."""
    parties = ("Dbtr/Nm", "Dbtr/Pty/Nm", "UltmtDbtr/Nm", "UltmtDbtr/Pty/Nm")
    return [said(detail, f"RltdPties/{party}") for party in parties]


def remittance_of(detail: Element) -> list[str]:
    """Structured references first, so that no cut can lose them, then free words."""
    structured = [" ".join((ref.text or "").split()) for ref in detail.findall("RmtInf/Strd/CdtrRefInf/Ref")]
    free = [" ".join((text.text or "").split()) for text in detail.findall("RmtInf/Ustrd")]
    return [*structured, *free, said(detail, "Refs/EndToEndId"), said(detail, "AddtlTxInf")]


def joined(details: list[Element], texts_of: Callable[[Element], list[str]]) -> str:
    texts = [text for detail in details for text in texts_of(detail) if text and text != "NOTPROVIDED"]
    return " ".join(dict.fromkeys(texts))
