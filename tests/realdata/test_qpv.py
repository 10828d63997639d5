"""The real priority districts of Occitanie."""

from pathlib import Path

import pytest

from geodata.layers import import_layer
from geodata.models import Area, AreaPart

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


def test_every_district_loads_valid_and_a_second_import_changes_nothing(real_data: Path) -> None:
    file = real_data / "territories" / "qp-occitanie.geojson"
    outcome = import_layer(file, level="qpv")
    assert (outcome.rows, outcome.created, outcome.refused) == (105, 105, [])
    districts = Area.objects.filter(level="qpv")
    assert all(district.geom.valid and district.geom.covers(district.point) for district in districts)
    assert AreaPart.objects.filter(area__in=districts).count() >= 105
    again = import_layer(file, level="qpv")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 105)
