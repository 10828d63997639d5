"""The counter of a provider, the platform's desk of payments, and their API."""

from uuid import uuid4

from coupons.models import Payment
from coupons.taking import Passage, take
from tests.coupons import toy
from tests.matrix.lines import Line, line
from tests.matrix.world import World


def payment(world: World) -> Payment:
    asked = Passage(
        key=uuid4(),
        service=world.service,
        place=world.place,
        agent=world.users["agent"],
        device="",
        price_cents=500,
        coupons=[coupon.pk for coupon in toy.coupons_in_hand(1)],
    )
    return take(asked, at=toy.AT)[0]


ARGUMENTS = {"payment_id": lambda world: payment(world).pk}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
TAKES = "L 404 200 200 404 403 404 404 403 403 404 404"
TAKEN = "L 404 302 302 404 403 404 404 403 403 404 404"
SEEN = "L 403 403 403 403 403 403 200 403 403 200 200"
# A reason is missing: asked for again.
WATCHED = "L 403 403 403 403 403 403 200 403 403 200 200"
API = "401 403 200 200 200 403 403 403 403 403 403 403"
API_OWN = "401 403 200 200 404 403 403 403 403 403 403 403"
# A form is no JSON.
API_ASKED = "401 403 415 415 415 403 403 403 403 403 403 403"
# Made nowhere near a program, a long time ago.
API_LATE = "401 403 409 409 404 403 403 403 403 403 403 403"
API_NEVER = "401 403 405 405 405 403 403 403 403 403 403 403"

PAGES = {
    "counter": line(TAKES, TAKES),
    "place": line(TAKES, TAKES),
    "payments": line(TAKES, NEVER),
    "payment": line(TAKES, NEVER),
    "cancel": line(NEVER, TAKEN),
    "manifest": line(TAKES, NEVER),
    "worker": line(TAKES, NEVER),
    "desk": line(SEEN, NEVER),
    "desk_payment": line(SEEN, NEVER),
    "desk_cancel": line(NEVER, WATCHED),
}
LINES: dict[str, Line] = {
    **{f"counter:{name}": found for name, found in PAGES.items()},
    "api-coupons-look": line(API_NEVER, API_ASKED),
    "api-payments": line(API, "401 403 400 400 400 403 403 403 403 403 403 403"),
    "api-payment": line(API_OWN, API_NEVER),
    "api-payment-cancel": line(API_NEVER, API_LATE),
}
