"""Paying statements: one accountant prepares a batch, another approves it, the bank says what became of each line.

Every verb may be called again after whatever stopped it: a statement is paid by one entry, whose key is its number.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from coupons import ledger
from coupons.choices import AccountKind, AttemptStatus, BatchStatus, EntryKind
from coupons.holds import of_held_payees
from coupons.models import Attempt, Batch, Entry, Payout
from coupons.numbering import next_number
from coupons.payees import in_force
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

PARIS = ZoneInfo("Europe/Paris")


def settle(*, cut_off: date, by: User, at: datetime) -> int:
    """Statements of what is due up to that day; how many. What they count is counted once."""
    if cut_off >= at.astimezone(PARIS).date():
        raise Refused(_("Choisissez un jour passé : la journée d'aujourd'hui n'est pas finie."))
    with acting(by), connection.cursor() as cursor:
        cursor.execute("SELECT coupons_settle(%s, %s)", [cut_off, at])
        [made] = cursor.fetchone()
    return made


def to_pay() -> QuerySet[Payout]:
    """Statements that are neither paid, nor held back (they or their payee), nor in a batch."""
    under_way = Attempt.objects.filter(
        payout=OuterRef("pk"), status__in=[AttemptStatus.PENDING, AttemptStatus.PAID]
    )
    return Payout.objects.filter(~Exists(under_way), ~of_held_payees(), paid=None, held_at=None).order_by(
        "pk"
    )


def prepare(*, execute_on: date, by: User, at: datetime) -> tuple[Batch, list[Payout]]:
    """A batch of all that can be paid, and the statements that wait for bank details. Raises Refused."""
    if execute_on < at.astimezone(PARIS).date():
        raise Refused(_("La date d'exécution est passée : choisissez aujourd'hui ou plus tard."))
    with acting(by):
        waiting, lines = [], []
        for payout in to_pay().select_for_update(of=("self",)).select_related("account"):
            details = in_force(payout.account, at)
            if details is None:
                waiting.append(payout)
                continue
            tries = payout.attempts.count() + 1
            lines.append(Attempt(payout=payout, details=details, reference=f"{payout.number}-{tries}"))
        if not lines:
            raise Refused(_("Aucun relevé ne peut être payé : établissez-en, ou vérifiez des coordonnées."))
        number = next_number("V", at.astimezone(PARIS).year)
        batch = Batch.objects.create(number=number, execute_on=execute_on, prepared_by=by, prepared_at=at)
        for line in lines:
            line.batch = batch
        Attempt.objects.bulk_create(lines)
    return batch, waiting


def approve(*, batch: Batch, by: User, at: datetime) -> Batch:
    """By somebody else than who prepared it; payees held meanwhile are put aside. From here on the file is what it is.

    Raises Refused.
    """
    with acting(by):
        current = locked(batch, BatchStatus.DRAFT)
        if current.prepared_by_id == by.pk:
            raise Refused(_("Vous avez préparé ce lot : une autre personne doit l'approuver."))
        held_since = current.attempts.filter(of_held_payees("payout__account"), status=AttemptStatus.PENDING)
        held_since.update(status=AttemptStatus.ASIDE, reason=_("Versements retenus."))
        if not current.attempts.filter(status=AttemptStatus.PENDING).exists():
            raise Refused(_("Toutes les lignes de ce lot sont de côté : annulez-le."))
        current.status, current.approved_by, current.approved_at = BatchStatus.APPROVED, by, at
        current.save(update_fields=["status", "approved_by", "approved_at"])
        return current


def cancel(*, batch: Batch, by: User, at: datetime) -> Batch:
    """A draft: its statements can be paid by another batch."""
    with acting(by):
        current = locked(batch, BatchStatus.DRAFT)
        pending = current.attempts.filter(status=AttemptStatus.PENDING)
        pending.update(status=AttemptStatus.ASIDE, reason=_("Lot annulé."))
        current.status = BatchStatus.CANCELLED
        current.save(update_fields=["status"])
        return current


def put_aside(*, attempt: Attempt, reason: str, by: User, at: datetime) -> None:
    """A line of a draft; its statement is held back until somebody lets it go. The batch stays as it is."""
    with acting(by):
        locked(attempt.batch, BatchStatus.DRAFT)
        current = locked_line(attempt)
        current.status, current.reason = AttemptStatus.ASIDE, reason[:200]
        current.save(update_fields=["status", "reason"])
        hold(payout=current.payout, reason=reason, by=by, at=at)


def hold(*, payout: Payout, reason: str, by: User, at: datetime) -> None:
    with acting(by):
        Payout.objects.filter(pk=payout.pk, paid=None).update(held_at=at, held_reason=reason[:200])


def let_go(*, payout: Payout, by: User) -> None:
    with acting(by):
        Payout.objects.filter(pk=payout.pk, paid=None).update(held_at=None, held_reason="")


def executed(*, attempt: Attempt, by: User, at: datetime) -> Entry:
    """The bank paid the line: the statement is paid, in the books too. Raises Refused."""
    with acting(by):
        current = locked_line(attempt)
        payout = current.payout
        bank = ledger.account(AccountKind.BANK)
        entry = ledger.post(
            EntryKind.PAYOUT,
            key=f"payout:{payout.number}",
            legs={payout.account: payout.amount_cents, bank: -payout.amount_cents},
            at=at,
            by=by,
            note=current.reference,
        )
        current.status = AttemptStatus.PAID
        current.save(update_fields=["status"])
        payout.paid = entry
        payout.save(update_fields=["paid"])
        close_if_done(current.batch)
        return entry


def rejected(*, attempt: Attempt, reason: str, by: User, at: datetime) -> None:
    """The bank gave the money back: the statement is held until its bank details are looked at."""
    with acting(by):
        current = locked_line(attempt)
        current.status, current.reason = AttemptStatus.REJECTED, reason[:200]
        current.save(update_fields=["status", "reason"])
        hold(payout=current.payout, reason=reason, by=by, at=at)
        close_if_done(current.batch)


def close_if_done(batch: Batch) -> None:
    if not batch.attempts.filter(status=AttemptStatus.PENDING).exists():
        Batch.objects.filter(pk=batch.pk, status=BatchStatus.APPROVED).update(status=BatchStatus.CLOSED)


def locked(batch: Batch, status: BatchStatus) -> Batch:
    """As it is now, held to the end of the transaction. Raises Refused when somebody moved it."""
    current = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if current.status != status:
        words = {"number": current.number, "status": current.get_status_display()}
        raise Refused(_("Le lot %(number)s est maintenant « %(status)s ».") % words)
    return current


def locked_line(attempt: Attempt) -> Attempt:
    with transaction.atomic():
        current = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("payout__account", "batch")
            .get(pk=attempt.pk)
        )
    if current.status != AttemptStatus.PENDING:
        words = {"reference": current.reference, "status": current.get_status_display()}
        raise Refused(_("La ligne %(reference)s est maintenant « %(status)s ».") % words)
    return current
