"""The last day is over: booklets end, their unused coupons expire, the value goes back to the sponsor.

A batch is one transaction: its coupons and its entries, or nothing. Killed half-way, the rest is done the next time.
"""

from django.db import migrations, models

MOVES = """
CREATE OR REPLACE FUNCTION coupons_booklet_moves() RETURNS trigger
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
"""

MOVED = """
CREATE OR REPLACE FUNCTION coupons_booklets_moved() RETURNS trigger
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
"""

EXPIRE = """
CREATE FUNCTION coupons_expire(p_day date, p_at timestamptz, p_batch integer, OUT ended integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    late bigint[];
    campaign record;
    new_entry bigint;
BEGIN
    SELECT array_agg(id) INTO late FROM (
        SELECT id FROM coupons_booklet WHERE status = 'active' AND valid_until < p_day
        ORDER BY id LIMIT p_batch FOR UPDATE SKIP LOCKED) past;
    ended := coalesce(cardinality(late), 0);
    -- Whoever pays one of them now is waited for, and is not expired.
    PERFORM FROM coupons_coupon WHERE booklet_id = ANY (late) AND state = 'active' ORDER BY id FOR UPDATE;
    FOR campaign IN
        SELECT made.campaign_id AS id, sum(made.face_value_cents)::bigint AS face,
               sum(made.contribution_cents)::bigint AS contribution
        FROM coupons_coupon coupon JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
        JOIN coupons_order made ON made.id = booklet.order_id
        WHERE booklet.id = ANY (late) AND coupon.state = 'active'
        GROUP BY made.campaign_id ORDER BY made.campaign_id
    LOOP
        INSERT INTO coupons_entry (kind, key, at, "on", note)
        VALUES ('expiry', format('expiry:%s:%s', campaign.id, late[1]), p_at,
                (p_at AT TIME ZONE 'Europe/Paris')::date, '')
        RETURNING id INTO new_entry;
        INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
        SELECT new_entry, coupons_account_of(kind, campaign.id), cents FROM (VALUES
            ('outstanding', campaign.face), ('contribution', campaign.contribution),
            ('sponsor_refundable', -campaign.face - campaign.contribution)) leg (kind, cents)
        WHERE cents <> 0;
    END LOOP;
    UPDATE coupons_booklet SET status = 'ended' WHERE id = ANY (late);
END $$;
"""

BACKWARD = """
DROP FUNCTION coupons_expire(date, timestamptz, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0006_pay_in_the_database")]

    operations = [
        migrations.AlterField(
            model_name="booklet",
            name="status",
            field=models.CharField(
                choices=[
                    ("inert", "pas encore remis"),
                    ("active", "remis"),
                    ("ended", "terminé"),
                    ("cancelled", "annulé"),
                ],
                default="inert",
                max_length=9,
                verbose_name="état",
            ),
        ),
        migrations.RunSQL(MOVES + MOVED + EXPIRE, BACKWARD),
    ]
