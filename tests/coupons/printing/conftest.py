"""A vault of one's own, and paper read back by tools that did not print it."""

from pathlib import Path

import pytest

from coupons.choices import OrderStatus, PrintReason
from coupons.models import Order, PrintJob
from coupons.printing import jobs
from directory.models import User
from tests.coupons import toy


@pytest.fixture(autouse=True)
def vault_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """Where the files of these tests are kept."""
    private = settings.STORAGES["private"]  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "private": {**private, "OPTIONS": {**private["OPTIONS"], "location": str(tmp_path)}},
    }
    return tmp_path / "impressions"


@pytest.fixture
def operator() -> User:
    user = User.objects.create_user("operateur@exemple.test")
    user.staff_roles.create(role="operator")
    return user


@pytest.fixture
def order() -> Order:
    """Six booklets of ten, paid for."""
    return toy.an_order(booklets=6, status=OrderStatus.FUNDED)


@pytest.fixture
def job(order: Order, operator: User) -> PrintJob:
    return jobs.request(order=order, reason=PrintReason.FIRST, by=operator, at=toy.AT)
