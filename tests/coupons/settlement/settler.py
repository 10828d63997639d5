"""A process that settles, prepares or brings in the bank's answer, and kills itself at a chosen statement of SQL.

    python -m tests.coupons.settlement.settler settle|prepare|approve|answer NTH [FILE]

NTH counts the statements that write; 0 lets it end. Killed as kill -9 does: no handler runs.
"""

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from coupons import batches  # noqa: E402
from coupons.models import Batch  # noqa: E402
from coupons.settlement import answering  # noqa: E402
from directory.models import User  # noqa: E402
from tests.coupons import toy  # noqa: E402
from tests.coupons.settlement.conftest import CUT_OFF, LATER  # noqa: E402

WRITES = re.compile(r"\s*(INSERT|UPDATE|SELECT coupons_settle)", re.IGNORECASE)


def dying(nth: int) -> Callable[..., Any]:
    left = [nth]

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = run(sql, params, many, context)
        if WRITES.match(sql):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return execute


def act(verb: str, file: str) -> None:
    accountant = User.objects.get(email="accountant@exemple.test")
    approver = User.objects.get(email="approver@exemple.test")
    if verb == "settle":
        batches.settle(cut_off=CUT_OFF, by=accountant, at=LATER)
    elif verb == "prepare":
        batches.prepare(execute_on=LATER.date(), by=accountant, at=LATER)
    elif verb == "approve":
        batches.approve(batch=Batch.objects.latest("pk"), by=approver, at=LATER)
    else:
        answering.bring_in(raw=Path(file).read_bytes(), name="reponse.xml", by=accountant, at=LATER)


if __name__ == "__main__":
    assert toy.AT < LATER
    with connection.execute_wrapper(dying(int(sys.argv[2]))):
        act(sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else "")
