"""The kit, read back by tools that did not make it: pdfium for its words, zxing for its QR codes."""

from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
import segno
import zxingcpp
from django.test import Client
from django.utils import timezone

from directory.label import kit
from directory.models import Category, Labelling, Service, Venue, VenueType
from tests.hostile import batches

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows_of_reference_change")]
MM = 72 / 25.4


@pytest.fixture
def labelled(venue: Venue) -> Venue:
    Venue.objects.filter(pk=venue.pk).update(phone="+33473850000")
    venue.refresh_from_db()
    Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2029, 1, 1)))
    category = Category.objects.get(slug="utiliser")
    for name, cents, status in [("Premiers pas", 1250, "approved"), ("Pas encore relu", 100, "draft")]:
        Service.objects.create(venue=venue, category=category, name=name, price_cents=cents, status=status)
    return venue


def pages(venue: Venue, part: str = "kit") -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(kit.pdf(venue, part)))


def words(page: pypdfium2.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_bounded().replace("\u200b", "").split())


def codes(page: pypdfium2.PdfPage) -> list[str]:
    drawn = page.render(scale=2, grayscale=True)
    picture = memoryview(drawn.buffer).cast("B").cast("B", (drawn.height, drawn.stride))
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def sizes(found: list[pypdfium2.PdfPage]) -> list[tuple[int, int]]:
    return [tuple(round(side / MM) for side in page.get_size()) for page in found]


def test_the_sheets_and_their_sizes(labelled: Venue) -> None:
    assert sizes(pages(labelled)) == [(210, 148), (297, 420), (210, 297), (210, 297), (210, 297)]
    assert sizes(pages(labelled, "vitrophanie")) == [(210, 148)]
    assert sizes(pages(labelled, "affiche-a3")) == [(297, 420)]
    assert sizes(pages(labelled, "affiche-a4")) == [(210, 297)]
    assert sizes(pages(labelled, "guide")) == [(210, 297), (210, 297)]


def test_it_says_what_the_venue_says(labelled: Venue) -> None:
    sticker, poster = pages(labelled, "vitrophanie")[0], pages(labelled, "affiche-a4")[0]
    for page in (sticker, poster):
        assert "Ici, on accepte le chèque #APTIC" in words(page)
        assert "Atelier du port" in words(page)
        assert "1 quai des Essais, 99000 Port-Neuf" in words(page)
    assert "Premiers pas" in words(poster)
    assert "Téléphone : 04 73 85 00 00" in words(poster)
    assert "12,50" in words(poster)
    assert "Pas encore relu" not in words(poster)
    assert "31 décembre 2028" in words(pages(labelled, "guide")[1])


@pytest.mark.parametrize(
    ("part", "sheet"), [("vitrophanie", 0), ("affiche-a3", 0), ("affiche-a4", 0), ("guide", 1)]
)
def test_a_reader_finds_the_address_of_the_venue(
    labelled: Venue, part: str, sheet: int, settings: Any, client: Client
) -> None:
    """And the address, whose capitals a host does not mind, leads to its sheet."""
    settings.PUBLIC_URL = "https://aptic.example"
    [code] = codes(pages(labelled, part)[sheet])
    assert code == f"HTTPS://APTIC.EXAMPLE/L/{labelled.pk}"
    answer = client.get(code.removeprefix("HTTPS://APTIC.EXAMPLE"))
    assert answer.headers["Location"] == labelled.get_absolute_url()


def test_the_code_is_alphanumeric_where_the_site_has_no_path(labelled: Venue, settings: Any) -> None:
    settings.PUBLIC_URL = "https://aptic.example"
    assert segno.make(kit.qr_address(labelled)).mode == "alphanumeric"
    settings.PUBLIC_URL = "https://example.org/Annuaire"
    assert kit.qr_address(labelled) == f"https://example.org/Annuaire/L/{labelled.pk}"


NAMES = [*batches(240), "W" * 250, "Ê" * 125 + " " + "i" * 124, " "]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_names_are_inert(labelled: Venue, name: str) -> None:
    Venue.objects.filter(pk=labelled.pk).update(name=name, phone=name[:40])
    Service.objects.update(name=name[:200])
    VenueType.objects.update(name=name[:80])
    labelled.places.update(address=name)
    labelled.refresh_from_db()
    found = pages(labelled)
    assert len(found) == 5
    if name.isascii():
        printed = "".join(words(found[0]).split())
        assert "".join(char for char in name if char.isprintable() and char != " ") in printed
    assert len(codes(found[0])) == 1


@pytest.mark.parametrize(
    "name", ['#panic("x")', '#read("/etc/hostname")', "$ 1 $", "*gras* @lien <ici>", "\\u{41}"]
)
def test_markup_of_the_typesetter_is_text(labelled: Venue, name: str) -> None:
    Venue.objects.filter(pk=labelled.pk).update(name=name)
    labelled.refresh_from_db()
    squeezed = "".join(words(pages(labelled)[0]).split())
    assert "".join(name.split()) in squeezed


def test_a_venue_without_a_place_or_service_has_its_kit(labelled: Venue) -> None:
    labelled.places.all().delete()
    labelled.services.all().delete()
    assert len(pages(labelled)) == 5


def test_the_typeface_is_in_the_file(labelled: Venue) -> None:
    made = kit.pdf(labelled, "vitrophanie")
    assert b"AtkinsonHyperlegibleNext" in made


def test_the_kit_is_held_while_the_label_is(labelled: Venue) -> None:
    assert kit.is_held(labelled) == (date(2026, 1, 1) <= timezone.localdate() < date(2029, 1, 1))
    yesterday = timezone.localdate() - timedelta(days=1)
    Labelling.objects.update(during=(date(2020, 1, 1), yesterday))
    assert not kit.is_held(labelled)
