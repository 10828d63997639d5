"""Local times of France."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from geodata.timezones import TIMEZONES, timezone_of


@pytest.mark.parametrize(
    ("code", "hours"),
    [
        ("69123", 1),
        ("2A004", 1),
        ("", 1),
        ("97105", -4),
        ("97209", -4),
        ("97302", -3),
        ("97411", 4),
        ("97502", -3),
        ("97608", 3),
        ("97701", -4),
        ("97801", -4),
        ("98613", 12),
        ("98735", -10),
        ("98818", 11),
    ],
)
def test_the_hour_in_winter(code: str, hours: int) -> None:
    winter = datetime(2026, 12, 1, tzinfo=UTC).astimezone(ZoneInfo(timezone_of(code)))
    offset = winter.utcoffset()
    assert offset is not None
    assert offset.total_seconds() == hours * 3600


def test_each_name_exists() -> None:
    assert all(ZoneInfo(name) for name in TIMEZONES)
