"""Names found as people type them: any part of the name, without its accents and capitals.

`name__named="ecole"` finds « École des Lices ». `directory_plain` is what the trigram indexes hold (migration 0016).
"""

from typing import Any

from django.db.models import CharField, Func, Lookup, TextField


class Plain(Func):
    """A text in lower case, without accents."""

    function = "directory_plain"
    output_field = TextField()


@CharField.register_lookup
class Named(Lookup):
    """What was typed stands for itself: `%` and `_` are no wild cards."""

    lookup_name = "named"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        name, name_values = self.process_lhs(compiler, connection)
        typed, typed_values = self.process_rhs(compiler, connection)
        literal = rf"regexp_replace(directory_plain({typed}), '([\\%%_])', '\\\1', 'g')"
        sql = f"directory_plain({name}) LIKE '%%' || {literal} || '%%'"
        return sql, (*name_values, *typed_values)
