"""The few statements that every answer asks, written by hand: PostgreSQL plans them once for each connection.

Django's cursors write the values into the text, which makes another statement of it each time. To plan the cards of
a page took longer than to read them. (`prepare_threshold` of the settings; without it they are planned each time.)
"""

from typing import Any

from django.db import connection
from psycopg import Cursor


def rows(sql: str, values: Any) -> list[tuple[Any, ...]]:
    """All rows; the values go beside the text, as psycopg has it. Errors and the log of queries are Django's."""
    connection.ensure_connection()
    bare = Cursor(connection.connection)
    noted = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with noted(bare) as cursor:  # type: ignore[arg-type]
        cursor.execute(sql, values)
        return cursor.fetchall()
