"""What passages at a venue say of it: when it was last used, and means of marks when there are enough of them."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from directory.models import Feedback, Review

# A mean of fewer answers says more of one person than of the place.
ENOUGH = 5
TENTH = Decimal("0.1")
# Beyond a year, that a place was used says nothing of it any more.
DAYS_SAID = 365
COMMENTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Echo:
    """`answers` is how many people said something; the sums are of their marks, from 1 to 5."""

    last_used_on: date | None
    answers: int
    reception_sum: int
    usefulness_sum: int
    progress_sum: int

    @classmethod
    def of(cls, feedback: Feedback | None) -> Self:
        if feedback is None:
            return cls(None, 0, 0, 0, 0)
        return cls(
            feedback.last_used_on,
            feedback.answers,
            feedback.reception_sum,
            feedback.usefulness_sum,
            feedback.progress_sum,
        )

    @property
    def enough(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def missing(self) -> int:
        """How many answers are wanted before a mean is shown."""
        return max(0, ENOUGH - self.answers)

    @property
    def reception(self) -> Decimal | None:
        return self._mean(self.reception_sum)

    @property
    def usefulness(self) -> Decimal | None:
        return self._mean(self.usefulness_sum)

    @property
    def progress(self) -> Decimal | None:
        return self._mean(self.progress_sum)

    @property
    def overall(self) -> Decimal | None:
        """Of the three together."""
        return self._mean(self.reception_sum + self.usefulness_sum + self.progress_sum, 3)

    def _mean(self, total: int, questions: int = 1) -> Decimal | None:
        """To the nearest tenth, a half upwards; None while there are too few."""
        if not self.enough:
            return None
        return (Decimal(total) / (self.answers * questions)).quantize(TENTH, ROUND_HALF_UP)

    def used_days(self, today: date) -> int | None:
        """Days since the last payment; None when there is none, or when it was too long ago to say."""
        if self.last_used_on is None:
            return None
        days = max(0, (today - self.last_used_on).days)
        return days if days <= DAYS_SAID else None


def comments(venue_id: int) -> list[Review]:
    """The latest that anybody may read."""
    return list(Review.objects.read_by_anybody().filter(venue=venue_id).order_by("-pk")[:COMMENTS_SHOWN])
