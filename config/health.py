"""Is the process alive; is it ready to answer."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from psycopg_pool import PoolTimeout

logger = logging.getLogger(__name__)


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 `{"database": "ok", "migrations": "ok"}` when pages can be served, else 503 saying what lacks."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        state = {"database": "ok", "migrations": "ok" if migrations_applied() else "missing"}
    except (DatabaseError, PoolTimeout) as error:
        logger.warning("not ready: %s", type(error).__name__)
        state = {"database": "unreachable"}
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)


def migrations_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
