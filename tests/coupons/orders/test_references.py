"""The reference a transfer quotes: found whatever is around it, never guessed."""

import string

from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iso11649

from coupons.orders.references import found_in, printed, reference

NUMBERS = st.builds("C{}-{:06d}".format, st.integers(2026, 2099), st.integers(1, 9_999_999))


@given(NUMBERS)
def test_it_is_an_iso_11649_reference(number: str) -> None:
    assert iso11649.is_valid(reference(number))
    assert len(reference(number)) <= 25


@given(
    NUMBERS,
    st.text(" .-/", max_size=3),
    st.sampled_from([str.lower, str.upper]),
    st.text("AZaz: ", max_size=9),
)
def test_it_is_found_in_what_banks_make_of_it(number: str, gap: str, case: object, around: str) -> None:
    typed = case(gap.join(printed(reference(number)).split(" ")))  # type: ignore[operator]
    assert reference(number) in found_in(f"{around} {typed} {around}")


@given(NUMBERS, st.data())
def test_one_wrong_sign_and_it_is_not_found(number: str, data: st.DataObject) -> None:
    right = reference(number)
    at = data.draw(st.integers(0, len(right) - 1))
    wrong = right[:at] + data.draw(st.sampled_from(string.ascii_uppercase + string.digits)) + right[at + 1 :]
    assume(wrong != right)
    assert right not in found_in(wrong)


def test_digits_that_follow_do_not_hide_it() -> None:
    right = reference("C2026-000017")
    assert right in found_in(f"VIR {right}2026 COMMUNE")


def test_nothing_in_nothing() -> None:
    assert found_in("") == found_in("RF" * 100_000) == set()
