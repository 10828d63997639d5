"""Which rows of a file are about the same venue, and which venues of the directory they are about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from directory.models import Place, Venue
from directory.standard.grouping import Token, identity, tokens
from directory.standard.reading import Contribution
from directory.standard.rows import ROWS, PlaceRow, VenueRow
from directory.standard.writing import site_key
from geodata.folding import fold


@dataclass
class Group:
    """The rows of one venue, in the order of the file; `venue_id` when the directory has it."""

    venue_id: int | None = None
    contributions: list[Contribution] = field(default_factory=list)


def grouped(contributions: Iterable[Contribution]) -> list[Group]:
    """Groups in the order of the file."""
    known = dict(_known_venues())
    groups: dict[Token | int, Group] = {}
    for contribution in contributions:
        own = list(_tokens(contribution))
        venue_id = next((known[token] for token in own if token in known), None)
        group = groups.get(venue_id) if venue_id else next(filter(None, map(groups.get, own)), None)
        group = group or Group(venue_id)
        group.contributions.append(contribution)
        for token in own:
            groups.setdefault(token, group)
        if venue_id:
            groups[venue_id] = group
    return list({id(group): group for group in groups.values()}.values())


def _tokens(contribution: Contribution) -> Iterator[Token]:
    """A row of our own export belongs where it says, and nowhere else."""
    if contribution.of is None:
        yield from tokens(contribution.row)
    else:
        yield identity(contribution.of)
        yield (*contribution.of, fold(contribution.row.name))


def _known_venues() -> Iterator[tuple[Token, int]]:
    """Every way to recognise a venue of the directory; the surest last, since the last one told wins."""
    places = Place.objects.filter(venue__demo=False).order_by("-venue_id", "-pk")
    columns = ["venue__source", "venue__name", "venue__itinerant", "venue__pivot", "address", "postcode"]
    for pk, place_id, source, name, itinerant, pivot, address, postcode in places.values_list(
        "venue_id", "source_id", *columns
    ).iterator(chunk_size=5000):
        row = VenueRow(source, "", name, pivot=pivot, itinerant=itinerant)
        row.places = [PlaceRow(address=address, postcode=postcode)]
        yield from ((token, pk) for token in tokens(row) if token[0] != "id")
        if place_id:
            yield identity((source, place_id)), pk
    for pk, rows in Venue.objects.filter(extra__has_key=ROWS).values_list("pk", f"extra__{ROWS}"):
        yield from ((identity((row["source"], row["source_id"])), pk) for row in rows)
    for pk, source, source_id, name in Venue.objects.values_list("pk", "source", "source_id", "name"):
        # Numbers of another site's venues may be the same: born here, a venue is known by its name too.
        yield (identity((source, source_id)) if source_id else (*site_key(pk), fold(name))), pk
