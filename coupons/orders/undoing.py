"""Money that was noted for the wrong order, or that is nobody's: a match undone, a transfer given back.

Nothing is erased: each is an entry of the books that says the reverse, by whom, when and why. Locks: the order, then
the transfer, as in funding.
"""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from coupons import ledger
from coupons.choices import AccountKind, EntryKind, OrderStatus, PrintStatus
from coupons.models import Booklet, Entry, Order, PrintJob, Transfer
from coupons.orders import papers
from coupons.orders.funding import TAKES_MONEY, already_matched, fee_legs, standing
from coupons.orders.ordering import held_cents, locked, require
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

LONGEST_REASON = 150
UNDER_WAY = (PrintStatus.WAITING, PrintStatus.RUNNING)


def unmatch(*, transfer: Transfer, reason: str, by: User, at: datetime) -> Transfer:
    """The money waits for its order again. Raises Refused.

    An order that has its money without this one stays as it is. One that was funded by it goes back to ordered, its
    invoice cancelled by a credit note, as long as nothing of it is printed.
    """
    reason = said(reason)
    with acting(by):
        if transfer.order is None:
            raise Refused(not_matched())
        order = locked(transfer.order)
        transfer = held(transfer)
        if transfer.order_id != order.pk:
            raise Refused(not_matched())
        require(order, *TAKES_MONEY)
        money = standing(order)
        if money.received - money.paid_back - transfer.amount_cents < money.due:
            back_to_ordered(order, by, at)
        if held_cents(order) < transfer.amount_cents:
            raise Refused(
                _(
                    "Une partie de cet argent n'est plus dans l'avance de la commande : il ne peut plus en sortir."
                )
            )
        deposit = ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order)
        legs = {deposit: transfer.amount_cents, ledger.account(AccountKind.UNMATCHED): -transfer.amount_cents}
        begun = f"unmatch:{transfer.pk}:"
        key = f"{begun}{Entry.objects.filter(key__startswith=begun).count()}"
        note = f"{order.number} · {reason}"
        ledger.post(EntryKind.UNMATCH, key=key, legs=legs, at=at, by=by, note=note)
        transfer.order = transfer.matched = transfer.matched_by = transfer.matched_at = None
        transfer.save(update_fields=["matched", "order", "matched_by", "matched_at"])
    return transfer


def back_to_ordered(order: Order, by: User, at: datetime) -> None:
    """Nothing to do for an order that still waits for the rest. Raises Refused."""
    if order.status == OrderStatus.ORDERED:
        return
    if (
        order.status != OrderStatus.FUNDED
        or Booklet.objects.filter(order=order).exists()
        or PrintJob.objects.filter(order=order, status__in=UNDER_WAY).exists()
    ):
        message = _(
            "Les carnets de la commande %(number)s sont imprimés ou vont l'être avec cet argent : ce rapprochement "
            "ne se défait plus. Rapprochez d'abord de cette commande le virement qui est le sien."
        )
        raise Refused(message % {"number": order.number})
    order.status, order.funded_at = OrderStatus.ORDERED, None
    order.save(update_fields=["status", "funded_at"])
    if order.fee_cents:
        begun = f"fee-back:{order.number}:"
        legs = {account: -cents for account, cents in fee_legs(order).items()}
        key = f"{begun}{Entry.objects.filter(key__startswith=begun).count()}"
        ledger.post(EntryKind.FEE, key=key, legs=legs, at=at, by=by, note=order.number)
    papers.cancel_invoice(order, at)


def ask_return(*, transfer: Transfer, reason: str, by: User, at: datetime) -> Transfer:
    """Nobody knows this money: it is to go back to its payer. Raises Refused."""
    reason = said(reason)
    with acting(by):
        transfer = held(transfer)
        if transfer.matched_at:
            raise Refused(already_matched(transfer))
        if transfer.return_asked_at:
            raise Refused(_("Ce renvoi est déjà demandé."))
        transfer.return_reason, transfer.return_asked_by, transfer.return_asked_at = reason, by, at
        transfer.save(update_fields=["return_reason", "return_asked_by", "return_asked_at"])
    return transfer


def keep(*, transfer: Transfer, by: User) -> Transfer:
    """It was somebody's after all: it waits for its order again. Raises Refused."""
    with acting(by):
        transfer = asked(transfer)
        transfer.return_reason, transfer.return_asked_by, transfer.return_asked_at = "", None, None
        transfer.save(update_fields=["return_reason", "return_asked_by", "return_asked_at"])
    return transfer


def record_return(*, transfer: Transfer, bank_reference: str, by: User, at: datetime) -> Transfer:
    """The bank has paid it back; told by somebody else than who asked for it. Raises Refused."""
    with acting(by):
        transfer = asked(transfer)
        if transfer.return_asked_by_id == by.pk:
            raise Refused(_("Vous avez demandé ce renvoi : une autre personne le confirme."))
        reference = " ".join(bank_reference.split())
        if not reference:
            raise Refused(_("Écrivez la référence que la banque donne à ce renvoi."))
        legs = {
            ledger.account(AccountKind.UNMATCHED): transfer.amount_cents,
            ledger.account(AccountKind.BANK): -transfer.amount_cents,
        }
        note = f"{reference[:80]} · {transfer.return_reason}"[:200]
        key = f"return:{transfer.pk}"
        transfer.returned = ledger.post(EntryKind.RETURN, key=key, legs=legs, at=at, by=by, note=note)
        transfer.return_reference, transfer.returned_by, transfer.returned_at = reference[:80], by, at
        transfer.save(update_fields=["returned", "return_reference", "returned_by", "returned_at"])
    return transfer


def to_return() -> "QuerySet[Transfer]":
    """Those that somebody else is to confirm, the oldest first."""
    rows = Transfer.objects.filter(return_asked_at__isnull=False, returned=None)
    return rows.select_related("return_asked_by").order_by("return_asked_at", "pk")


def held(transfer: Transfer) -> Transfer:
    return Transfer.objects.select_for_update(of=("self",)).get(pk=transfer.pk)


def asked(transfer: Transfer) -> Transfer:
    transfer = held(transfer)
    if transfer.return_asked_at is None or transfer.returned_at:
        raise Refused(_("Ce virement n'attend pas d'être rendu : quelqu'un s'en est occupé."))
    return transfer


def said(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Refused(_("Écrivez pourquoi, en quelques mots."))
    return reason[:LONGEST_REASON]


def not_matched() -> str:
    return _("Ce virement n'est rapproché d'aucune commande : quelqu'un l'a déjà défait.")
