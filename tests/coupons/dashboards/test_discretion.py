"""What is told gives away nobody: attacked by subtraction, on random tables."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from coupons.discretion import K, hidden

COUNTS = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 500)), max_size=12)


def test_small_counts_are_hidden_with_one_that_hides_them() -> None:
    assert hidden([10, 0, 20]) == set()
    assert hidden([3, 10, 20]) == {0, 1}
    assert hidden([1, 2, 20]) == {0, 1, 2}
    assert hidden([3, 4, 20]) == {0, 1}
    assert hidden([3]) == {0}
    assert hidden([]) == set()


@given(COUNTS)
def test_one_total(counts: list[int]) -> None:
    shut = hidden(counts)
    assert all(counts[i] > 0 for i in shut)
    assert all(i in shut for i, count in enumerate(counts) if 0 < count < K)
    if sum(counts) >= K and shut:
        # Whoever subtracts what is told from the total learns a sum of several, of K at least.
        assert len(shut) >= 2
        assert sum(counts[i] for i in shut) >= K


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(0, 15), max_size=25))
def test_rows_and_columns(cells: dict[tuple[int, int], int]) -> None:
    """Totals of rows and of columns are told, where they are K or more."""
    places, counts = list(cells), list(cells.values())
    totals: Counter[tuple[str, int]] = Counter()
    for (row, column), count in cells.items():
        totals[("row", row)] += count
        totals[("column", column)] += count
    groups = [[g for g in (("row", row), ("column", column)) if totals[g] >= K] for row, column in places]
    shut = hidden(counts, groups)
    assert all(i in shut for i, count in enumerate(counts) if 0 < count < K)
    for group in {g for of in groups for g in of}:
        inside = [i for i in shut if group in groups[i]]
        visible = [i for i, count in enumerate(counts) if count and group in groups[i] and i not in shut]
        # Where there was something left to hide it with, no total gives a small count away.
        if inside and visible:
            assert len(inside) >= 2
            assert sum(counts[i] for i in inside) >= K


def test_what_a_total_says_by_itself_hides_nothing() -> None:
    """The column of 7 is one count: hidden it would be known, and the 3 of the row with it."""
    counts = [7, 3, 9, 8]
    groups = [["row", "alone"], ["row"], ["row"], ["other"]]
    assert hidden(counts, groups) == {0, 1, 2}
