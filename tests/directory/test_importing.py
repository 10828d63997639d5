"""A file of the standard → the directory: every row accounted for, nothing twice, nothing lost."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from frictionless import Resource, Schema, validate

from directory.importing import import_venues
from directory.importing.report import Report
from directory.models import Category, Labelling, Listing, OpeningDay, Organization, Place, Service, Venue
from directory.snapshots import snapshots
from directory.standard.columns import COLUMNS_V1, OWN_COLUMNS
from geodata.models import Area, Toponym

TODAY = date(2026, 11, 23)
SCHEMA = Path("directory/standard/schema-v1.0.2.json")
ROW = {
    "id": "1",
    "pivot": "43493312300029",
    "nom": "Le lieu",
    "commune": "Aigreville",
    "code_postal": "01000",
    "adresse": "1 rue du Marché",
    "latitude": 46.1,
    "longitude": 5.1,
    "source": "toy",
    "date_maj": "2026-01-15",
    "horaires": "Mo-Fr 09:00-12:00; PH off",
    "services": "Utiliser le numérique au quotidien;Créer avec le numérique",
    "publics_accueillis": "Adultes;Surdité",
    "conditions_acces": "Adhésion : L'accès au lieu et/ou à ses services nécessite d'y adhérer",
    "labels_nationaux": "APTIC",
    "colonne_maison": "gardée",
}
BUS = [
    {**ROW, "id": str(n), "nom": f"Bus numérique - [Arrêt {n}]", "adresse": f"{n} place", "ouverture": week}
    for n, week in enumerate(["Semaine impaire", "Semaine paire", "Semaine paire"], start=1)
]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def aigreville() -> None:
    point = Point(5.0, 46.0, srid=4326)
    area = Area.objects.create(level="commune", code="01001", name="Aigreville", point=point)
    for kind, folded, postcode in [("commune", "aigreville", ""), ("postcode", "01000 aigreville", "01000")]:
        Toponym.objects.create(
            kind=kind,
            name="Aigreville",
            folded=folded,
            code="01001",
            postcode=postcode,
            area=area,
            point=point,
        )


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def load(*rows: Any, **options: Any) -> Report:
        file = tmp_path / "venues.json"
        file.write_text(json.dumps(rows))
        report = import_venues(file, source="toy-file", today=TODAY, **options)
        counted = report.created + report.updated + report.unchanged + report.merged + len(report.refused)
        assert report.rows == counted == len(rows)
        return report

    return load


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.merged


def state() -> list[Any]:
    return [row for _venue, row in snapshots(Venue.objects.order_by("source", "source_id"))]


def test_a_row_becomes_a_listed_venue(load: Any) -> None:
    assert counts(load(ROW)) == (1, 0, 0, 0)
    venue = Venue.objects.get()
    place = venue.places.get()
    assert (venue.slug, venue.extra["colonne_maison"], venue.programmes) == ("le-lieu", "gardée", ["APTIC"])
    assert (place.commune_code, place.point.coords, place.is_stop) == ("01001", (5.1, 46.1), False)
    assert place.week is not None
    assert set(OpeningDay.objects.values_list("day", flat=True)) == {date(2026, 12, 25), date(2027, 1, 1)}
    assert set(venue.services.values_list("category__slug", "status")) == {
        ("utiliser", "approved"),
        ("explorer", "approved"),
    }
    assert Listing.objects.get().categories
    assert not Labelling.objects.exists()


def test_a_second_time_changes_nothing(load: Any) -> None:
    load(ROW, *BUS[1:])
    before = state()
    assert counts(load(ROW, *BUS[1:])) == (0, 0, 2, 1)
    assert state() == before


def test_a_newer_row_updates_and_an_older_one_does_not(load: Any) -> None:
    load(ROW)
    assert counts(load({**ROW, "nom": "Nouveau", "date_maj": "2026-02-01"})) == (0, 1, 0, 0)
    assert counts(load(ROW)) == (0, 0, 1, 0)
    assert Venue.objects.get().name == "Nouveau"


def test_a_dry_run_writes_nothing(load: Any) -> None:
    assert counts(load(ROW, dry_run=True)) == (1, 0, 0, 0)
    assert not Venue.objects.exists()


def test_stops_are_one_venue_in_any_order_and_in_pieces(load: Any) -> None:
    report = load(*BUS)
    assert counts(report) == (1, 0, 0, 2)
    assert [each.field for each in report.mended] == ["id", "id"]
    venue = Venue.objects.get()
    assert (venue.itinerant, venue.venue_type.slug, venue.places.count()) == (True, "itinerance", 3)
    weeks = set(venue.places.values_list("hours", flat=True))
    assert weeks == {f"week {w} Mo-Fr 09:00-12:00; PH off" for w in ("01-53/2", "02-52/2")}
    assert counts(load(*reversed(BUS))) == (0, 0, 1, 2)
    assert counts(load(BUS[2])) == (0, 0, 0, 1)
    load({**BUS[2], "id": "4", "adresse": "4 place"})
    assert Place.objects.filter(venue=venue).count() == 4


def test_duplicates_are_folded_whichever_comes_first(load: Any) -> None:
    other = {**ROW, "id": "9", "source": "other", "nom": "LE LIEU", "adresse": "1 RUE DU MARCHE"}
    other |= {
        "telephone": "0474000000",
        "services": "Favoriser mon insertion professionnelle",
        "date_maj": "2025-01-01",
    }
    assert counts(load(ROW, other)) == (1, 0, 0, 1)
    (together,) = state()
    assert (together.name, together.phone) == ("Le lieu", "+33474000000")
    assert [service.category for service in together.services] == ["utiliser", "explorer", "emploi"]
    assert counts(load(other)) == (0, 0, 0, 1)
    assert counts(load(ROW)) == (0, 0, 1, 0)
    assert state() == [together]
    Service.objects.all().delete()
    Place.objects.all().delete()
    Venue.objects.all().delete()
    load(other)
    load(ROW)
    (again,) = state()
    assert (again.name, again.phone, again.places) == (together.name, together.phone, together.places)


def test_the_same_identifier_twice(load: Any) -> None:
    assert counts(load(ROW, {**ROW, "nom": "Le même"})) == (1, 0, 0, 1)
    assert counts(load(ROW, {**ROW, "nom": "Le même"})) == (0, 0, 1, 1)


def test_a_claimed_venue_and_one_born_here_stand_as_they_are(load: Any) -> None:
    load(ROW)
    Venue.objects.update(organization=Organization.objects.create(name="Structure"), name="Notre nom")
    load({**ROW, "nom": "Autre nom", "date_maj": "2026-06-01"})
    assert Venue.objects.get().name == "Notre nom"


def test_services_added_here_are_kept(load: Any) -> None:
    load(ROW)
    category = Category.objects.get(slug="emploi")
    Service.objects.create(venue=Venue.objects.get(), category=category, name="CV", price_cents=500)
    load({**ROW, "date_maj": "2026-06-01"})
    assert Service.objects.count() == 3


def test_an_unplaced_row_is_kept_and_not_listed(load: Any) -> None:
    report = load({**ROW, "commune": "Inconnue", "code_postal": "99999", "latitude": None, "longitude": None})
    assert "ne sera pas listé" in report.mended[-1].what
    assert Place.objects.get().point is None
    assert not Listing.objects.exists()


def test_labels_are_opened_only_when_asked(load: Any) -> None:
    plain = {**ROW, "id": "2", "nom": "Sans label", "labels_nationaux": ""}
    report = load(ROW, plain, labelled_until=date(2027, 6, 30))
    assert report.labelled == 1
    labelling = Labelling.objects.get()
    assert (labelling.venue.name, labelling.during.upper) == ("Le lieu", date(2027, 7, 1))
    assert load(ROW, labelled_until=date(2027, 6, 30)).labelled == 0


def test_refused_rows_have_their_line(load: Any) -> None:
    report = load(ROW, {**ROW, "id": ""}, 3)
    assert [(each.line, bool(each.reason)) for each in report.refused] == [(3, True), (2, True)]


def export(tmp_path: Path, name: str) -> Path:
    file = tmp_path / name
    call_command("export_venues", str(file), stdout=StringIO())
    return file


def born_here() -> Venue:
    """A venue the standard has no room for."""
    venue = Venue.objects.create(
        name='Né | ici ; "bien"\nsûr',
        pivot="?",
        phone="3939",
        accessible=True,
        languages=["fr", "en"],
        audiences=["adults", "job_seekers"],
        fees=["pass_numerique"],
        support_modes=["on_behalf"],
        programmes=["APTIC", "Maison"],
        trainings=["À nous"],
        summary="x" * 400,
    )
    category = Category.objects.get(slug="utiliser")
    service = Service.objects.create(
        venue=venue, category=category, name="CV", price_cents=500, status="draft"
    )
    service.coverage.set(Area.objects.filter(code="01001"))
    Place.objects.create(venue=venue, hours="le matin")
    return venue


@pytest.mark.parametrize("name", ["export.csv", "export.json"])
def test_an_export_read_back_is_the_same(load: Any, tmp_path: Path, name: str) -> None:
    load(ROW, *BUS[1:], {**ROW, "id": "9", "nom": "LE LIEU", "telephone": "0474000000"})
    born_here()
    held = state()
    file = export(tmp_path, name)
    report = import_venues(file, source="x", today=TODAY)
    assert counts(report) == (0, 0, 3, 1)
    assert state() == held
    OpeningDay.objects.all().delete()
    for model in (Place, Service, Venue):
        model.objects.all().delete()
    assert counts(import_venues(file, source="x", today=TODAY)) == (3, 0, 0, 1)
    for venue in Venue.objects.filter(source="aptic"):
        Venue.objects.filter(pk=venue.pk).update(source="", source_id="", slug="")
    assert state() == held


def test_another_sites_numbers_are_not_ours(load: Any, tmp_path: Path) -> None:
    venue = born_here()
    file = export(tmp_path, "export.csv")
    Venue.objects.filter(pk=venue.pk).update(name="Un autre lieu")
    assert counts(import_venues(file, source="x", today=TODAY)) == (1, 0, 0, 0)
    assert Venue.objects.get(pk=venue.pk).name == "Un autre lieu"


def test_the_export_is_valid(load: Any, tmp_path: Path) -> None:
    load(ROW, *BUS[1:])
    born_here()
    schema = Schema.from_descriptor(json.loads(SCHEMA.read_text()))
    assert [field.name for field in schema.fields] == COLUMNS_V1
    for name in OWN_COLUMNS:
        schema.add_field(type(schema.fields[0]).from_descriptor({"name": name, "type": "string"}))
    file = export(tmp_path, "export.csv")
    report = validate(Resource(path=file.name, basepath=str(file.parent), schema=schema))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "venues.json"
    file.write_text(json.dumps([ROW]))
    out = StringIO()
    call_command("import_venues", str(file), "--json", "--dry-run", stdout=out)
    report = json.loads(out.getvalue())
    assert list(report) == ["rows", "created", "updated", "unchanged", "merged", "refused", "mended"]
    call_command("import_venues", str(file), stdout=out)
    assert "lieux créés" in out.getvalue()
    call_command("export_venues", "--format", "json")
    assert json.loads(capsys.readouterr().out)[0]["nom"] == "Le lieu"
    file.write_text("{")
    with pytest.raises(CommandError, match="abîmé"):
        call_command("import_venues", str(file))
    with pytest.raises(CommandError, match="passé"):
        call_command("import_venues", str(file), "--labelled-until", "2020-01-01")
    with pytest.raises(CommandError, match="ne peut pas être écrit"):
        call_command("export_venues", str(tmp_path))


def test_queries_do_not_grow_with_rows(load: Any, django_assert_max_num_queries: Any) -> None:
    rows = [{**ROW, "id": str(n), "nom": f"Lieu {n}", "adresse": f"{n} rue"} for n in range(30)]
    with django_assert_max_num_queries(40):
        load(*rows)
