"""Payouts: a payee's own, the accountants' desk, bank accounts, the bank's answers."""

from datetime import timedelta

from django.db.models import Max

from coupons import batches, payees
from coupons.choices import AccountKind, EntryKind
from coupons.ledger import account, post
from coupons.models import Attempt, BankAnswer, BankDetails, Batch, Campaign, CooperationFund, Entry, Payout
from tests.matrix.lines import Line, line
from tests.matrix.world import AT, World

LATER = AT + timedelta(days=1)
IBAN = "FR1420041010050500013M02606"


def payout(world: World) -> Payout:
    """A refund of 10 € to the organisation, stated."""
    campaign, _new = Campaign.objects.get_or_create(
        organization=world.organization, name="Remboursée", slug="remboursee"
    )
    refundable = account(AccountKind.SPONSOR_REFUNDABLE, campaign=campaign)
    key = f"matrix:{Entry.objects.aggregate(last=Max('pk'))['last'] or 0}"
    legs = {account(AccountKind.BANK): 1000, refundable: -1000}
    post(EntryKind.TRANSFER, key=key, legs=legs, at=AT, by=None)
    batches.settle(cut_off=AT.date(), by=world.users["accountant"], at=LATER)
    return Payout.objects.latest("pk")


def details(world: World) -> BankDetails:
    """To be verified."""
    return payees.enter(payee=world.organization, holder="Nous", iban=IBAN, by=world.users["manager"], at=AT)


def attempt(world: World) -> Attempt:
    """The line of a draft that an administrator prepared."""
    payout(world)
    payees.verify(details=details(world), by=world.users["accountant"], at=AT)
    draft, _waiting = batches.prepare(execute_on=LATER.date(), by=world.users["administrator"], at=LATER)
    return draft.attempts.get()


def batch(world: World) -> int:
    return attempt(world).batch_id


def line_of_it(world: World) -> int:
    return Batch.objects.latest("pk").attempts.get().pk


def answer(world: World) -> int:
    return BankAnswer.objects.create(
        digest=bytes([BankAnswer.objects.count()]), format="camt.053", imported_by=world.users["accountant"]
    ).pk


ARGUMENTS = {
    "payout_id": lambda world: payout(world).pk,
    "batch_id": batch,
    "line_id": line_of_it,
    "answer_id": answer,
    "details_id": lambda world: details(world).pk,
    "fund_id": lambda world: CooperationFund.objects.get(area=None).pk,
    "kind": "csv",
}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
MONEY = "L 404 403 200 404 200 404 404 200 403 404 404"
BANK = "L 404 403 200 404 403 404 404 200 403 404 404"
BANK_AGAIN = "L 404 403 422 404 403 404 404 422 403 404 404"
BOOKS = "L 403 403 403 403 403 403 200 403 403 403 200"
SETTLES = "L 403 403 403 403 403 403 403 403 403 403 200"
SETTLED = "L 403 403 403 403 403 403 403 403 403 403 302"
SETTLED_AGAIN = "L 403 403 403 403 403 403 403 403 403 403 422"

PAGES = {
    "payouts": line(MONEY, NEVER),
    "payout": line(MONEY, NEVER),
    "payout_file": line(MONEY, NEVER),
    "bank": line(BANK, BANK_AGAIN),
    "desk": line(BOOKS, NEVER),
    "settle": line(NEVER, SETTLED),
    "prepare": line(NEVER, SETTLED),
    "desk_payout": line(BOOKS, NEVER),
    "desk_payout_file": line(BOOKS, NEVER),
    "hold": line(NEVER, SETTLED),
    "let_go": line(NEVER, SETTLED),
    "hold_payee": line(NEVER, SETTLED),
    "release_payee": line(NEVER, SETTLED),
    "batch": line(BOOKS, NEVER),
    "approve": line(NEVER, SETTLED),
    "cancel": line(NEVER, SETTLED),
    # refused in words: it is a draft
    "batch_file": line(NEVER, SETTLED),
    "put_aside": line(SETTLES, SETTLED_AGAIN),
    "bring_in": line(SETTLES, SETTLED_AGAIN),
    "answer": line(BOOKS, NEVER),
    "to_verify": line(BOOKS, NEVER),
    "details": line(SETTLES, NEVER),
    "verify": line(NEVER, SETTLED),
    "refuse": line(NEVER, SETTLED),
    "fund": line(SETTLES, SETTLED_AGAIN),
}
API_READ = "401 404 404 200 404 200 404 404 200 404 404 404"
API_NEVER = "401 405 405 405 405 405 405 405 405 405 405 405"
API = {
    "payouts": line("401 200 200 200 200 200 200 200 200 200 200 200", API_NEVER),
    "payout": line(API_READ, API_NEVER, arguments={"number": lambda world: payout(world).number}),
}
LINES: dict[str, Line] = {
    **{f"settlement:{name}": found for name, found in PAGES.items()},
    **{f"settlement-api:{name}": found for name, found in API.items()},
}
