"""What a file says of a venue, in our words: the shape between the standard's columns and the database."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Self

Key = tuple[str, str]  # source, identifier in the source
ROWS = "aptic_rows"  # in `extra` of a venue made of several rows: each of them, as it was read


@dataclass
class PlaceRow:
    """`lon`, `lat`: WGS 84, both or none."""

    source_id: str = ""
    is_stop: bool = False
    name: str = ""
    address: str = ""
    address_extra: str = ""
    postcode: str = ""
    commune: str = ""
    commune_code: str = ""
    ban_key: str = ""
    timezone: str = "Europe/Paris"
    hours: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass
class ServiceRow:
    """`category`: slug of a sub-category. Price in cents; None is unknown."""

    category: str
    name: str
    description: str = ""
    price_cents: int | None = None
    price_note: str = ""
    duration_min: int | None = None
    audiences: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    coverage: list[list[str]] = field(default_factory=list)  # [level, code] of each area
    status: str = "approved"
    position: int = 0


@dataclass
class VenueRow:
    """Fields as in `Venue`; `venue_type` is a slug. What one row of a file says, or all those of a venue."""

    source: str
    source_id: str
    name: str
    pivot: str = ""
    venue_type: str = ""
    itinerant: bool = False
    summary: str = ""
    description: str = ""
    phone: str = ""
    emails: list[str] = field(default_factory=list)
    websites: list[str] = field(default_factory=list)
    booking_url: str = ""
    access_url: str = ""
    languages: list[str] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    accessibility: list[str] = field(default_factory=list)
    access_modes: list[str] = field(default_factory=list)
    support_modes: list[str] = field(default_factory=list)
    fees: list[str] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    trainings: list[str] = field(default_factory=list)
    other_labels: list[str] = field(default_factory=list)
    typologies: list[str] = field(default_factory=list)
    parent_structure: str = ""
    updated_on: date | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    # Not in the standard: only our own export says these.
    slug: str = ""
    accessible: bool | None = None
    verified_on: date | None = None
    published: bool = True
    demo: bool = False
    places: list[PlaceRow] = field(default_factory=list)
    services: list[ServiceRow] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.source, self.source_id

    def as_json(self) -> dict[str, Any]:
        """Only what is said: fields at their default are left out."""
        return {name: value for name, value in _plain(self).items() if value != _DEFAULTS.get(name)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Unknown members are ignored; raises TypeError or ValueError on values of another shape."""
        known = {name: document[name] for name in VENUE_FIELDS if name in document}
        for name in DATES:
            known[name] = date.fromisoformat(known[name]) if known.get(name) else None
        known["places"] = [_built(PlaceRow, place) for place in known.get("places", [])]
        known["services"] = [_built(ServiceRow, service) for service in known.get("services", [])]
        return cls(**known)


@dataclass(frozen=True)
class Mended:
    """A defect put right, or kept aside: `line` of a CSV file, rank of the object in a JSON one; from 1."""

    line: int
    field: str
    what: str


@dataclass(frozen=True)
class Refused:
    line: int
    reason: str


VENUE_FIELDS = tuple(each.name for each in fields(VenueRow))
PLACE_FIELDS = tuple(each.name for each in fields(PlaceRow))
SERVICE_FIELDS = tuple(each.name for each in fields(ServiceRow))
OWN_FIELDS = ("slug", "accessible", "verified_on", "published", "demo")
DATES = ("updated_on", "verified_on")


def _plain(row: Any) -> dict[str, Any]:
    plain = {each.name: getattr(row, each.name) for each in fields(row)}
    for name, value in plain.items():
        if isinstance(value, date):
            plain[name] = value.isoformat()
        elif name in ("places", "services"):
            plain[name] = [_plain(part) for part in value]
    return plain


def _built(shape: type, document: dict[str, Any]) -> Any:
    names = {each.name for each in fields(shape)}
    return shape(**{name: value for name, value in document.items() if name in names})


_DEFAULTS = {
    name: value
    for name, value in _plain(VenueRow("", "", "")).items()
    if name not in ("source", "source_id", "name")
}
