"""Coverage preview on the venues of the search's bench: what a sponsor waits for while composing a rule."""

import json
from collections.abc import Callable
from typing import Any

from tests.bench.stopwatch import Row, timed

LEVELS = ("commune", "departement", "region", "country")
ANSWERS_AT_LEAST = 5


def rows(requests: int) -> list[Row]:
    """In the database and in Python, then through the API with a session, view and JSON included."""
    from django.db import connection
    from django.utils import timezone

    from coupons.accepting import Rule
    from coupons.coverage import coverage
    from directory.models import Category

    with connection.cursor() as cursor:
        # As the site's own processes are (config/settings.py).
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    today = timezone.localdate()
    rare = frozenset(Category.objects.filter(slug="donnees").values_list("pk", flat=True))
    found = []
    for level in LEVELS:
        areas = largest(level)
        # The country takes a hundred times longer than a commune: fewer are asked.
        asked = max(ANSWERS_AT_LEAST, requests // (10 if level == "country" else 1))
        rules = [Rule(areas=frozenset([pk])) for pk, _code in areas]
        tight = [Rule(areas=frozenset([pk]), categories=rare) for pk, _code in areas]
        found.append(timed(f"coverage: {level}", lambda rule: spent(coverage(rule, today)), rules, asked))
        found.append(
            timed(
                f"coverage: {level}, rarest service", lambda rule: spent(coverage(rule, today)), tight, asked
            )
        )
    bodies = [{"areas": [{"level": "region", "code": code}]} for _pk, code in largest("region")]
    found.append(timed("POST /api/v1/coverage/: region", client(), bodies, requests))
    found.append(
        timed(
            "coverage: drawn circle of 30 km", lambda rule: spent(coverage(rule, today)), circles(), requests
        )
    )
    return found


def largest(level: str) -> list[tuple[int, str]]:
    from geodata.models import Area

    areas = Area.objects.current().at_level(level).filter(population__gt=0).order_by("-population")
    return list(areas.values_list("pk", "code")[:100])


def circles() -> list[Any]:
    from coupons.accepting import Rule
    from geodata.circles import circle
    from geodata.models import Area

    towns = Area.objects.at_level("commune").order_by("-population").values_list("point", flat=True)[:50]
    return [Rule(shape=circle(point, 30)) for point in towns]


def spent(_answer: object) -> None:
    return None


def client() -> Callable[[dict[str, Any]], bytes]:
    """Django's own client, signed in."""
    from django.test import Client

    from directory.models import User

    user = User.objects.filter(email="bench@example.org").first() or User.objects.create_user(
        "bench@example.org"
    )
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(user)

    def ask(body: dict[str, Any]) -> bytes:
        answer = browser.post("/api/v1/coverage/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.content

    return ask
