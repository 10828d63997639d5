"""One raw row of a file → one VenueRow, what had to be mended, and in `extra` what no field of ours holds."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

from directory.choices import Audience, Fee, Mode, SupportMode
from directory.standard import columns as c
from directory.standard import mending
from directory.standard.kinds import kind_of, says_itinerant
from directory.standard.rows import (
    PLACE_FIELDS,
    ROWS,
    VENUE_FIELDS,
    Key,
    Mended,
    PlaceRow,
    ServiceRow,
    VenueRow,
)
from geodata.folding import fold

BRACKETS = re.compile(r"^(?P<name>.*?)[\s-]*\[(?P<stop>[^\]]+)\]\s*$")


class RowRefused(Exception):
    """The row cannot be a venue: one French clause says why."""


@dataclass(frozen=True)
class Referential:
    """What of our database the reading needs: folded service of the standard, typology → our slugs."""

    category_of_service: Mapping[str, str]
    type_of_typology: Mapping[str, str]


@dataclass
class Contribution:
    """What one row says. `of`, in our own exports: the venue it belongs to, and then `row` is whole."""

    line: int
    row: VenueRow
    of: Key | None = None
    mended: list[Mended] = field(default_factory=list)


def read_row(
    line: int, raw: Mapping[str, Any], referential: Referential, default_source: str
) -> Contribution:
    """Raises RowRefused."""
    reader = _Reader(line, raw, referential)
    row = reader.venue(default_source)
    if not raw.get(c.COLUMN_VENUE):
        return Contribution(line, row, None, reader.mended)
    return _own_row(line, raw, row)


def _own_row(line: int, raw: Mapping[str, Any], row: VenueRow) -> Contribution:
    """A row of our own export: what the standard could not say is beside it."""
    try:
        source, source_id = json.loads(raw[c.COLUMN_VENUE])
        rest = json.loads(raw.get(c.COLUMN_REST) or "{}")
        services = json.loads(raw.get(c.COLUMN_SERVICES) or "[]")
        place = {name: getattr(row.places[0], name) for name in PLACE_FIELDS} | rest.pop("place", {})
        plain = {name: getattr(row, name) for name in VENUE_FIELDS} | {"verified_on": None}
        plain["updated_on"] = row.updated_on.isoformat() if row.updated_on else None
        whole = VenueRow.from_json(plain | rest | {"services": services, "places": [place]})
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise RowRefused(_("les colonnes « aptic_… » sont abîmées")) from None
    return Contribution(line, whole, (str(source), str(source_id)))


class _Reader:
    """Walks the columns of one row, noting what it mends."""

    def __init__(self, line: int, raw: Mapping[str, Any], referential: Referential) -> None:
        self.line = line
        self.raw = raw
        self.referential = referential
        self.mended: list[Mended] = []
        self.extra: dict[str, Any] = {}

    def venue(self, default_source: str) -> VenueRow:
        identifier, name = self.text("id", 200), self.text("nom", 250)
        if not identifier or not name:
            raise RowRefused(_("sans identifiant") if not identifier else _("sans nom"))
        summary = self.text("presentation_resume")
        itinerant = says_itinerant(mending.as_text(self.raw.get("itinerance")), name, summary)
        place = self.place(identifier, itinerant)
        if itinerant and (found := BRACKETS.match(name)):
            name, place.name = found["name"], found["stop"]
        row = VenueRow(
            source=self.text("source", 120) or default_source,
            source_id=identifier,
            name=name,
            pivot=self.pivot(),
            itinerant=itinerant,
            summary=summary,
            description=self.text("presentation_detail"),
            phone=self.mend("telephone", lambda text: self.phone(text, place.postcode), 40),
            emails=self.addresses("courriels", mending.email, 254),
            websites=self.addresses("site_web", mending.web_address, 500),
            booking_url=self.mend("prise_rdv", mending.web_address, 500),
            access_url=self.mend("fiche_acces_libre", mending.web_address, 500),
            other_labels=[label[:200] for label in mending.pieces(self.text("autres_formations_labels"))],
            typologies=[typology[:40] for typology in mending.pieces(self.text("typologie"))],
            parent_structure=self.text("structure_parente", 250),
            places=[place],
        )
        self.dates(row)
        self.lists(row)
        row.venue_type = self.kind(row)
        row.services = self.services(row)
        row.extra = self.extra | self.unknown_columns()
        return row

    def place(self, identifier: str, itinerant: bool) -> PlaceRow:
        place = PlaceRow(
            source_id=identifier if itinerant else "",
            is_stop=itinerant,
            address=self.text("adresse", 300),
            address_extra=self.text("complement_adresse", 300),
            postcode=self.mend("code_postal", mending.postcode, 5, quiet=True),
            commune=self.text("commune", 120),
            commune_code=self.mend("code_insee", mending.insee, 5, quiet=True),
            ban_key=self.text("cle_ban", 40),
            hours=self.hours(),
            lon=self.coordinate("longitude"),
            lat=self.coordinate("latitude"),
        )
        nowhere = place.lon is None or place.lat is None
        if nowhere and not (place.commune or place.postcode or place.commune_code):
            raise RowRefused(_("ni commune ni coordonnées : ce lieu n’est nulle part"))
        return place

    def text(self, column: str, limit: int | None = None) -> str:
        """Plain text; what is longer than its field is cut, and whole in `extra`."""
        written = mending.as_text(self.raw.get(column))
        plain = mending.without_html(written)
        if plain != written:
            self.note(column, _("HTML retiré"))
        if limit and len(plain) > limit:
            self.note(column, _("coupé à %(limit)d signes") % {"limit": limit})
            self.extra[column] = plain
            return plain[:limit].rstrip()
        return plain

    def mend(self, column: str, read: Callable[[str], str | None], limit: int, *, quiet: bool = False) -> str:
        """The text put right; when it cannot be, it goes to `extra`. `quiet`: spaces are no defect."""
        text = self.text(column)
        if not text:
            return ""
        value = read(text)
        if value is None or len(value) > limit:
            self.note(column, _("« %(text)s » illisible, gardé à part") % {"text": text[:80]})
            self.extra[column] = text
            return ""
        if value != text and not (quiet and value == text.replace(" ", "")):
            self.note(column, f"{text[:80]} → {value}")
        return value

    def phone(self, text: str, postcode: str) -> str | None:
        number = mending.phone(text, postcode)
        if number:
            return number
        several = [part for part in re.split(r"[/,;]| ou | et ", text) if mending.phone(part, postcode)]
        self.extra["telephone"] = text
        return mending.phone(several[0], postcode) if several else None

    def pivot(self) -> str:
        pivot = re.sub(r"[\s.]", "", self.text("pivot", 40))
        return "" if mending.NO_PIVOT.match(pivot) else pivot

    def addresses(self, column: str, read: Callable[[str], str | None], limit: int) -> list[str]:
        found, unread = [], []
        for piece in re.split(r"[|;\s]+|,(?=\s|https?:|[^/,\s]+@)", self.text(column)):
            value = read(piece) if piece else ""
            if value and len(value) <= limit:
                found.append(value)
            elif piece:
                unread.append(piece)
        if unread:
            self.note(column, _("« %(text)s » illisible, gardé à part") % {"text": " ".join(unread)[:80]})
            self.extra[column] = unread
        return mending.distinct(found)

    def hours(self) -> str:
        written = mending.in_weeks(self.text("horaires"), mending.as_text(self.raw.get(c.COLUMN_OPENING)))
        if not written:
            if self.raw.get(c.COLUMN_OPENING):
                self.extra[c.COLUMN_OPENING] = self.text(c.COLUMN_OPENING)
            return ""
        value = mending.hours(written)
        if value is None:
            self.note("horaires", _("illisibles, gardés tels quels : « %(text)s »") % {"text": written[:80]})
        elif value != written:
            self.note("horaires", f"{written[:80]} → {value}")
        return value or written

    def coordinate(self, column: str) -> float | None:
        written = self.raw.get(column)
        value = mending.number(written)
        if value is None and (text := mending.as_text(written)):
            self.note(column, _("« %(text)s » n’est pas une coordonnée") % {"text": text[:40]})
        elif isinstance(written, str) and "," in written:
            self.note(column, f"{written.strip()[:40]} → {value}")
        return value

    def dates(self, row: VenueRow) -> None:
        text = self.text("date_maj")
        row.updated_on = mending.day(text)
        if text and row.updated_on is None:
            self.note("date_maj", _("« %(text)s » n’est pas une date connue") % {"text": text[:40]})
            self.extra["date_maj"] = text

    def lists(self, row: VenueRow) -> None:
        public = self.text("publics_specifiquement_adresses")
        special = self.text("prise_en_charge_specifique")
        everybody = "|".join(filter(None, (public, special)))
        words = AUDIENCES | ACCESSIBILITY | {fold(c.ENGLISH): "en"}
        codes, unknown = mending.coded(everybody, words)
        self.aside("publics_specifiquement_adresses", unknown)
        row.accessibility = [code for code in codes if code in ACCESSIBILITY.values()]
        row.audiences = [code for code in codes if code in AUDIENCES.values()]
        row.audiences += [Audience.DISABLED.value] if row.accessibility else []
        row.languages = ["en"] if "en" in codes else []
        row.fees = self.codes("frais_a_charge", FEES)
        row.access_modes = self.codes("modalites_acces", ACCESS_MODES)
        row.support_modes = self.codes("modalites_accompagnement", SUPPORT_MODES)
        labels = mending.pieces(self.text("dispositif_programmes_nationaux"))
        named = [PROGRAMMES.get(fold(label), label)[:120] for label in labels]
        trainings = [TRAININGS.get(fold(t), t)[:200] for t in mending.pieces(self.text("formations_labels"))]
        row.programmes = mending.distinct(name for name in named if fold(name) not in TRAININGS)
        row.trainings = mending.distinct(
            [*trainings, *(TRAININGS[fold(name)] for name in named if fold(name) in TRAININGS)]
        )

    def codes(self, column: str, words: dict[str, str]) -> list[str]:
        codes, unknown = mending.coded(self.text(column), words)
        self.aside(column, unknown)
        return codes

    def aside(self, column: str, unknown: list[str]) -> None:
        if unknown:
            what = _("« %(text)s » hors liste, gardé à part") % {"text": ", ".join(unknown)[:80]}
            self.note(column, what)
            self.extra[column] = unknown

    def kind(self, row: VenueRow) -> str:
        if row.itinerant:
            return "itinerance"
        found = kind_of(row.name, row.typologies, dict(self.referential.type_of_typology))
        return found or ("maison-services-public" if "France Services" in row.programmes else "")

    def services(self, row: VenueRow) -> list[ServiceRow]:
        """One offer per sub-category: named by its first service of the standard, described by the others."""
        by_category: dict[str, list[str]] = {}
        unknown = []
        for name in mending.distinct(mending.pieces(self.text("services"))):
            slug = self.referential.category_of_service.get(fold(name))
            by_category.setdefault(slug, []).append(name) if slug else unknown.append(name)
        self.aside("services", unknown)
        free = row.fees == [Fee.FREE] or set(row.fees) == {Fee.FREE, Fee.PASS_NUMERIQUE}
        return [
            ServiceRow(
                category=slug,
                name=names[0][:200],
                description="\n".join(names[1:]),
                price_cents=0 if free else None,
                modes=_modes(row.support_modes),
                position=position,
            )
            for position, (slug, names) in enumerate(by_category.items())
        ]

    def unknown_columns(self) -> dict[str, Any]:
        """Columns of the producer's own, kept as they are but for what a database refuses."""
        others = {name: value for name, value in self.raw.items() if name not in c.KNOWN and name != ROWS}
        kept = {name: _storable(value) for name, value in others.items()}
        return {
            str(_storable(name)): value for name, value in kept.items() if value not in ("", None, [], {})
        }

    def note(self, column: str, what: str) -> None:
        self.mended.append(Mended(self.line, column, what))


def _modes(support_modes: list[str]) -> list[str]:
    remote = SupportMode.REMOTE in support_modes
    if remote and len(support_modes) == 1:
        return [Mode.REMOTE.value]
    return [Mode.ON_SITE.value, *([Mode.REMOTE.value] if remote else [])]


def _storable(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return mending.CONTROL.sub("", value).strip()
    if isinstance(value, list | dict) and depth > 20:
        return ""
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(_storable(name)): _storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return None
    return str(value) if isinstance(value, int) and abs(value) > 2**63 else value


AUDIENCES = c.vocabulary(c.AUDIENCES)
ACCESSIBILITY = c.vocabulary(c.ACCESSIBILITY)
FEES = c.vocabulary(c.FEES)
ACCESS_MODES = c.vocabulary(c.ACCESS_MODES)
SUPPORT_MODES = c.vocabulary(c.SUPPORT_MODES)
PROGRAMMES = c.vocabulary(c.PROGRAMMES)
TRAININGS = {fold(name): name for name in c.TRAININGS_V1}
