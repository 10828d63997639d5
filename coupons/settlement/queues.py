"""Where statements stand: to pay, waiting for bank details, held, on their way, paid; row by row and as queues."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from coupons.batches import to_pay
from coupons.choices import AttemptStatus, BatchStatus
from coupons.holds import of_held_payees, open_holds
from coupons.models import Attempt, Payout
from coupons.payees import have_details, in_force_among, numbers_of
from directory.models import Organization

PAID, PLANNED, PREPARED, HELD, NO_BANK, NEXT = "paid", "planned", "prepared", "held", "no_bank", "next"


@dataclass(frozen=True)
class State:
    """`day`: it was paid, or will be. `reason`: why it is held, as somebody wrote it."""

    code: str
    day: date | None = None
    reason: str = ""


def with_payee(payouts: QuerySet[Payout]) -> QuerySet[Payout]:
    """Each with what says whose it is and what became of it, in a constant number of queries."""
    under_way = Attempt.objects.filter(status=AttemptStatus.PENDING).select_related("batch")
    rows = payouts.select_related("account__organization", "account__campaign__organization", "account__fund")
    rows = rows.select_related("paid").defer("account__campaign__logo")
    return rows.prefetch_related(Prefetch("attempts", under_way, to_attr="under_way"))


def of_organization(organization: Organization) -> QuerySet[Payout]:
    """What it is paid as a provider, and what comes back to it as a sponsor."""
    return Payout.objects.filter(
        Q(account__organization=organization) | Q(account__campaign__organization=organization)
    )


def with_states(payouts: Sequence[Payout], at: datetime) -> list[tuple[Payout, State]]:
    """`payouts` as `with_payee` reads them."""
    accounts = [payout.account for payout in payouts]
    known = in_force_among(accounts, at)
    numbers = [numbers_of(account)[0] for account in accounts]
    held = dict(open_holds().filter(organization__in=numbers).values_list("organization", "reason"))
    return [(payout, state_of(payout, known, held)) for payout in payouts]


def state_of(payout: Payout, known: Iterable[object], held: dict[int, str]) -> State:
    if payout.paid is not None:
        return State(PAID, payout.paid.on)
    for line in payout.under_way:  # type: ignore[attr-defined]
        draft = line.batch.status == BatchStatus.DRAFT
        return State(PREPARED if draft else PLANNED, line.batch.execute_on)
    organization, _fund = numbers = numbers_of(payout.account)
    if payout.held_at or organization in held:
        return State(HELD, reason=payout.held_reason or held.get(organization or 0, ""))
    return State(NEXT) if numbers in known else State(NO_BANK)


def ready(at: datetime) -> QuerySet[Payout]:
    return to_pay().filter(have_details(at))


def waiting_for_details(at: datetime) -> QuerySet[Payout]:
    return to_pay().filter(~have_details(at))


def held() -> QuerySet[Payout]:
    """Unpaid, out of any batch, and held: each or its payee."""
    rows = Payout.objects.filter(Q(held_at__isnull=False) | of_held_payees(), paid=None)
    return rows.exclude(pk__in=on_their_way().values("pk"))


def on_their_way() -> QuerySet[Payout]:
    lines = Attempt.objects.filter(status=AttemptStatus.PENDING)
    return Payout.objects.filter(paid=None, pk__in=lines.values("payout"))


def paid() -> QuerySet[Payout]:
    return Payout.objects.filter(paid__isnull=False)
