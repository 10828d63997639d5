"""Proof of reserve, funds, refunds, accounts."""

from datetime import timedelta

from coupons import ledger
from coupons.batches import settle
from coupons.books import proving
from coupons.choices import AccountKind, EntryKind
from coupons.models import Account, Campaign, CooperationFund, Entry, Paper, Payout
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import AT, World


def national() -> CooperationFund:
    return CooperationFund.objects.get(area=None)


def posted(world: World) -> Entry:
    """What came back from an expiry, to the campaign of the organisation."""
    campaign = Campaign.objects.get_or_create(organization=world.organization, name="Essai", slug="essai")[0]
    bank = ledger.account(AccountKind.BANK)
    refundable = ledger.account(AccountKind.SPONSOR_REFUNDABLE, campaign=campaign)
    key = f"matrix:{Entry.objects.count()}"
    return ledger.post(EntryKind.EXPIRY, key=key, legs={bank: 500, refundable: -500}, at=AT, by=None)


def refund(world: World) -> Payout:
    posted(world)
    settle(cut_off=AT.date(), by=world.users["accountant"], at=AT + timedelta(days=1))
    return Payout.objects.latest("pk")


def note(world: World) -> Paper:
    return Paper.objects.get(payout=refund(world))


def bank(world: World) -> int:
    posted(world)
    return Account.objects.get(kind="bank").pk


FUND = {"fund_id": lambda _world: national().pk}
ACCOUNT = {"account_id": bank}
CSV = {"form": "csv"}
DAY = {"day": lambda _world: proving.publish(at=AT).on.isoformat()}
REFUND = {"payout_id": lambda world: refund(world).pk}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
MONEY = "L 404 403 200 404 200 404 404 200 403 404 404"
SEEN = "L 403 403 403 403 403 403 200 403 403 403 200"
SETTLES = "L 403 403 403 403 403 403 403 403 403 403 200"
SETTLED_AGAIN = "L 403 403 403 403 403 403 403 403 403 403 422"
SETTLED = "L 403 403 403 403 403 403 403 403 403 403 302"
SENT_BACK = "L 403 403 403 403 403 403 302 403 403 403 302"

PAGES = {
    "proof": everybody("200", "405"),
    "proof_of": everybody("200", "405", arguments=DAY),
    "proof_json": everybody("200", "405", arguments=DAY),
    "funds": everybody("200", "405"),
    "funds_map": everybody("200", "405"),
    "refunds": line(MONEY, NEVER),
    "refund": line(MONEY, NEVER, arguments=REFUND),
    "credit_note": line(MONEY, NEVER, arguments=REFUND),
    "desk_funds": line(SEEN, NEVER),
    "new_fund": line(SETTLES, SETTLED_AGAIN),
    "desk_fund": line(SEEN, NEVER, arguments=FUND),
    "rename_fund": line(NEVER, SETTLED_AGAIN, arguments=FUND),
    "balance": line(SEEN, NEVER),
    "balance_file": line(SEEN, NEVER, arguments=CSV),
    "journal": line(SEEN, NEVER),
    "journal_file": line(SEEN, NEVER, arguments=CSV),
    # without a year: back to the page, in words
    "tax_file": line(SENT_BACK, NEVER),
    "entry": line(SEEN, NEVER, arguments={"entry_id": lambda world: posted(world).pk}),
    "account": line(SEEN, NEVER, arguments=ACCOUNT),
    "account_file": line(SEEN, NEVER, arguments={**ACCOUNT, **CSV}),
    "desk_credit_note": line(SEEN, NEVER, arguments={"paper_id": lambda world: note(world).pk}),
}
LINES: dict[str, Line] = {f"books:{name}": found for name, found in PAGES.items()}
