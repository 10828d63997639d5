"""What a search asks, cleaned: the one vocabulary of page, API and map."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from django.contrib.gis.geos import Point, Polygon

from directory.cursors import Cursor
from directory.schemes import Scheme

MAX_RADIUS_KM = 500
DEFAULT_LIMIT = 20
MAX_LIMIT = 100

NARROWING = (
    "q",
    "category",
    "venue_type",
    "audience",
    "accessible",
    "price_max_cents",
    "mode",
    "open_at",
    "campaign",
    "labelled",
)


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """Units are in the names; `category` and `venue_type` are slugs, `audience` and `mode` codes.

    `open_at` is "now" or a wall-clock time without zone: the same hour wherever the venue is. `labelled`
    false means venues with and without the label. `payable` false means all venues, those too at which the
    coupons of `campaign` pay for nothing.
    """

    point: Point | None = None
    radius_m: float | None = None
    bbox: Polygon | None = None
    q: str = ""
    category: str = ""
    venue_type: str = ""
    audience: str = ""
    accessible: bool = False
    price_max_cents: int | None = None
    open_at: datetime | Literal["now"] | None = None
    mode: str = ""
    labelled: bool = True
    campaign: Scheme | None = None
    payable: bool = True
    limit: int = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def but(self, **changes: Any) -> Self:
        """The same search with other values, from its first page."""
        return replace(self, **{"cursor": None, **changes})

    def without(self, *names: str) -> Self:
        """The same search as if these criteria had not been given."""
        defaults = {field.name: field.default for field in fields(self)}
        return self.but(**{name: defaults[name] for name in names})

    @property
    def narrowing(self) -> list[str]:
        """Names of the criteria, other than the place, that keep venues out."""
        values = {name: getattr(self, name) for name in NARROWING}
        if not self.payable:
            del values["campaign"]
        return [
            name for name, value in values.items() if value is not None and value is not False and value != ""
        ]

    def parameters(self) -> dict[str, str]:
        """The GET parameters that mean this search; the inverse of `SearchForm`, for stable links."""
        given = {
            "lon": self.point and number(self.point.x),
            "lat": self.point and number(self.point.y),
            "radius_km": self.radius_m and number(self.radius_m / 1000),
            "bbox": self.bbox and ",".join(map(number, self.bbox.extent)),
            "q": self.q,
            "category": self.category,
            "venue_type": self.venue_type,
            "audience": self.audience,
            "accessible": "true" if self.accessible else "",
            "price_max": "" if self.price_max_cents is None else number(Decimal(self.price_max_cents) / 100),
            "open_at": self.open_at.isoformat(timespec="minutes")
            if isinstance(self.open_at, datetime)
            else self.open_at,
            "mode": self.mode,
            "labelled": "" if self.labelled else "all",
            "campaign": self.campaign and self.campaign.slug,
            "payable": "" if self.payable else "all",
            "limit": "" if self.limit == DEFAULT_LIMIT else str(self.limit),
            "cursor": self.cursor and self.cursor.encoded(),
        }
        return {name: value for name, value in given.items() if value}


def number(value: float | Decimal) -> str:
    """A number for an address: no exponent, no more than a centimetre on the ground."""
    return f"{value:.7f}".rstrip("0").rstrip(".")
