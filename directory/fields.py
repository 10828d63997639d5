"""PostgreSQL multiranges as model fields (Django has ranges only)."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Lookup
from psycopg.types.multirange import DateMultirange, Int4Multirange, Multirange
from psycopg.types.range import Range


class MultirangeField(models.Field):
    """A set of half-open ranges. Python value: a psycopg `Multirange`, or None."""

    python_type: type[Multirange] = Multirange

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Multirange | None:
        if value is None or isinstance(value, self.python_type):
            return value
        return self.python_type(value)


class MinutesField(MultirangeField):
    """Minutes as a set of [start, end) pairs: of a week (0-10080, Monday 00:00 first) or of a day."""

    python_type = Int4Multirange

    def db_type(self, connection: Any) -> str:
        return "int4multirange"


class DateMultirangeField(MultirangeField):
    """Days as a set of half-open ranges."""

    python_type = DateMultirange

    def db_type(self, connection: Any) -> str:
        return "datemultirange"


@MultirangeField.register_lookup
class HasElement(Lookup):
    """`field__has=element`: the set contains one minute, one day."""

    lookup_name = "has"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return ("%s", (value,))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        element = {"int4multirange": "integer", "datemultirange": "date"}[
            self.lhs.output_field.db_type(connection)
        ]
        return f"{lhs} @> ({rhs})::{element}", (*lhs_params, *rhs_params)


def minutes(pairs: Iterable[tuple[int, int]]) -> Int4Multirange:
    """[(540, 720), (840, 1020)] -> the set of those minutes."""
    return Int4Multirange([Range(start, end) for start, end in pairs])
