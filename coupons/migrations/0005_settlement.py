"""Statements of what is due, made set-wise; who is paid, once; and what a batch may become.

Payments queue for their statement from the moment they are made (migration 0003).
"""

from django.db import migrations

# One settlement at a time. What is due to a payee: its queue, or what its account says less what is on its way.
SETTLE = """
CREATE FUNCTION coupons_settle(p_cut_off date, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    this_year integer := extract(year FROM p_at AT TIME ZONE 'Europe/Paris');
    base integer;
    made integer;
BEGIN
    INSERT INTO coupons_series (name, year, last) VALUES ('R', this_year, 0) ON CONFLICT (name, year) DO NOTHING;
    SELECT last INTO base FROM coupons_series WHERE name = 'R' AND year = this_year FOR UPDATE;
    WITH due AS (
        SELECT organization_id, sum(amount_cents)::bigint AS cents FROM coupons_settledpayment
        WHERE payout_id IS NULL AND "on" <= p_cut_off
        GROUP BY organization_id HAVING sum(amount_cents) > 0),
    owed AS (
        -- Their payments opened the accounts.
        SELECT account.id AS account, cents
        FROM due JOIN coupons_account account USING (organization_id) WHERE account.kind = 'provider_payable'
        UNION ALL
        SELECT account.id, -sum(leg.amount_cents)::bigint - coalesce((
            SELECT sum(amount_cents) FROM coupons_payout WHERE account_id = account.id AND paid_id IS NULL), 0)
        FROM coupons_account account JOIN coupons_leg leg ON leg.account_id = account.id
        JOIN coupons_entry entry ON entry.id = leg.entry_id
        WHERE account.kind IN ('sponsor_refundable', 'fund_payable')
          AND (entry."on" <= p_cut_off OR leg.amount_cents > 0 OR entry.kind = 'payout_returned')
        GROUP BY account.id),
    statements AS (
        INSERT INTO coupons_payout (account_id, number, cut_off, amount_cents, made_at, held_reason)
        SELECT account, format('R%s-%s', this_year, lpad((base + row_number() OVER (ORDER BY account))::text, 6, '0')),
               p_cut_off, cents, p_at, ''
        FROM owed WHERE cents > 0
        RETURNING id, account_id),
    counted AS (
        UPDATE coupons_settledpayment queued SET payout_id = statements.id
        FROM statements JOIN coupons_account account ON account.id = statements.account_id
        WHERE queued.payout_id IS NULL AND queued."on" <= p_cut_off
          AND queued.organization_id = account.organization_id)
    SELECT count(*) INTO made FROM statements;
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
    IF (OLD.account_id, OLD.number, OLD.cut_off, OLD.amount_cents) IS DISTINCT FROM
       (NEW.account_id, NEW.number, NEW.cut_off, NEW.amount_cents)
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
DROP TRIGGER coupons_payout_moves ON coupons_payout;
DROP FUNCTION coupons_attempt_moves();
DROP FUNCTION coupons_batch_moves();
DROP FUNCTION coupons_payout_moves();
DROP FUNCTION coupons_payout_came_back(bigint, bigint, bigint);
DROP FUNCTION coupons_settle(date, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0004_expiry")]

    operations = [migrations.RunSQL(SETTLE + GUARDS, BACKWARD)]
