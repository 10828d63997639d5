"""Money that comes in: noted, matched with its order, and the order funded when all is there.

Locks: the order, then the transfer. Whoever comes second is told, and nothing happens twice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from coupons import ledger
from coupons.choices import AccountKind, EntryKind, OrderStatus
from coupons.models import Account, BankStatement, Entry, Leg, Order, Transfer
from coupons.orders import papers, references
from coupons.orders.ordering import held_cents, locked, release, require
from coupons.orders.papers import day_of
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from directory.wording import dated

# What takes money: an order that waits for it, and one that has it already (too much is shown, and paid back).
TAKES_MONEY = (OrderStatus.ORDERED, OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED)
MOST_CENTS = 100_000_000_00


class AlreadyKnown(Refused):
    """This movement of the bank was noted before."""


@dataclass(frozen=True)
class Standing:
    """Where an order's money stands, in cents."""

    due: int
    received: int
    paid_back: int
    # In the order's deposit: received, and neither handed over nor paid back.
    held: int

    @property
    def missing(self) -> int:
        return max(0, self.due - self.received + self.paid_back)

    @property
    def too_much(self) -> int:
        return max(0, self.received - self.paid_back - self.due)


def standing(order: Order) -> Standing:
    legs = Leg.objects.filter(account__kind=AccountKind.SPONSOR_DEPOSIT, account__order=order)
    sums = dict(legs.values_list("entry__kind").annotate(sum=Sum("amount_cents")).order_by())
    received = -sum(sums.get(kind, 0) for kind in (EntryKind.TRANSFER, EntryKind.MATCH, EntryKind.UNMATCH))
    return Standing(order.due_cents, received, paid_back_cents(order), -sum(sums.values()))


def paid_back_cents(order: Order) -> int:
    """Of what was paid beyond what was due."""
    legs = Leg.objects.filter(
        account__kind=AccountKind.SPONSOR_DEPOSIT,
        account__order=order,
        entry__key__startswith=f"beyond:{order.number}:",
    )
    return legs.aggregate(sum=Sum("amount_cents"))["sum"] or 0


def record_transfer(
    *,
    bank_reference: str,
    amount_cents: int,
    booked_on: date,
    payer: str,
    remittance: str,
    by: User,
    at: datetime,
    statement: BankStatement | None = None,
) -> Transfer:
    """Note a credit of the bank, once; matched at once when it quotes one order that takes money.

    Raises AlreadyKnown, Refused.
    """
    if not 0 < amount_cents <= MOST_CENTS:
        raise Refused(_("Un virement va de 0,01 € à 100 millions d'euros."))
    if booked_on > day_of(at):
        raise Refused(_("Cette date est dans le futur. Notez le virement quand il est sur le compte."))
    with acting(by):
        one_at_a_time()
        transfer = noted(bank_reference, amount_cents, booked_on, payer, remittance, by, at, statement)
        order = quoted_order(remittance)
        if order is not None and order.status in TAKES_MONEY:
            transfer = match(transfer=transfer, order=order, by=by, at=at)
    return transfer


def one_at_a_time() -> None:
    """What comes in is noted by one at a time: a statement's many movements and locks never cross another's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coupons.transfers'))")


def noted(
    bank_reference: str,
    amount_cents: int,
    booked_on: date,
    payer: str,
    remittance: str,
    by: User,
    at: datetime,
    statement: BankStatement | None,
) -> Transfer:
    bank, unmatched = ledger.account(AccountKind.BANK), ledger.account(AccountKind.UNMATCHED)
    legs = {bank: amount_cents, unmatched: -amount_cents}
    try:
        with transaction.atomic():
            entry = ledger.post(
                EntryKind.TRANSFER, key=f"transfer:{fingerprint(bank_reference)}", legs=legs, at=at, by=by
            )
    except IntegrityError as error:
        message = _("Ce mouvement de la banque est déjà noté : %(reference)s.")
        raise AlreadyKnown(message % {"reference": bank_reference}) from error
    return Transfer.objects.create(
        statement=statement,
        bank_reference=bank_reference,
        booked_on=booked_on,
        amount_cents=amount_cents,
        payer=payer,
        remittance=remittance,
        received=entry,
    )


def fingerprint(bank_reference: str) -> str:
    return sha256(bank_reference.encode()).hexdigest()[:40]


def quoted_order(remittance: str) -> Order | None:
    """The order whose reference is quoted; none when there are two."""
    found = list(Order.objects.filter(transfer_reference__in=references.found_in(remittance))[:2])
    return found[0] if len(found) == 1 else None


def match(*, transfer: Transfer, order: Order, by: User, at: datetime) -> Transfer:
    """The money becomes the order's deposit; all there, the order is funded. Raises Refused."""
    with acting(by):
        order = locked(order)
        transfer = Transfer.objects.select_for_update(of=("self",)).get(pk=transfer.pk)
        if transfer.matched_at:
            raise Refused(already_matched(transfer))
        if transfer.return_asked_at:
            raise Refused(
                _("Ce virement est à rendre. Annulez d'abord cette demande, ou cherchez-en un autre.")
            )
        require(order, *TAKES_MONEY)
        unmatched = ledger.account(AccountKind.UNMATCHED)
        deposit = ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order)
        legs = {unmatched: transfer.amount_cents, deposit: -transfer.amount_cents}
        key = nth(f"match:{transfer.pk}", f"unmatch:{transfer.pk}:")
        transfer.matched = ledger.post(EntryKind.MATCH, key=key, legs=legs, at=at, by=by, note=order.number)
        transfer.order, transfer.matched_by, transfer.matched_at = order, by, at
        transfer.save(update_fields=["matched", "order", "matched_by", "matched_at"])
        fund_if_paid(order, by, at)
    return transfer


def already_matched(transfer: Transfer) -> str:
    words = {
        "who": (transfer.matched_by.name or transfer.matched_by.email) if transfer.matched_by else "",
        "when": dated(transfer.matched_at.astimezone(ledger.PARIS), "j F Y H:i")
        if transfer.matched_at
        else "",
        "order": transfer.order.number if transfer.order else "",
    }
    return _("%(who)s a déjà rapproché ce virement de la commande %(order)s le %(when)s.") % words


def fund_if_paid(order: Order, by: User, at: datetime) -> bool:
    """The order is locked by the caller."""
    if order.status != OrderStatus.ORDERED or held_cents(order) < order.due_cents:
        return False
    order.status, order.funded_at = OrderStatus.FUNDED, at
    order.save(update_fields=["status", "funded_at"])
    if order.fee_cents:
        key = nth(f"fee:{order.number}", f"fee-back:{order.number}:")
        ledger.post(EntryKind.FEE, key=key, legs=fee_legs(order), at=at, by=by, note=order.number)
    papers.issue_invoice(order, at)
    return True


def nth(key: str, undone: str) -> str:
    """The key of an event that may happen again once it was undone, each time under a key beginning by `undone`."""
    times = Entry.objects.filter(key__startswith=undone).count()
    return f"{key}:{times}" if times else key


def fee_legs(order: Order) -> dict[Account, int]:
    """The fees leave the deposit; their tax, as the quote says it, is the State's and not ours."""
    vat_cents = papers.vat_cents(order)
    return {
        ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order): order.fee_cents,
        ledger.account(AccountKind.REVENUE): vat_cents - order.fee_cents,
        ledger.account(AccountKind.VAT): -vat_cents,
    }


def pay_back_too_much(*, order: Order, by: User, at: datetime) -> int:
    """What was paid beyond what is due leaves the deposit, to be paid back. Returns the cents."""
    with acting(by):
        order = locked(order)
        require(order, OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED)
        cents = standing(order).too_much
        if not cents:
            raise Refused(_("Rien n'a été payé en trop pour cette commande."))
        n = Leg.objects.filter(entry__key__startswith=f"beyond:{order.number}:").count()
        release(order, cents, key=f"beyond:{order.number}:{n}", by=by, at=at)
    return cents
