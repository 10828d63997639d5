"""How many random cases a property is tried on."""

import os

TIMES = int(os.environ.get("APTIC_EXAMPLES", "1"))


def examples(usual: int) -> int:
    """`usual` is what a run of all tests has time for; APTIC_EXAMPLES=20 tries twenty times as many."""
    return usual * TIMES
