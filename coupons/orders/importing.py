"""A statement of the bank brought in: each of its credits noted once, whatever files it comes in."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from coupons.ledger import PARIS
from coupons.models import BankStatement, Transfer
from coupons.orders import statements
from coupons.orders.funding import one_at_a_time, record_transfer
from coupons.orders.papers import day_of
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from directory.wording import dated


def bring_in(*, raw: bytes, name: str, by: User, at: datetime) -> BankStatement:
    """All of a file, or nothing. Its report is kept in the row. Raises Refused."""
    read = statements.read(raw, iban=settings.SELLER["iban"])
    with acting(by):
        one_at_a_time()
        refuse_twice(read.digest)
        told = [credit.bank_reference for credit in read.credits]
        known = set(Transfer.objects.filter(bank_reference__in=told).values_list("bank_reference", flat=True))
        to_come = [credit for credit in read.credits if credit.booked_on > day_of(at)]
        fresh = [
            credit for credit in read.credits if credit not in to_come and credit.bank_reference not in known
        ]
        statement = BankStatement.objects.create(
            digest=read.digest,
            name=name[:200],
            statement_id=read.statement_id,
            iban=read.iban,
            aside=[{"line": one.line, "reason": one.reason} for one in read.aside] + in_future(to_come),
            known=len(known),
            imported_at=at,
            imported_by=by,
        )
        for credit in fresh:
            record_transfer(
                bank_reference=credit.bank_reference,
                amount_cents=credit.amount_cents,
                booked_on=credit.booked_on,
                payer=credit.payer,
                remittance=credit.remittance,
                statement=statement,
                by=by,
                at=at,
            )
    return statement


def refuse_twice(digest: bytes) -> None:
    before = BankStatement.objects.filter(digest=digest).first()
    if before is not None:
        when = dated(before.imported_at.astimezone(PARIS), "j F Y H:i")
        raise Refused(_("Ce fichier est déjà importé, le %(when)s. Rien n'a changé.") % {"when": when})


def in_future(credits: list[statements.Credit]) -> list[dict[str, str]]:
    reason = _("Sa date est dans le futur.")
    return [{"line": f"{credit.booked_on} · {credit.bank_reference}", "reason": reason} for credit in credits]
