"""The nearest of many points, against PostGIS one by one."""

import numpy as np
import pytest
from django.db import connection

from geodata.neighbours import nearest_km

PLACES = np.array(
    [(2.35, 48.86), (4.83, 45.76), (-52.33, 4.92), (55.45, -20.88), (179.9, -16.5), (-61.5, 16.2), (0, 90)]
)
PEOPLE = np.array([(2.35, 48.86), (2.4, 48.9), (-179.9, -16.5), (7.2, 43.7), (166.4, -22.3), (180, 90)])


@pytest.mark.django_db
def test_as_far_as_postgis_says_on_its_sphere() -> None:
    found = nearest_km(PEOPLE[:, 0], PEOPLE[:, 1], PLACES[:, 0], PLACES[:, 1])
    for (lon, lat), km in zip(PEOPLE, found, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(ST_DistanceSphere(ST_Point(%s, %s), ST_Point(x, y)))"
                " FROM unnest(%s::float8[], %s::float8[]) place(x, y)",
                [lon, lat, PLACES[:, 0].tolist(), PLACES[:, 1].tolist()],
            )
            assert km == pytest.approx(cursor.fetchone()[0] / 1000, rel=1e-5, abs=1e-6)


def test_across_the_antimeridian_is_near() -> None:
    [km] = nearest_km(np.array([-179.9]), np.array([-16.5]), np.array([179.9]), np.array([-16.5]))
    assert 21 < km < 22


def test_nothing_is_infinitely_far() -> None:
    nothing = np.array([])
    assert np.isinf(nearest_km(np.array([2.0]), np.array([48.0]), nothing, nothing)).all()
    assert not len(nearest_km(nothing, nothing, np.array([2.0]), np.array([48.0])))
