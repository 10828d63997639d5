"""What the signs of a code and of a booklet's number catch, for any code and any slip."""

from itertools import combinations

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from coupons import codes
from coupons.booklet_numbers import printed_number, read_number
from coupons.codes import ALPHABET, LENGTH, NotACode, digest, new_codes, printed, read_code

random_parts = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
whole_codes = random_parts.map(lambda part: part + codes.check_sign(part))


def is_caught(typed: str) -> bool:
    try:
        read_code(typed)
    except NotACode:
        return True
    return False


@given(whole_codes)
def test_every_single_wrong_sign_is_caught(code: str) -> None:
    for place in range(LENGTH):
        for wrong in set(ALPHABET) - {code[place]}:
            assert is_caught(code[:place] + wrong + code[place + 1 :])


@given(whole_codes)
def test_every_swap_of_two_signs_is_caught(code: str) -> None:
    for left, right in combinations(range(LENGTH), 2):
        signs = list(code)
        signs[left], signs[right] = signs[right], signs[left]
        assert code[left] == code[right] or is_caught("".join(signs))


@given(whole_codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_a_sign_too_many_or_too_few_is_caught(code: str, place: int, sign: str) -> None:
    assert is_caught(code[:place] + code[place + 1 :])
    assert is_caught(code[:place] + sign + code[place:])


@given(whole_codes)
def test_what_is_printed_is_read(code: str) -> None:
    assert read_code(printed(code)) == code
    assert [len(group) for group in printed(code).split("-")] == [4, 4, 4, 4]


@given(whole_codes, st.sampled_from(["", " ", ".", "–", "_", "\t"]))
def test_whatever_stands_between_the_signs_and_in_whatever_case(code: str, between: str) -> None:
    assert read_code(f" {between.join(code).lower()} ") == code


@given(whole_codes, st.sampled_from(["O", "o"]), st.sampled_from(["I", "i", "L", "l"]))
def test_what_looks_alike_is_understood(code: str, zero: str, one: str) -> None:
    assert read_code(code.replace("0", zero).replace("1", one)) == code


@given(st.text(max_size=200))
def test_nothing_typed_is_worse_than_not_a_code(typed: str) -> None:
    assert is_caught(typed) or read_code(read_code(typed)) == read_code(typed)


@pytest.mark.parametrize("unknown", ["U", "u", "É", "٠", "!", "０"])
def test_signs_that_are_not_of_the_alphabet_are_refused(unknown: str) -> None:
    [code] = new_codes(1)
    assert is_caught(unknown + code[1:])


def test_new_codes_are_all_different_valid_and_use_the_whole_alphabet() -> None:
    made = new_codes(100_000)
    assert len(set(made)) == 100_000
    assert all(read_code(code) == code for code in made[:2000])
    for place in range(LENGTH):
        assert {code[place] for code in made} == set(ALPHABET)


def test_the_digest_depends_on_the_key(settings: pytest.FixtureRequest) -> None:
    [code] = new_codes(1)
    settings.COUPON_KEY = b"one"  # type: ignore[attr-defined]
    first = digest(code)
    assert first == digest(code)
    settings.COUPON_KEY = b"two"  # type: ignore[attr-defined]
    assert digest(code) != first
    settings.COUPON_KEY = b""  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured):
        digest(code)


booklets = st.integers(1, 10**10)


@given(booklets)
def test_a_booklet_number_is_read_as_printed(booklet: int) -> None:
    number = printed_number(booklet)
    assert read_number(number) == booklet
    assert read_number(number.lower().replace(" ", "-")) == booklet
    assert read_number(number.replace("CN", "")) == booklet


@given(booklets)
def test_every_wrong_digit_of_a_booklet_number_is_caught(booklet: int) -> None:
    digits = printed_number(booklet).removeprefix("CN").replace(" ", "")
    for place in range(len(digits)):
        for wrong in set("0123456789") - {digits[place]}:
            assert read_number(digits[:place] + wrong + digits[place + 1 :]) is None


@given(booklets)
def test_every_swap_of_neighbours_in_a_booklet_number_is_caught(booklet: int) -> None:
    digits = printed_number(booklet).removeprefix("CN").replace(" ", "")
    for place in range(len(digits) - 1):
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        assert swapped == digits or read_number(swapped) is None
