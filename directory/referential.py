"""The referential of services and kinds of venue, at hand without a query.

Two dozen rows that staff change a few times a year: every process reads them at most once a minute.
"""

from dataclasses import dataclass
from typing import Self
from uuid import uuid4

from django.core.cache import caches

from directory.models import Category, VenueType

SECONDS_KEPT = 60


@dataclass(frozen=True)
class Referential:
    categories: dict[int, Category]
    venue_types: dict[int, VenueType]

    @classmethod
    def read(cls) -> Self:
        categories = {row.pk: row for row in Category.objects.all()}
        for row in categories.values():
            if row.parent_id:
                row.parent = categories[row.parent_id]
        return cls(categories, {row.pk: row for row in VenueType.objects.all()})

    def category(self, slug: str) -> Category | None:
        return next((row for row in self.categories.values() if row.slug == slug), None)

    def venue_type(self, slug: str) -> VenueType | None:
        return next((row for row in self.venue_types.values() if row.slug == slug), None)

    @property
    def main_categories(self) -> list[Category]:
        return [row for row in self.categories.values() if row.parent_id is None]

    def children(self, parent: Category) -> list[Category]:
        return [row for row in self.categories.values() if row.parent_id == parent.pk]


# The cache holds only a token: it copies what it holds at each look, and every page looks several times.
_read: dict[str, Referential] = {}


def referential() -> Referential:
    """Shared by all threads: not to be changed."""
    found = _read.get(caches["process"].get("directory.referential", ""))
    if found is None:
        found, token = Referential.read(), uuid4().hex
        _read.clear()
        _read[token] = found
        caches["process"].set("directory.referential", token, SECONDS_KEPT)
    return found
