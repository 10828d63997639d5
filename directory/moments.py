"""One instant, or one wall-clock time, as PostgreSQL compares it with opening minutes: a local day and
minute."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Case, DateField, IntegerField, Value, When

DAY = 24 * 60
# Every local time in which a venue can stand; anything else would be read as that of Paris.
ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Miquelon",
    "America/St_Barthelemy",
    "America/Marigot",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Gambier",
    "Pacific/Wallis",
    "Indian/Kerguelen",
)


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

    by_zone: dict[str, LocalMinute]

    @classmethod
    def meant(cls, open_at: datetime | Literal["now"], at: datetime) -> "Moment":
        """`open_at` as in Criteria; `at` is the present instant."""
        if isinstance(open_at, datetime):
            return cls(dict.fromkeys(ZONES, LocalMinute.of(open_at)))
        return cls({zone: LocalMinute.of(at.astimezone(ZoneInfo(zone))) for zone in ZONES})

    @property
    def days(self) -> set[date]:
        return {local.day for local in self.by_zone.values()}

    def day(self, zone: Any) -> Any:
        return self._read(lambda local: local.day, zone, DateField())

    def minute(self, zone: Any) -> Any:
        return self._read(lambda local: local.minute, zone, IntegerField())

    def minute_of_week(self, zone: Any) -> Any:
        return self._read(lambda local: local.minute_of_week, zone, IntegerField())

    def _read(self, part: Callable[[LocalMinute], Any], zone: Any, output_field: Any) -> Any:
        """`part` as a constant where all zones agree, else chosen by the column `zone`; Paris is the
        default."""
        values: dict[Any, list[str]] = {}
        for name, local in self.by_zone.items():
            values.setdefault(part(local), []).append(name)
        usual = part(self.by_zone["Europe/Paris"])
        others = [
            When(**{f"{zone}__in": names}, then=Value(value, output_field))
            for value, names in values.items()
            if value != usual
        ]
        return Case(*others, default=Value(usual, output_field)) if others else Value(usual, output_field)
