"""Rows of a query as numpy columns: read as bytes, a hundred times faster than one Python object a value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

# How PostgreSQL sends a value of each kind (big end first), what stands for null, and how numpy reads it.
KINDS: dict[type, tuple[str, str, str]] = {
    int: ("int8send({name}::bigint)", "-1", ">i8"),
    float: ("float8send({name}::float8)", "'NaN'", ">f8"),
    bool: ("boolsend({name})", "false", "?"),
}


def columns(rows: QuerySet, kinds: Mapping[str, type]) -> dict[str, NDArray[Any]]:
    """The named columns of a `values` query, in its order; null is -1, NaN or false."""
    sql, params = rows.query.sql_with_params()
    sent = ", ".join(
        f"string_agg(coalesce({send}, {send_null}), ''::bytea)"
        for send, send_null in (sending(name, kind) for name, kind in kinds.items())
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sent} FROM ({sql}) AS found", params)  # noqa: S608
        found = cursor.fetchone()
    return {
        name: np.frombuffer(raw or b"", dtype=KINDS[kind][2]).astype(kind)
        for (name, kind), raw in zip(kinds.items(), found, strict=True)
    }


def sending(name: str, kind: type) -> tuple[str, str]:
    send, null, _read = KINDS[kind]
    return send.format(name=f'"{name}"'), send.format(name=null)
