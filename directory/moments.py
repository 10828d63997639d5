"""One instant, or one wall-clock time, as PostgreSQL compares it with opening minutes: a local day and
minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from geodata.timezones import METROPOLE, TIMEZONES

DAY = 24 * 60
HALF_HOUR = 30  # that of the index `listing_half_hours`


@dataclass(frozen=True)
class LocalMinute:
    day: date
    minute: int

    @property
    def minute_of_week(self) -> int:
        """Monday 00:00 is 0."""
        return self.day.weekday() * DAY + self.minute

    @classmethod
    def of(cls, local: datetime) -> "LocalMinute":
        return cls(local.date(), local.hour * 60 + local.minute)


@dataclass(frozen=True)
class Moment:
    """The local minute in each time zone: all the same for a wall-clock time, a few different ones for
    "now"."""

    by_zone: dict[str, LocalMinute] = field(hash=False)

    @classmethod
    def meant(cls, open_at: datetime | Literal["now"], at: datetime) -> "Moment":
        """`open_at` as in Criteria; `at` is the present instant."""
        if isinstance(open_at, datetime):
            return cls(dict.fromkeys(TIMEZONES, LocalMinute.of(open_at)))
        return cls.everywhere(at.replace(second=0, microsecond=0))

    @classmethod
    @lru_cache(maxsize=16)
    def everywhere(cls, at: datetime) -> "Moment":
        """One instant in every zone; the same for all questions of a minute."""
        return cls({zone: LocalMinute.of(at.astimezone(ZoneInfo(zone))) for zone in TIMEZONES})

    @property
    def days(self) -> set[date]:
        return {local.day for local in self.by_zone.values()}

    @property
    def half_hours(self) -> list[str]:
        """Those of the week that hold the minute, as the index names them: "Europe/Paris 0" is Monday 00:00."""
        return [f"{zone} {local.minute_of_week // HALF_HOUR}" for zone, local in self.by_zone.items()]

    def day(self, zone: str) -> str:
        """SQL of the day there; `zone` is the SQL of a time zone's name."""
        return self._read(lambda local: f"'{local.day}'::date", zone)

    def minute(self, zone: str) -> str:
        """SQL of the minute of that day."""
        return self._read(lambda local: str(local.minute), zone)

    def minute_of_week(self, zone: str) -> str:
        """SQL of the minute of the week."""
        return self._read(lambda local: str(local.minute_of_week), zone)

    def _read(self, part: Callable[[LocalMinute], str], zone: str) -> str:
        """`part` as a constant where all zones agree, else chosen by the zone; Paris is the default."""
        names: dict[str, list[str]] = {}
        for name, local in self.by_zone.items():
            names.setdefault(part(local), []).append(f"'{name}'")
        usual = part(self.by_zone[METROPOLE])
        others = "".join(
            f" WHEN {zone} IN ({', '.join(there)}) THEN {value}"
            for value, there in names.items()
            if value != usual
        )
        return f"CASE{others} ELSE {usual} END" if others else usual
