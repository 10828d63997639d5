"""Pages of fifty, by number: where one begins, and where the next does."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

ROWS = 50
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_url: str


def page(request: HttpRequest, rows: QuerySet, *, key: str = "pk") -> Page:
    """`rows` in the order of their numbers (`key`, whole and unique); `?after=` is the last one seen."""
    descending = key.startswith("-")
    column = key.removeprefix("-")
    after = number(request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(**{f"{column}__{'lt' if descending else 'gt'}": after})
    found = list(rows.order_by(key)[: ROWS + 1])
    if len(found) <= ROWS:
        return Page(found, "")
    following = request.GET.copy()
    following["after"] = str(getattr(found[ROWS - 1], column))
    return Page(found[:ROWS], f"?{following.urlencode()}")


def number(text: str) -> int | None:
    """What was typed as a number, if it is one that a row may have."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if int(text) <= LARGEST else None
