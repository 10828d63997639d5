"""A record → rows of v1.0.2, one per place, with our own columns for what the standard cannot say.

`aptic_complement` holds the difference between the record and what reading the standard's columns gives back:
an import of an export loses nothing, by construction.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from directory.standard import columns as c
from directory.standard.reading import Referential, RowRefused, read_row
from directory.standard.rows import PLACE_FIELDS, VENUE_FIELDS, Key, PlaceRow, VenueRow
from geodata.folding import fold

SITE = "aptic"  # source of the venues born here, which name none
NO_PIVOT = "00000000000000"
SUMMARY_LENGTH = 280


def site_key(pk: int) -> Key:
    return SITE, f"{SITE}-{pk}"


def written(
    record: VenueRow,
    pk: int,
    created_on: date,
    labelled_until: date | None,
    service_of_category: Mapping[str, str],
    referential: Referential,
) -> Iterator[dict[str, str]]:
    """One row per place, values as text. `service_of_category`: sub-category slug → service of v1.0.2."""
    key = record.key if record.source_id else site_key(pk)
    for place in record.places or [PlaceRow()]:
        row = _standard_columns(record, place, key, created_on, service_of_category)
        row[c.COLUMN_VENUE] = _json(list(key))
        row[c.COLUMN_SERVICES] = _json([asdict(service) for service in record.services])
        row[c.COLUMN_LABEL] = labelled_until.isoformat() if labelled_until else ""
        row[c.COLUMN_REST] = _json(_rest(record, place, key, row, referential))
        yield row


def _standard_columns(
    record: VenueRow, place: PlaceRow, key: Key, created_on: date, service_of_category: Mapping[str, str]
) -> dict[str, str]:
    special = _words(c.WRITTEN_SPECIFIC, [*record.accessibility, *record.audiences])
    services = [service_of_category.get(service.category, "") for service in record.services]
    return {
        "id": place.source_id or key[1],
        "pivot": record.pivot if record.pivot.isalnum() and 9 <= len(record.pivot) <= 14 else NO_PIVOT,
        "nom": record.name,
        "commune": place.commune or "-",
        "code_postal": place.postcode or "00000",
        "code_insee": place.commune_code,
        "adresse": place.address or "-",
        "complement_adresse": place.address_extra,
        "latitude": "" if place.lat is None else repr(place.lat),
        "longitude": "" if place.lon is None else repr(place.lon),
        "typologie": _list(record.typologies),
        "telephone": record.phone if _is_international(record.phone) else "",
        "courriels": _list(record.emails),
        "site_web": _list(record.websites),
        "horaires": place.hours,
        "presentation_resume": record.summary[:SUMMARY_LENGTH],
        "presentation_detail": record.description,
        "source": key[0],
        "itinerance": "Itinérant" if record.itinerant else "Fixe",
        "structure_parente": record.parent_structure,
        "date_maj": (record.updated_on or created_on).isoformat(),
        "services": _list(services),
        "publics_specifiquement_adresses": _words(c.WRITTEN_AUDIENCES, record.audiences),
        "prise_en_charge_specifique": _list([special, c.ENGLISH if "en" in record.languages else ""]),
        "frais_a_charge": _words(c.WRITTEN_FEES, record.fees),
        "dispositif_programmes_nationaux": _list([p for p in record.programmes if p in c.PROGRAMMES_V1]),
        "formations_labels": _list([t for t in record.trainings if t in c.TRAININGS_V1]),
        "autres_formations_labels": _list(record.other_labels),
        "modalites_acces": _words(c.WRITTEN_ACCESS_MODES, record.access_modes),
        "modalites_accompagnement": _words(c.WRITTEN_SUPPORT_MODES, record.support_modes),
        "fiche_acces_libre": record.access_url,
        "prise_rdv": record.booking_url,
    }


def _rest(
    record: VenueRow, place: PlaceRow, key: Key, row: dict[str, str], referential: Referential
) -> dict[str, Any]:
    """The fields that the row, read as any other, would not give back."""
    try:
        alone = {name: value for name, value in row.items() if name not in c.OWN_COLUMNS}
        read = read_row(1, alone, referential, "").row
    except RowRefused:
        read = VenueRow("", "", "", places=[PlaceRow()])
    names = [name for name in VENUE_FIELDS if name not in ("places", "services")]
    said, plain = _plain(replace(record, source=key[0], source_id=key[1])), _plain(read)
    rest = {name: said[name] for name in names if said[name] != plain[name]}
    place_rest = {
        name: getattr(place, name)
        for name in PLACE_FIELDS
        if getattr(place, name) != getattr(read.places[0], name)
    }
    return rest | ({"place": place_rest} if place_rest else {})


def _plain(row: VenueRow) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in VENUE_FIELDS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()}


def _words(words: Mapping[Any, str], codes: list[str]) -> str:
    return _list([words.get(code, "") for code in codes])


def _list(values: list[str]) -> str:
    return "|".join(dict.fromkeys(value for value in values if value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


def _is_international(phone: str) -> bool:
    codes = ("+33", "+590", "+594", "+262", "+596", "+269", "+687", "+689", "+508", "+681")
    return any(phone.startswith(code) and 6 <= len(phone) - len(code) <= 9 for code in codes) and (
        phone[1:].isdecimal() and phone.isascii()
    )


def services_by_category(categories: Mapping[str, list[str]]) -> dict[str, str]:
    """Sub-category slug → the first of its services of v1.0.2."""
    return {slug: services[0] for slug, services in categories.items() if services}


def categories_by_service(categories: list[tuple[str, list[str]]]) -> dict[str, str]:
    """Folded service → the first sub-category that lists it."""
    found: dict[str, str] = {}
    for slug, services in categories:
        for service in services:
            found.setdefault(fold(service), slug)
    return found
