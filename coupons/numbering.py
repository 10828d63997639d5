"""Numbers without gaps, as accounting law wants them for invoices: D2026-000001, F2026-000001 …"""

from django.db import connection

# One statement: the row stays locked until the transaction ends, so a number given is a number used.
NEXT = """
INSERT INTO coupons_series (name, year, last) VALUES (%s, %s, 1)
ON CONFLICT (name, year) DO UPDATE SET last = coupons_series.last + 1
RETURNING last
"""


def next_number(series: str, year: int) -> str:
    """The next number of a series ("D", "F" …). Call it inside the transaction that uses it."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [series, year])
        [last] = cursor.fetchone()
    return f"{series}{year}-{last:06d}"
