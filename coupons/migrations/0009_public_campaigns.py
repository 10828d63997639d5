"""Campaigns are public once ordered, and the database keeps where their coupons are good.

A rule that was ordered is final, and names territories of any shape: to ask each candidate of a search which piece of
them holds it takes as long as all the rest of the answer, and asking the territory first reads all of it. So the
answer stands beside each place (`Acceptance`), written whenever it may change: a rule becomes final, a listing, a
service or the territory it serves changes, an outline is drawn anew. The day and the label are not in it.
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

# What a campaign's rule asks of a service and of the kind of its venue (coupons/accepting.py).
OFFERED = """
    campaign.frozen_at IS NOT NULL AND service.status = 'approved'
    AND (NOT EXISTS (SELECT FROM coupons_campaign_venue_types kind WHERE kind.campaign_id = campaign.id)
         OR EXISTS (SELECT FROM coupons_campaign_venue_types kind
                    WHERE kind.campaign_id = campaign.id AND kind.venuetype_id = listing.venue_type_id))
    AND (NOT EXISTS (SELECT FROM coupons_campaign_categories chosen WHERE chosen.campaign_id = campaign.id)
         OR EXISTS (SELECT FROM coupons_campaign_categories chosen
                    JOIN directory_category category ON chosen.category_id IN (category.id, category.parent_id)
                    WHERE chosen.campaign_id = campaign.id AND category.id = service.category_id))
"""
ON_THE_SPOT = """
    (service.modes = '{}' OR service.modes && '{on_site,remote}'::varchar[]
     OR NOT EXISTS (SELECT FROM directory_service_coverage served WHERE served.service_id = service.id))
"""
# The order of the joins is the one that is written: from the few rows that changed.
FROM_THE_CAMPAIGN = """
    SELECT campaign.id AS campaign_id, listing.place_id, service.id AS service_id
    FROM coupons_campaign campaign
    JOIN coupons_campaign_areas named ON named.campaign_id = campaign.id
    JOIN geodata_areapart piece ON piece.area_id = named.area_id
    JOIN directory_listing listing ON ST_Covers(piece.geom, listing.point)
    JOIN directory_service service ON service.venue_id = listing.venue_id
    WHERE campaign.id = p_campaign
"""
FROM_THE_VENUE = """
    SELECT campaign.id AS campaign_id, listing.place_id, service.id AS service_id
    FROM directory_listing listing
    JOIN geodata_areapart piece ON ST_Covers(piece.geom, listing.point)
    JOIN coupons_campaign_areas named ON named.area_id = piece.area_id
    JOIN coupons_campaign campaign ON campaign.id = named.campaign_id
    JOIN directory_service service ON service.venue_id = listing.venue_id
    WHERE listing.venue_id = ANY (p_venues)
"""
MEETING = """
    EXISTS (SELECT FROM geodata_areapart one JOIN geodata_areapart other ON ST_Intersects(one.geom, other.geom)
            WHERE one.area_id = target.id AND other.area_id = home.id)
"""
AT_HOME_FROM_THE_CAMPAIGN = f"""
    SELECT DISTINCT p_campaign AS campaign_id, home.id AS area_id
    FROM coupons_campaign_areas named
    JOIN geodata_area target ON target.id = named.area_id
    JOIN geodata_area home ON home.geom && target.geom
    WHERE named.campaign_id = p_campaign
      AND EXISTS (SELECT FROM directory_service_coverage served WHERE served.area_id = home.id) AND {MEETING}
"""
AT_HOME_FROM_THE_VENUE = f"""
    SELECT DISTINCT named.campaign_id, home.id AS area_id
    FROM (SELECT DISTINCT served.area_id FROM directory_service service
          JOIN directory_service_coverage served ON served.service_id = service.id
          WHERE service.venue_id = ANY (p_venues)) served
    JOIN geodata_area home ON home.id = served.area_id
    JOIN geodata_area target ON target.geom && home.geom
    JOIN coupons_campaign_areas named ON named.area_id = target.id
    JOIN coupons_campaign campaign ON campaign.id = named.campaign_id AND campaign.frozen_at IS NOT NULL
    WHERE {MEETING}
"""


def accepting(name: str, argument: str, spot: str, met: str, of_old: str, of_services: str) -> str:
    """Writes anew what is accepted, in the part that `argument` says; rows that stay the same are not touched."""
    return f"""
CREATE FUNCTION {name}({argument}) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET join_collapse_limit = 1 AS $$
    WITH met AS MATERIALIZED ({met}),
    paid AS MATERIALIZED (
        {spot} AND {OFFERED} AND {ON_THE_SPOT}
        UNION
        SELECT met.campaign_id, listing.place_id, service.id
        FROM met
        JOIN directory_service_coverage served ON served.area_id = met.area_id
        JOIN directory_service service ON service.id = served.service_id
        JOIN coupons_campaign campaign ON campaign.id = met.campaign_id
        JOIN directory_listing listing ON listing.venue_id = service.venue_id
        WHERE service.modes @> '{{at_home}}'::varchar[] AND {of_services} AND {OFFERED}),
    accepted AS MATERIALIZED (
        SELECT campaign_id, place_id, array_agg(service_id ORDER BY service_id) AS services
        FROM paid GROUP BY campaign_id, place_id),
    gone AS (
        DELETE FROM coupons_acceptance old WHERE {of_old} AND NOT EXISTS (
            SELECT FROM accepted
            WHERE accepted.campaign_id = old.campaign_id AND accepted.place_id = old.place_id))
    INSERT INTO coupons_acceptance AS known (campaign_id, place_id, venue_id, point, services)
    SELECT campaign_id, place_id, listing.venue_id, listing.point, services
    FROM accepted JOIN directory_listing listing USING (place_id)
    ON CONFLICT (campaign_id, place_id) DO UPDATE
    SET venue_id = excluded.venue_id, point = excluded.point, services = excluded.services
    WHERE (known.venue_id, known.services) IS DISTINCT FROM (excluded.venue_id, excluded.services)
       OR NOT known.point ~= excluded.point;
$$;
"""


OF_A_CAMPAIGN = accepting(
    "coupons_accept_campaign",
    "p_campaign bigint",
    FROM_THE_CAMPAIGN,
    AT_HOME_FROM_THE_CAMPAIGN,
    "old.campaign_id = p_campaign",
    "true",
)
OF_VENUES = accepting(
    "coupons_accept_venues",
    "p_venues bigint[]",
    FROM_THE_VENUE,
    AT_HOME_FROM_THE_VENUE,
    # A place may come from another venue.
    """(old.venue_id = ANY (p_venues) OR old.place_id = ANY (ARRAY(
        SELECT place_id FROM directory_listing WHERE venue_id = ANY (p_venues))))""",
    "service.venue_id = ANY (p_venues)",
)

# A rule that becomes final waits for the venues that are being changed, and they for it: neither would see the other.
LOCK = 6026
TRIGGERED = f"""
CREATE FUNCTION coupons_campaign_accepts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({LOCK});
    PERFORM coupons_accept_campaign(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_campaign_accepts AFTER UPDATE OF frozen_at ON coupons_campaign FOR EACH ROW
WHEN (OLD.frozen_at IS NULL AND NEW.frozen_at IS NOT NULL) EXECUTE FUNCTION coupons_campaign_accepts();

CREATE FUNCTION coupons_venues_accept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE venues bigint[];
BEGIN
    IF TG_TABLE_NAME = 'directory_service_coverage' THEN
        SELECT array_agg(DISTINCT service.venue_id) INTO venues
        FROM changed JOIN directory_service service ON service.id = changed.service_id;
    ELSE
        SELECT array_agg(DISTINCT changed.venue_id) INTO venues FROM changed;
    END IF;
    IF venues IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared({LOCK});
        IF EXISTS (SELECT FROM coupons_campaign WHERE frozen_at IS NOT NULL) THEN
            PERFORM coupons_accept_venues(venues);
        END IF;
    END IF;
    RETURN NULL;
END $$;

-- Outlines of official territories, drawn anew: of rules, and of services at home.
CREATE FUNCTION coupons_outlines_accept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE venues bigint[];
BEGIN
    PERFORM coupons_accept_campaign(id) FROM coupons_campaign
    WHERE frozen_at IS NOT NULL AND id IN (
        SELECT campaign_id FROM coupons_campaign_areas WHERE area_id IN (SELECT area_id FROM changed));
    SELECT array_agg(DISTINCT service.venue_id) INTO venues
    FROM directory_service_coverage served JOIN directory_service service ON service.id = served.service_id
    WHERE served.area_id IN (SELECT area_id FROM changed);
    IF venues IS NOT NULL AND EXISTS (SELECT FROM coupons_campaign WHERE frozen_at IS NOT NULL) THEN
        PERFORM coupons_accept_venues(venues);
    END IF;
    RETURN NULL;
END $$;
"""
# (table, function, event, transition table that says what changed)
EVENTS = [("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD")]
WATCHED = [
    *(
        ("directory_listing", "coupons_venues_accept", *event)
        for event in EVENTS
        if event != ("UPDATE", "OLD")
    ),
    *(("directory_service", "coupons_venues_accept", *event) for event in EVENTS),
    ("directory_service_coverage", "coupons_venues_accept", "INSERT", "NEW"),
    ("directory_service_coverage", "coupons_venues_accept", "DELETE", "OLD"),
    ("geodata_areapart", "coupons_outlines_accept", "INSERT", "NEW"),
    ("geodata_areapart", "coupons_outlines_accept", "DELETE", "OLD"),
]


def trigger(table: str, event: str, rows: str) -> str:
    return f"coupons_{table}_accepts_{event.lower()}_{rows.lower()}"


TRIGGERS = "\n".join(
    f"CREATE TRIGGER {trigger(table, event, rows)} AFTER {event} ON {table} "
    f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    for table, function, event, rows in WATCHED
)
DROP_TRIGGERS = "\n".join(
    f"DROP TRIGGER {trigger(table, event, rows)} ON {table};" for table, _function, event, rows in WATCHED
)
READ_ONLY = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON coupons_acceptance FROM aptic_site;
    END IF;
END $$;
"""
ALL_AT_ONCE = "SELECT coupons_accept_campaign(id) FROM coupons_campaign WHERE frozen_at IS NOT NULL;"
FORWARD = "\n".join([OF_A_CAMPAIGN, OF_VENUES, TRIGGERED, TRIGGERS, READ_ONLY, ALL_AT_ONCE])
BACKWARD = f"""
{DROP_TRIGGERS}
DROP TRIGGER coupons_campaign_accepts ON coupons_campaign;
DROP FUNCTION coupons_campaign_accepts(), coupons_venues_accept(), coupons_outlines_accept(),
    coupons_accept_campaign(bigint), coupons_accept_venues(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0008_signals"),
        ("directory", "0021_token_scopes_of_coupons"),
        ("geodata", "0005_outages"),
    ]

    operations = [
        migrations.AddField(
            "campaign", "public", models.BooleanField(default=True, verbose_name="page publique")
        ),
        migrations.CreateModel(
            "Acceptance",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326)),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="acceptances",
                        to="coupons.campaign",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.place",
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="directory.venue",
                    ),
                ),
            ],
            options={
                "verbose_name": "lieu où des chèques s'utilisent",
                "verbose_name_plural": "lieux où des chèques s'utilisent",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        models.F("campaign"),
                        django.db.models.functions.comparison.Cast(
                            "point", django.contrib.gis.db.models.fields.PointField(geography=True, srid=4326)
                        ),
                        name="acceptance_nearest",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "place"), name="acceptance_once")
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
