"""How fresh a venue is, and the listings that know it: a venue leaves the search on its day, without a nightly job.

A venue is managed when its organisation has somebody who may confirm it. Its clock starts at its last confirmation
(its creation when there is none), and never before somebody could confirm.
"""

from django.db import migrations, models

FRESHNESS = """
CREATE VIEW directory_freshness AS
SELECT venue.id AS venue_id,
       clock.confirmed_on,
       (clock.confirmed_on + interval '6 months')::date AS due_on,
       (clock.confirmed_on + interval '9 months')::date AS stale_on,
       (clock.confirmed_on + interval '12 months')::date AS listed_until
FROM directory_venue venue
CROSS JOIN LATERAL (
    SELECT min(since) AS since FROM directory_membership
    WHERE organization_id = venue.organization_id AND role IN ('provider-manager', 'provider-agent')
) somebody
CROSS JOIN LATERAL (
    SELECT greatest(coalesce(venue.verified_on, (venue.created_at AT TIME ZONE 'Europe/Paris')::date),
                    (somebody.since AT TIME ZONE 'Europe/Paris')::date) AS confirmed_on
) clock
WHERE somebody.since IS NOT NULL AND venue.merged_into_id IS NULL;
"""

LISTED = """
SELECT place.id AS place_id,
       venue.id AS venue_id,
       place.point,
       venue.name,
       venue.venue_type_id,
       venue.itinerant,
       place.commune_code,
       coalesce(offer.categories, '{}') AS categories,
       ARRAY(SELECT DISTINCT a FROM unnest(venue.audiences || offer.audiences) a ORDER BY a)::varchar(24)[] AS audiences,
       coalesce(offer.modes, '{}') AS modes,
       venue.accessible,
       offer.price_min_cents,
       coalesce(label.during, '{}'::datemultirange) AS labelled_during,
       place.timezone,
       place.week,
       setweight(to_tsvector('directory_french', venue.name), 'A')
           || setweight(to_tsvector('directory_french', coalesce(offer.words, '')), 'B')
           || setweight(to_tsvector('directory_french', concat_ws(' ', kind.name, organization.name,
                                    venue.parent_structure, place.name, place.commune)), 'C')
           || setweight(to_tsvector('directory_french', venue.summary), 'D') AS words,
       venue.updated_on,
       venue.demo{more}
FROM directory_place place
JOIN directory_venue venue ON venue.id = place.venue_id
LEFT JOIN directory_venuetype kind ON kind.id = venue.venue_type_id
LEFT JOIN directory_organization organization ON organization.id = venue.organization_id{join}
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT category_id ORDER BY category_id) FILTER (WHERE category_id IS NOT NULL) AS categories,
           array_agg(DISTINCT audience ORDER BY audience) FILTER (WHERE audience IS NOT NULL) AS audiences,
           array_agg(DISTINCT mode ORDER BY mode) FILTER (WHERE mode IS NOT NULL) AS modes,
           min(price_cents) AS price_min_cents,
           string_agg(DISTINCT service_name, ' ') AS words
    FROM (
        SELECT unnest(ARRAY[category.id, category.parent_id]) AS category_id,
               unnest(CASE WHEN service.audiences = '{}' THEN '{NULL}' ELSE service.audiences END) AS audience,
               unnest(CASE WHEN service.modes = '{}' THEN '{NULL}' ELSE service.modes END) AS mode,
               service.price_cents,
               concat_ws(' ', service.name, category.name) AS service_name
        FROM directory_service service
        JOIN directory_category category ON category.id = service.category_id
        WHERE service.venue_id = venue.id AND service.status = 'approved'
    ) one
) offer ON true
LEFT JOIN LATERAL (
    SELECT range_agg(during) AS during FROM directory_labelling WHERE venue_id = venue.id
) label ON true
WHERE venue.published AND place.point IS NOT NULL;
"""
OLD_VIEW = LISTED.replace("{more}", "").replace("{join}", "")
NEW_VIEW = LISTED.replace("{more}", ",\n       freshness.stale_on,\n       freshness.listed_until").replace(
    "{join}", "\nLEFT JOIN directory_freshness freshness ON freshness.venue_id = venue.id"
)

COLUMNS = [
    "place_id",
    "venue_id",
    "point",
    "name",
    "venue_type_id",
    "itinerant",
    "commune_code",
    "categories",
    "audiences",
    "modes",
    "accessible",
    "price_min_cents",
    "labelled_during",
    "timezone",
    "week",
    "updated_on",
    "demo",
]


def relist(columns: list[str]) -> str:
    """As migration 0006 wrote it, with these columns."""
    names, new, old = (
        ", ".join(prefix + name for name in columns) for prefix in ("", "excluded.", "listing.")
    )
    return f"""
CREATE OR REPLACE FUNCTION directory_relist(places bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    WITH listed AS MATERIALIZED (SELECT * FROM directory_listed WHERE place_id = ANY(places)),
    gone AS (
        DELETE FROM directory_listing
        WHERE place_id = ANY(places) AND place_id NOT IN (SELECT place_id FROM listed)
    ),
    worded AS (
        INSERT INTO directory_listingwords AS known (listing_id, words) SELECT place_id, words FROM listed
        ON CONFLICT (listing_id) DO UPDATE SET words = excluded.words WHERE known.words <> excluded.words
    )
    INSERT INTO directory_listing AS listing ({names}) SELECT {names} FROM listed
    ON CONFLICT (place_id) DO UPDATE SET ({names}) = (SELECT {new})
    WHERE ({old}) IS DISTINCT FROM ({new});
$$;
"""


MEMBERS = """
CREATE FUNCTION directory_relist_managed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE places bigint[];
BEGIN
    SELECT array_agg(DISTINCT place.id) INTO places
    FROM changed JOIN directory_venue venue ON venue.organization_id = changed.organization_id
    JOIN directory_place place ON place.venue_id = venue.id;
    IF places IS NOT NULL THEN
        PERFORM directory_relist(places);
    END IF;
    RETURN NULL;
END $$;
"""
EVENTS = [("INSERT", "NEW"), ("UPDATE", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")]
TRIGGERS = "\n".join(
    f"CREATE TRIGGER directory_membership_relist_{event.lower()}_{rows.lower()} AFTER {event} ON directory_membership "
    f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION directory_relist_managed();"
    for event, rows in EVENTS
)
DROP_TRIGGERS = "\n".join(
    f"DROP TRIGGER directory_membership_relist_{event.lower()}_{rows.lower()} ON directory_membership;"
    for event, rows in EVENTS
)

RELIST_ALL = "SELECT directory_relist(array_agg(id)) FROM directory_place;"
READ_ONLY = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE ON directory_freshness, directory_listed FROM aptic_site;
    END IF;
END $$;
"""

FORWARD = f"""
{FRESHNESS}
CREATE OR REPLACE VIEW directory_listed AS {NEW_VIEW}
{relist([*COLUMNS, "stale_on", "listed_until"])}
{MEMBERS}
{TRIGGERS}
{RELIST_ALL}
{READ_ONLY}
"""
BACKWARD = f"""
{DROP_TRIGGERS}
DROP FUNCTION directory_relist_managed();
{relist(COLUMNS)}
DROP VIEW directory_listed;
CREATE VIEW directory_listed AS {OLD_VIEW}
DROP VIEW directory_freshness;
{READ_ONLY.replace("directory_freshness, ", "")}
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0011_shared_cache")]

    operations = [
        migrations.AddField("listing", "stale_on", models.DateField(null=True)),
        migrations.AddField("listing", "listed_until", models.DateField(null=True)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
