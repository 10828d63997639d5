"""Statements of what is due, made set-wise; who is paid, once; and what a batch may become.

Payments queue for their statement from the moment they are made.
"""

from django.db import migrations

PAY = """
CREATE OR REPLACE FUNCTION coupons_pay(
    p_key uuid, p_asked bytea, p_organization bigint, p_venue bigint, p_place bigint, p_service bigint,
    p_agent bigint, p_device text, p_at timestamptz, p_on date, p_price integer, p_coupons bigint[], p_fund bigint,
    OUT payment_id bigint, OUT replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_entry bigint;
    taken integer;
    total bigint;
BEGIN
    -- Whoever comes second with the same key waits here for the first one, and gets its payment.
    INSERT INTO coupons_entry (kind, key, at, "on", by_id, note)
    VALUES ('payment', format('payment:%s:%s', p_organization, p_key), p_at,
            (p_at AT TIME ZONE 'Europe/Paris')::date, p_agent, '')
    ON CONFLICT (key) DO NOTHING RETURNING id INTO new_entry;
    IF new_entry IS NULL THEN
        SELECT id INTO payment_id FROM coupons_payment WHERE organization_id = p_organization AND key = p_key;
        replayed := true;
        RETURN;
    END IF;
    -- In order of number, so that two payments that share coupons wait for each other in one direction only.
    PERFORM FROM coupons_coupon WHERE id = ANY (p_coupons) ORDER BY id FOR UPDATE;
    UPDATE coupons_coupon coupon SET state = 'redeemed'
    FROM coupons_booklet booklet
    WHERE coupon.id = ANY (p_coupons) AND coupon.state = 'active'
      AND booklet.id = coupon.booklet_id AND booklet.valid_until >= p_on;
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken <> cardinality(p_coupons) THEN
        RAISE EXCEPTION 'a coupon is not usable' USING ERRCODE = 'AP001';
    END IF;
    SELECT sum(made.face_value_cents) INTO total
    FROM coupons_coupon coupon JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
    JOIN coupons_order made ON made.id = booklet.order_id WHERE coupon.id = ANY (p_coupons);
    IF total - (SELECT made.face_value_cents FROM coupons_coupon coupon
                JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
                JOIN coupons_order made ON made.id = booklet.order_id
                WHERE coupon.id = p_coupons[cardinality(p_coupons)]) >= p_price THEN
        RAISE EXCEPTION 'the last coupon pays nothing' USING ERRCODE = 'AP002';
    END IF;
    INSERT INTO coupons_payment (organization_id, venue_id, place_id, service_id, agent_id, device, key, asked, at, "on",
                                 price_cents, covered_cents, entry_id, cancel_reason)
    VALUES (p_organization, p_venue, p_place, p_service, p_agent, p_device, p_key, p_asked, p_at, p_on,
            p_price, least(p_price, total), new_entry, '')
    RETURNING id INTO payment_id;
    WITH given AS (
        SELECT coupon.id, made.face_value_cents AS face, made.contribution_cents AS contribution,
               sum(made.face_value_cents) OVER (ORDER BY named.rank) - made.face_value_cents AS before
        FROM unnest(p_coupons) WITH ORDINALITY named (id, rank)
        JOIN coupons_coupon coupon USING (id) JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
        JOIN coupons_order made ON made.id = booklet.order_id)
    INSERT INTO coupons_redemption (payment_id, coupon_id, fund_id, paid_cents, returned_cents, contribution_cents,
                                    standing)
    SELECT coupons_pay.payment_id, id, p_fund, least(face, p_price - before), face - least(face, p_price - before),
           contribution, true
    FROM given;
    INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
    SELECT new_entry, account, cents FROM coupons_legs_of_payment(payment_id);
    INSERT INTO coupons_settledpayment (payment_id, organization_id, "on", cancellation, amount_cents)
    VALUES (payment_id, p_organization, p_on, false, least(p_price, total));
    replayed := false;
END $$;
"""

CANCEL = """
CREATE OR REPLACE FUNCTION coupons_cancel_payment(
    p_payment bigint, p_by bigint, p_reason text, p_at timestamptz, p_on date, OUT cancelled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_entry bigint;
BEGIN
    PERFORM FROM coupons_payment WHERE id = p_payment AND cancelled_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        cancelled := false;
        RETURN;
    END IF;
    PERFORM FROM coupons_coupon
    WHERE id IN (SELECT coupon_id FROM coupons_redemption WHERE payment_id = p_payment) ORDER BY id FOR UPDATE;
    INSERT INTO coupons_entry (kind, key, at, "on", by_id, note)
    VALUES ('payment_cancelled', format('payment-cancelled:%s', p_payment), p_at,
            (p_at AT TIME ZONE 'Europe/Paris')::date, p_by, left(p_reason, 200))
    RETURNING id INTO new_entry;
    INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
    SELECT new_entry, account, sum(cents) FROM (
        SELECT account, -cents AS cents FROM coupons_legs_of_payment(p_payment)
        UNION ALL
        -- What cannot circulate again: out of circulation, to the sponsor.
        SELECT coupons_account_of(leg.kind, made.campaign_id), leg.cents
        FROM coupons_redemption redemption JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
        JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
        JOIN coupons_order made ON made.id = booklet.order_id
        CROSS JOIN LATERAL (VALUES
            ('outstanding', made.face_value_cents), ('contribution', made.contribution_cents),
            ('sponsor_refundable', -made.face_value_cents - made.contribution_cents)) leg (kind, cents)
        WHERE redemption.payment_id = p_payment
          AND (booklet.status <> 'active' OR booklet.valid_until < p_on)) moved
    GROUP BY account HAVING sum(cents) <> 0;
    UPDATE coupons_coupon coupon SET state = CASE
        WHEN booklet.status = 'cancelled' THEN 'cancelled'
        WHEN booklet.valid_until < p_on THEN 'expired' ELSE 'active' END
    FROM coupons_booklet booklet
    WHERE booklet.id = coupon.booklet_id AND coupon.state = 'redeemed'
      AND coupon.id IN (SELECT coupon_id FROM coupons_redemption WHERE payment_id = p_payment);
    UPDATE coupons_redemption SET standing = NULL WHERE coupons_redemption.payment_id = p_payment;
    UPDATE coupons_payment SET cancelled_at = p_at, cancelled_by_id = p_by, cancel_reason = left(p_reason, 200),
           cancel_entry_id = new_entry WHERE id = p_payment;
    INSERT INTO coupons_settledpayment (payment_id, organization_id, "on", cancellation, amount_cents)
    SELECT id, organization_id, p_on, true, -covered_cents FROM coupons_payment WHERE id = p_payment;
    cancelled := true;
END $$;
"""

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
        SELECT coupons_account_of('provider_payable', NULL, organization_id) AS account, cents FROM due
        UNION ALL
        SELECT account.id, -sum(leg.amount_cents)::bigint - coalesce((
            SELECT sum(amount_cents) FROM coupons_payout WHERE account_id = account.id AND paid_id IS NULL), 0)
        FROM coupons_account account JOIN coupons_leg leg ON leg.account_id = account.id
        JOIN coupons_entry entry ON entry.id = leg.entry_id
        WHERE account.kind IN ('sponsor_refundable', 'fund_payable')
          AND (entry."on" <= p_cut_off OR leg.amount_cents > 0)
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
-- A statement is what it says; it is paid once, by an entry of its amount, and by nothing else.
CREATE FUNCTION coupons_payout_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (OLD.account_id, OLD.number, OLD.cut_off, OLD.amount_cents) IS DISTINCT FROM
       (NEW.account_id, NEW.number, NEW.cut_off, NEW.amount_cents)
       OR OLD.paid_id IS NOT NULL AND OLD IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'statement % is what it is', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_final';
    END IF;
    IF NEW.paid_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM coupons_leg leg JOIN coupons_entry entry ON entry.id = leg.entry_id
        WHERE leg.entry_id = NEW.paid_id AND entry.kind = 'payout'
          AND leg.account_id = NEW.account_id AND leg.amount_cents = NEW.amount_cents) THEN
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

-- Lines are added to a draft only; afterwards they are paid, put aside or rejected, once.
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
       OR OLD.status <> 'pending' AND OLD IS DISTINCT FROM NEW
       OR NEW.status IN ('paid', 'rejected') AND stage <> 'approved' THEN
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
DROP FUNCTION coupons_settle(date, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0008_payouts")]

    operations = [migrations.RunSQL(PAY + CANCEL + SETTLE + GUARDS, BACKWARD)]
