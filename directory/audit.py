"""Says to the database who acts, so that its triggers can write it beside each change (migration 0009).

Every verb that changes public data, a role or a decision runs inside `acting`; what runs outside (imports, SQL by
hand) is recorded as nobody's, which is true.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from directory.models import User


@contextmanager
def acting(user: "User | None") -> Iterator[None]:
    """An atomic block whose changes are recorded as the account's. The setting ends with the transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('aptic.actor', %s, true)", [str(user.pk) if user else ""])
        yield
