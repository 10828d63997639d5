"""Orders of a sponsor, the platform's queue, the bank."""

from datetime import date

from coupons.models import BankStatement, Campaign, DeliveryPoint, Order, Paper, Transfer
from coupons.orders import funding, ordering
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import AT, World


def campaign(world: World) -> Campaign:
    return Campaign.objects.get_or_create(organization=world.organization, name="Essai", slug="essai")[0]


def quote(world: World) -> Order:
    of = campaign(world)
    point, _new = DeliveryPoint.objects.get_or_create(
        organization=world.organization,
        name="Mairie",
        defaults={"address": "1 rue", "postcode": "23000", "commune": "Toy", "point": world.place.point},
    )
    return ordering.quote(
        campaign=of,
        booklets=1,
        deliveries=[(point, 1)],
        billing_name="Nous",
        billing_address="1 rue",
        billing_siret="21230096600018",
        by=world.users["sponsor"],
        at=AT,
    )


def paper(world: World) -> int:
    return Paper.objects.latest("pk").pk


def transfer(world: World) -> Transfer:
    return funding.record_transfer(
        bank_reference=f"R{Transfer.objects.count()}",
        amount_cents=100,
        booked_on=date(2026, 3, 2),
        payer="",
        remittance="",
        by=world.users["accountant"],
        at=AT,
    )


def statement(world: World) -> int:
    return BankStatement.objects.create(
        digest=bytes([BankStatement.objects.count()]), imported_by=world.users["accountant"]
    ).pk


ARGUMENTS = {
    "order_id": lambda world: quote(world).pk,
    "paper_id": paper,
    "transfer_id": lambda world: transfer(world).pk,
    "statement_id": statement,
}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
READ = "L 404 200 200 404 200 404 404 200 200 404 404"
ORDERS = "L 404 403 403 404 403 404 404 200 403 404 404"
ORDERED = "L 404 403 403 404 403 404 404 302 403 404 404"
ASKED_AGAIN = "L 404 403 403 404 403 404 404 422 403 404 404"
SEEN = "L 403 403 403 403 403 403 200 403 403 200 200"
FUNDS = "L 403 403 403 403 403 403 403 403 403 403 200"
FUNDED = "L 403 403 403 403 403 403 403 403 403 403 302"
FUNDS_AGAIN = "L 403 403 403 403 403 403 403 403 403 403 422"

PAGES = {
    "terms": everybody("200", "405", arguments={"version": ordering.TERMS_VERSION}),
    "orders": line(READ, NEVER),
    "new": line(ORDERS, ASKED_AGAIN),
    "order": line(READ, NEVER),
    "accept": line(ORDERS, ASKED_AGAIN),
    "cancel": line(NEVER, ORDERED),
    # refused in words: nothing is delivered yet
    "close": line(ORDERS, ORDERED),
    "paper": line(READ, NEVER),
    "desk": line(SEEN, NEVER),
    "desk_order": line(SEEN, NEVER),
    # refused in words: nothing was paid
    "desk_pay_back": line(NEVER, FUNDED),
    "desk_paper": line(SEEN, NEVER),
    "bank": line(FUNDS, NEVER),
    "bank_note": line(FUNDS, FUNDS_AGAIN),
    "bank_statement": line(FUNDS, FUNDS_AGAIN),
    "bank_report": line(FUNDS, NEVER),
    "bank_transfer": line(FUNDS, FUNDS_AGAIN),
    # nothing is asked for: back to the transfer
    "bank_undo": line(NEVER, FUNDED),
    "bank_returns": line(FUNDS, "L 403 403 403 403 403 403 403 403 403 403 404"),
}
NUMBER = {"number": lambda world: quote(world).number}
API_READ = "401 404 200 200 404 200 404 404 200 200 404 404"
API_NEVER = "401 405 405 405 405 405 405 405 405 405 405 405"
# 403: may see it, and not order
API_ORDERS = "401 404 403 403 404 403 404 404 200 403 404 404"
API_ASKED_AGAIN = "401 404 403 403 404 403 404 404 415 403 404 404"
API = {
    "orders": line("401 200 200 200 200 200 200 200 200 200 200 200", "401" + " 415" * 11),
    "order": line(API_READ, API_NEVER, arguments=NUMBER),
    "accept": line(API_NEVER, API_ASKED_AGAIN, arguments=NUMBER),
    "cancel": line(API_NEVER, API_ORDERS, arguments=NUMBER),
    "paper": line(API_READ, API_NEVER, arguments={**NUMBER, "paper": "D2026-000001"}),
}
LINES: dict[str, Line] = {
    **{f"orders:{name}": found for name, found in PAGES.items()},
    **{f"orders-api:{name}": found for name, found in API.items()},
}
