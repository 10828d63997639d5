"""One turn of delivery by the site's own worker; told to, it dies as kill -9 does, between sending and noting.

python -m tests.coupons.webhooks.worker [die]
"""

import os
import signal
import sys

import django

django.setup()

from coupons.webhooks import delivering  # noqa: E402


def die(*_given: object) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


if __name__ == "__main__":
    if "die" in sys.argv:
        delivering.note = die
    delivering.deliver()
