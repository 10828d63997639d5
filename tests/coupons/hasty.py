"""Functions of the database that wait for writers, made again without the wait: for negative controls."""

from django.db.backends.utils import CursorWrapper

WAITING = "coupons_whole_up_to"


def make_hasty(cursor: CursorWrapper, function: str) -> None:
    """`hasty_<function>` calls `hasty_coupons_whole_up_to`, which waits for nobody."""
    for name in (WAITING, function):
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
        [source] = cursor.fetchone()
        hasty = source.replace("WHILE EXISTS", "WHILE false AND EXISTS")
        for called in (WAITING, function):
            hasty = hasty.replace(f"{called}(", f"hasty_{called}(")
        assert ("false AND" in hasty) == (name == WAITING)
        cursor.execute(hasty)
