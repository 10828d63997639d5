"""Payment and its cancellation, as functions of the database: one round trip, and nobody else moves those states.

The site's role may call them; it can neither write payments nor the states of coupons by itself.
"""

from django.db import migrations

ACCOUNT = """
CREATE FUNCTION coupons_account_of(
    p_kind text, p_campaign bigint DEFAULT NULL, p_organization bigint DEFAULT NULL, p_fund bigint DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    opened bigint;
BEGIN
    LOOP
        -- An account has one owner at most. Each question has its equality, which an index answers:
        -- IS NOT DISTINCT FROM would read all accounts of the kind.
        opened := CASE
            WHEN num_nonnulls(p_campaign, p_organization, p_fund) > 1 THEN NULL
            WHEN p_campaign IS NOT NULL THEN (
                SELECT id FROM coupons_account WHERE kind = p_kind AND order_id IS NULL
                AND campaign_id = p_campaign AND organization_id IS NULL AND fund_id IS NULL)
            WHEN p_organization IS NOT NULL THEN (
                SELECT id FROM coupons_account WHERE kind = p_kind AND order_id IS NULL
                AND campaign_id IS NULL AND organization_id = p_organization AND fund_id IS NULL)
            WHEN p_fund IS NOT NULL THEN (
                SELECT id FROM coupons_account WHERE kind = p_kind AND order_id IS NULL
                AND campaign_id IS NULL AND organization_id IS NULL AND fund_id = p_fund)
            ELSE (
                SELECT id FROM coupons_account WHERE kind = p_kind AND order_id IS NULL
                AND campaign_id IS NULL AND organization_id IS NULL AND fund_id IS NULL)
        END;
        EXIT WHEN opened IS NOT NULL;
        INSERT INTO coupons_account (kind, campaign_id, organization_id, fund_id)
        VALUES (p_kind, p_campaign, p_organization, p_fund) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN opened;
END $$;
"""

# The contribution always has a fund: that of the smallest territory that covers the place, else the country's.
FUND = """
CREATE FUNCTION coupons_fund_of(p_place bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT fund.id INTO found
    FROM directory_place place
    JOIN geodata_areapart part ON ST_Covers(part.geom, place.point)
    JOIN coupons_cooperationfund fund ON fund.area_id = part.area_id
    JOIN geodata_area area ON area.id = fund.area_id
    WHERE place.id = p_place
    ORDER BY array_position(ARRAY['custom', 'qpv', 'commune', 'epci', 'departement', 'region', 'country'],
                            area.level::text), area.population NULLS LAST, area.id
    LIMIT 1;
    WHILE found IS NULL LOOP
        SELECT id INTO found FROM coupons_cooperationfund WHERE area_id IS NULL;
        EXIT WHEN FOUND;
        INSERT INTO coupons_cooperationfund (name, created_at)
        VALUES ('Fonds national de coopération territoriale', now()) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN found;
END $$;
"""

# Which of these coupons pay this service here on that day: the short way of coupons/rules.py, without reasons, and
# without services rendered at home. Its plan does not depend on the coupons, and takes longer to make than to follow.
CLEARED = """
CREATE FUNCTION coupons_cleared(p_digests uuid[], p_service bigint, p_place bigint, p_on date)
RETURNS TABLE (digest uuid, coupon bigint)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT held.digest, held.id
    FROM coupons_coupon held
    JOIN coupons_booklet booklet ON booklet.id = held.booklet_id
    JOIN coupons_order made ON made.id = booklet.order_id
    JOIN coupons_campaign campaign ON campaign.id = made.campaign_id
    JOIN directory_service service ON service.id = p_service
    JOIN directory_venue venue ON venue.id = service.venue_id
    JOIN directory_place place ON place.id = p_place AND place.venue_id = venue.id
    LEFT JOIN directory_category category ON category.id = service.category_id
    WHERE held.digest = ANY(p_digests)
      AND held.state = 'active' AND booklet.status = 'active' AND booklet.valid_until >= p_on
      AND (campaign.starts_on IS NULL OR campaign.starts_on <= p_on)
      AND (campaign.ends_on IS NULL OR campaign.ends_on >= p_on)
      AND venue.published AND place.point IS NOT NULL AND service.status = 'approved'
      AND EXISTS (SELECT FROM directory_labelling labelling
                  WHERE labelling.venue_id = venue.id AND labelling.during @> p_on)
      AND (NOT EXISTS (SELECT FROM coupons_campaign_areas named WHERE named.campaign_id = campaign.id)
           OR service.modes <> '{at_home}' AND EXISTS (
              SELECT FROM coupons_campaign_areas territory JOIN geodata_areapart part ON part.area_id = territory.area_id
              WHERE territory.campaign_id = campaign.id AND ST_Covers(part.geom, place.point)))
      AND (NOT EXISTS (SELECT FROM coupons_campaign_venue_types named WHERE named.campaign_id = campaign.id)
           OR EXISTS (SELECT FROM coupons_campaign_venue_types named
                      WHERE named.campaign_id = campaign.id AND named.venuetype_id = venue.venue_type_id))
      AND (NOT EXISTS (SELECT FROM coupons_campaign_categories named WHERE named.campaign_id = campaign.id)
           OR EXISTS (SELECT FROM coupons_campaign_categories named
                      WHERE named.campaign_id = campaign.id AND named.category_id IN (category.id, category.parent_id)));
END $$;
"""

PAY = """
CREATE FUNCTION coupons_pay(
    p_key uuid, p_asked bytea, p_organization bigint, p_venue bigint, p_place bigint, p_service bigint,
    p_agent bigint, p_device text, p_at timestamptz, p_on date, p_price integer, p_coupons bigint[],
    OUT paid coupons_payment, OUT replayed boolean)
-- The plans do not depend on which coupons these are: made once for each connection, they save a third of the time.
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    new_entry bigint;
    taken integer;
    total bigint;
    before_the_last bigint;
    fund bigint := coupons_fund_of(p_place);
BEGIN
    -- Whoever comes second with the same key waits here for the first one, and gets its payment.
    INSERT INTO coupons_entry (kind, key, at, "on", by_id, note)
    VALUES ('payment', format('payment:%s:%s', p_organization, p_key), p_at,
            (p_at AT TIME ZONE 'Europe/Paris')::date, p_agent, '')
    ON CONFLICT (key) DO NOTHING RETURNING id INTO new_entry;
    IF new_entry IS NULL THEN
        SELECT * INTO paid FROM coupons_payment WHERE organization_id = p_organization AND key = p_key;
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
    SELECT sum(made.face_value_cents),
           sum(made.face_value_cents) FILTER (WHERE coupon.id <> p_coupons[cardinality(p_coupons)])
    INTO total, before_the_last
    FROM coupons_coupon coupon JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
    JOIN coupons_order made ON made.id = booklet.order_id WHERE coupon.id = ANY (p_coupons);
    IF before_the_last >= p_price THEN
        RAISE EXCEPTION 'the last coupon pays nothing' USING ERRCODE = 'AP002';
    END IF;
    INSERT INTO coupons_payment (organization_id, venue_id, place_id, service_id, agent_id, device, key, asked, at, "on",
                                 price_cents, covered_cents, entry_id, cancel_reason)
    VALUES (p_organization, p_venue, p_place, p_service, p_agent, p_device, p_key, p_asked, p_at, p_on,
            p_price, least(p_price, total), new_entry, '')
    RETURNING * INTO paid;
    WITH given AS (
        SELECT coupon.id, made.face_value_cents AS face, made.contribution_cents AS contribution,
               sum(made.face_value_cents) OVER (ORDER BY named.rank) - made.face_value_cents AS before
        FROM unnest(p_coupons) WITH ORDINALITY named (id, rank)
        JOIN coupons_coupon coupon USING (id) JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
        JOIN coupons_order made ON made.id = booklet.order_id)
    INSERT INTO coupons_redemption (payment_id, coupon_id, fund_id, paid_cents, returned_cents, contribution_cents,
                                    standing)
    SELECT paid.id, given.id, fund, least(face, p_price - before), face - least(face, p_price - before),
           contribution, true
    FROM given;
    INSERT INTO coupons_leg (entry_id, account_id, amount_cents)
    SELECT new_entry, account, cents FROM coupons_legs_of_payment(paid.id);
    INSERT INTO coupons_settledpayment (payment_id, organization_id, "on", cancellation, amount_cents)
    VALUES (paid.id, p_organization, p_on, false, least(p_price, total));
    replayed := false;
END $$;

CREATE FUNCTION coupons_legs_of_payment(p_payment bigint) RETURNS TABLE (account bigint, cents bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Not in SQL alone: such a function is planned at each call.
    RETURN QUERY WITH taken AS (
        SELECT made.campaign_id AS campaign, redemption.fund_id AS fund, payment.organization_id AS organization,
               paid_cents AS paid, returned_cents AS returned, redemption.contribution_cents AS contribution
        FROM coupons_redemption redemption JOIN coupons_payment payment ON payment.id = redemption.payment_id
        JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
        JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
        JOIN coupons_order made ON made.id = booklet.order_id
        WHERE redemption.payment_id = p_payment),
    moved AS (
        SELECT 'outstanding' AS kind, campaign, NULL::bigint AS organization, NULL::bigint AS fund,
               sum(paid + returned) AS cents FROM taken GROUP BY campaign
        UNION ALL
        SELECT 'contribution', campaign, NULL, NULL, sum(contribution) FROM taken GROUP BY campaign
        UNION ALL
        SELECT 'sponsor_refundable', campaign, NULL, NULL, -sum(returned) FROM taken GROUP BY campaign
        UNION ALL
        SELECT 'provider_payable', NULL, organization, NULL, -sum(paid) FROM taken GROUP BY organization
        UNION ALL
        SELECT 'fund_payable', NULL, NULL, fund, -sum(contribution) FROM taken GROUP BY fund)
    SELECT coupons_account_of(moved.kind, moved.campaign, moved.organization, moved.fund), moved.cents::bigint
    FROM moved WHERE moved.cents <> 0;
END $$;
"""

# Where coupons cannot go back into circulation (expired or cancelled meanwhile), their value goes back to the sponsor.
CANCEL = """
CREATE FUNCTION coupons_cancel_payment(
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

PRIVILEGES = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON coupons_payment, coupons_redemption FROM aptic_site;
        REVOKE UPDATE ON coupons_coupon FROM aptic_site;
        GRANT UPDATE (digest) ON coupons_coupon TO aptic_site;
        REVOKE DELETE, TRUNCATE ON coupons_cooperationfund FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = """
DROP FUNCTION coupons_cancel_payment(bigint, bigint, text, timestamptz, date);
DROP FUNCTION coupons_pay(
    uuid, bytea, bigint, bigint, bigint, bigint, bigint, text, timestamptz, date, integer, bigint[]);
DROP FUNCTION coupons_cleared(uuid[], bigint, bigint, date);
DROP FUNCTION coupons_fund_of(bigint);
DROP FUNCTION coupons_legs_of_payment(bigint);
DROP FUNCTION coupons_account_of(text, bigint, bigint, bigint);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        GRANT UPDATE ON coupons_coupon TO aptic_site;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0002_guards")]

    operations = [migrations.RunSQL(ACCOUNT + FUND + CLEARED + PAY + CANCEL + PRIVILEGES, BACKWARD)]
