"""The bank's XML, read with care: camt.053 statements as entries, amounts as exact cents, days, and our references.

Versions 001.02 and 001.08 of ISO 20022. A file comes from outside: no DTD, no entity, a bounded size. Source of the
elements' names: https://www.iso20022.org/catalogue-messages (Bank-to-Customer Statement).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused

MOST_BYTES = 5_000_000
MOST_LINES = 2_000
NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}Document")
VERSIONS = ("02", "08")
CENT = Decimal(100)
# EndToEndId of a line of our batches: the number of its statement, and which try it was.
OUR_TRANSFER = re.compile(r"R\d{4}-\d{6,}-\d+")


@dataclass(frozen=True)
class Statement:
    """A file: its SHA-256, what it calls itself, whose account it is, and its movements as they stand."""

    digest: bytes
    statement_id: str
    iban: str
    entries: list[Element]


class NotOurs(Exception):
    """Why a line is put aside, in a sentence."""


def read(raw: bytes, *, iban: str = "") -> Statement:
    """All that a file says. `iban`: the account it must be about, if told. Raises Refused."""
    root = parsed(raw)
    found = NAMESPACE.fullmatch(root.tag)
    if not found:
        raise Refused(_("Ce fichier n'est pas un relevé camt.053. Demandez ce format à votre banque."))
    return statement_of(root, found[1], sha256(raw).digest(), iban)


def statement_of(root: Element, version: str, digest: bytes, iban: str) -> Statement:
    if version not in VERSIONS:
        message = _("La version %(version)s de camt.053 n'est pas lue ici. Demandez la version 02 ou 08.")
        raise Refused(message % {"version": version})
    strip_namespace(root)
    statements = root.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise Refused(_("Ce fichier ne contient aucun relevé."))
    for statement in statements:
        check_account(said(statement, "Acct/Id/IBAN"), iban)
    entries = [entry for statement in statements for entry in statement.findall("Ntry")]
    if len(entries) > MOST_LINES:
        message = _("Ce relevé a plus de %(most)s lignes. Demandez à la banque un relevé par jour.")
        raise Refused(message % {"most": MOST_LINES})
    name, account = said(statements[0], "Id")[:80], said(statements[0], "Acct/Id/IBAN")[:34]
    return Statement(digest, name, account, entries)


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
    if expected and found and squeezed(found) != squeezed(expected):
        message = _("Ce relevé est celui du compte %(iban)s, qui n'est pas celui des commandes.")
        raise Refused(message % {"iban": found})


def squeezed(iban: str) -> str:
    return "".join(iban.split()).upper()


def is_booked(entry: Element) -> bool:
    """A bare code until version 03, an element since."""
    return (said(entry, "Sts/Cd") or said(entry, "Sts")) == "BOOK"


def is_reversal(entry: Element) -> bool:
    return said(entry, "RvslInd") in ("true", "1")


def our_transfer(detail: Element) -> str:
    """The reference of the line of our batches that a movement is about, if it is."""
    told = said(detail, "Refs/EndToEndId")
    return told if OUR_TRANSFER.fullmatch(told) else ""


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


def own_reference(entry: Element, details: list[Element]) -> str:
    """What the bank calls the movement; of one among several, its own."""
    names = ("Refs/AcctSvcrRef", "Refs/TxId", "Refs/InstrId")
    of_details = [said(details[0], name) for name in names] if len(details) == 1 else []
    of_entry = [said(entry, name) for name in ("AcctSvcrRef", "NtryRef")]
    return next((name for name in [*of_details, *of_entry] if name and name != "NOTPROVIDED"), "")


def shown(entry: Element) -> str:
    """Enough to find the line again in the file."""
    amount = entry.find("Amt")
    sign = "-" if said(entry, "CdtDbtInd") == "DBIT" else ""
    cash = f"{sign}{(amount.text or '').strip()} {amount.get('Ccy', '')}" if amount is not None else "?"
    day = said(entry, "BookgDt/Dt") or said(entry, "BookgDt/DtTm") or said(entry, "ValDt/Dt")
    return " · ".join(
        text[:80] for text in (day, cash, own_reference(entry, entry.findall("NtryDtls/TxDtls"))) if text
    )
