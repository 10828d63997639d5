"""How often one may do something, counted in PostgreSQL for all processes at once.

One statement counts and answers: of many who come at the same instant, no more than the limit pass. To be called
outside any transaction that could be undone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from directory.models import PostCount

LONGEST_WINDOW = timedelta(hours=1)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
COUNT = """
INSERT INTO directory_postcount AS held (sender, since, posts) VALUES (%s, %s, 1)
ON CONFLICT (sender, since) DO UPDATE SET posts = held.posts + 1 RETURNING posts
"""


@dataclass(frozen=True)
class Limit:
    """No more than `most` within each window; windows follow each other, LONGEST_WINDOW at most."""

    name: str
    most: int
    window: timedelta

    def wait(self, who: object, at: datetime) -> int:
        """Count one more, refused ones too: 0 when it may go on, else the seconds until the next window."""
        since = at - (at - BEGINNING) % self.window
        if counted(f"{self.name}:{who}", since) <= self.most:
            return 0
        return max(1, round((since + self.window - at).total_seconds()))


# What an organisation's software writes, and the spreadsheets of an account.
API_WRITES = Limit("api", 300, timedelta(minutes=1))
SPREADSHEETS = Limit("sheet", 30, timedelta(hours=1))


def counted(sender: str, since: datetime) -> int:
    """How many with this one."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [sender, since])
        return int(cursor.fetchone()[0])


def forget(at: datetime) -> int:
    """Counts of the windows gone by."""
    return PostCount.objects.filter(since__lt=at - 2 * LONGEST_WINDOW).delete()[0]
