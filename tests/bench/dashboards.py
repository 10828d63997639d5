"""Dashboards of a campaign of many coupons: pages once warm, what a refresh and a recount cost, what the map weighs.

Everything is drawn by hashing a row's number. Rows are written by the owner of the database past the triggers, whose
cost `bin/bench issue` measures: the books, the counter and the reports see what they would have seen.
"""

import time
from collections.abc import Callable
from typing import Any

from tests.bench.dataset import DICE
from tests.bench.stopwatch import Row, timed

SIZE = 10
PER_PAYMENT = 2
# Of the booklets, the part that is handed over, and of their coupons the part that is used.
GIVEN, USED = 0.9, 0.6
COMMUNES, PLACES, DAYS = 60, 600, 360
FACE, CONTRIBUTION = 1000, 10

# The communes with the most people of one region, and the venues in it: a large sponsor's territory.
GROUND = """
CREATE TEMPORARY TABLE origin AS
SELECT row_number() OVER (ORDER BY population DESC, code) AS n, id, point FROM geodata_area
WHERE level = 'commune' AND parent_id IN (
    SELECT id FROM geodata_area WHERE parent_id = (
        SELECT id FROM geodata_area WHERE level = 'region' AND code = '84') AND level = 'departement')
ORDER BY population DESC, code LIMIT {communes};
CREATE TEMPORARY TABLE counter AS
SELECT row_number() OVER (ORDER BY place.id) AS n, place.id AS place, place.venue_id AS venue, service.id AS service
FROM (SELECT DISTINCT ON (near.id) near.* FROM origin CROSS JOIN LATERAL (
          SELECT place.id, place.venue_id FROM directory_place place JOIN directory_venue venue
            ON venue.id = place.venue_id AND venue.published
          WHERE place.point IS NOT NULL
          ORDER BY place.point::geography(Point,4326) <-> origin.point::geography(Point,4326)
          LIMIT {places} / {communes}) near) place
CROSS JOIN LATERAL (SELECT id FROM directory_service WHERE venue_id = place.venue_id ORDER BY id LIMIT 1) service
"""

BOOKLETS = """
INSERT INTO coupons_entry (kind, key, at, "on", note)
SELECT 'hand_over', 'bench:hand-over:' || n, day, day::date, '' FROM (
    SELECT n, timestamptz '2026-01-01 10:00+01'
           + (pg_temp.roll(n, 'given') * {days} * 0.7)::int * interval '1 day' AS day
    FROM generate_series(1, {given}) n) given;
INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
SELECT entry.id, leg.account, leg.cents FROM coupons_entry entry CROSS JOIN (VALUES
    ({deposit}, {size} * ({face} + {contribution})), ({outstanding}, -{size} * {face}),
    ({contributions}, -{size} * {contribution})) leg (account, cents) WHERE entry.key LIKE 'bench:hand-over:%';
INSERT INTO coupons_handover (order_id, entry_id, at, "on", by_id, commune_id, public, age_band, situation)
SELECT {order}, entry.id, entry.at, entry."on", {user}, origin.id,
       pg_temp.pick(ARRAY['person', 'person', 'employee', 'association'], entry.id, 'public'), '', ''
FROM coupons_entry entry
JOIN origin ON origin.n = 1 + floor(power(pg_temp.roll(entry.id, 'where'), 2) * {communes})::int
WHERE entry.key LIKE 'bench:hand-over:%';
INSERT INTO coupons_booklet (order_id, position, status, hand_over_id, valid_until, loss)
SELECT {order}, row_number() OVER (ORDER BY id), 'active', id, "on" + 365, ''
FROM coupons_handover WHERE order_id = {order};
INSERT INTO coupons_coupon (booklet_id, position, state, digest)
SELECT id, rank, CASE WHEN rank <= {size} * {used} THEN 'redeemed' ELSE 'active' END, gen_random_uuid()
FROM coupons_booklet, generate_series(1, {size}) rank WHERE order_id = {order}
"""

# A booklet is used up near where it was given: its passages are two coupons each.
PAYMENTS = """
CREATE TEMPORARY TABLE passage AS
SELECT row_number() OVER () AS n, booklet.id AS booklet, pair, hand_over.at
       + (1 + pg_temp.roll(booklet.id * 31 + pair, 'delay') * 80)::int * interval '1 day' AS at,
       1 + (origin.n * ({places} / {communes})
            + floor(power(pg_temp.roll(booklet.id * 7 + pair, 'place'), 3) * 40)::int)
           % (SELECT count(*) FROM counter) AS counter
FROM coupons_booklet booklet JOIN coupons_handover hand_over ON hand_over.id = booklet.hand_over_id
JOIN origin ON origin.id = hand_over.commune_id
CROSS JOIN generate_series(1, ({size} * {used} / 2)::int) pair WHERE booklet.order_id = {order};
INSERT INTO coupons_entry (kind, key, at, "on", note)
SELECT 'payment', 'bench:payment:' || n, at, at::date, '' FROM passage;
INSERT INTO coupons_payment (organization_id, venue_id, place_id, service_id, agent_id, device, key, asked, at, "on",
                             price_cents, covered_cents, entry_id, cancel_reason)
SELECT {provider}, counter.venue, counter.place, counter.service, {user}, '', gen_random_uuid(), '', passage.at,
       passage.at::date, 1700, 1700, entry.id, ''
FROM passage JOIN coupons_entry entry ON entry.key = 'bench:payment:' || passage.n
JOIN counter ON counter.n = passage.counter;
INSERT INTO coupons_redemption (payment_id, coupon_id, fund_id, paid_cents, returned_cents, contribution_cents,
                                standing)
SELECT payment.id, coupon.id, {fund}, CASE WHEN coupon.position % 2 = 1 THEN 1000 ELSE 700 END,
       CASE WHEN coupon.position % 2 = 1 THEN 0 ELSE 300 END, {contribution}, true
FROM passage JOIN coupons_entry entry ON entry.key = 'bench:payment:' || passage.n
JOIN coupons_payment payment ON payment.entry_id = entry.id
JOIN coupons_coupon coupon ON coupon.booklet_id = passage.booklet
 AND coupon.position IN (2 * passage.pair - 1, 2 * passage.pair);
INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
SELECT entry.id, leg.account, leg.cents FROM coupons_entry entry CROSS JOIN (VALUES
    ({outstanding}, 2 * {face}), ({contributions}, 2 * {contribution}), ({refundable}, -300), ({payable}, -1700),
    ({to_fund}, -2 * {contribution})) leg (account, cents) WHERE entry.key LIKE 'bench:payment:%'
"""
TABLES = ("entry", "leg", "handover", "booklet", "coupon", "payment", "redemption", "unreported")


def prepare(coupons: int) -> Any:
    """The campaign, made when there is none of that size; venues must be there (tests/bench/search.py)."""
    from django.db import connection, transaction

    from coupons.models import Campaign
    from directory.models import Membership, Organization, User
    from tests.coupons import toy

    slug = f"banc-{coupons}"
    found = Campaign.objects.filter(slug=slug).first()
    if found is not None:
        return found
    user, _new = User.objects.get_or_create(email="banc@example.org", defaults={"name": "Banc d'essai"})
    with transaction.atomic(), connection.cursor() as cursor:
        sponsor = Organization.objects.create(name="Banc d'essai", is_sponsor=True)
        provider = Organization.objects.create(name="Banc d'essai", is_provider=True)
        Membership.objects.create(user=user, organization=sponsor, role="sponsor-viewer")
        Membership.objects.create(user=user, organization=provider, role="provider-agent")
        campaign = toy.a_campaign(sponsor, name="Banc", slug=slug)
        order = toy.an_order(
            campaign, booklets=coupons // SIZE, booklet_size=SIZE, status="delivered",
            number=slug[:20], transfer_reference=slug[:25],
        )  # fmt: skip
        triggers(cursor, "DISABLE")
        write(cursor, values(campaign, order, provider, user, coupons))
        triggers(cursor, "ENABLE")
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(f'coupons_{table}' for table in TABLES)}")
    return campaign


def triggers(cursor: Any, verb: str) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in TABLES:
        cursor.execute(f"ALTER TABLE coupons_{table} {verb} TRIGGER USER")


def values(campaign: Any, order: Any, provider: Any, user: Any, coupons: int) -> dict[str, Any]:
    from coupons import ledger
    from coupons.choices import AccountKind
    from coupons.models import Account, CooperationFund

    fund, _new = CooperationFund.objects.get_or_create(area=None, defaults={"name": "Fonds"})
    to_fund, _new = Account.objects.get_or_create(kind=AccountKind.FUND_PAYABLE, fund=fund)
    accounts = {
        "deposit": ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order),
        "outstanding": ledger.account(AccountKind.OUTSTANDING, campaign=campaign),
        "contributions": ledger.account(AccountKind.CONTRIBUTION, campaign=campaign),
        "refundable": ledger.account(AccountKind.SPONSOR_REFUNDABLE, campaign=campaign),
        "payable": ledger.account(AccountKind.PROVIDER_PAYABLE, organization=provider),
        "to_fund": to_fund,
    }
    return {
        **{name: account.pk for name, account in accounts.items()},
        "order": order.pk,
        "user": user.pk,
        "provider": provider.pk,
        "fund": fund.pk,
        "given": int(coupons // SIZE * GIVEN),
        "used": USED,
        "size": SIZE,
        "days": DAYS,
        "face": FACE,
        "contribution": CONTRIBUTION,
        "communes": COMMUNES,
        "places": PLACES,
    }


def write(cursor: Any, numbers: dict[str, Any]) -> None:
    cursor.execute(DICE)
    for script in (GROUND, BOOKLETS, PAYMENTS):
        for statement in script.format(**numbers).split(";\n"):
            cursor.execute(statement)
    # The trigger that queues was asleep with the others.
    cursor.execute(
        "INSERT INTO coupons_unreported (entry_id) SELECT id FROM coupons_entry ON CONFLICT DO NOTHING"
    )


def measure(campaign: Any, requests: int) -> list[Row]:
    from coupons import reporting
    from coupons.models import Unreported
    from directory.models import Membership, User

    queued = Unreported.objects.count()
    costs = [once(f"counting {queued} entries that queue", reporting.refresh)] if queued else []
    costs.append(once("the refresh that finds nothing", reporting.refresh))
    costs.append(once("counting all of it from nothing", reporting.anew))
    provider = Membership.objects.get(user__email="banc@example.org", role="provider-agent").organization_id
    ask = asking(User.objects.get(email="banc@example.org"))
    base = f"/espace/{campaign.organization_id}/tableau-de-bord/"
    own = f"{base}{campaign.pk}/"
    cases = {
        "all campaigns": base,
        "the campaign": own,
        "its map": f"{own}carte/",
        "its map, by EPCI": f"{own}carte/?niveau=epci",
        "its white zones": f"{own}zones-blanches/",
        "what if": f"{own}et-si/?territory=everywhere",
        "its days": f"{own}jours/",
        "its flows": f"{own}flux/",
        "its days, CSV": f"{own}jours.csv",
        "the report, PDF": f"{own}rapport.pdf",
        "the provider": f"/espace/{provider}/activite/",
    }
    return [*costs, *(timed(name, ask, [address], requests) for name, address in cases.items())]


def once(name: str, act: Callable[[], int]) -> Row:
    begun = time.perf_counter()
    act()
    seconds = time.perf_counter() - begun
    spent = round(seconds * 1000, 1)
    return Row(name, 1, spent, spent, spent, round(1 / seconds, 1))


def asking(user: Any) -> Callable[[str], bytes]:
    """GET as who sees both organisations, through the whole of Django."""
    from tests.signing_in import SignedInClient

    client = SignedInClient(headers={"host": "localhost"})
    client.force_login(user)

    def ask(address: str) -> bytes:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]

    return ask
