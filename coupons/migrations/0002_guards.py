"""What must hold whatever writes: books that balance, orders and coupons that move in order, nothing unfunded.

Site code runs as a role that owns nothing, so it can neither drop these triggers nor change what is final.
"""

from django.db import migrations

# Once written, never changed.
FINAL = ["entry", "leg", "account", "paper", "handover", "bankstatement"]
# Never deleted, though their state changes.
LASTING = ["booklet", "coupon", "transfer", "printfile", "printedbooklet", "order", "zone"]
# What an organisation's journal tells.
RECORDED = ["campaign", "order", "deliverypoint", "delivery", "zone"]

BOOKS = """
CREATE FUNCTION coupons_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- All legs of an entry come in one statement and sum to zero; no order's deposit is spent twice.
CREATE FUNCTION coupons_legs_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT entry_id INTO wrong FROM new_legs GROUP BY entry_id HAVING sum(amount_cents) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    SELECT given.entry_id INTO wrong
    FROM (SELECT entry_id, count(*) AS legs FROM new_legs GROUP BY entry_id) given
    WHERE given.legs <> (SELECT count(*) FROM coupons_leg leg WHERE leg.entry_id = given.entry_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % is complete', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_complete';
    END IF;
    -- Taken in order; a second spender waits here, and then sees what the first one left.
    PERFORM FROM coupons_account
    WHERE kind = 'sponsor_deposit' AND id IN (SELECT account_id FROM new_legs WHERE amount_cents > 0)
    ORDER BY id FOR UPDATE;
    SELECT account.id INTO wrong FROM coupons_account account
    WHERE kind = 'sponsor_deposit' AND id IN (SELECT account_id FROM new_legs WHERE amount_cents > 0)
      AND (SELECT sum(amount_cents) FROM coupons_leg WHERE account_id = account.id) > 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the deposit of account % does not hold that much', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_not_overdrawn';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_leg_balance AFTER INSERT ON coupons_leg
REFERENCING NEW TABLE AS new_legs FOR EACH STATEMENT EXECUTE FUNCTION coupons_legs_balance();

CREATE FUNCTION coupons_entry_has_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM coupons_leg WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'entry % says nothing', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_legs';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER coupons_entry_with_legs AFTER INSERT ON coupons_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION coupons_entry_has_legs();
"""

# Numbers of rows are given out before their transaction commits: the largest number known is no limit below which
# all is said. So: note the last number given; then wait for whoever holds the lock of a writer on the table, which is
# taken before a number is. After that every row up to the number is there, or never will be. Nobody waits for us.
WHOLE = """
CREATE FUNCTION coupons_whole_up_to(p_table regclass, p_patience interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bound bigint;
    writers text[];
    until constant timestamptz := clock_timestamp() + p_patience;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'whoever waits must see what commits meanwhile'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    bound := coalesce(pg_sequence_last_value(pg_get_serial_sequence(p_table::text, 'id')::regclass), 0);
    SELECT array_agg(virtualtransaction) INTO writers FROM pg_locks
    WHERE locktype = 'relation' AND relation = p_table AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid();
    WHILE EXISTS (
        SELECT FROM pg_locks WHERE virtualtransaction = ANY (writers)
        AND locktype = 'relation' AND relation = p_table AND mode = 'RowExclusiveLock' AND granted)
    LOOP
        IF clock_timestamp() > until THEN
            RAISE EXCEPTION 'somebody has been writing for too long' USING ERRCODE = 'lock_not_available';
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
    RETURN bound;
END $$;
"""

CAMPAIGNS = """
-- The rule is printed on paper: from the first order on, it is what it is.
CREATE FUNCTION coupons_rule_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the rule of campaign % is final', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_rule_final';
END $$;

CREATE TRIGGER coupons_campaign_frozen BEFORE UPDATE ON coupons_campaign FOR EACH ROW
WHEN (OLD.frozen_at IS NOT NULL AND
      (OLD.organization_id, OLD.name, OLD.slug, OLD.starts_on, OLD.ends_on, OLD.face_value_cents, OLD.booklet_size,
       OLD.validity_months, OLD.contribution_bp, OLD.frozen_at)
      IS DISTINCT FROM
      (NEW.organization_id, NEW.name, NEW.slug, NEW.starts_on, NEW.ends_on, NEW.face_value_cents, NEW.booklet_size,
       NEW.validity_months, NEW.contribution_bp, NEW.frozen_at))
EXECUTE FUNCTION coupons_rule_is_frozen();

CREATE FUNCTION coupons_rule_part_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_campaign bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.campaign_id ELSE OLD.campaign_id END;
BEGIN
    IF EXISTS (SELECT FROM coupons_campaign WHERE id = of_campaign AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the rule of campaign % is final', of_campaign
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_rule_final';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER coupons_campaign_areas_frozen BEFORE INSERT OR UPDATE OR DELETE ON coupons_campaign_areas
FOR EACH ROW EXECUTE FUNCTION coupons_rule_part_is_frozen();
CREATE TRIGGER coupons_campaign_venue_types_frozen BEFORE INSERT OR UPDATE OR DELETE ON coupons_campaign_venue_types
FOR EACH ROW EXECUTE FUNCTION coupons_rule_part_is_frozen();
CREATE TRIGGER coupons_campaign_categories_frozen BEFORE INSERT OR UPDATE OR DELETE ON coupons_campaign_categories
FOR EACH ROW EXECUTE FUNCTION coupons_rule_part_is_frozen();

CREATE FUNCTION coupons_zone_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM coupons_zone WHERE area_id = OLD.id AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the outline of zone % is final', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'zone_outline_final';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER coupons_zone_frozen BEFORE UPDATE OF geom, level OR DELETE ON geodata_area
FOR EACH ROW WHEN (OLD.level = 'custom') EXECUTE FUNCTION coupons_zone_is_frozen();
"""

ORDERS = """
CREATE FUNCTION coupons_order_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held bigint;
BEGIN
    IF OLD.status <> 'quote' AND
       (OLD.campaign_id, OLD.number, OLD.transfer_reference, OLD.booklets, OLD.booklet_size, OLD.face_value_cents,
        OLD.contribution_cents, OLD.fee_cents, OLD.validity_months)
       IS DISTINCT FROM
       (NEW.campaign_id, NEW.number, NEW.transfer_reference, NEW.booklets, NEW.booklet_size, NEW.face_value_cents,
        NEW.contribution_cents, NEW.fee_cents, NEW.validity_months) THEN
        RAISE EXCEPTION 'order % is made: its terms are final', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_terms_final';
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (
        ('quote', 'ordered'), ('quote', 'cancelled'), ('ordered', 'funded'), ('ordered', 'cancelled'),
        ('funded', 'printed'), ('printed', 'delivered'), ('delivered', 'closed'),
        ('funded', 'closed'), ('printed', 'closed'), ('funded', 'ordered')
    ) THEN
        RAISE EXCEPTION 'an order cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_moves_in_order';
    END IF;
    -- Back, when its money was another's: never once there is a booklet. Making one locks the order first.
    IF NEW.status = 'ordered' AND OLD.status = 'funded' AND EXISTS (
        SELECT FROM coupons_booklet WHERE order_id = NEW.id) THEN
        RAISE EXCEPTION 'order % has booklets', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_back_without_booklets';
    END IF;
    IF NEW.status = 'funded' THEN
        SELECT coalesce(-sum(leg.amount_cents), 0) INTO held
        FROM coupons_account account JOIN coupons_leg leg ON leg.account_id = account.id
        WHERE account.kind = 'sponsor_deposit' AND account.order_id = NEW.id;
        IF held < NEW.booklets::bigint * NEW.booklet_size * (NEW.face_value_cents + NEW.contribution_cents)
                  + NEW.fee_cents THEN
            RAISE EXCEPTION 'order % has % cents', NEW.number, held
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_funded_by_money';
        END IF;
    END IF;
    IF NEW.status = 'ordered' THEN
        UPDATE coupons_zone SET frozen_at = now()
        WHERE frozen_at IS NULL
          AND area_id IN (SELECT area_id FROM coupons_campaign_areas WHERE campaign_id = NEW.campaign_id);
        UPDATE coupons_campaign SET frozen_at = now() WHERE id = NEW.campaign_id AND frozen_at IS NULL;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_order_moves BEFORE UPDATE ON coupons_order
FOR EACH ROW EXECUTE FUNCTION coupons_order_moves();

CREATE FUNCTION coupons_order_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an order begins as a quote'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_begins_as_quote';
END $$;

CREATE TRIGGER coupons_order_begins BEFORE INSERT ON coupons_order
FOR EACH ROW WHEN (NEW.status <> 'quote') EXECUTE FUNCTION coupons_order_begins();
"""

BOOKLETS = """
-- Booklets are made inert, for money that is there, and no more than were paid for: positions of an order are unique
-- and final, and those that were ordered stand at 1 to `booklets`. (Counting them, or looking for replaced ones where
-- there are none, made the planner read all booklets there are: 170 ms among 1.2 million.)
CREATE FUNCTION coupons_booklets_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    IF EXISTS (SELECT FROM new_booklets WHERE status <> 'inert') THEN
        RAISE EXCEPTION 'a booklet begins inert'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_begins_inert';
    END IF;
    PERFORM FROM coupons_order WHERE id IN (SELECT order_id FROM new_booklets) ORDER BY id FOR UPDATE;
    SELECT number INTO wrong FROM coupons_order
    WHERE id IN (SELECT order_id FROM new_booklets) AND status NOT IN ('funded', 'printed', 'delivered') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'order % is not funded', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_of_funded_order';
    END IF;
    SELECT made.number INTO wrong FROM new_booklets fresh JOIN coupons_order made ON made.id = fresh.order_id
    WHERE fresh.replaces_id IS NULL AND fresh.position NOT BETWEEN 1 AND made.booklets LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'order % has all its booklets', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklets_as_ordered';
    END IF;
    IF EXISTS (SELECT FROM new_booklets WHERE replaces_id IS NOT NULL) THEN
        SELECT lost.id::text INTO wrong FROM new_booklets fresh JOIN coupons_booklet lost ON lost.id = fresh.replaces_id
        WHERE lost.status <> 'cancelled' OR lost.order_id <> fresh.order_id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'booklet % is not cancelled', wrong
                USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_replaces_a_cancelled_one';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_booklets_made AFTER INSERT ON coupons_booklet
REFERENCING NEW TABLE AS new_booklets FOR EACH STATEMENT EXECUTE FUNCTION coupons_booklets_made();

CREATE FUNCTION coupons_booklet_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (OLD.order_id, OLD.position, OLD.replaces_id) IS DISTINCT FROM (NEW.order_id, NEW.position, NEW.replaces_id)
       OR OLD.status <> 'inert' AND (OLD.hand_over_id, OLD.valid_until)
          IS DISTINCT FROM (NEW.hand_over_id, NEW.valid_until) THEN
        RAISE EXCEPTION 'booklet % is what it is', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_terms_final';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('inert', 'active'), ('inert', 'cancelled'), ('active', 'cancelled'), ('active', 'ended')) THEN
        RAISE EXCEPTION 'a booklet cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_moves_in_order';
    END IF;
    IF NEW.status = 'active' AND OLD.status = 'inert' THEN
        IF NOT EXISTS (SELECT FROM coupons_handover WHERE id = NEW.hand_over_id AND order_id = NEW.order_id) THEN
            RAISE EXCEPTION 'booklet % is handed over with another order', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_handed_over_with_its_order';
        END IF;
        IF NOT EXISTS (SELECT FROM coupons_order WHERE id = NEW.order_id
                       AND status IN ('funded', 'printed', 'delivered')) THEN
            RAISE EXCEPTION 'booklet % is not paid for', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_active_only_if_funded';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_booklet_moves BEFORE UPDATE ON coupons_booklet
FOR EACH ROW EXECUTE FUNCTION coupons_booklet_moves();

-- The coupons follow their booklet; what became active is what the ledger moved, to the cent.
CREATE FUNCTION coupons_booklets_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    UPDATE coupons_coupon coupon SET state = CASE fresh.status WHEN 'ended' THEN 'expired' ELSE fresh.status END
    FROM new_booklets fresh JOIN old_booklets former USING (id)
    WHERE coupon.booklet_id = fresh.id AND fresh.status <> former.status
      AND coupon.state IN ('inert', 'active');
    WITH moved AS (
        SELECT fresh.id, fresh.hand_over_id FROM new_booklets fresh JOIN old_booklets former USING (id)
        WHERE fresh.status = 'active' AND former.status = 'inert'
    )
    SELECT hand_over.id INTO wrong
    FROM coupons_handover hand_over JOIN coupons_order made ON made.id = hand_over.order_id
    WHERE hand_over.id IN (SELECT hand_over_id FROM moved)
      AND (
        -- All its booklets at once: none is added to one that is made.
        EXISTS (SELECT FROM coupons_booklet WHERE hand_over_id = hand_over.id AND id NOT IN (SELECT id FROM moved))
        OR (SELECT count(*) FROM moved JOIN coupons_coupon coupon ON coupon.booklet_id = moved.id
            WHERE moved.hand_over_id = hand_over.id AND coupon.state = 'active') * made.face_value_cents
           IS DISTINCT FROM (
            SELECT -leg.amount_cents FROM coupons_leg leg JOIN coupons_account account ON account.id = leg.account_id
            WHERE leg.entry_id = hand_over.entry_id AND account.kind = 'outstanding'
              AND account.campaign_id = made.campaign_id))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hand-over % moved another amount', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_over_moves_its_value';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_booklets_moved AFTER UPDATE ON coupons_booklet
REFERENCING OLD TABLE AS old_booklets NEW TABLE AS new_booklets
FOR EACH STATEMENT EXECUTE FUNCTION coupons_booklets_moved();

CREATE FUNCTION coupons_coupons_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_coupons WHERE state <> 'inert') THEN
        RAISE EXCEPTION 'a coupon begins inert'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_begins_inert';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_coupons_made AFTER INSERT ON coupons_coupon
REFERENCING NEW TABLE AS new_coupons FOR EACH STATEMENT EXECUTE FUNCTION coupons_coupons_made();

-- A payment that was taken back frees its coupons.
CREATE FUNCTION coupons_coupon_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (OLD.booklet_id, OLD.position) IS DISTINCT FROM (NEW.booklet_id, NEW.position)
       OR OLD.digest IS DISTINCT FROM NEW.digest AND NOT (OLD.state = 'inert' AND NEW.state = 'inert') THEN
        RAISE EXCEPTION 'coupon % is what it is', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_final';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('inert', 'active'), ('inert', 'cancelled'),
        ('active', 'redeemed'), ('active', 'expired'), ('active', 'cancelled'),
        ('redeemed', 'active'), ('redeemed', 'expired'), ('redeemed', 'cancelled')) THEN
        RAISE EXCEPTION 'a coupon cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_moves_in_order';
    END IF;
    IF NEW.state = 'active' AND NOT EXISTS (
        SELECT FROM coupons_booklet WHERE id = NEW.booklet_id AND status = 'active') THEN
        RAISE EXCEPTION 'the booklet of coupon % was not handed over', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_active_with_its_booklet';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_coupon_moves BEFORE UPDATE ON coupons_coupon
FOR EACH ROW EXECUTE FUNCTION coupons_coupon_moves();
"""

# As directory_record_change does; what belongs to a campaign or an order belongs to its sponsor.
JOURNAL = """
CREATE FUNCTION coupons_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    derived constant text[] := ARRAY['logo', 'created_at'];
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - derived END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - derived END;
    either jsonb := coalesce(new_row, old_row);
    of_campaign bigint := either ->> 'campaign_id';
    of_organization bigint := either ->> 'organization_id';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value) INTO old_row
        FROM jsonb_each(to_jsonb(OLD) - derived) WHERE value IS DISTINCT FROM new_row -> key;
        IF old_row IS NULL THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_object_agg(key, value) INTO new_row FROM jsonb_each(new_row) WHERE old_row ? key;
    END IF;
    IF either ? 'order_id' THEN
        SELECT campaign_id INTO of_campaign FROM coupons_order WHERE id = (either ->> 'order_id')::bigint;
    END IF;
    IF of_organization IS NULL THEN
        SELECT organization_id INTO of_organization FROM coupons_campaign WHERE id = of_campaign;
    END IF;
    INSERT INTO directory_change (at, actor_id, action, "table", "row", organization_id, before, after)
    VALUES (clock_timestamp(), nullif(current_setting('aptic.actor', true), '')::bigint, lower(TG_OP),
            substr(TG_TABLE_NAME, length('coupons_') + 1), coalesce(either ->> 'id', either ->> 'area_id')::bigint,
            of_organization, old_row, new_row);
    RETURN NULL;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER coupons_{table}_recorded AFTER INSERT OR UPDATE OR DELETE ON coupons_{table} "
    "FOR EACH ROW EXECUTE FUNCTION coupons_record_change();"
    for table in RECORDED
)

FINALITY = "\n".join(
    f"CREATE TRIGGER coupons_{table}_final BEFORE UPDATE OR DELETE OR TRUNCATE ON coupons_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION coupons_is_final();"
    for table in FINAL
)
PRIVILEGES = f"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON {", ".join(f"coupons_{table}" for table in FINAL)} FROM aptic_site;
        REVOKE DELETE, TRUNCATE ON {", ".join(f"coupons_{table}" for table in LASTING)} FROM aptic_site;
    END IF;
END $$;
"""

TRIGGERS = {
    "leg": ["leg_balance"],
    "entry": ["entry_with_legs"],
    "campaign": ["campaign_frozen"],
    "campaign_areas": ["campaign_areas_frozen"],
    "campaign_venue_types": ["campaign_venue_types_frozen"],
    "campaign_categories": ["campaign_categories_frozen"],
    "order": ["order_moves", "order_begins"],
    "booklet": ["booklets_made", "booklet_moves", "booklets_moved"],
    "coupon": ["coupons_made", "coupon_moves"],
}
FUNCTIONS = (
    "is_final legs_balance entry_has_legs rule_is_frozen rule_part_is_frozen zone_is_frozen order_moves order_begins"
    " booklets_made booklet_moves booklets_moved coupons_made coupon_moves record_change"
)
BACKWARD = "\n".join(
    [
        "DROP TRIGGER coupons_zone_frozen ON geodata_area;",
        *(f"DROP TRIGGER coupons_{table}_final ON coupons_{table};" for table in FINAL),
        *(f"DROP TRIGGER coupons_{table}_recorded ON coupons_{table};" for table in RECORDED),
        *(
            f"DROP TRIGGER coupons_{trigger} ON coupons_{table};"
            for table, triggers in TRIGGERS.items()
            for trigger in triggers
        ),
        *(f"DROP FUNCTION coupons_{name}();" for name in FUNCTIONS.split()),
        "DROP FUNCTION coupons_whole_up_to(regclass, interval);",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial")]

    operations = [
        migrations.RunSQL(
            BOOKS + WHOLE + CAMPAIGNS + ORDERS + BOOKLETS + JOURNAL + FINALITY + PRIVILEGES, BACKWARD
        )
    ]
