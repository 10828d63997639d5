"""Bank statements: a camt.053 file becomes credits with exact cents; what is not one of ours is told, line by line.

Versions 001.02 and 001.08 of ISO 20022. A file comes from outside: no DTD, no entity, a bounded size. Source of the
elements' names: https://www.iso20022.org/catalogue-messages (Bank-to-Customer Statement).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from coupons.orders.references import compact
from directory.accounts.refusals import Refused

MOST_BYTES = 5_000_000
MOST_LINES = 2_000
NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}Document")
VERSIONS = ("02", "08")
# As the columns of Transfer.
LONGEST_REFERENCE = 80
LONGEST_PAYER = 140
LONGEST_REMITTANCE = 300
CENT = Decimal(100)


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


class NotOurs(Exception):
    """Why a line is put aside, in a sentence."""


def read(raw: bytes, *, iban: str = "") -> Statement:
    """All that a file says. `iban`: the account it must be about, if told. Raises Refused."""
    root = parsed(raw)
    found = NAMESPACE.fullmatch(root.tag)
    if not found:
        raise Refused(_("Ce fichier n'est pas un relevé camt.053. Demandez ce format à votre banque."))
    if found[1] not in VERSIONS:
        message = _("La version %(version)s de camt.053 n'est pas lue ici. Demandez la version 02 ou 08.")
        raise Refused(message % {"version": found[1]})
    strip_namespace(root)
    statements = root.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise Refused(_("Ce fichier ne contient aucun relevé."))
    made = Statement(
        sha256(raw).digest(), said(statements[0], "Id")[:80], said(statements[0], "Acct/Id/IBAN")[:34]
    )
    for statement in statements:
        check_account(said(statement, "Acct/Id/IBAN"), iban)
    entries = [entry for statement in statements for entry in statement.findall("Ntry")]
    if len(entries) > MOST_LINES:
        message = _("Ce relevé a plus de %(most)s lignes. Demandez à la banque un relevé par jour.")
        raise Refused(message % {"most": MOST_LINES})
    seen: Counter[str] = Counter()
    for entry in entries:
        read_entry(made, entry, seen)
    return made


def parsed(raw: bytes) -> Element:
    if len(raw) > MOST_BYTES:
        raise Refused(_("Ce fichier dépasse 5 Mo. Demandez à la banque un relevé par jour."))
    try:
        return ElementTree.fromstring(raw, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        message = _(
            "Ce fichier XML contient une déclaration DTD ou des entités : il n'est pas lu, par sécurité."
        )
        raise Refused(message) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Refused(
            _("Ce fichier n'est pas du XML lisible. Envoyez le fichier de la banque tel quel.")
        ) from error


def strip_namespace(root: Element) -> None:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]


def said(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def check_account(found: str, expected: str) -> None:
    if expected and found and compact(found) != compact(expected):
        message = _("Ce relevé est celui du compte %(iban)s, qui n'est pas celui des commandes.")
        raise Refused(message % {"iban": found})


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


def renamed(credit: Credit, nth: int) -> Credit:
    mark = f"#{nth}"
    reference = credit.bank_reference[: LONGEST_REFERENCE - len(mark)] + mark
    return Credit(reference, credit.booked_on, credit.amount_cents, credit.payer, credit.remittance)


def credits_of(entry: Element) -> Iterator[Credit]:
    """One, or one for each of its details when the bank gathered several. Raises NotOurs."""
    cents = read_cents(entry.find("Amt"))
    if said(entry, "CdtDbtInd") != "CRDT":
        raise NotOurs(_("C'est un débit : il n'est pas noté ici."))
    if said(entry, "RvslInd") in ("true", "1"):
        raise NotOurs(_("C'est l'annulation d'un débit : elle n'est pas notée ici."))
    # A bare code until version 03, an element since.
    if (said(entry, "Sts/Cd") or said(entry, "Sts")) != "BOOK":
        raise NotOurs(_("Ce mouvement n'est pas encore comptabilisé par la banque."))
    booked_on = read_day(entry)
    details = entry.findall("NtryDtls/TxDtls")
    amounts = [detail_amount(detail) for detail in details]
    known = [amount for amount in amounts if amount is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known) == cents:
        for detail, amount in zip(details, known, strict=True):
            yield credit(entry, [detail], booked_on, amount)
    else:
        yield credit(entry, details, booked_on, cents)


def detail_amount(detail: Element) -> int | None:
    amount = detail.find("Amt")
    amount = amount if amount is not None else detail.find("AmtDtls/TxAmt/Amt")
    try:
        return None if amount is None else read_cents(amount)
    except NotOurs:
        return None


def read_cents(amount: Element | None) -> int:
    if amount is None:
        raise NotOurs(_("Cette ligne n'a pas de montant."))
    currency, text = amount.get("Ccy", ""), (amount.text or "").strip()
    if currency != "EUR":
        raise NotOurs(
            _("Ce montant est en %(currency)s : seuls les euros sont notés.")
            % {"currency": currency[:9] or "?"}
        )
    # Checked as text first: a number like 1E+999999999 would fill the memory.
    if re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,5})?", text):
        cents = Decimal(text) * CENT
        if cents >= 1 and cents == cents.to_integral_value():
            return int(cents)
    raise NotOurs(_("Ce montant ne se lit pas : %(text)s.") % {"text": text[:40]})


def read_day(entry: Element) -> date:
    for path in ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"):
        text = said(entry, path)
        if text:
            try:
                return datetime.fromisoformat(text).date()
            except ValueError:
                break
    raise NotOurs(_("Cette ligne n'a pas de date qui se lise."))


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


def own_reference(entry: Element, details: list[Element]) -> str:
    """What the bank calls the movement; of one among several, its own."""
    names = ("Refs/AcctSvcrRef", "Refs/TxId", "Refs/InstrId")
    of_details = [said(details[0], name) for name in names] if len(details) == 1 else []
    of_entry = [said(entry, name) for name in ("AcctSvcrRef", "NtryRef")]
    return next((name for name in [*of_details, *of_entry] if name and name != "NOTPROVIDED"), "")


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


def shown(entry: Element) -> str:
    """Enough to find the line again in the file."""
    amount = entry.find("Amt")
    sign = "-" if said(entry, "CdtDbtInd") == "DBIT" else ""
    cash = f"{sign}{(amount.text or '').strip()} {amount.get('Ccy', '')}" if amount is not None else "?"
    day = said(entry, "BookgDt/Dt") or said(entry, "BookgDt/DtTm") or said(entry, "ValDt/Dt")
    return " · ".join(
        text[:80] for text in (day, cash, own_reference(entry, entry.findall("NtryDtls/TxDtls"))) if text
    )
