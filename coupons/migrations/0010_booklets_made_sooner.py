"""No more booklets than were paid for, without counting them at each batch.

Positions of an order are unique and final: those that were ordered stand at 1 to `booklets`, so there are never more.
The planner, which knows nothing of the rows just made, read all booklets there are to count an order's, and again to
look for replaced ones (170 ms among 1.2 million).
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION coupons_booklets_made() RETURNS trigger
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
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION coupons_booklets_made() RETURNS trigger
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
    SELECT number INTO wrong FROM coupons_order made
    WHERE id IN (SELECT order_id FROM new_booklets)
      AND (SELECT count(*) FROM coupons_booklet WHERE order_id = made.id AND replaces_id IS NULL) > booklets LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'order % has all its booklets', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklets_as_ordered';
    END IF;
    SELECT lost.id::text INTO wrong FROM new_booklets fresh JOIN coupons_booklet lost ON lost.id = fresh.replaces_id
    WHERE lost.status <> 'cancelled' OR lost.order_id <> fresh.order_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'booklet % is not cancelled', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booklet_replaces_a_cancelled_one';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0009_settlement")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
