"""A file of the national standard → venues: recognised, compared, written set-wise, reported."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from directory.choices import Fee
from directory.importing.deciding import decided
from directory.importing.matching import Group, grouped
from directory.importing.report import Report
from directory.importing.storing import Store
from directory.models import Category, Labelling, Venue, VenueType
from directory.snapshots import snapshots
from directory.standard.columns import ACCEPTING_PROGRAMME
from directory.standard.files import FileRefused, Sheet, read_file
from directory.standard.placing import Commune, Communes, place
from directory.standard.reading import Contribution, Referential, RowRefused, read_row
from directory.standard.rows import Mended, Refused, VenueRow
from directory.standard.writing import categories_by_service
from geodata.folding import fold, without_article
from geodata.models import Toponym

__all__ = ["FileRefused", "Report", "import_venues"]


def import_venues(
    path: Path, *, source: str, today: date, labelled_until: date | None = None, dry_run: bool = False
) -> Report:
    """Load a file in one transaction, undone if `dry_run`. Raises FileRefused.

    `source`: origin of the rows that name none. `labelled_until`: venues of the file that accept the Pass
    numérique or #APTIC hold the label from `today` to that day included, unless they have one meanwhile.
    """
    sheet = read_file(path)
    with transaction.atomic():
        report = _import(sheet, source, today, labelled_until)
        transaction.set_rollback(dry_run)
    return report


def referential() -> Referential:
    subcategories = Category.objects.exclude(parent=None).order_by("position")
    services = [(row.slug, row.standard_services_v0 + row.standard_services_v1) for row in subcategories]
    types = {typology: row.slug for row in VenueType.objects.all() for typology in row.typologies}
    return Referential(categories_by_service(services), types)


def _import(sheet: Sheet, source: str, today: date, labelled_until: date | None) -> Report:
    report = Report(rows=len(sheet.rows) + len(sheet.unreadable), mended=list(sheet.mended))
    report.refused += [Refused(line, reason) for line, reason in sheet.unreadable]
    contributions = _read(sheet, source, report)
    _place(contributions)
    groups = grouped(contributions)
    store = Store(today)
    accepting = [venue for venue, record in _decide(groups, store, report) if _accepts(record)]
    report.mended += [mended for contribution in contributions for mended in contribution.mended]
    report.mended.sort(key=lambda mended: mended.line)
    store.flush()
    if labelled_until:
        report.labelled = _label(accepting, today, labelled_until)
    return report


def _read(sheet: Sheet, source: str, report: Report) -> list[Contribution]:
    known = referential()
    contributions = []
    for line, raw in sheet.rows:
        try:
            contributions.append(read_row(line, raw, known, source))
        except RowRefused as refused:
            report.refused.append(Refused(line, str(refused)))
    return contributions


def _place(contributions: list[Contribution]) -> None:
    """Our own exports are already placed."""
    foreign = [contribution for contribution in contributions if contribution.of is None]
    communes = Communes(_toponyms(foreign))
    for contribution in foreign:
        place(contribution, communes)


def _toponyms(contributions: list[Contribution]) -> Iterable[tuple[str, str, Commune]]:
    """The communes these rows may mean, asked for at once."""
    places = [contribution.row.places[0] for contribution in contributions]
    names = {fold(place.commune).split(" cedex")[0] for place in places} - {""}
    names |= {without_article(name) for name in names}
    wanted = Q(area__isnull=False) & (
        Q(code__in={place.commune_code for place in places} - {""}, kind="commune")
        | Q(postcode__in={place.postcode for place in places} - {""}, kind="postcode")
        | Q(folded__in=names, kind__in=["commune", "arrondissement"])
    )
    rows = Toponym.objects.filter(wanted).order_by("-weight", "pk")
    for folded, postcode, code, name, point in rows.values_list(
        "folded", "postcode", "area__code", "area__name", "point"
    ):
        yield folded.removeprefix(f"{postcode} "), postcode, Commune(code, name, *point.coords)


def _decide(groups: list[Group], store: Store, report: Report) -> Iterable[tuple[Venue, VenueRow]]:
    ids = [group.venue_id for group in groups if group.venue_id]
    held = {venue.pk: (venue, record) for venue, record in snapshots(Venue.objects.filter(pk__in=ids))}
    for group in groups:
        venue, before = held.get(group.venue_id or 0, (None, None))
        record = decided(group, before, claimed=bool(venue and venue.organization_id))
        if venue is None:
            venue, outcome = store.create(record), "created"
        elif record == before:
            outcome = "unchanged"
        else:
            outcome = "updated"
            store.update(venue, record)
        _count(report, group, record, outcome)
        yield venue, record


def _count(report: Report, group: Group, record: VenueRow, outcome: str) -> None:
    """The venue's own row has the outcome; every other row of the group is merged into it."""
    own = next((each for each in group.contributions if each.of or each.row.key == record.key), None)
    if own:
        setattr(report, outcome, getattr(report, outcome) + 1)
    for contribution in group.contributions:
        if contribution is own:
            continue
        report.merged += 1
        line = _(" (ligne %(line)d)") % {"line": own.line} if own else ""
        what = _("regroupée dans « %(name)s »") % {"name": record.name} + line
        report.mended.append(Mended(contribution.line, "id", what))


def _accepts(record: VenueRow) -> bool:
    return Fee.PASS_NUMERIQUE in record.fees or ACCEPTING_PROGRAMME in record.programmes


def _label(venues: list[Venue], today: date, until: date) -> int:
    during = DateRange(today, until + timedelta(days=1))
    held = set(
        Labelling.objects.filter(venue__in=venues, during__overlap=during).values_list("venue", flat=True)
    )
    new = [Labelling(venue=venue, during=during) for venue in venues if venue.pk not in held]
    return len(Labelling.objects.bulk_create(new, batch_size=1000))
