"""Paying statements: one accountant prepares a batch, another approves it, the bank says what became of each line.

Every verb may be called again after whatever stopped it: a line is paid by one entry, whose key is its reference, and
a statement has one line at a time that is under way or paid.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from coupons import crediting, ledger
from coupons.choices import AccountKind, AttemptStatus, BatchStatus, EntryKind
from coupons.holds import of_held_payees
from coupons.models import Attempt, Batch, Entry, Payout
from coupons.numbering import next_number
from coupons.payees import all_in_force, numbers_of
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

PARIS = ZoneInfo("Europe/Paris")
LONGEST_REASON = 200
BULK = 1_000
# Beginnings of the keys of the books' entries: the database knows them too (migration 0005).
PAID = "payout:"
RETURNED = "payout-returned:"


def settle(*, cut_off: date, by: User, at: datetime) -> int:
    """Statements of what is due up to that day; how many. What they count is counted once.

    Payments that are being made are waited for. Raises Refused.
    """
    if cut_off >= at.astimezone(PARIS).date():
        raise Refused(_("Choisissez un jour passé : la journée d'aujourd'hui n'est pas finie."))
    try:
        with acting(by), connection.cursor() as cursor:
            cursor.execute("SELECT coupons_settle(%s, %s)", [cut_off, at])
            [made] = cursor.fetchone()
            crediting.state_refunds(at=at)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Refused(_("Des paiements sont encore en cours. Réessayez dans une minute.")) from error
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
        one_at_a_time()
        known, waiting, lines = all_in_force(at), [], []
        for payout in with_tries(to_pay()).select_for_update(of=("self",)):
            details = known.get(numbers_of(payout.account))
            if details is None:
                waiting.append(payout)
            else:
                reference = f"{payout.number}-{payout.tries + 1}"  # type: ignore[attr-defined]
                lines.append(Attempt(payout=payout, details=details, reference=reference))
        if not lines:
            raise Refused(_("Aucun relevé ne peut être payé : établissez-en, ou vérifiez des coordonnées."))
        number = next_number("V", at.astimezone(PARIS).year)
        batch = Batch.objects.create(number=number, execute_on=execute_on, prepared_by=by, prepared_at=at)
        for line in lines:
            line.batch = batch
        Attempt.objects.bulk_create(lines, batch_size=BULK)
    return batch, waiting


def with_tries(payouts: QuerySet[Payout]) -> QuerySet[Payout]:
    """Each with its payee at hand, and how often it was in a batch."""
    before = Attempt.objects.filter(payout=OuterRef("pk")).order_by().values("payout")
    tries = Coalesce(Subquery(before.annotate(n=Count("pk")).values("n")), 0)
    return payouts.annotate(tries=tries).select_related("account__campaign").defer("account__campaign__logo")


def one_at_a_time() -> None:
    """Whoever prepares a batch or notes the bank's answer waits for who is doing so, then sees what it left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coupons.batches'))")


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
    """A line of a draft; its statement is held back until somebody lets it go. The batch stays as it is.

    Raises Refused.
    """
    with acting(by):
        said = said_reason(reason)
        locked(attempt.batch, BatchStatus.DRAFT)
        [current] = locked_lines([attempt])
        require(current, AttemptStatus.PENDING)
        current.status, current.reason = AttemptStatus.ASIDE, said
        current.save(update_fields=["status", "reason"])
        hold(payout=current.payout, reason=said, by=by, at=at)


def hold(*, payout: Payout, reason: str, by: User, at: datetime) -> None:
    """No batch takes it until somebody lets it go. Raises Refused."""
    said = said_reason(reason)
    with acting(by):
        if not Payout.objects.filter(pk=payout.pk, paid=None).update(held_at=at, held_reason=said):
            raise Refused(_("Ce relevé est déjà payé."))


def said_reason(typed: str) -> str:
    said = " ".join(typed.split())[:LONGEST_REASON]
    if not said:
        raise Refused(_("Écrivez pourquoi : la structure lira ce motif."))
    return said


def let_go(*, payout: Payout, by: User) -> None:
    with acting(by):
        Payout.objects.filter(pk=payout.pk, paid=None).update(held_at=None, held_reason="")


def executed(*, attempt: Attempt, by: User, at: datetime, on: date | None = None) -> Entry:
    """The bank paid the line, on that day (today's unless told). Raises Refused."""
    [entry] = all_executed(attempts=[attempt], by=by, at=at, on=on)
    return entry


def all_executed(
    *, attempts: Iterable[Attempt], by: User, at: datetime, on: date | None = None
) -> list[Entry]:
    """The bank paid these lines: their statements are paid, in the books too. All or none. Raises Refused."""
    with acting(by):
        lines = locked_lines(attempts)
        for line in lines:
            require(line, AttemptStatus.PENDING)
            require_sent(line.batch)
        bank = ledger.account(AccountKind.BANK)
        entries = ledger.post_all(
            EntryKind.PAYOUT,
            [
                ledger.Posting(
                    key=f"{PAID}{line.reference}",
                    legs={line.payout.account: line.payout.amount_cents, bank: -line.payout.amount_cents},
                    note=line.reference,
                )
                for line in lines
            ],
            at=at,
            by=by,
            on=on,
        )
        Attempt.objects.filter(pk__in=[line.pk for line in lines]).update(status=AttemptStatus.PAID)
        for line, entry in zip(lines, entries, strict=True):
            line.payout.paid = entry
        Payout.objects.bulk_update([line.payout for line in lines], ["paid"], batch_size=BULK)
        close_those_done({line.batch_id for line in lines})
        return entries


def rejected(*, attempt: Attempt, reason: str, by: User, at: datetime) -> None:
    """The bank did not pay the line: its statement is held until its bank details are looked at. Raises Refused."""
    with acting(by):
        [current] = locked_lines([attempt])
        require(current, AttemptStatus.PENDING)
        require_sent(current.batch)
        no_longer_paid(current, reason, by, at)


def returned(*, attempt: Attempt, reason: str, by: User, at: datetime, on: date | None = None) -> Entry:
    """The money of a line that was paid came back: the books take it back, and its statement is held, to be paid again.

    Raises Refused.
    """
    with acting(by):
        [current] = locked_lines([attempt])
        require(current, AttemptStatus.PAID)
        payout = current.payout
        entry = ledger.post(
            EntryKind.PAYOUT_RETURNED,
            key=f"{RETURNED}{current.reference}",
            legs={
                ledger.account(AccountKind.BANK): payout.amount_cents,
                payout.account: -payout.amount_cents,
            },
            at=at,
            by=by,
            note=current.reference,
            on=on,
        )
        payout.paid = None
        payout.save(update_fields=["paid"])
        no_longer_paid(current, reason, by, at)
        return entry


def no_longer_paid(line: Attempt, reason: str, by: User, at: datetime) -> None:
    line.status, line.reason = AttemptStatus.REJECTED, reason[:LONGEST_REASON]
    line.save(update_fields=["status", "reason"])
    hold(payout=line.payout, reason=reason, by=by, at=at)
    close_those_done({line.batch_id})


def close_those_done(batches: Collection[int]) -> None:
    """Approved ones of which no line is under way any more."""
    under_way = Attempt.objects.filter(batch=OuterRef("pk"), status=AttemptStatus.PENDING)
    done = Batch.objects.filter(~Exists(under_way), pk__in=batches, status=BatchStatus.APPROVED)
    done.update(status=BatchStatus.CLOSED)


def locked(batch: Batch, status: BatchStatus) -> Batch:
    """As it is now, held to the end of the transaction. Raises Refused when somebody moved it."""
    current = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if current.status != status:
        words = {"number": current.number, "status": current.get_status_display()}
        raise Refused(_("Le lot %(number)s est maintenant « %(status)s ».") % words)
    return current


def locked_lines(attempts: Iterable[Attempt]) -> list[Attempt]:
    """As they are now, in the order of their numbers, held to the end of the transaction."""
    one_at_a_time()
    rows = Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts]).order_by("pk")
    return list(rows.select_for_update(of=("self",)).select_related("payout__account", "batch"))


def require(line: Attempt, status: AttemptStatus) -> None:
    if line.status != status:
        words = {"reference": line.reference, "status": line.get_status_display()}
        raise Refused(_("La ligne %(reference)s est maintenant « %(status)s ».") % words)


def require_sent(batch: Batch) -> None:
    if batch.status not in (BatchStatus.APPROVED, BatchStatus.CLOSED):
        raise Refused(_("Le lot %(number)s n'est pas approuvé.") % {"number": batch.number})
