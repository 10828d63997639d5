"""Venues of the directory → a file of the national standard v1.0.2, with our own columns after its own."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from typing import TextIO

from django.db.models import Max, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone

from directory.importing import referential
from directory.models import Category, Labelling, Venue
from directory.snapshots import snapshots
from directory.standard.columns import COLUMNS_V1, OWN_COLUMNS
from directory.standard.writing import written

NUMBERS = ("latitude", "longitude")


def exported(venues: QuerySet[Venue], today: date) -> Iterator[dict[str, str]]:
    """One row per place, in the order of the venues' numbers."""
    known = referential()
    offered = Category.objects.exclude(parent=None)
    services = {row.slug: row.standard_services_v1[0] for row in offered if row.standard_services_v1}
    ends = Labelling.objects.filter(during__contains=today).values("venue").annotate(end=Max(Upper("during")))
    labelled = dict(ends.values_list("venue", "end"))
    for venue, record in snapshots(venues.order_by("pk")):
        born = timezone.localtime(venue.created_at).date()
        yield from written(record, venue.pk, born, labelled.get(venue.pk), services, known)


def write_csv(rows: Iterator[dict[str, str]], to: TextIO) -> int:
    writer = csv.DictWriter(to, [*COLUMNS_V1, *OWN_COLUMNS], lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return count


def write_json(rows: Iterator[dict[str, str]], to: TextIO) -> int:
    """A list with one row per line; empty columns are left out, coordinates are numbers."""
    count = 0
    to.write("[")
    for row in rows:
        said = {name: float(value) if name in NUMBERS else value for name, value in row.items() if value}
        to.write(",\n" if count else "\n")
        json.dump(said, to, ensure_ascii=False)
        count += 1
    to.write("\n]\n")
    return count
