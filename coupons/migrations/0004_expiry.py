"""The last day is over: booklets end, their unused coupons expire, the value goes back to the sponsor.

A batch is one transaction: its coupons and its entries, or nothing. Killed half-way, the rest is done the next time.
"""

from django.db import migrations

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
    dependencies = [("coupons", "0003_payments")]

    operations = [migrations.RunSQL(EXPIRE, BACKWARD)]
