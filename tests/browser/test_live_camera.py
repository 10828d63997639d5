"""The camera itself, live: a browser of its own films what a test draws, and the pages read it as it moves."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, expect

from coupons.distribution.handing import hand_over
from tests.browser.conftest import OpenPage, SignIn
from tests.coupons.distribution.conftest import NOON, Sponsor, build

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, HEIGHT, FRAMES = 640, 480, 20
GREY = 128
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000


@pytest.fixture
def sponsor(transactional_db: None) -> Sponsor:
    return build(2)


@pytest.fixture
def filmed(request: pytest.FixtureRequest, sponsor: Sponsor) -> str:
    """What the square before the camera says."""
    return {
        "cover": sponsor.booklets[1].number.replace(" ", ""),
        "cheque": f"https://example.org/cheque/#{sponsor.codes[0]}",
        "nothing": "",
    }[request.param]


@pytest.fixture
def chromium(chromium: Browser, filmed: str, tmp_path: Path) -> Iterator[Browser]:
    """Chromium takes its camera from a file only when it starts."""
    film = tmp_path / "film.y4m"
    film.write_bytes(film_of(filmed))
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    yield browser
    browser.close()


def film_of(text: str) -> bytes:
    """YUV4MPEG2, grey: an empty wall first, then a square that comes nearer, as a hand would hold it."""
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    colours = bytes([GREY]) * (WIDTH * HEIGHT // 2)
    return head + b"".join(b"FRAME\n" + frame(text, i).tobytes() + colours for i in range(FRAMES))


def frame(text: str, i: int) -> Image.Image:
    picture = Image.new("L", (WIDTH, HEIGHT), GREY)
    if text and i >= FRAMES // 4:
        square = segno.make(text, error="m")
        cells = [[255 - 255 * (cell & 1) for cell in row] for row in square.matrix_iter(border=4)]
        side = len(cells)
        small = Image.new("L", (side, side))
        small.putdata([cell for row in cells for cell in row])
        wide = 180 + 8 * i
        picture.paste(small.resize((wide, wide)), (100 + i, 60 + i))
    return picture


@pytest.mark.parametrize("filmed", ["cover"], indirect=True)
def test_a_cover_before_the_camera(open_page: OpenPage, sign_in: SignIn, sponsor: Sponsor) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, sponsor.distributor)
    page.goto(reverse("distribution:counter", args=[sponsor.organization.pk]))
    page.locator("[data-scan]").click()
    expect(page.get_by_role("heading", name="Remettre ce carnet")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(sponsor.booklets[1].number)).to_be_visible()


@pytest.mark.parametrize("filmed", ["cheque"], indirect=True)
def test_a_cheque_before_the_camera(open_page: OpenPage, sponsor: Sponsor) -> None:
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    page, sent = open_page(viewport=PHONE), []
    page.on("request", lambda request: sent.append(request))
    page.goto("/cheque/")
    page.locator("[data-scan]").click()
    expect(page.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible(timeout=PATIENCE_MS)
    assert page.url.endswith("/cheque/")
    code = sponsor.codes[0]
    assert [request.method for request in sent if code in (request.post_data or "")] == ["POST"]
    assert not [request for request in sent if code in request.url.split("#")[0]]


@pytest.mark.parametrize("filmed", ["nothing"], indirect=True)
def test_a_camera_that_sees_nothing_is_shown_and_stopped(open_page: OpenPage, sponsor: Sponsor) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/cheque/")
    page.locator("[data-scan]").click()
    view = page.locator("[data-scan-view]")
    expect(view).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_function("document.querySelector('video').videoWidth > 0", timeout=PATIENCE_MS)
    page.evaluate("window.seen = document.querySelector('video').srcObject.getTracks()")
    page.locator("[data-scan-stop]").click()
    expect(view).to_be_hidden()
    assert page.evaluate("window.seen.map((track) => track.readyState)") == ["ended"]
