"""What is over is forgotten, what is not is kept."""

import pytest
from django.core.cache import cache
from django.db import connection

from directory.accounts.tasks import forget_what_is_over


@pytest.mark.django_db
def test_only_what_is_over_is_forgotten() -> None:
    cache.clear()
    cache.set("kept", 1, timeout=60)
    cache.set("over", 1, timeout=60)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE site_cache SET expires = now() - interval '1 second' WHERE cache_key LIKE '%over'"
        )
    assert forget_what_is_over(timestamp=0) == 1
    assert cache.get("kept") == 1
