"""A small demonstration."""

from pathlib import Path
from typing import Any

import pytest

from coupons.demo import living, rhone


@pytest.fixture(autouse=True)
def demonstration(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.DEMONSTRATION = True
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path)}},
    }
    monkeypatch.setattr(rhone, "BOOKLETS", (3, 2))
    monkeypatch.setattr(rhone, "GIVEN", 2)
    monkeypatch.setattr(living, "GIVEN", ())
