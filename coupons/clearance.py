"""Coupons that nothing speaks against, found in one question: what most payments need to know.

The short way of `payment.looked`: it gives no reasons, and leaves what happens in people's homes to the long one. A
test holds both together: whatever is cleared here, the rules let pass. The question itself is in migration 0003: the
database plans it once for each connection, which takes five times as long as to answer it.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from directory.models import Place, Service

CLEARED = "SELECT digest, coupon FROM coupons_cleared(%s::uuid[], %s, %s, %s)"


def cleared(digests: Sequence[UUID], service: Service, place: Place, on: date) -> dict[UUID, int]:
    """The numbers of those coupons that pay this service here on that day, by digest; some that do may be missing."""
    with connection.cursor() as cursor:
        cursor.execute(CLEARED, [list(digests), service.pk, place.pk, on])
        return dict(cursor.fetchall())
