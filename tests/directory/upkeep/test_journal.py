"""The journal in words: who, when, what, before and after; one's own only; harmless in a spreadsheet."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory.audit import acting
from directory.models import (
    Category,
    Change,
    Labelling,
    Membership,
    Organization,
    Place,
    Service,
    User,
    Venue,
    VenueType,
)
from directory.upkeep import trail
from directory.upkeep.trail import Trail
from tests.directory.upkeep.conftest import person, venue_of

pytestmark = pytest.mark.django_db


def told(organization: Organization | None = None) -> list[tuple[str, dict[str, tuple[str, str]]]]:
    found = Trail(organization)
    return [
        (row.what, {one.label: (one.before, one.after) for one in row.differences})
        for row in found.page(found.changes(), None).rows
    ]


def last(organization: Organization | None = None) -> dict[str, tuple[str, str]]:
    return told(organization)[0][1]


def test_fields_have_the_names_of_the_models(venue: Venue, manager: User) -> None:
    kind = VenueType.objects.order_by("pk").first()
    with acting(manager):
        Venue.objects.filter(pk=venue.pk).update(
            name="Atelier du quai",
            venue_type=kind,
            accessible=True,
            audiences=["seniors", "young"],
            verified_on=date(2026, 5, 4),
        )
    assert told()[0][0] == f"lieu n° {venue.pk} · modifié"
    assert last() == {
        "nom": ("Atelier du port", "Atelier du quai"),
        "type de lieu": ("–", str(kind)),
        "accessible en fauteuil roulant": ("–", "oui"),
        "publics particulièrement accueillis": ("–", "Seniors, Jeunes"),
        "vérifié le": ("–", "4 mai 2026"),
    }


def test_prices_points_periods_and_choices(venue: Venue, manager: User) -> None:
    service = Service.objects.create(
        venue=venue, category=Category.objects.exclude(parent=None).first(), name="Cours", price_cents=1500
    )
    Service.objects.filter(pk=service.pk).update(price_cents=1250, status="approved")
    assert last() == {"prix en centimes": ("15,00 €", "12,50 €"), "état": ("brouillon", "approuvé")}
    Place.objects.filter(venue=venue).update(point=Point(3, 47))
    assert last() == {"position": ("longitude 2.5, latitude 46.5", "longitude 3, latitude 47")}
    Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2029, 1, 1)))
    assert last()["période"] == ("–", "[2026-01-01,2029-01-01)")


def test_roles_given_and_taken(manager: User, organization: Organization) -> None:
    member = person("nouvelle", organization, "provider-agent")
    member.memberships.all().delete()
    (what_went, gone), (what_came, _come) = told(organization)[:2]
    assert what_went.endswith("supprimé")
    assert what_came.endswith("créé")
    assert gone["rôle"] == ("agent d'accueil", "–")
    assert gone["compte"] == ("Nouvelle", "–")


def test_a_table_or_a_field_that_is_no_more_can_still_be_read(venue: Venue) -> None:
    change = Change(
        at=venue.created_at, action="update", table="gone", row=1, before={"x": [1]}, after={"x": {"a": None}}
    )
    assert [row.differences for row in Trail().told([change])] == [[trail_line("x", "1", "a : –")]]


def trail_line(label: str, before: str, after: str) -> Any:
    from directory.upkeep.wording import Difference

    return Difference(label, before, after)


def test_one_sees_ones_own_and_staff_are_the_platform(
    client: Client, venue: Venue, free: Venue, manager: User, reviewer: User, organization: Organization
) -> None:
    with acting(manager):
        Venue.objects.filter(pk=venue.pk).update(summary="Écrit par nous")
    with acting(reviewer):
        Venue.objects.filter(pk=venue.pk).update(published=False)
        Venue.objects.filter(pk=free.pk).update(summary="Ailleurs")
    client.force_login(manager)
    page = client.get(reverse("upkeep:journal", args=[organization.pk])).content.decode()
    assert "Écrit par nous" in page
    assert "Responsable" in page
    assert "La plateforme" in page
    assert "Relecture" not in page
    assert "Ailleurs" not in page
    client.force_login(reviewer)
    page = client.get(reverse("upkeep:desk_journal")).content.decode()
    assert "Relecture" in page
    assert "Ailleurs" in page


@pytest.mark.parametrize(
    ("narrowed", "rows"),
    [
        ({"venue": "PORT"}, 1),
        ({"venue": "gare"}, 0),
        ({"person": "respons"}, 1),
        ({"person": "responsable@example.org"}, 1),
        ({"person": "personne"}, 0),
        ({"since": "2000-01-01", "until": "2099-01-01"}, 1),
        ({"until": "2000-01-01"}, 0),
        ({"before": "1"}, 0),
    ],
)
def test_narrowed(venue: Venue, free: Venue, manager: User, narrowed: dict[str, str], rows: int) -> None:
    with acting(manager):
        Venue.objects.filter(pk=venue.pk).update(summary="Nouveau")
    form = trail.TrailForm(narrowed)
    assert form.is_valid()
    found = Trail().page(
        form.narrowed(Trail().changes().filter(after__summary="Nouveau")), form.cleaned_data["before"]
    )
    assert len(found.rows) == rows


@pytest.mark.parametrize(
    "wrong", [{"since": "hier"}, {"before": "x"}, {"before": str(2**63)}, {"until": "2026-13-01"}]
)
def test_what_cannot_be_understood_is_refused(client: Client, reviewer: User, wrong: dict[str, str]) -> None:
    client.force_login(reviewer)
    for name in ("desk_journal", "desk_journal_csv"):
        assert client.get(reverse(f"upkeep:{name}"), wrong).status_code == 400


def test_page_after_page_each_change_once(venue: Venue) -> None:
    for number in range(120):
        Venue.objects.filter(pk=venue.pk).update(summary=f"{number}")
    found, before = [], None
    while True:
        page = Trail().page(Trail().changes(), before)
        found += [row.change.pk for row in page.rows]
        before = page.next_before
        if before is None:
            break
    assert found == list(Change.objects.values_list("pk", flat=True))


def test_a_spreadsheet_shows_and_runs_nothing(
    client: Client, venue: Venue, manager: User, organization: Organization
) -> None:
    with acting(manager):
        Venue.objects.filter(pk=venue.pk).update(
            name="=HYPERLINK(1)", summary="@SUM(1)", phone="+33100000000"
        )
    client.force_login(manager)
    answer = client.get(reverse("upkeep:journal_csv", args=[organization.pk]))
    content = answer.getvalue().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    cells = {line["Champ"]: line["Après"] for line in lines[:3]}
    assert cells == {"nom": "'=HYPERLINK(1)", "présentation courte": "'@SUM(1)", "téléphone": "'+33100000000"}
    assert lines[0]["Lieu"] == "'=HYPERLINK(1)"
    assert not [
        cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "-", "@", "\t"))
    ]
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_export_reads_in_batches_up_to_its_end(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    class Echo:
        def write(self, line: str) -> str:
            return line

    monkeypatch.setattr(trail, "BATCH", 7)
    for number in range(30):
        Venue.objects.filter(pk=venue.pk).update(summary=f"n{number}")
    lines = list(Trail().export(Trail().changes().filter(table="venue", action="update"), Echo()))
    assert len(lines) == 31
    monkeypatch.setattr(trail, "MOST_EXPORTED", 14)
    assert len(list(Trail().export(Trail().changes().filter(action="update"), Echo()))) == 15


def test_as_many_queries_for_one_row_as_for_twenty(
    client: Client, venue: Venue, manager: User, organization: Organization, reviewer: User
) -> None:
    def queries() -> list[int]:
        found = []
        for user, address in (
            (manager, reverse("upkeep:journal", args=[organization.pk])),
            (reviewer, reverse("upkeep:desk_journal")),
        ):
            client.force_login(user)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            found.append(len(captured))
        return found

    few = queries()
    kinds = list(VenueType.objects.all())
    for number in range(20):
        member = person(f"personne{number}", organization, "provider-agent")
        with acting(member):
            venue_of(organization, f"Lieu {number}", venue_type=kinds[number % len(kinds)])
    assert Membership.objects.count() > 20
    # One more at most: the names of a kind of row that was not pointed to before.
    assert all(many <= n + 1 for n, many in zip(few, queries(), strict=True))
