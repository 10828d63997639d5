"""Columns read as bytes are the values that objects would have been."""

import numpy as np
import pytest
from django.db.models import F, Value

from geodata.columns import columns
from geodata.models import Area
from tests.coupons.territory import an_area, box, outline

pytestmark = pytest.mark.django_db
KINDS = {"number": int, "people": int, "lon": float, "known": bool}


def test_values_and_nulls() -> None:
    an_area("Un", outline(box(2, 48, 3, 49)), population=12)
    an_area("Deux", outline(box(-3, 48, -2, 49)))
    rows = Area.objects.order_by("pk").values(
        number=F("pk"), people=F("population"), lon=Value(-2.5), known=Value(True)
    )
    found = columns(rows, KINDS)
    assert found["number"].tolist() == list(Area.objects.order_by("pk").values_list("pk", flat=True))
    assert found["people"].tolist() == [12, -1]
    assert (found["lon"].tolist(), found["known"].tolist()) == ([-2.5, -2.5], [True, True])
    assert [found[name].dtype for name in KINDS] == [np.int64, np.int64, np.float64, np.bool_]


def test_no_row_gives_empty_columns() -> None:
    found = columns(Area.objects.values(number=F("pk")), {"number": int})
    assert (found["number"].tolist(), found["number"].dtype) == ([], np.int64)
