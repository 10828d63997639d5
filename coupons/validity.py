"""Until when a coupon may be used: so many months after its hand-over, the same day, that day included."""

from calendar import monthrange
from datetime import date

MONTHS = 12


def last_day(handed_over_on: date, months: int) -> date:
    """23 November 2026 and 12 months -> 23 November 2027; 29 February 2028 and 12 -> 28 February 2029."""
    years, month = divmod(handed_over_on.month - 1 + months, MONTHS)
    year = handed_over_on.year + years
    return date(year, month + 1, min(handed_over_on.day, monthrange(year, month + 1)[1]))
