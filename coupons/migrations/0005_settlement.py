"""Statements of what is due, made set-wise; who is paid, once; and what a batch may become.

Payments queue for their statement from the moment they are made (migration 0003).
"""

from django.db import migrations

# One settlement at a time. What is due to a payee: its queue from the last statement on, or what its account says less
# what is on its way. A payment is counted by the first statement of its organisation whose cut-off and number both
# reach it: nothing is written for each, and what commits late, of a day that was stated, waits for the next statement.
# Balances are those of migration 0007.
SETTLE = """
CREATE FUNCTION coupons_settle(p_cut_off date, p_at timestamptz, p_patience interval DEFAULT '3 s') RETURNS integer
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    this_year integer := extract(year FROM p_at AT TIME ZONE 'Europe/Paris');
    base integer;
    made integer;
    bound bigint;
BEGIN
    INSERT INTO coupons_series (name, year, last) VALUES ('R', this_year, 0) ON CONFLICT (name, year) DO NOTHING;
    SELECT last INTO base FROM coupons_series WHERE name = 'R' AND year = this_year FOR UPDATE;
    bound := coupons_whole_up_to('coupons_settledpayment', p_patience);
    WITH payee AS (
        SELECT account.id, kind, organization_id, greatest(p_cut_off, last.cut_off) AS cut_off,
               coalesce(last.cut_off, '-infinity') AS former_cut_off, coalesce(last.last_settled, 0) AS former
        FROM coupons_account account LEFT JOIN LATERAL (
            SELECT cut_off, last_settled FROM coupons_payout WHERE account_id = account.id ORDER BY id DESC LIMIT 1
        ) last ON true
        WHERE kind IN ('provider_payable', 'sponsor_refundable', 'fund_payable')),
    -- What came in after the cut-off: seldom much, and read by its day. All the rest is in the balance.
    later AS (
        SELECT payee.id, sum(leg.amount_cents) AS cents
        FROM coupons_entry entry JOIN coupons_leg leg ON leg.entry_id = entry.id
        JOIN payee ON payee.id = leg.account_id
        WHERE entry."on" > p_cut_off AND entry."on" > payee.cut_off AND entry.kind <> 'payout_returned'
          AND payee.kind <> 'provider_payable' AND leg.amount_cents < 0
        GROUP BY payee.id),
    -- Summed once, not once more to look at the sum.
    owed AS MATERIALIZED (
        SELECT id, cut_off, coalesce((
            SELECT sum(amount_cents) FROM coupons_settledpayment
            WHERE organization_id = payee.organization_id AND "on" > former_cut_off AND "on" <= cut_off
              AND id <= bound), 0) + coalesce((
            SELECT sum(amount_cents) FROM coupons_settledpayment
            WHERE organization_id = payee.organization_id AND id > former AND id <= bound
              AND "on" <= former_cut_off), 0) AS cents
        FROM payee WHERE kind = 'provider_payable'
        UNION ALL
        SELECT payee.id, cut_off, coalesce(later.cents, 0) - coupons_balance(payee.id) - coalesce((
            SELECT sum(amount_cents) FROM coupons_payout WHERE account_id = payee.id AND paid_id IS NULL), 0)
        FROM payee LEFT JOIN later ON later.id = payee.id WHERE kind <> 'provider_payable')
    INSERT INTO coupons_payout (account_id, number, cut_off, last_settled, amount_cents, made_at, held_reason)
    SELECT id, format('R%s-%s', this_year, lpad((base + row_number() OVER (ORDER BY id))::text, 6, '0')),
           cut_off, bound, cents, p_at, ''
    FROM owed WHERE cents > 0;
    GET DIAGNOSTICS made = ROW_COUNT;
    UPDATE coupons_series SET last = base + made WHERE name = 'R' AND year = this_year;
    RETURN made;
END $$;
"""

GUARDS = """
-- The entry that undoes one by which a statement was paid: the bank sent the money back.
CREATE FUNCTION coupons_payout_came_back(p_paid bigint, p_account bigint, p_amount bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM coupons_entry paid JOIN coupons_entry back
            ON back.key = 'payout-returned:' || substr(paid.key, length('payout:') + 1)
        JOIN coupons_leg leg ON leg.entry_id = back.id
        WHERE paid.id = p_paid AND back.kind = 'payout_returned'
          AND leg.account_id = p_account AND leg.amount_cents = -p_amount)
$$;

-- A statement is what it says; it is paid by one entry of its amount, and stays so unless the money came back.
CREATE FUNCTION coupons_payout_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (OLD.account_id, OLD.number, OLD.cut_off, OLD.last_settled, OLD.amount_cents) IS DISTINCT FROM
       (NEW.account_id, NEW.number, NEW.cut_off, NEW.last_settled, NEW.amount_cents)
       OR OLD.paid_id IS NOT NULL AND OLD IS DISTINCT FROM NEW AND NOT (
          NEW.paid_id IS NULL AND coupons_payout_came_back(OLD.paid_id, OLD.account_id, OLD.amount_cents)) THEN
        RAISE EXCEPTION 'statement % is what it is', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_final';
    END IF;
    IF NEW.paid_id IS NOT NULL AND (NOT EXISTS (
        SELECT FROM coupons_leg leg JOIN coupons_entry entry ON entry.id = leg.entry_id
        WHERE leg.entry_id = NEW.paid_id AND entry.kind = 'payout'
          AND leg.account_id = NEW.account_id AND leg.amount_cents = NEW.amount_cents)
       OR coupons_payout_came_back(NEW.paid_id, NEW.account_id, NEW.amount_cents)) THEN
        RAISE EXCEPTION 'statement % was paid another amount', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_paid_exactly';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_payout_moves BEFORE UPDATE ON coupons_payout
FOR EACH ROW EXECUTE FUNCTION coupons_payout_moves();

-- What one statement counts is told by the one before it: of an account, each goes at least as far.
CREATE FUNCTION coupons_payouts_go_forward() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    SELECT fresh.number INTO wrong FROM new_payouts fresh JOIN LATERAL (
        SELECT cut_off, last_settled FROM coupons_payout
        WHERE account_id = fresh.account_id AND id < fresh.id ORDER BY id DESC LIMIT 1) former ON true
    WHERE former.cut_off > fresh.cut_off OR former.last_settled > fresh.last_settled LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'statement % goes back', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_goes_forward';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_payouts_go_forward AFTER INSERT ON coupons_payout
REFERENCING NEW TABLE AS new_payouts FOR EACH STATEMENT EXECUTE FUNCTION coupons_payouts_go_forward();

-- Its day and its number say which statement counts it: for good.
CREATE TRIGGER coupons_settledpayment_final BEFORE UPDATE OR DELETE OR TRUNCATE ON coupons_settledpayment
FOR EACH STATEMENT EXECUTE FUNCTION coupons_is_final();

CREATE FUNCTION coupons_batch_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'approved'), ('draft', 'cancelled'), ('approved', 'closed')) THEN
        RAISE EXCEPTION 'a batch cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_moves_in_order';
    END IF;
    IF OLD.status <> 'draft' AND (OLD.number, OLD.execute_on, OLD.prepared_by_id, OLD.prepared_at, OLD.approved_by_id,
        OLD.approved_at) IS DISTINCT FROM (NEW.number, NEW.execute_on, NEW.prepared_by_id, NEW.prepared_at,
        NEW.approved_by_id, NEW.approved_at) THEN
        RAISE EXCEPTION 'batch % is what it is', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_final';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_batch_moves BEFORE UPDATE ON coupons_batch
FOR EACH ROW EXECUTE FUNCTION coupons_batch_moves();

-- Lines are added to a draft only; afterwards they are paid, put aside or rejected, once. One that was paid is
-- rejected later only by the entry that takes its money back.
CREATE FUNCTION coupons_attempt_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stage text;
BEGIN
    SELECT status INTO stage FROM coupons_batch WHERE id = NEW.batch_id FOR SHARE;
    IF TG_OP = 'INSERT' THEN
        IF stage <> 'draft' OR NEW.status <> 'pending' THEN
            RAISE EXCEPTION 'batch % takes no more lines', NEW.batch_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_in_a_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.batch_id, OLD.payout_id, OLD.details_id, OLD.reference) IS DISTINCT FROM
       (NEW.batch_id, NEW.payout_id, NEW.details_id, NEW.reference)
       OR OLD.status <> 'pending' AND OLD IS DISTINCT FROM NEW AND NOT (
          OLD.status = 'paid' AND NEW.status = 'rejected' AND EXISTS (
              SELECT FROM coupons_entry WHERE key = 'payout-returned:' || OLD.reference AND kind = 'payout_returned'))
       OR OLD.status = 'pending' AND NEW.status IN ('paid', 'rejected') AND stage <> 'approved'
       OR OLD.status = 'pending' AND NEW.status = 'aside' AND stage <> 'draft' THEN
        RAISE EXCEPTION 'line % is what it is', OLD.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_final';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_attempt_moves BEFORE INSERT OR UPDATE ON coupons_attempt
FOR EACH ROW EXECUTE FUNCTION coupons_attempt_moves();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON coupons_settledpayment FROM aptic_site;
        REVOKE INSERT, DELETE, TRUNCATE ON coupons_payout FROM aptic_site;
        REVOKE DELETE, TRUNCATE ON coupons_bankdetails, coupons_batch, coupons_attempt FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER coupons_attempt_moves ON coupons_attempt;
DROP TRIGGER coupons_batch_moves ON coupons_batch;
DROP TRIGGER coupons_settledpayment_final ON coupons_settledpayment;
DROP TRIGGER coupons_payouts_go_forward ON coupons_payout;
DROP TRIGGER coupons_payout_moves ON coupons_payout;
DROP FUNCTION coupons_attempt_moves();
DROP FUNCTION coupons_batch_moves();
DROP FUNCTION coupons_payouts_go_forward();
DROP FUNCTION coupons_payout_moves();
DROP FUNCTION coupons_payout_came_back(bigint, bigint, bigint);
DROP FUNCTION coupons_settle(date, timestamptz, interval);
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0004_expiry")]

    operations = [migrations.RunSQL(SETTLE + GUARDS, BACKWARD)]
