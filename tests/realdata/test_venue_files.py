"""The real files of APTIC_REAL_DATA: every row accounted for, in any order, and twice."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from directory.importing import import_venues
from directory.importing.report import Report
from directory.models import Place, Venue
from directory.opening import parse
from directory.snapshots import snapshots

TODAY = date(2026, 11, 23)
HINAURA = "hinaura-v0.1.1.json"
HUB = "hub-du-sud-paca-v1.json"
BUS = "bus-france-services-charente.json"
ADVISERS = "conseillers-numeriques-2022.json"
ROWS = {HINAURA: 687, HUB: 646, BUS: 12, ADVISERS: 4930}
pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


def load(real_data: Path, name: str) -> Report:
    report = import_venues(real_data / "venues" / name, source=name, today=TODAY)
    counted = report.created + report.updated + report.unchanged + report.merged + len(report.refused)
    assert report.rows == counted == ROWS[name]
    assert report.refused == []
    return report


@pytest.mark.parametrize("order", [[HINAURA, HUB, BUS, ADVISERS], [ADVISERS, BUS, HUB, HINAURA]])
def test_every_row_is_accounted_for_and_a_second_time_changes_nothing(
    real_data: Path, order: list[str]
) -> None:
    created = sum(load(real_data, name).created for name in order)
    assert created == Venue.objects.count()
    held = [row for _venue, row in snapshots(Venue.objects.order_by("pk"))]
    for name in order:
        report = load(real_data, name)
        assert (report.created, report.updated) == (0, 0)
    assert [row for _venue, row in snapshots(Venue.objects.order_by("pk"))] == held


def test_the_bus_is_one_venue_with_twelve_stops(real_data: Path) -> None:
    report = load(real_data, BUS)
    assert (report.created, report.merged) == (1, 11)
    bus = Venue.objects.get()
    assert bus.itinerant
    assert "APTIC" in bus.programmes
    hours = list(Place.objects.filter(is_stop=True).values_list("hours", flat=True))
    assert len(hours) == 12
    assert sum("week 01-53/2" in text for text in hours) == sum("week 02-52/2" in text for text in hours) == 6
    assert all(parse(text) for text in hours)


def test_acceptance_of_the_pass_numerique_is_kept(real_data: Path) -> None:
    load(real_data, HINAURA)
    accepting = Venue.objects.filter(fees__contains=["pass_numerique"]).count()
    assert accepting == 91


def test_what_is_not_the_standard_is_refused_as_a_whole(real_data: Path) -> None:
    with pytest.raises(CommandError, match="il manque id, nom, commune"):
        call_command("import_venues", str(real_data / "venues" / "france-services-2023.csv"))
    assert not Venue.objects.exists()


@pytest.mark.parametrize("name", ["exemple-valide.csv", "exemple-valide-v0.1.1.csv"])
def test_the_published_examples(real_data: Path, name: str) -> None:
    report = import_venues(real_data / "standard" / name, source="exemple", today=TODAY)
    assert (report.rows, report.created) == (1, 1)


def test_our_copy_of_the_schema_is_the_published_one(real_data: Path) -> None:
    ours = Path("directory/standard/schema-v1.0.2.json")
    assert ours.read_bytes() == (real_data / "standard" / "schema.json").read_bytes()
