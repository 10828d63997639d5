"""The platform's signals."""

from coupons.models import Signal
from coupons.signals import deciding
from tests.matrix.lines import Line, line
from tests.matrix.world import AT, World

NUMBERS = {"hand": "account", "coupons": 30, "payments": 3, "at": AT.isoformat()}


def signal(world: World) -> Signal:
    return Signal.objects.get_or_create(
        kind="burst",
        key="x",
        defaults={"organization": world.foreign, "on": AT.date(), "numbers": NUMBERS},
    )[0]


def held(world: World) -> Signal:
    found = signal(world)
    if found.state == "open":
        deciding.hold(signal=found, reason="à vérifier", by=world.users["reviewer"], at=AT)
    return found


ARGUMENTS = {"signal_id": lambda world: signal(world).pk}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
WATCHED = "L 403 403 403 403 403 403 200 403 403 200 200"
DECIDED = WATCHED.replace("200", "302")
# asked again: no reason was given
ASKED_AGAIN = WATCHED.replace("200", "422")

PAGES = {
    "desk": line(WATCHED, NEVER),
    "signal": line(WATCHED, NEVER),
    "dismiss": line(NEVER, ASKED_AGAIN),
    "hold": line(NEVER, DECIDED, body={"reason": "à vérifier"}),
    "release": line(NEVER, DECIDED, arguments={"signal_id": lambda world: held(world).pk}),
}
LINES: dict[str, Line] = {f"signals:{name}": found for name, found in PAGES.items()}
