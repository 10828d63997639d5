"""Reports: sums of what happened, counted once for each entry of the books; see docs/reporting.md.

An entry queues (`coupons_unreported`) in the statement that writes it, and leaves the queue in the transaction that
counts it. Nothing is kept of "up to number N": an entry that commits after a later number is still in the queue.
"""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

QUEUE = """
CREATE FUNCTION coupons_entries_to_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO coupons_unreported (entry_id) SELECT id FROM new_entries;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_entry_to_report AFTER INSERT ON coupons_entry
REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION coupons_entries_to_report();

INSERT INTO coupons_unreported (entry_id) SELECT id FROM coupons_entry;
"""

# Redemptions and hand-overs never change, but for what says whether they stand: a payment that was taken back is
# counted again, the other way round, under the same day and the same words.
USES = """
CREATE FUNCTION coupons_origin_key(p_commune bigint, p_delivery_point bigint, p_point geometry) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws('/', coalesce(p_commune, 0), coalesce(p_delivery_point, 0),
                     ST_AsText(ST_SnapToGrid(p_point, 0.001), 3))
$$;

CREATE FUNCTION coupons_uses_of(p_entries bigint[]) RETURNS TABLE (
    sign integer, payment bigint, organization bigint, place bigint, service bigint, day date, campaign bigint,
    booklet bigint, public text, origin bigint, paid bigint, returned bigint, contribution bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH counted AS (
        SELECT 1 AS sign, payment.* FROM unnest(p_entries) asked (id) JOIN coupons_payment payment ON entry_id = asked.id
        UNION ALL
        SELECT -1, payment.* FROM unnest(p_entries) asked (id) JOIN coupons_payment payment ON cancel_entry_id = asked.id)
    SELECT counted.sign, counted.id, counted.organization_id, counted.place_id, counted.service_id, counted."on",
           made.campaign_id, booklet.id, hand_over.public, origin.id,
           redemption.paid_cents, redemption.returned_cents, redemption.contribution_cents
    FROM counted JOIN coupons_redemption redemption ON redemption.payment_id = counted.id
    JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
    JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
    JOIN coupons_order made ON made.id = booklet.order_id
    JOIN coupons_handover hand_over ON hand_over.id = booklet.hand_over_id
    JOIN coupons_origin origin
      ON origin.key = coupons_origin_key(hand_over.commune_id, hand_over.delivery_point_id, hand_over.point)
$$;
"""


def added(table: str, *columns: str) -> str:
    """What an insertion does where the row is there: it adds."""
    return ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in columns)


USED = ("payments", "coupons", "paid_cents", "returned_cents", "contribution_cents")


def used(table: str, column: str, day: str) -> str:
    return f"""
    INSERT INTO {table} (campaign_id, "{column}", organization_id, place_id, service_id, public, {", ".join(USED)})
    SELECT campaign, {day}, organization, place, service, public,
           count(DISTINCT payment) FILTER (WHERE sign = 1) - count(DISTINCT payment) FILTER (WHERE sign = -1),
           sum(sign), sum(sign * paid), sum(sign * returned), sum(sign * contribution)
    FROM these_uses GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (campaign_id, "{column}", organization_id, place_id, service_id, public)
    DO UPDATE SET {added(table, *USED)};
"""


COUNT = f"""
CREATE FUNCTION coupons_count_entries(p_entries bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO coupons_movement (campaign_id, "on", kind, outstanding_cents, contribution_cents, refundable_cents)
    SELECT account.campaign_id, entry."on", entry.kind,
           coalesce(sum(leg.amount_cents) FILTER (WHERE account.kind = 'outstanding'), 0),
           coalesce(sum(leg.amount_cents) FILTER (WHERE account.kind = 'contribution'), 0),
           coalesce(sum(leg.amount_cents) FILTER (WHERE account.kind = 'sponsor_refundable'), 0)
    FROM unnest(p_entries) asked (id) JOIN coupons_entry entry ON entry.id = asked.id
    JOIN coupons_leg leg ON leg.entry_id = entry.id JOIN coupons_account account ON account.id = leg.account_id
    WHERE account.campaign_id IS NOT NULL
    GROUP BY 1, 2, 3
    ON CONFLICT (campaign_id, "on", kind)
    DO UPDATE SET {added("coupons_movement", "outstanding_cents", "contribution_cents", "refundable_cents")};

    INSERT INTO coupons_origin (commune_id, delivery_point_id, point, key)
    -- The commune of a point told alone, found once.
    SELECT DISTINCT ON (key) coalesce(commune_id, CASE WHEN delivery_point_id IS NULL THEN (
               SELECT area.id FROM geodata_areapart part JOIN geodata_area area ON area.id = part.area_id
               WHERE area.level = 'commune' AND area.valid_until IS NULL AND ST_Covers(part.geom, point)
               ORDER BY area.id LIMIT 1) END),
           delivery_point_id, ST_SnapToGrid(point, 0.001), key
    FROM (SELECT hand_over.*, coupons_origin_key(commune_id, delivery_point_id, point) AS key
          FROM unnest(p_entries) asked (id) JOIN coupons_handover hand_over ON hand_over.entry_id = asked.id) told
    ON CONFLICT (key) DO NOTHING;

    INSERT INTO coupons_handedout (campaign_id, "on", origin_id, public, booklets, coupons)
    SELECT made.campaign_id, hand_over."on", origin.id, hand_over.public,
           sum((SELECT count(*) FROM coupons_booklet WHERE hand_over_id = hand_over.id)),
           sum((SELECT -sum(leg.amount_cents) FROM coupons_leg leg JOIN coupons_account account
                ON account.id = leg.account_id AND account.kind = 'outstanding'
                WHERE leg.entry_id = hand_over.entry_id) / made.face_value_cents)
    FROM unnest(p_entries) asked (id) JOIN coupons_handover hand_over ON hand_over.entry_id = asked.id
    JOIN coupons_order made ON made.id = hand_over.order_id
    JOIN coupons_origin origin
      ON origin.key = coupons_origin_key(hand_over.commune_id, hand_over.delivery_point_id, hand_over.point)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (campaign_id, "on", origin_id, public)
    DO UPDATE SET {added("coupons_handedout", "booklets", "coupons")};

    -- Looked up once: four tables are summed up from them.
    CREATE TEMPORARY TABLE these_uses ON COMMIT DROP AS SELECT * FROM coupons_uses_of(p_entries);
    ANALYZE these_uses;
{used("coupons_usedofday", "on", "day")}{used("coupons_usedofmonth", "month", "date_trunc('month', day)::date")}
    INSERT INTO coupons_flow (campaign_id, organization_id, origin_id, place_id, payments, coupons)
    SELECT campaign, organization, origin, place,
           count(DISTINCT payment) FILTER (WHERE sign = 1) - count(DISTINCT payment) FILTER (WHERE sign = -1),
           sum(sign)
    FROM these_uses GROUP BY 1, 2, 3, 4
    ON CONFLICT (campaign_id, organization_id, origin_id, place_id)
    DO UPDATE SET {added("coupons_flow", "payments", "coupons")};

    -- What stands now, whichever entries were read: an entry that comes later looks again.
    CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
    SELECT DISTINCT booklet AS id, campaign FROM these_uses;
    DELETE FROM coupons_started WHERE booklet_id IN (SELECT id FROM touched);
    INSERT INTO coupons_started (booklet_id, campaign_id, days)
    SELECT touched.id, touched.campaign, greatest(min(payment."on") - hand_over."on", 0)
    FROM touched JOIN coupons_booklet booklet ON booklet.id = touched.id
    JOIN coupons_handover hand_over ON hand_over.id = booklet.hand_over_id
    JOIN coupons_coupon coupon ON coupon.booklet_id = touched.id
    JOIN coupons_redemption redemption ON redemption.coupon_id = coupon.id AND redemption.standing
    JOIN coupons_payment payment ON payment.id = redemption.payment_id
    GROUP BY touched.id, touched.campaign, hand_over."on";
    DROP TABLE touched, these_uses;
END $$;
"""

REPORT = """
-- How many entries were counted; null when somebody else is at it.
CREATE FUNCTION coupons_report(p_batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entries bigint[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('coupons_report', 0)) THEN
        RETURN NULL;
    END IF;
    WITH taken AS (
        DELETE FROM coupons_unreported
        WHERE entry_id IN (SELECT entry_id FROM coupons_unreported ORDER BY entry_id LIMIT p_batch)
        RETURNING entry_id)
    SELECT coalesce(array_agg(entry_id ORDER BY entry_id), '{}') INTO entries FROM taken;
    IF cardinality(entries) > 0 THEN
        PERFORM coupons_count_entries(entries);
    END IF;
    INSERT INTO coupons_reportrun (id, at) VALUES (1, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET at = excluded.at;
    RETURN cardinality(entries);
END $$;

-- All of it again from nothing. Readers see the former sums until the end.
CREATE FUNCTION coupons_report_anew() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entries bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('coupons_report', 0));
    DELETE FROM coupons_movement;
    DELETE FROM coupons_handedout;
    DELETE FROM coupons_usedofday;
    DELETE FROM coupons_usedofmonth;
    DELETE FROM coupons_flow;
    DELETE FROM coupons_started;
    -- In one statement, so in one view of the database: an entry is in both, or in neither and still queues.
    WITH gone AS (DELETE FROM coupons_unreported)
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO entries FROM coupons_entry;
    PERFORM coupons_count_entries(entries);
    INSERT INTO coupons_reportrun (id, at) VALUES (1, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET at = excluded.at;
    RETURN cardinality(entries);
END $$;
"""

TABLES = [
    "movement",
    "origin",
    "handedout",
    "usedofday",
    "usedofmonth",
    "flow",
    "started",
    "unreported",
    "reportrun",
]
PRIVILEGES = f"""
REVOKE EXECUTE ON FUNCTION coupons_count_entries(bigint[]), coupons_report_anew() FROM PUBLIC;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {", ".join(f"coupons_{table}" for table in TABLES)} FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER coupons_entry_to_report ON coupons_entry;
DROP FUNCTION coupons_report_anew();
DROP FUNCTION coupons_report(integer);
DROP FUNCTION coupons_count_entries(bigint[]);
DROP FUNCTION coupons_uses_of(bigint[]);
DROP FUNCTION coupons_origin_key(bigint, bigint, geometry);
DROP FUNCTION coupons_entries_to_report();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0009_public_campaigns"),
        ("directory", "0021_token_scopes_of_coupons"),
        ("geodata", "0005_outages"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Unreported",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="coupons.entry",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="campaign",
            name="open_data",
            field=models.BooleanField(default=False, verbose_name="chiffres publics"),
        ),
        migrations.CreateModel(
            name="Origin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(null=True, spatial_index=False, srid=4326),
                ),
                ("key", models.CharField(max_length=120, unique=True)),
                (
                    "commune",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="geodata.area",
                    ),
                ),
                (
                    "delivery_point",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.deliverypoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("kind", models.CharField(max_length=20)),
                ("outstanding_cents", models.BigIntegerField()),
                ("contribution_cents", models.BigIntegerField()),
                ("refundable_cents", models.BigIntegerField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.campaign",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "on", "kind"), name="movement_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HandedOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("public", models.CharField(blank=True, max_length=12)),
                ("booklets", models.IntegerField()),
                ("coupons", models.IntegerField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.campaign",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.origin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "on", "origin", "public"), name="handed_out_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Flow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payments", models.IntegerField()),
                ("coupons", models.IntegerField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.campaign",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.organization",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.place",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.origin",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization"], name="flow_by_provider")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "organization", "origin", "place"), name="flow_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Started",
            fields=[
                (
                    "booklet",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="coupons.booklet",
                    ),
                ),
                ("days", models.IntegerField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["campaign", "days"], name="started_after")],
            },
        ),
        migrations.CreateModel(
            name="UsedOfDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public", models.CharField(blank=True, max_length=12)),
                ("payments", models.IntegerField()),
                ("coupons", models.IntegerField()),
                ("paid_cents", models.BigIntegerField()),
                ("returned_cents", models.BigIntegerField()),
                ("contribution_cents", models.BigIntegerField()),
                ("on", models.DateField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.campaign",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.organization",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.place",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.service",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "on", "organization", "place", "service", "public"),
                        name="used_of_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsedOfMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public", models.CharField(blank=True, max_length=12)),
                ("payments", models.IntegerField()),
                ("coupons", models.IntegerField()),
                ("paid_cents", models.BigIntegerField()),
                ("returned_cents", models.BigIntegerField()),
                ("contribution_cents", models.BigIntegerField()),
                ("month", models.DateField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.campaign",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.organization",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.place",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization"], name="used_by_provider")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "month", "organization", "place", "service", "public"),
                        name="used_of_month",
                    )
                ],
            },
        ),
        migrations.RunSQL(QUEUE + USES + COUNT + REPORT + PRIVILEGES, BACKWARD),
    ]
