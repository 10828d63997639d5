"""A campaign that has lived."""

import pytest

from tests.coupons.dashboards.life import Life, build


@pytest.fixture
def life(db: None) -> Life:
    return build()
