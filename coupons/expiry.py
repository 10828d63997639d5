"""What happens after the last day: coupons expire everywhere at the end of the day of the last French territory."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from geodata.timezones import TIMEZONES

BATCH = 500  # booklets in a transaction


def day_everywhere(at: datetime) -> date:
    """The earliest day it still is somewhere in France: what ended before it is over for everybody."""
    return min(at.astimezone(ZoneInfo(zone)).date() for zone in TIMEZONES)


def expire(*, at: datetime, batch: int = BATCH) -> int:
    """End every booklet whose last day is over, a batch after the other; how many ended."""
    ended, day = 0, day_everywhere(at)
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT coupons_expire(%s, %s, %s)", [day, at, batch])
            [done] = cursor.fetchone()
            if not done:
                return ended
            ended += done
