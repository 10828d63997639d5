"""What an order costs, to the cent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.models import Campaign
from coupons.orders.pricing import check, price, share_cents
from directory.accounts.refusals import Refused


def campaign(**terms: int) -> Campaign:
    return Campaign(**terms)


def test_the_usual_terms() -> None:
    asked = price(campaign(), 100)
    assert (asked.coupons, asked.face_cents, asked.total_contribution_cents) == (1_000, 1_000_000, 10_000)
    assert (asked.fee_cents, asked.due_cents) == (0, 1_010_000)


@pytest.mark.parametrize(
    ("face", "basis_points", "share"),
    [(1000, 100, 10), (1050, 100, 11), (1049, 100, 10), (150, 100, 2), (149, 100, 1), (100, 0, 0)],
)
def test_each_coupons_contribution_is_rounded_half_up(face: int, basis_points: int, share: int) -> None:
    assert share_cents(face, basis_points) == share
    asked = price(campaign(face_value_cents=face, contribution_bp=basis_points), 3)
    assert asked.total_contribution_cents == 30 * share


def test_fees_and_their_tax_are_said_apart(settings: Any) -> None:
    settings.ORDER_FEE_FIXED_CENTS, settings.ORDER_FEE_BP, settings.ORDER_FEE_VAT_BP = 5_000, 250, 2_000
    asked = price(campaign(), 10)
    assert (asked.fee_net_cents, asked.fee_vat_cents) == (7_500, 1_500)
    assert asked.due_cents == 100_000 + 1_000 + 9_000


@given(st.integers(1, 20_000), st.integers(1, 50), st.integers(100, 50_000), st.integers(0, 10_000))
def test_the_parts_make_the_whole(booklets: int, size: int, face: int, basis_points: int) -> None:
    asked = price(campaign(booklet_size=size, face_value_cents=face, contribution_bp=basis_points), booklets)
    assert asked.due_cents == booklets * size * (face + asked.contribution_cents)
    assert abs(asked.contribution_cents * 10_000 - face * basis_points) <= 5_000


@pytest.mark.parametrize(
    ("booklets", "size", "face", "words"),
    [
        (0, 10, 1000, "au moins un carnet"),
        (-1, 10, 1000, "au moins un carnet"),
        (1_000_000, 10, 1000, "100000 carnets"),
        (100_001, 10, 1000, "un million"),
        (1, 10, 0, "de 1 € à 500 €"),
        (1, 10, 50_001, "de 1 € à 500 €"),
    ],
)
def test_what_cannot_be_ordered_is_refused_in_words(booklets: int, size: int, face: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        check(booklets, size, face)


def test_a_million_coupons_can_be_ordered() -> None:
    assert price(campaign(), 100_000).due_cents == 1_010_000_000
