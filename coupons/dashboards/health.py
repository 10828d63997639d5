"""How the platform is: the books, the jobs, and how much of France has a venue near."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.core.cache import cache
from django.db import connection

from coupons.choices import OrderStatus, SignalState
from coupons.holds import open_holds
from coupons.models import Order, Proof, Signal, Watch
from directory.models import Listing
from geodata.communes import communes
from geodata.neighbours import nearest_km

NEAR_KM = 10
COVERAGE_SECONDS = 3600
BOOKS_SECONDS = 120
LATE_AFTER = timedelta(minutes=15)

BOOKS = """
SELECT (SELECT coalesce(sum(amount_cents), 0) FROM coupons_leg)::bigint,
       coalesce(sum(balance.cents) FILTER (WHERE balance.kind = 'bank'), 0)::bigint,
       -coalesce(sum(balance.cents) FILTER (WHERE balance.kind NOT IN ('bank', 'revenue')), 0)::bigint,
       -coalesce(sum(balance.cents) FILTER (WHERE balance.kind = 'outstanding'), 0)::bigint
FROM (SELECT account.kind, sum(leg.amount_cents) AS cents FROM coupons_leg leg
      JOIN coupons_account account ON account.id = leg.account_id GROUP BY 1) balance
"""
LIVE = """
SELECT coalesce(sum(live.coupons * made.face_value_cents), 0)::bigint
FROM (SELECT booklet.order_id, count(*) AS coupons FROM coupons_coupon coupon
      JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id WHERE coupon.state = 'active' GROUP BY 1) live
JOIN coupons_order made ON made.id = live.order_id
"""
JOBS = """
SELECT count(*) FILTER (WHERE job.status = 'failed')::int,
       count(*) FILTER (WHERE job.status = 'todo' AND coalesce(job.scheduled_at, asked.at) < %s)::int,
       count(*) FILTER (WHERE job.status = 'doing')::int
FROM procrastinate_jobs job
LEFT JOIN procrastinate_events asked ON asked.job_id = job.id AND asked.type = 'deferred'
WHERE job.status IN ('failed', 'todo', 'doing')
"""


@dataclass(frozen=True)
class Books:
    """In cents. What must hold: legs sum to zero; the bank covers what is owed; what circulates is what is live."""

    sum_of_legs: int
    bank: int
    owed: int
    outstanding: int
    live: int
    at: datetime

    @property
    def balanced(self) -> bool:
        return self.sum_of_legs == 0

    @property
    def covered(self) -> bool:
        return self.bank >= self.owed

    @property
    def circulating(self) -> bool:
        return self.outstanding == self.live

    @property
    def sound(self) -> bool:
        return self.balanced and self.covered and self.circulating


@dataclass(frozen=True)
class Jobs:
    failed: int
    late: int
    running: int


@dataclass(frozen=True)
class Near:
    """Inhabitants of communes whose town hall has a labelled venue within NEAR_KM, and all of them."""

    venues: int
    inhabitants: int
    all: int

    @property
    def share(self) -> float:
        return self.inhabitants / self.all if self.all else 0.0


def books() -> Books:
    """Read at most every two minutes: all legs and all live coupons are added up."""
    return cache.get_or_set("dashboards.books", added_up, BOOKS_SECONDS)  # type: ignore[return-value]


def added_up() -> Books:
    """Both sides in one view of the database: payments go on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT books.*, ({LIVE}), now() FROM ({BOOKS}) books")  # noqa: S608  constants
        return Books(*cursor.fetchone())


def jobs(at: datetime) -> Jobs:
    with connection.cursor() as cursor:
        cursor.execute(JOBS, [at - LATE_AFTER])
        return Jobs(*cursor.fetchone())


def orders() -> list[tuple[OrderStatus, int]]:
    """To fund, to print, to deliver."""
    waiting = Order.objects
    return [
        (OrderStatus.ORDERED, waiting.to_fund().count()),
        (OrderStatus.FUNDED, waiting.to_print().count()),
        (OrderStatus.PRINTED, waiting.to_deliver().count()),
    ]


@dataclass(frozen=True)
class Watched:
    """Signals that nobody decided about, payees whose money is held back, and until when payments were looked at."""

    signals: int
    holds: int
    until: datetime | None


def watched() -> Watched:
    last = Watch.objects.order_by("-until").values_list("until", flat=True).first()
    return Watched(Signal.objects.filter(state=SignalState.OPEN).count(), open_holds().count(), last)


@dataclass(frozen=True)
class Published:
    """The last proof of reserve, as it was signed, in cents."""

    on: date
    bank: int
    owed: int
    sound: bool


def published() -> Published | None:
    proof = Proof.objects.first()
    if proof is None:
        return None
    said = json.loads(proof.content)
    return Published(
        proof.on, said["bank_cents"], said["owed_cents"]["total"], said["covered"] and said["counted"]
    )


def near(on: date) -> Near:
    """Read at most once an hour: venues come and go by the day."""
    return cache.get_or_set(f"dashboards.near.{on}", lambda: measured(on), COVERAGE_SECONDS)  # type: ignore[return-value]


def measured(on: date) -> Near:
    rows = list(Listing.objects.labelled_on(on).located().order_by().values_list("point", "venue"))
    lon = np.array([point.x for point, _venue in rows if point], dtype=np.float64)
    lat = np.array([point.y for point, _venue in rows if point], dtype=np.float64)
    known = communes()
    km = nearest_km(known.lon, known.lat, lon, lat)
    people = int(known.population[km <= NEAR_KM].sum())
    return Near(len({venue for _point, venue in rows}), people, int(known.population.sum()))
