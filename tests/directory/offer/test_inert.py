"""Whatever a provider writes is shown as text: on its own pages, the desk, and in letters."""

import csv
import io
from datetime import date

import pytest
from django.core import mail
from django.urls import reverse
from openpyxl import load_workbook
from psycopg.types.range import DateRange

from directory.models import BulkEdit, Category, Closure, Organization, Place, Service, User, Venue, VenueType
from directory.offer import notices
from geodata.models import Area
from tests.directory.offer.conftest import World, square
from tests.hostile import FORMULAS, HEADS, LONG, TELLING, assert_inert, assert_plain_letter
from tests.signing_in import SignedInClient


@pytest.fixture
def services(world: World) -> tuple[Service, Service, Service]:
    """Public, its change that waits, and one sent back; a bus with a stop; closed for holidays; two files."""
    public = world.service(modes=["at_home"])
    revision = world.service(status="submitted", replaces=public)
    returned = world.service(status="returned")
    world.service(status="approved")
    area = Area.objects.create(
        level="custom", code="x", name="x", geom=square(2, 46), point=world.commune.point
    )
    public.coverage.add(area)
    during = DateRange(date(2030, 1, 1), date(2030, 1, 3))
    Closure.objects.create(venue=world.venue, during=during)
    bus = Venue.objects.create(organization=world.organization, name="x", itinerant=True)
    Place.objects.create(venue=bus, is_stop=True)
    for status in ("preview", "done"):
        BulkEdit.objects.create(organization=world.organization, uploaded_by=world.manager, status=status)
    return public, revision, returned


def fill(text: str) -> None:
    """Every text a manager or a reviewer can write."""
    Venue.objects.update(
        **dict.fromkeys(("summary", "description"), text),
        **dict.fromkeys(("booking_url", "access_url"), text[:500]),
        name=text[:250],
        emails=[text[:200]],
        websites=[text[:200], "https://exemple.fr/"],
        phone=text[:40],
        languages=[text[:40]],
        extra={"x": text},
    )
    Place.objects.update(
        name=text[:250], address=text[:300], address_extra=text[:300], commune=text[:120], hours=text
    )
    Closure.objects.update(reason=text[:120])
    Service.objects.update(
        name=text[:200], description=text, price_note=text[:200], schedule=text, review_note=text
    )
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    Area.objects.filter(level="custom").update(name=text[:120])
    VenueType.objects.update(name=text[:80])
    Category.objects.update(name=text[:80])
    row = {"row": 2, "service": None, "venue": 1, "name": text, "changes": {"nom": [text, text]}}
    error = {"row": 3, "column": text[:40], "message": text}
    BulkEdit.objects.update(name=text[:200], rows=[row], errors=[error])


@pytest.mark.usefixtures("rows_of_reference_change")
def test_pages(world: World, services: tuple[Service, Service, Service]) -> None:
    public, revision, returned = services
    own, venue = [world.organization.pk], world.venue.pk
    stop = Place.objects.get(is_stop=True)
    manager = [
        *[reverse(f"offer:{name}", args=own) for name in ("venues", "services", "bulk", "venue_new")],
        *[
            reverse(f"offer:{name}", args=[*own, venue])
            for name in ("venue", "venue_edit", "venue_preview", "venue_place", "venue_hours", "closures")
        ],
        reverse("offer:service_new", args=[*own, venue]),
        reverse("offer:stops", args=[*own, stop.venue_id]),
        reverse("offer:stop", args=[*own, stop.venue_id, stop.pk]),
        reverse("offer:service_coverage", args=[*own, public.pk]),
        *[reverse("offer:service_hours", args=[*own, one.pk]) for one in (public, returned)],
        *[reverse("offer:service", args=[*own, one.pk]) for one in (public, returned)],
        *[reverse("offer:bulk_edit", args=[*own, edit.pk]) for edit in BulkEdit.objects.all()],
    ]
    desk = [
        reverse("offer:desk"),
        *[reverse("offer:desk_service", args=[one.pk]) for one in (revision, returned)],
    ]
    readers = []
    for user, addresses in ((world.manager, manager), (world.reviewer, desk)):
        client = SignedInClient()
        client.force_login(user)
        readers.append((client, addresses))
    assert_inert(fill, readers, [*TELLING, *LONG])


def test_what_one_looks_for_is_text(world: World, services: tuple[Service, Service, Service]) -> None:
    """The words of a search come back into its field."""
    client = SignedInClient()
    client.force_login(world.manager)
    address = reverse("offer:service_coverage", args=[world.organization.pk, services[0].pk])
    for payload in TELLING:
        page = client.get(address, {"q": payload}).content.decode()
        assert payload not in page or not set(payload) & set("<>\"'&")


@pytest.mark.parametrize("text", [*TELLING, *HEADS])
def test_letters_are_plain(world: World, text: str) -> None:
    service = world.service(name=text[:200], status="returned", review_note=text, submitted_by=world.manager)
    notices.returned(service)
    [letter] = mail.outbox
    assert_plain_letter(letter, [world.manager.email])
    assert text in letter.body


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_spreadsheet_of_services_holds_no_formula(world: World, kind: str) -> None:
    for text in FORMULAS:
        world.service(name=f"{text} ", description=text, price_note=text, schedule=text)
    client = SignedInClient()
    client.force_login(world.manager)
    answer = client.get(reverse("offer:download", args=[world.organization.pk, kind]))
    rows = cells(answer.getvalue(), kind)
    assert len(rows) == 1 + len(FORMULAS)
    found = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert not [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert sum("=1+1" in cell for cell in found) >= 4


def cells(content: bytes, kind: str) -> list[list[object]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    return [list(row) for row in sheet.iter_rows(values_only=True)]
