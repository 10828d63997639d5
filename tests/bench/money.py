"""A platform in full swing, laid by set-wise SQL as the owner: coupons in hands, a year of payments, their books.

A thousand counters stand in one real département, and every coupon may be spent in that département only. What
triggers would check row by row is left out while it is laid; the site's own verbs are measured with all of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.bench.search import tell

PROVIDERS = 1_000
DEPARTEMENT = "69"
SIZE = 10
FACE, CONTRIBUTION, PRICE = 1000, 10, 3500
STEP = 1_000_000
# Of the past payments, as many wait for their statement (where there are that many).
UNSETTLED = 100_000
LAID = ("booklet", "coupon", "entry", "leg", "payment", "redemption", "settledpayment", "payout")
DIRECTORY = (
    "directory_organization",
    "directory_venue",
    "directory_place",
    "directory_service",
    "directory_labelling",
)

COUNTERS = """
INSERT INTO directory_organization (name, siret, is_provider, is_sponsor, demo, created_at)
SELECT 'Banc ' || n, '', true, false, true, now() FROM generate_series(1, %(providers)s) n;

INSERT INTO directory_venue (
    organization_id, venue_type_id, name, slug, summary, description, phone, emails, websites, booking_url,
    languages, audiences, accessibility, access_url, access_modes, support_modes, fees, programmes, trainings,
    other_labels, parent_structure, typologies, itinerant, source, source_id, pivot, extra, published, demo,
    created_at)
SELECT organization.id, (SELECT min(id) FROM directory_venuetype), organization.name, 'banc', '', '', '', '{}', '{}',
       '', '{}', '{}', '{}', '', '{}', '{}', '{}', '{}', '{}', '{}', '', '{}', false, 'bench-money',
       organization.id::text, '', '{}', true, true, now()
FROM directory_organization organization WHERE name LIKE 'Banc %%' AND is_provider;

INSERT INTO directory_place (
    venue_id, is_stop, name, address, address_extra, postcode, commune, commune_code, ban_key, timezone, hours,
    source_id, point)
SELECT venue.id, false, '', '', '', '', commune.name, commune.code, '', 'Europe/Paris', '', '', commune.point
FROM (SELECT id, row_number() OVER (ORDER BY id) AS rank FROM directory_venue WHERE source = 'bench-money') venue
JOIN (SELECT commune.name, commune.code, commune.point, row_number() OVER (ORDER BY commune.code) AS rank,
             count(*) OVER () AS ranks
      FROM geodata_area commune JOIN geodata_area departement ON departement.id = %(departement)s
      WHERE commune.level = 'commune' AND commune.code LIKE departement.code || '%%'
        AND ST_Covers(departement.geom, commune.point)) commune
  ON commune.rank = 1 + venue.rank %% commune.ranks;

INSERT INTO directory_service (
    venue_id, category_id, name, description, price_cents, price_note, audiences, modes, status, position, schedule,
    review_note)
SELECT id, (SELECT min(id) FROM directory_category WHERE parent_id IS NOT NULL), 'Atelier', '', %(price)s, '', '{}',
       '{on_site}', 'approved', 1, '', ''
FROM directory_venue WHERE source = 'bench-money';

INSERT INTO directory_labelling (venue_id, during, created_at, withdrawal_reason)
SELECT id, daterange(current_date - 400, current_date + 400), now(), '' FROM directory_venue
WHERE source = 'bench-money';

INSERT INTO directory_user (email, name, password, is_active, is_staff, is_superuser, joined_at)
SELECT 'banc-' || id || '@example.org', 'Banc', '!', true, false, false, now() FROM directory_organization
WHERE name LIKE 'Banc %%' AND is_provider;

INSERT INTO directory_membership (user_id, organization_id, role, since)
SELECT person.id, organization.id, 'provider-agent', now()
FROM directory_organization organization
JOIN directory_user person ON person.email = 'banc-' || organization.id || '@example.org';

INSERT INTO coupons_account (kind, organization_id)
SELECT 'provider_payable', id FROM directory_organization WHERE name LIKE 'Banc %%' AND is_provider
"""

BOOKLETS = """
INSERT INTO coupons_booklet (order_id, position, status, loss, hand_over_id, valid_until)
SELECT %(order)s, n, 'active', '', %(hand_over)s, %(until)s FROM generate_series(1, %(booklets)s) n
"""
COUPONS = """
INSERT INTO coupons_coupon (booklet_id, position, state, digest)
SELECT id, rank, %(state)s, gen_random_uuid() FROM coupons_booklet, generate_series(1, %(size)s) rank
WHERE order_id = %(order)s
"""


def prepare(coupons: int, payments: int, legs: int) -> Any:
    """Until there are that many; the campaign. Kept from one run to the next."""
    from django.core.management import call_command
    from django.db import connection

    from coupons.models import Campaign, Coupon, Leg, Payment, Payout
    from geodata.models import Area

    if not Area.objects.exists():
        call_command("import_areas")
    with connection.cursor() as cursor:
        departement = Area.objects.current().get(level="departement", code=DEPARTEMENT)
        campaign = Campaign.objects.filter(slug="banc-argent").first()
        if campaign is None:
            campaign = lay_counters(cursor, departement)
        changed = False
        in_hands = Coupon.objects.filter(state="active", booklet__order__campaign=campaign).count()
        if (missing := coupons - in_hands) > 0:
            tell(f"Laying {missing:,} coupons in hands")
            with without_triggers(cursor):
                for rest in range(missing, 0, -STEP):
                    lay_coupons(cursor, campaign, min(rest, STEP), "active")
            changed = True
        if (missing := payments - Payment.objects.count()) > 0:
            tell(f"Laying {missing:,} payments")
            with without_triggers(cursor):
                for rest in range(missing, 0, -STEP):
                    lay_payments(cursor, campaign, min(rest, STEP), rest)
            changed = True
        if not Payout.objects.exists():
            with without_triggers(cursor):
                cursor.execute(STATEMENTS, {"unsettled": UNSETTLED})
            changed = True
        if (missing := legs - Leg.objects.count()) > 0:
            tell(f"Laying {missing:,} more legs")
            with without_triggers(cursor):
                lay_legs(cursor, campaign, missing)
            changed = True
        if changed:
            tables = [*(f"coupons_{table}" for table in LAID), *DIRECTORY]
            cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")
    return campaign


@contextmanager
def without_triggers(cursor: Any) -> Iterator[None]:
    """The owner may; the site may not. In one transaction: whoever breaks it off leaves the triggers on."""
    from django.db import transaction

    with transaction.atomic():
        for table in LAID:
            cursor.execute(f"ALTER TABLE coupons_{table} DISABLE TRIGGER USER")
        # Foreign keys are looked at after each statement: millions of them would wait in memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        for table in LAID:
            cursor.execute(f"ALTER TABLE coupons_{table} ENABLE TRIGGER USER")


def lay_counters(cursor: Any, departement: Any) -> Any:
    from django.db import transaction

    from coupons.models import CooperationFund
    from tests.coupons import toy

    tell(f"Laying {PROVIDERS:,} counters in the département {DEPARTEMENT}")
    values = {"providers": PROVIDERS, "departement": departement.pk, "price": PRICE}
    with transaction.atomic():
        for statement in COUNTERS.split(";\n"):
            cursor.execute(statement, values)
        CooperationFund.objects.get_or_create(area=None, defaults={"name": "Fonds national (banc)"})
        CooperationFund.objects.get_or_create(area=departement, defaults={"name": "Fonds du banc"})
        campaign = toy.a_campaign(toy.a_sponsor("Banc, commanditaire"), name="Banc", slug="banc-argent")
        campaign.areas.add(departement)
    return campaign


def an_order(campaign: Any, booklets: int) -> Any:
    """Paid for, printed, delivered, and handed over by an entry of the books."""
    from coupons import ledger
    from coupons.choices import AccountKind, EntryKind, OrderStatus
    from coupons.models import HandOver, Order
    from directory.models import User
    from tests.coupons import toy

    number = f"BA{Order.objects.count():08}"
    order = toy.an_order(
        campaign, booklets=booklets, status=OrderStatus.DELIVERED, number=number, transfer_reference=number
    )
    face, contribution = booklets * SIZE * FACE, booklets * SIZE * CONTRIBUTION
    legs = {
        ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order): face + contribution,
        ledger.account(AccountKind.OUTSTANDING, campaign=campaign): -face,
        ledger.account(AccountKind.CONTRIBUTION, campaign=campaign): -contribution,
    }
    by = User.objects.filter(email__startswith="banc-")[0]
    entry = ledger.post(EntryKind.HAND_OVER, key=f"hand-over:{number}", legs=legs, at=toy.AT, by=by)
    given = HandOver.objects.create(order=order, entry=entry, at=toy.AT, on=toy.AT.date(), by=by)
    return order, given


def lay_coupons(cursor: Any, campaign: Any, coupons: int, state: str, *, days: int = 300) -> Any:
    """`days` from now is their last one. Inside `without_triggers`."""
    from django.utils import timezone

    order, given = an_order(campaign, -(-coupons // SIZE))
    until = timezone.localdate() + timedelta(days=days)
    values = {"order": order.pk, "hand_over": given.pk, "until": until, "booklets": order.booklets}
    cursor.execute(BOOKLETS, values)
    cursor.execute(COUPONS, {"order": order.pk, "state": state, "size": SIZE})
    return order


# One coupon each, spread over a year and over the counters; the newest wait for their statement.
SPREAD = """
CREATE TEMPORARY TABLE laid ON COMMIT DROP AS
WITH counter AS (
    SELECT venue.organization_id, venue.id AS venue_id, place.id AS place_id, service.id AS service_id,
           membership.user_id AS agent_id, account.id AS account_id,
           row_number() OVER (ORDER BY venue.id) - 1 AS rank, count(*) OVER () AS ranks
    FROM directory_venue venue JOIN directory_place place ON place.venue_id = venue.id
    JOIN directory_service service ON service.venue_id = venue.id
    JOIN directory_membership membership ON membership.organization_id = venue.organization_id
    JOIN coupons_account account
      ON account.organization_id = venue.organization_id AND account.kind = 'provider_payable'
    WHERE venue.source = 'bench-money'),
spent AS (
    SELECT coupon.id AS coupon_id, row_number() OVER (ORDER BY coupon.id) AS n
    FROM coupons_coupon coupon JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
    WHERE booklet.order_id = %(order)s)
SELECT nextval('coupons_entry_id_seq') AS entry_id, nextval('coupons_payment_id_seq') AS payment_id, n, coupon_id,
       counter.*, gen_random_uuid() AS key,
       now() - interval '2 days' - (%(rest)s - n) * interval '1 year' / greatest(%(rest)s, 1) AS at
FROM spent JOIN counter ON counter.rank = (hashint8(n) & 2147483647) %% counter.ranks
ORDER BY n;

INSERT INTO coupons_entry (id, kind, key, at, "on", by_id, note)
SELECT entry_id, 'payment', 'payment:' || organization_id || ':' || key, at, at::date, agent_id, '' FROM laid;

INSERT INTO coupons_payment (
    id, organization_id, venue_id, place_id, service_id, agent_id, device, key, asked, at, "on", price_cents,
    covered_cents, entry_id, cancel_reason)
SELECT payment_id, organization_id, venue_id, place_id, service_id, agent_id, '', key, '\\x00', at, at::date, %(price)s,
       %(face)s, entry_id, '' FROM laid;

INSERT INTO coupons_redemption (payment_id, coupon_id, fund_id, paid_cents, returned_cents, contribution_cents,
                                standing)
SELECT payment_id, coupon_id, %(fund)s, %(face)s, 0, %(contribution)s, true FROM laid;

INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
SELECT entry_id, leg.account, leg.cents FROM laid CROSS JOIN LATERAL (VALUES
    (%(outstanding)s, %(face)s), (%(reserve)s, %(contribution)s), (laid.account_id, -%(face)s),
    (%(fund_account)s, -%(contribution)s)) leg (account, cents);

INSERT INTO coupons_settledpayment (payment_id, organization_id, "on", cancellation, amount_cents)
SELECT payment_id, organization_id, at::date, false, %(face)s FROM laid
"""


# All but the newest, up to the day of the last of them.
STATEMENTS = """
WITH reached AS (
    SELECT max(id) AS id, max("on") AS "on" FROM coupons_settledpayment WHERE id <= (
        SELECT id FROM coupons_settledpayment ORDER BY id DESC OFFSET %(unsettled)s LIMIT 1))
INSERT INTO coupons_payout (account_id, number, cut_off, last_settled, amount_cents, made_at, held_reason)
SELECT account.id, 'B' || account.id, max(reached."on"), max(reached.id), sum(settled.amount_cents), now(), ''
FROM reached JOIN coupons_settledpayment settled ON settled.id <= reached.id
JOIN coupons_account account
  ON account.organization_id = settled.organization_id AND account.kind = 'provider_payable'
GROUP BY account.id
"""


def lay_payments(cursor: Any, campaign: Any, payments: int, rest: int) -> None:
    """`payments` of the `rest` that are still to be laid, the oldest first."""
    from coupons import ledger
    from coupons.choices import AccountKind
    from coupons.models import Account, CooperationFund

    order = lay_coupons(cursor, campaign, payments, "redeemed")
    fund = CooperationFund.objects.get(area__code=DEPARTEMENT, area__level="departement")
    fund_account, _new = Account.objects.get_or_create(kind=AccountKind.FUND_PAYABLE, fund=fund)
    values = {
        "order": order.pk,
        "rest": rest,
        "price": PRICE,
        "face": FACE,
        "contribution": CONTRIBUTION,
        "fund": fund.pk,
        "fund_account": fund_account.pk,
        "outstanding": ledger.account(AccountKind.OUTSTANDING, campaign=campaign).pk,
        "reserve": ledger.account(AccountKind.CONTRIBUTION, campaign=campaign).pk,
    }
    cursor.execute("DROP TABLE IF EXISTS laid")
    for statement in SPREAD.split(";\n"):
        cursor.execute(statement, values)


LEGS = """
WITH fresh AS (
    INSERT INTO coupons_entry (kind, key, at, "on", note)
    SELECT 'payment', 'laid:' || gen_random_uuid(), now() - interval '400 days', current_date - 400, ''
    FROM generate_series(1, %(entries)s) RETURNING id),
provider AS (
    SELECT account.id, row_number() OVER (ORDER BY account.id) - 1 AS rank, count(*) OVER () AS ranks
    FROM coupons_account account JOIN directory_organization organization ON organization.id = account.organization_id
    WHERE kind = 'provider_payable' AND organization.name LIKE 'Banc %%')
INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
SELECT fresh.id, leg.account, leg.cents
FROM fresh JOIN provider ON provider.rank = (hashint8(fresh.id) & 2147483647) %% provider.ranks
CROSS JOIN LATERAL (VALUES (%(outstanding)s, %(face)s), (provider.id, -%(face)s)) leg (account, cents)
"""


def lay_legs(cursor: Any, campaign: Any, legs: int) -> None:
    """Older movements of the same counters, two legs each."""
    from coupons import ledger
    from coupons.choices import AccountKind

    outstanding = ledger.account(AccountKind.OUTSTANDING, campaign=campaign).pk
    for rest in range(legs, 0, -2 * STEP):
        entries = -(-min(rest, 2 * STEP) // 2)
        cursor.execute(LEGS, {"entries": entries, "outstanding": outstanding, "face": FACE})


def codes_in_hands(wanted: int) -> list[str]:
    """Codes of that many usable coupons: new ones, as if their sheets had been printed just now."""
    from django.db import connection, transaction

    from coupons.codes import digest, new_codes

    codes = new_codes(wanted)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE coupons_coupon DISABLE TRIGGER USER")
        # One of each booklet, drawn over the whole table: nobody's coupons lie side by side.
        cursor.execute(
            "UPDATE coupons_coupon coupon SET digest = given.digest FROM ("
            " SELECT drawn.id, code.digest FROM ("
            "  SELECT id, row_number() OVER (ORDER BY hashint8(id)) AS n FROM coupons_coupon"
            "  WHERE state = 'active' AND position = 1 + (hashint8(booklet_id) & 7) AND booklet_id IN ("
            "   SELECT booklet.id FROM coupons_booklet booklet JOIN coupons_order made ON made.id = order_id"
            "   JOIN coupons_campaign campaign ON campaign.id = made.campaign_id WHERE slug = 'banc-argent')"
            "  LIMIT %(wanted)s) drawn"
            " JOIN unnest(%(digests)s::uuid[]) WITH ORDINALITY code (digest, n) ON code.n = drawn.n) given"
            " WHERE given.id = coupon.id",
            {"wanted": wanted, "digests": [digest(code) for code in codes]},
        )
        found = cursor.rowcount
        cursor.execute("ALTER TABLE coupons_coupon ENABLE TRIGGER USER")
    if found < wanted:
        raise SystemExit(f"only {found} coupons are left to spend: lay more with --coupons")
    return codes
