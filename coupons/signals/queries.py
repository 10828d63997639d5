"""One statement for each kind of signal: rows of `key, organization_id, on, numbers, payments`.

All are set-wise over the payments from `since` on, and say the same again when asked again: keys are made of days,
booklets or months, and each is looked at whole.
"""

from coupons.choices import SignalKind

# An account; and a device, when several accounts share it, for otherwise it says the same.
BURST = """
WITH used AS (
    SELECT payment.id, payment.organization_id, payment.agent_id, payment.device, payment.at, payment."on",
           count(*) AS coupons
    FROM coupons_payment payment JOIN coupons_redemption redemption ON redemption.payment_id = payment.id
    WHERE payment.at >= %(since)s AND payment.at < %(until)s GROUP BY payment.id),
hands AS (
    SELECT 'account' AS hand, agent_id::text AS who, * FROM used
    UNION ALL
    SELECT 'device', device, * FROM used WHERE device <> ''),
minutes AS (
    SELECT *, sum(coupons) OVER last_minute AS most, count(*) OVER last_minute AS among,
           min(agent_id) OVER last_minute <> max(agent_id) OVER last_minute AS several
    FROM hands
    WINDOW last_minute AS (PARTITION BY hand, organization_id, who ORDER BY at
                           RANGE BETWEEN %(burst_window)s::interval - interval '1 microsecond' PRECEDING
                                     AND CURRENT ROW)),
fired AS (
    SELECT * FROM minutes WHERE most >= %(burst_coupons)s AND among >= %(burst_payments)s
       AND (hand = 'account' OR several)),
worst AS (
    SELECT DISTINCT ON (hand, organization_id, who, "on") * FROM fired
    ORDER BY hand, organization_id, who, "on", most DESC, at)
SELECT format('%%s:%%s:%%s:%%s', worst.hand, worst.organization_id, worst.who, worst."on") AS key,
       worst.organization_id, worst."on",
       jsonb_build_object('hand', worst.hand, 'coupons', worst.most, 'payments', worst.among, 'at', worst.at)
           AS numbers,
       array_agg(DISTINCT used.id) AS payments
FROM worst
JOIN fired ON (fired.hand, fired.organization_id, fired.who, fired."on")
            = (worst.hand, worst.organization_id, worst.who, worst."on")
JOIN hands used ON (used.hand, used.organization_id, used.who) = (fired.hand, fired.organization_id, fired.who)
     AND used.at <= fired.at AND used.at > fired.at - %(burst_window)s::interval
GROUP BY worst.hand, worst.organization_id, worst.who, worst."on", worst.most, worst.among, worst.at
"""

# The same booklet here, then there. What is rendered at a distance or at home says nothing of where its holder was.
TRAVEL = """
WITH touched AS (
    SELECT DISTINCT coupon.booklet_id
    FROM coupons_payment payment JOIN coupons_redemption redemption ON redemption.payment_id = payment.id
    JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
    WHERE payment.at >= %(since)s AND payment.at < %(until)s),
uses AS (
    SELECT DISTINCT coupon.booklet_id, payment.id, payment.organization_id, payment.place_id, payment.at,
           payment."on"
    FROM touched JOIN coupons_coupon coupon ON coupon.booklet_id = touched.booklet_id
    JOIN coupons_redemption redemption ON redemption.coupon_id = coupon.id AND redemption.standing
    JOIN coupons_payment payment ON payment.id = redemption.payment_id AND payment.at < %(until)s
    JOIN directory_service service ON service.id = payment.service_id
    WHERE NOT service.modes && ARRAY['remote', 'at_home']::varchar[]),
steps AS (
    SELECT *, lag(id) OVER before AS before_id, lag(at) OVER before AS before_at,
           lag(place_id) OVER before AS before_place_id
    FROM uses WINDOW before AS (PARTITION BY booklet_id ORDER BY at, id)),
moved AS (
    SELECT steps.*, extract(epoch FROM at - before_at) AS seconds,
           ST_Distance(here.point::geography, there.point::geography) / 1000 AS km
    FROM steps JOIN directory_place here ON here.id = place_id
    JOIN directory_place there ON there.id = before_place_id
    WHERE at >= %(since)s AND place_id <> before_place_id AND at - before_at < %(travel_within)s)
SELECT format('%%s:%%s', booklet_id, id) AS key, organization_id, "on",
       jsonb_build_object('km', round(km), 'minutes', ceil(seconds / 60), 'booklet', booklet_id) AS numbers,
       ARRAY[before_id, id] AS payments
FROM moved WHERE km >= %(travel_km)s AND km * 3600 > %(travel_km_h)s * seconds
"""

BOOKLETS = """
WITH used AS (
    SELECT coupon.booklet_id, payment.organization_id, payment."on", count(*) AS coupons,
           max(payment.at) - min(payment.at) AS lasted, array_agg(DISTINCT payment.id) AS payments
    FROM coupons_payment payment
    JOIN coupons_redemption redemption ON redemption.payment_id = payment.id AND redemption.standing
    JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
    WHERE payment.at >= %(since)s AND payment.at < %(until)s
    GROUP BY coupon.booklet_id, payment.organization_id, payment."on"
    HAVING count(*) >= %(booklet_coupons)s AND max(payment.at) - min(payment.at) <= %(booklet_within)s),
whole AS (
    SELECT used.* FROM used
    WHERE coupons = (SELECT count(*) FROM coupons_coupon WHERE booklet_id = used.booklet_id))
SELECT format('%%s:%%s', organization_id, "on") AS key, organization_id, "on",
       jsonb_build_object('booklets', count(*), 'coupons', sum(coupons),
                          'minutes', ceil(extract(epoch FROM max(lasted)) / 60)) AS numbers,
       (SELECT array_agg(DISTINCT one) FROM whole same, unnest(same.payments) one
        WHERE (same.organization_id, same."on") = (whole.organization_id, whole."on")) AS payments
FROM whole GROUP BY organization_id, "on" HAVING count(*) >= %(booklets)s
"""

# Whoever has no account is nobody known: the sentence says so. Payments: the account's, in that hour and the next.
WRONG_CODES = """
WITH tried AS (
    SELECT who, tries, "window" AS at,
           CASE WHEN who LIKE 'account:%%' THEN substr(who, 9)::bigint END AS account_id
    FROM coupons_tries
    WHERE "window" >= %(since)s AND "window" < %(until)s
      AND ((who LIKE 'account:%%' OR who LIKE 'address:%%') AND tries >= %(wrong_codes)s
           OR who LIKE 'accounts:%%' AND tries >= %(wrong_codes_of_accounts)s))
SELECT format('%%s:%%s', who, extract(epoch FROM at)::bigint) AS key,
       (SELECT min(organization_id) FROM directory_membership membership
        WHERE user_id = account_id AND role LIKE 'provider%%') AS organization_id,
       (at AT TIME ZONE 'Europe/Paris')::date AS "on",
       jsonb_build_object('hand', split_part(who, ':', 1), 'codes', tries, 'at', at) AS numbers,
       (SELECT array_agg(id) FROM coupons_payment
        WHERE agent_id = account_id AND coupons_payment.at >= tried.at
          AND coupons_payment.at < tried.at + interval '2 hours') AS payments
FROM tried
"""

# By month; what was cancelled is not counted. A commune's code begins with its département's, 97 and 98 with three.
ABOVE = """
WITH months AS (
    SELECT payment.organization_id, venue.venue_type_id AS venue_kind, date_trunc('month', payment."on")::date AS month,
           CASE WHEN place.commune_code ~ '^9[78]' THEN left(place.commune_code, 3)
                ELSE left(place.commune_code, 2) END AS departement,
           sum(payment.covered_cents) AS cents, count(*) AS payments
    FROM coupons_payment payment JOIN directory_venue venue ON venue.id = payment.venue_id
    JOIN directory_place place ON place.id = payment.place_id
    WHERE payment.at >= %(month)s AND payment.at < %(until)s AND payment.cancelled_at IS NULL
      AND place.commune_code <> ''
    GROUP BY 1, 2, 3, 4),
compared AS (
    SELECT venue_kind, month, departement, count(*) AS providers,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY cents) AS median
    FROM months GROUP BY 1, 2, 3 HAVING count(*) >= %(above_providers)s)
SELECT format('%%s:%%s:%%s:%%s', organization_id, coalesce(months.venue_kind::text, ''), departement, month) AS key,
       organization_id, month AS "on",
       jsonb_build_object('cents', cents, 'median_cents', round(median), 'providers', providers,
                          'departement', departement, 'payments', months.payments,
                          'times', round(cents / greatest(median, 1)::numeric, 1)) AS numbers,
       (SELECT array_agg(latest.id) FROM (
            SELECT payment.id FROM coupons_payment payment JOIN directory_venue venue ON venue.id = payment.venue_id
            WHERE payment.organization_id = months.organization_id AND payment.at >= %(month)s
              AND date_trunc('month', payment."on")::date = months.month
              AND venue.venue_type_id IS NOT DISTINCT FROM months.venue_kind AND payment.cancelled_at IS NULL
            ORDER BY payment.at DESC LIMIT %(most_payments)s) latest) AS payments
FROM months JOIN compared USING (month, departement)
WHERE months.venue_kind IS NOT DISTINCT FROM compared.venue_kind
  AND cents >= %(above_cents)s AND cents >= %(above_times)s * median::numeric
"""

QUERIES = {
    SignalKind.BURST: BURST,
    SignalKind.TRAVEL: TRAVEL,
    SignalKind.BOOKLETS: BOOKLETS,
    SignalKind.WRONG_CODES: WRONG_CODES,
    SignalKind.ABOVE: ABOVE,
}

# What was found is written once; while nobody has decided, its numbers follow what happens. How many are new.
KEEP = """
WITH found AS ({query}),
kept AS (
    INSERT INTO coupons_signal (kind, key, organization_id, "on", numbers, found_at, state, reason)
    SELECT %(kind)s, key, organization_id, "on", numbers, %(until)s, 'open', '' FROM found
    ON CONFLICT (kind, key) DO UPDATE SET numbers = EXCLUDED.numbers
    WHERE coupons_signal.state = 'open' AND coupons_signal.numbers IS DISTINCT FROM EXCLUDED.numbers
    RETURNING id, key, xmax = 0 AS new),
behind AS (
    INSERT INTO coupons_signalpayment (signal_id, payment_id)
    SELECT kept.id, unnest(found.payments[:%(most_payments)s]) FROM kept JOIN found USING (key)
    ON CONFLICT DO NOTHING)
SELECT count(*) FILTER (WHERE new) FROM kept
"""
