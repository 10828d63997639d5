"""The code on a receipt: for one payment, readable back however it is typed, forgeable by nobody."""

import io
import re

import pytest
import zxingcpp
from django.conf import settings
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coupons.codes import ALPHABET, NotACode, read_code
from coupons.invitations import NotAnInvitation, invitation, payment_of

NUMBERS = st.integers(1, 2**63 - 1)


@given(NUMBERS)
def test_a_code_says_its_payment(number: int) -> None:
    assert payment_of(invitation(number).code) == number


@given(NUMBERS, st.sampled_from([" ", "", "--", " - ", "–", ". "]), st.booleans())
def test_however_it_is_typed(number: int, between: str, small: bool) -> None:
    first, *groups = invitation(number).code.split("-")
    # The number alone needs something after it.
    typed = between.join([first + ("" if between else " "), *groups])
    assert payment_of(f"  {typed.lower() if small else typed} ") == number


@given(NUMBERS, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_another_sign_is_of_no_receipt(number: int, position: int, sign: str) -> None:
    code = invitation(number).code
    first, rest = code.split("-", 1)
    signs = list(rest.replace("-", ""))
    changed = [*signs[:position], sign, *signs[position + 1 :]]
    if changed == signs:
        assert payment_of(f"{first}-{''.join(changed)}") == number
    else:
        with pytest.raises(NotAnInvitation):
            payment_of(f"{first}-{''.join(changed)}")


@given(NUMBERS, NUMBERS)
def test_of_another_payment(one: int, other: int) -> None:
    """The signs of one receipt with the number of another."""
    if one == other:
        return
    with pytest.raises(NotAnInvitation):
        payment_of(f"{other}-{invitation(one).code.split('-', 1)[1]}")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "1",
        "1-",
        "0-AAAAA-AAAAA",
        "٣-AAAAA-AAAAA",
        "-1-AAAAA-AAAAA",
        "9" * 30,
        "1-" + "A" * 60,
        "\x00",
    ],
)
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(NotAnInvitation):
        payment_of(typed)


def test_another_key_knows_no_receipt(settings: object) -> None:
    code = invitation(7).code
    settings.COUPON_KEY = b"another key, of another site, of thirty-two bytes"  # type: ignore[attr-defined]
    with pytest.raises(NotAnInvitation):
        payment_of(code)


@given(NUMBERS)
def test_it_is_never_taken_for_a_coupon(number: int) -> None:
    with pytest.raises(NotACode):
        read_code(invitation(number).code.split("-", 1)[1])


def test_the_address_sends_the_code_to_no_server() -> None:
    made = invitation(1234)
    before, _, fragment = made.address.partition("#")
    assert before == f"{settings.PUBLIC_URL}/avis/"
    assert fragment == made.code


def test_the_part_of_a_receipt() -> None:
    """The square leads where the link leads, and its picture has nothing that a strict policy refuses."""
    made = invitation(1234)
    page = render_to_string("ratings/parts/invitation.html", {"invitation": made})
    assert made.code in page
    assert f'href="{made.address}"' in page
    assert not re.search(r"style=|<script|onload", page)
    assert read_square(made.qr_code) == made.address


def read_square(svg: str) -> str:
    """What a phone reads: the modules of the drawing as a picture."""
    size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])  # type: ignore[index]
    picture = Image.new("L", (size, size), 255)
    [strokes] = re.findall(
        r'<path[^>]*stroke="#000"[^>]*? d="([^"]+)"|d="([^"]+)"[^>]*stroke="#000"', svg
    ) or [("", "")]
    x = y = 0.0
    for sign, first, second in re.findall(r"([Mmh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", "".join(strokes)):
        if sign == "h":
            for column in range(int(x), int(x + float(first))):
                picture.putpixel((column, int(y)), 0)
            x += float(first)
        elif sign == "M":
            x, y = float(first), float(second)
        else:
            x, y = x + float(first), y + float(second)
    large = picture.resize((size * 6, size * 6), Image.Resampling.NEAREST)
    large.save(io.BytesIO(), "png")
    return zxingcpp.read_barcodes(large)[0].text
