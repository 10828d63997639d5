"""The paper, looked at by readers that did not make it."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image

from coupons.booklet_numbers import read_number
from coupons.choices import OrderStatus, PrintReason
from coupons.codes import digest, read_code
from coupons.models import Coupon, Order
from coupons.printing import jobs, running, sheets
from directory.models import User
from tests.coupons import toy
from tests.coupons.printing import paper

pytestmark = pytest.mark.django_db


def printed(order: Order, operator: User, vault_folder: Path) -> pypdfium2.PdfDocument:
    job = jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)
    running.take_turn(job.pk)
    return pypdfium2.PdfDocument(paper.files(job, vault_folder)[0])


def words(page: pypdfium2.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_range().split())


def qr_codes(page: pypdfium2.PdfPage) -> list[str]:
    """At 144 points an inch: what a plain telephone sees."""
    found = zxingcpp.read_barcodes(page.render(scale=2).to_pil(), formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


def test_every_qr_code_is_read_and_says_the_code_that_counts(operator: User, vault_folder: Path) -> None:
    order = toy.an_order(booklets=2, booklet_size=7, status=OrderStatus.FUNDED)
    document = printed(order, operator, vault_folder)
    assert len(document) == 2 * (1 + 2)
    live = list(Coupon.objects.filter(booklet__order=order).values_list("digest", flat=True))
    read = []
    for number, page in enumerate(document):
        if number % 3:
            on_page = qr_codes(page)
            addresses, codes = zip(*(text.split("#") for text in on_page), strict=True)
            assert set(addresses) == {f"{settings.PUBLIC_URL}/cheque/"}
            typed = [code.replace(" ", "") for code in paper.CODE.findall(words(page))]
            assert list(codes) == typed
            read += codes
    assert [digest(read_code(code)) for code in read] == live


def test_the_cover_says_whose_what_how_and_until_when(operator: User, vault_folder: Path) -> None:
    campaign = toy.a_campaign(name="Numérique pour tous", ends_on=date(2028, 6, 30))
    order = toy.an_order(campaign, booklets=1, status=OrderStatus.FUNDED)
    cover = printed(order, operator, vault_folder)[0]
    told, [booklet] = words(cover), order.booklet_set.all()
    for expected in (
        "Numérique pour tous",
        f"Offert par {campaign.organization.name}",
        "10 chèques de 10 €, soit 100 €",
        "Utilisable 12 mois après la remise, au plus tard le 30 juin 2028.",
        booklet.number,
        "On ne rend pas la monnaie.",
    ):
        assert expected in told
    number, places = qr_codes(cover)
    assert read_number(number) == booklet.pk
    assert places == f"{settings.PUBLIC_URL}/lieux/"


def test_the_file_says_no_code_outside_its_pages(operator: User, vault_folder: Path) -> None:
    document = printed(toy.an_order(booklets=1, status=OrderStatus.FUNDED), operator, vault_folder)
    told = document.get_metadata_dict()
    assert told["Title"] == "Chèques #APTIC"
    assert not paper.CODE.search(str(told))
    assert not list(document.get_toc())


def test_a_demonstration_is_marked_on_every_page(operator: User, vault_folder: Path) -> None:
    campaign = toy.a_campaign(demo=True)
    demo = printed(toy.an_order(campaign, booklets=1, status=OrderStatus.FUNDED), operator, vault_folder)
    assert "n’ont pas de valeur" in words(demo[0])
    assert [words(page).count("DÉMONSTRATION, SANS VALEUR") for page in demo] == [0, 5, 5]
    real = printed(toy.an_order(booklets=1, status=OrderStatus.FUNDED), operator, vault_folder)
    assert not any("émonstration" in words(page).casefold() for page in real)


def test_names_are_words_and_never_markup(operator: User, vault_folder: Path) -> None:
    name = '#panic("x") *gras* $x^2$ <a> \\u{202e} ' + "W" * 60
    campaign = toy.a_campaign(toy.a_sponsor('#include "/etc/passwd" @nom'), name=name)
    document = printed(toy.an_order(campaign, booklets=1, status=OrderStatus.FUNDED), operator, vault_folder)
    assert '#panic("x") *gras* $x^2$ <a>' in words(document[0])
    assert '#include "/etc/passwd"' in words(document[1])
    assert [page.get_size() for page in document] == [(595, 842)] * 3 or len(document) == 3


def test_the_sponsors_logo_is_on_the_cover(operator: User, vault_folder: Path) -> None:
    drawn = BytesIO()
    Image.new("RGB", (400, 200), (200, 0, 0)).save(drawn, "PNG")
    campaign = toy.a_campaign(logo=drawn.getvalue())
    cover = printed(toy.an_order(campaign, booklets=1, status=OrderStatus.FUNDED), operator, vault_folder)[0]
    colours = {colour for _n, colour in cover.render().to_pil().convert("RGB").getcolors(100_000)}
    assert (200, 0, 0) in colours


@pytest.mark.parametrize(
    ("n", "cents", "told"), [(10, 1000, "10 chèques de 10 €, soit 100 €"), (1, 550, "1 chèque de 5,50 €")]
)
def test_what_a_booklet_is_worth(n: int, cents: int, told: str) -> None:
    assert sheets.worth(n, cents).replace("\u00a0", " ").replace("\u202f", " ") == told
