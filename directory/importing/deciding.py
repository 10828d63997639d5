"""What a venue should become: the rows of the file against what the directory holds. No database here."""

from dataclasses import replace

from directory.importing.matching import Group
from directory.standard.grouping import alone, folded, newest_first, rows_of
from directory.standard.reading import Contribution
from directory.standard.rows import OWN_FIELDS, ROWS, Key, ServiceRow, VenueRow


def decided(group: Group, held: VenueRow | None, *, claimed: bool) -> VenueRow:
    """The record to hold. `held`: what the directory has; `claimed`: an organisation keeps it by itself.

    A row older than what it would replace changes nothing. A claimed venue, or one born here, stands as it
    is: the rows about it are only kept beside it.
    """
    if group.contributions[0].of is not None:
        return _own(group.contributions, held)
    rows: dict[Key, VenueRow] = {row.key: row for row in rows_of(held)} if held else {}
    for contribution in group.contributions:
        row, before = contribution.row, rows.get(contribution.row.key)
        if before is None or not _older(row, before):
            rows[row.key] = row
    if held is None:
        return _identified(folded(newest_first(rows.values())), group.contributions[0].row)
    if claimed or not held.source_id:
        others = [alone(row) for key, row in sorted(rows.items()) if key != held.key]
        kept = {ROWS: [alone(rows.get(held.key, held)), *others]} if others else {}
        return replace(held, extra=held.extra | kept)
    return _over(folded(newest_first(rows.values())), held)


def _own(contributions: list[Contribution], held: VenueRow | None) -> VenueRow:
    """Rows of our own export: one per place, each with the whole venue."""
    first = contributions[0].row
    places = [place for contribution in contributions for place in contribution.row.places]
    record = replace(first, places=places)
    return _identified(record, held) if held else record


def _over(record: VenueRow, held: VenueRow) -> VenueRow:
    """What the standard does not say stays; services and languages are added, never taken away."""
    for name in OWN_FIELDS:
        setattr(record, name, getattr(held, name))
    record.languages = list(dict.fromkeys([*held.languages, *record.languages]))
    record.services = [*held.services, *_missing(record.services, held.services)]
    return _identified(record, held)


def _missing(services: list[ServiceRow], held: list[ServiceRow]) -> list[ServiceRow]:
    offered = {service.category for service in held}
    new = [service for service in services if service.category not in offered]
    return [replace(service, position=len(held) + rank) for rank, service in enumerate(new)]


def _older(row: VenueRow, before: VenueRow) -> bool:
    return bool(row.updated_on and before.updated_on and row.updated_on < before.updated_on)


def _identified(record: VenueRow, by: VenueRow) -> VenueRow:
    return replace(record, source=by.source, source_id=by.source_id)
