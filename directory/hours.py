"""Opening hours made askable in SQL: the usual week of each place, and the coming days that are unlike it.

A day on which the venue says it is closed (Closure) is such a day, whatever the hours say.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from directory.models import Place
from directory.opening import Minutes, parse

WEEKS_AHEAD = 10

# Only what differs is written: the night's round over an unchanged directory touches no row.
UPDATE_WEEKS = """
UPDATE directory_place place SET week = spec.week::int4multirange
FROM unnest(%(hours)s::text[], %(zones)s::text[], %(weeks)s::text[]) spec(hours, timezone, week)
WHERE place.id = ANY(%(places)s) AND place.hours = spec.hours AND place.timezone = spec.timezone
  AND place.week IS DISTINCT FROM spec.week::int4multirange
"""
REWRITE_DAYS = """
WITH closed AS (
    SELECT DISTINCT place.id AS place_id, day::date AS day
    FROM directory_closure closure JOIN directory_place place USING (venue_id),
         generate_series(greatest(lower(closure.during), %(first)s::date),
                         least(upper(closure.during), %(until)s::date) - 1, interval '1 day') day
    WHERE place.id = ANY(%(places)s)
), coming AS (
    SELECT place.id AS place_id, spec.day, spec.minutes::int4multirange AS minutes
    FROM unnest(%(hours)s::text[], %(zones)s::text[], %(days)s::date[], %(minutes)s::text[])
         spec(hours, timezone, day, minutes)
    JOIN directory_place place ON place.hours = spec.hours AND place.timezone = spec.timezone
    WHERE place.id = ANY(%(places)s)
      AND NOT EXISTS (SELECT FROM closed WHERE closed.place_id = place.id AND closed.day = spec.day)
    UNION ALL
    SELECT place_id, day, '{}' FROM closed
), gone AS (
    DELETE FROM directory_openingday opening
    WHERE place_id = ANY(%(places)s) AND NOT EXISTS (
        SELECT FROM coming WHERE coming.place_id = opening.place_id AND coming.day = opening.day)
)
INSERT INTO directory_openingday AS opening (place_id, day, minutes)
SELECT place_id, day, minutes FROM coming
ON CONFLICT (place_id, day) DO UPDATE SET minutes = excluded.minutes
WHERE opening.minutes IS DISTINCT FROM excluded.minutes
"""


@transaction.atomic
def refresh_hours(places: QuerySet[Place], today: date) -> int:
    """Fill `Place.week` and rebuild OpeningDay for the ten weeks from `today` on.

    Returns how many places it read. Each distinct text of hours is worked out once, whoever shares it.
    """
    ids = list(places.values_list("pk", flat=True))
    specs = sorted(set(Place.objects.filter(pk__in=ids).values_list("hours", "timezone")))
    weeks = [(hours, zone, _week(hours, zone)) for hours, zone in specs]
    days = [row for hours, zone in specs for row in _coming(hours, zone, today)]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_WEEKS, {"places": ids, **_columns(weeks, "hours", "zones", "weeks")})
        cursor.execute(
            REWRITE_DAYS,
            {
                "places": ids,
                "first": today,
                "until": today + timedelta(weeks=WEEKS_AHEAD),
                **_columns(days, "hours", "zones", "days", "minutes"),
            },
        )
    return len(ids)


def _week(hours: str, zone: str) -> str | None:
    parsed = parse(hours, timezone=zone)
    return None if parsed is None else _multirange(parsed.week)


def _coming(hours: str, zone: str, today: date) -> Iterator[tuple[str, str, date, str]]:
    parsed = parse(hours, timezone=zone)
    if parsed is not None:
        for day, minutes in parsed.exceptions(today, 7 * WEEKS_AHEAD).items():
            yield hours, zone, day, _multirange(minutes)


def _multirange(minutes: Minutes) -> str:
    return "{" + ",".join(f"[{start},{end})" for start, end in minutes) + "}"


def _columns(rows: list[tuple], *names: str) -> dict[str, list]:
    """Rows turned into one array per column, as `unnest` wants them."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}
