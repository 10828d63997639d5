"""Figures worked out once for a refresh of the reports: until the next one, nothing that they are made of changes.

In the cache that all processes share. What pages show is thereby of one moment, the one they name.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import get_language

from coupons import reporting

# Where the worker rests, names that staff corrects are read again after so long.
SECONDS = 900
Made = TypeVar("Made")


def kept(name: str, numbers: Sequence[int], make: Callable[[], Made]) -> Made:
    """What `make` gives (never None) for these campaigns, in the language of the page."""
    of = "-".join(map(str, numbers))
    key = f"dashboards.{name}.{of}.{get_language()}.{reporting.as_of()}".replace(" ", "T")
    found: Made | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, SECONDS)
    return found
