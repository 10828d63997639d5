"""The bank's answer brought in: lines executed on the day the bank says, rejected, or come back; once.

All of a file in one transaction: killed at any point, nothing of it is noted, and it can be brought in again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from coupons import batches
from coupons.choices import AttemptStatus, BatchStatus, Outcome
from coupons.ledger import PARIS
from coupons.models import Attempt, BankAnswer
from coupons.settlement.answers import Answer, Told, read
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from directory.wording import dated, price

SENT = (BatchStatus.APPROVED, BatchStatus.CLOSED)


@dataclass
class Report:
    """What became of each line of a file; `paid` gathers by day what is to be noted at once."""

    at: datetime
    lines: list[dict[str, str]] = field(default_factory=list)
    paid: dict[date, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    # To be noted after them: a transfer may leave and come back in one file.
    failed: list[tuple[Attempt, Told]] = field(default_factory=list)

    def add(self, told: Told, outcome: Outcome, reference: str = "", reason: str = "") -> None:
        said = {"outcome": str(outcome), "reference": reference or told.reference or told.batch}
        self.lines.append({**said, "line": told.line, "reason": reason or told.reason})


def bring_in(*, raw: bytes, name: str, by: User, at: datetime) -> BankAnswer:
    """All of a file, or nothing; its report is kept in the row. Raises Refused."""
    answer = read(raw, iban=settings.SELLER["iban"])
    with acting(by):
        batches.one_at_a_time()
        refuse_twice(answer.digest)
        report = judged(answer, at)
        for on, lines in report.paid.items():
            batches.all_executed(attempts=lines, by=by, at=at, on=on)
        for line, told in report.failed:
            note_failure(line, told, by, at)
        return BankAnswer.objects.create(
            digest=answer.digest,
            name=name[:200],
            format=answer.format,
            message=answer.message,
            lines=report.lines,
            imported_at=at,
            imported_by=by,
        )


def refuse_twice(digest: bytes) -> None:
    before = BankAnswer.objects.filter(digest=digest).first()
    if before is not None:
        when = dated(before.imported_at.astimezone(PARIS), "j F Y H:i")
        raise Refused(_("Ce fichier est déjà importé, le %(when)s. Rien n'a changé.") % {"when": when})


def note_failure(line: Attempt, told: Told, by: User, at: datetime) -> None:
    line.refresh_from_db(fields=["status"])
    if line.status == AttemptStatus.PAID:
        batches.returned(attempt=line, reason=told.reason, by=by, at=at, on=told.on)
    else:
        batches.rejected(attempt=line, reason=told.reason, by=by, at=at)


def judged(answer: Answer, at: datetime) -> Report:
    """Nothing is changed yet but the status of the lines at hand, so that each is judged as the ones before left it."""
    report = Report(at)
    known = lines_named(answer.told)
    named = {told.reference for told in answer.told if told.reference}
    departures = [told for told in answer.told if told.outcome != Outcome.RETURNED]
    returns = [told for told in answer.told if told.outcome == Outcome.RETURNED]
    for told in [*departures, *returns]:
        if told.outcome in (Outcome.UNKNOWN, Outcome.REFUSED):
            report.add(told, told.outcome)
        elif told.on and told.on > at.astimezone(PARIS).date():
            report.add(told, Outcome.REFUSED, reason=_("Sa date est dans le futur."))
        elif told.batch:
            judge_batch(
                report, told, [line for line in known.values() if line.batch.number == told.batch], named
            )
        elif told.reference not in known:
            report.add(told, Outcome.UNKNOWN, reason=_("Aucune ligne de nos lots n'a cette référence."))
        else:
            judge(report, told, known[told.reference])
    return report


def lines_named(told: Iterable[Told]) -> dict[str, Attempt]:
    """By their references: those that the file names, and all of the batches that it names. None left out of a file."""
    references = [one.reference for one in told if one.reference]
    numbers = [one.batch for one in told if one.batch]
    rows = Attempt.objects.select_related("batch", "payout").order_by("pk")
    found = [*rows.filter(reference__in=references), *rows.filter(batch__number__in=numbers)]
    return {line.reference: line for line in found}


def judge_batch(report: Report, told: Told, lines: list[Attempt], named: set[str]) -> None:
    """The bank speaks of a batch as a whole: its sum must be the file's, or what of it is not rejected."""
    sent = [line for line in lines if line.status != AttemptStatus.ASIDE and line.batch.status in SENT]
    if not sent:
        report.add(told, Outcome.UNKNOWN, reason=_("Aucun lot envoyé n'a ce numéro."))
        return
    standing = [line for line in sent if line.status != AttemptStatus.REJECTED]
    sums = {sum(line.payout.amount_cents for line in some) for some in (sent, standing)}
    if told.cents is not None and told.cents not in sums:
        report.add(told, Outcome.REFUSED, reason=other_amount(told.cents, max(sums)))
        return
    if told.outcome == Outcome.WAITING:
        report.add(told, Outcome.WAITING)
        return
    for line in standing if told.outcome == Outcome.EXECUTED else sent:
        if line.reference not in named:
            judge(report, told, line, amount_checked=True)


def judge(report: Report, told: Told, line: Attempt, *, amount_checked: bool = False) -> None:
    cents = line.payout.amount_cents
    if line.batch.status not in SENT or line.status == AttemptStatus.ASIDE:
        reason = _("Cette ligne n'est dans aucun fichier envoyé à la banque.")
        report.add(told, Outcome.REFUSED, line.reference, reason)
    elif not amount_checked and told.cents is not None and told.cents != cents:
        report.add(told, Outcome.REFUSED, line.reference, other_amount(told.cents, cents))
    elif told.outcome == Outcome.WAITING:
        report.add(told, Outcome.WAITING, line.reference)
    elif told.outcome == Outcome.EXECUTED:
        judge_departure(report, told, line)
    else:
        judge_failure(report, told, line)


def judge_departure(report: Report, told: Told, line: Attempt) -> None:
    if line.status == AttemptStatus.PENDING:
        line.status = AttemptStatus.PAID
        report.paid[told.on or report.at.astimezone(PARIS).date()].append(line)
        report.add(told, Outcome.EXECUTED, line.reference)
    elif line.status == AttemptStatus.PAID:
        report.add(told, Outcome.KNOWN, line.reference)
    else:
        reason = _("Cette ligne est rejetée : demandez à la banque ce qu'elle a payé.")
        report.add(told, Outcome.REFUSED, line.reference, reason)


def judge_failure(report: Report, told: Told, line: Attempt) -> None:
    """A status report alone does not take back what was paid: the money itself must come back on a statement."""
    if line.status == AttemptStatus.REJECTED:
        report.add(told, Outcome.KNOWN, line.reference)
    elif line.status == AttemptStatus.PAID and told.outcome == Outcome.REJECTED:
        reason = _("Cette ligne est payée : importez le relevé de compte où son argent revient.")
        report.add(told, Outcome.REFUSED, line.reference, reason)
    else:
        line.status = AttemptStatus.REJECTED
        report.failed.append((line, told))
        report.add(told, told.outcome, line.reference)


def other_amount(told: int, ours: int) -> str:
    words = {"told": price(told), "ours": price(ours)}
    return _("La banque dit %(told)s, le fichier envoyé disait %(ours)s : rien n'a changé.") % words
