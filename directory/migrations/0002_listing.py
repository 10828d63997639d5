"""The read model of the public search, written by the database alone.

`directory_listed` says what a listing is; `directory_relist(places)` makes the table agree with it for those
places; one statement trigger per source table and event calls it with the places concerned. A service or a label
that moves to another venue concerns both venues, hence the two triggers on UPDATE.
"""

from django.db import migrations

WORDS = """
CREATE TEXT SEARCH CONFIGURATION directory_french (COPY = french);
ALTER TEXT SEARCH CONFIGURATION directory_french
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
"""

LISTED = """
CREATE VIEW directory_listed AS
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
       venue.demo
FROM directory_place place
JOIN directory_venue venue ON venue.id = place.venue_id
LEFT JOIN directory_venuetype kind ON kind.id = venue.venue_type_id
LEFT JOIN directory_organization organization ON organization.id = venue.organization_id
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

COLUMNS = """place_id, venue_id, point, name, venue_type_id, itinerant, commune_code, categories, audiences, modes,
             accessible, price_min_cents, labelled_during, timezone, week, words, updated_on, demo"""

RELIST = f"""
-- Inside a bulk load the tables have no statistics yet, and the planner would read all services for each place.
CREATE FUNCTION directory_relist(places bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    DELETE FROM directory_listing listing
    WHERE place_id = ANY(places)
      AND NOT EXISTS (SELECT FROM directory_listed listed WHERE listed.place_id = listing.place_id);

    INSERT INTO directory_listing AS listing ({COLUMNS})
    SELECT {COLUMNS} FROM directory_listed WHERE place_id = ANY(places)
    ON CONFLICT (place_id) DO UPDATE SET ({COLUMNS}) = (
        SELECT {", ".join("excluded." + name.strip() for name in COLUMNS.split(","))}
    )
    WHERE ({", ".join("listing." + name.strip() for name in COLUMNS.split(","))})
       IS DISTINCT FROM ({", ".join("excluded." + name.strip() for name in COLUMNS.split(","))});
$$;

CREATE FUNCTION directory_relist_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE places bigint[];
BEGIN
    CASE TG_TABLE_NAME
    WHEN 'directory_place' THEN
        SELECT array_agg(changed.id) INTO places FROM changed;
    WHEN 'directory_venue' THEN
        SELECT array_agg(place.id) INTO places
        FROM directory_place place JOIN changed ON changed.id = place.venue_id;
    WHEN 'directory_organization' THEN
        SELECT array_agg(place.id) INTO places
        FROM changed JOIN directory_venue venue ON venue.organization_id = changed.id
        JOIN directory_place place ON place.venue_id = venue.id;
    WHEN 'directory_venuetype' THEN
        SELECT array_agg(place.id) INTO places
        FROM changed JOIN directory_venue venue ON venue.venue_type_id = changed.id
        JOIN directory_place place ON place.venue_id = venue.id;
    WHEN 'directory_category' THEN
        SELECT array_agg(DISTINCT place.id) INTO places
        FROM changed JOIN directory_service service ON service.category_id = changed.id
        JOIN directory_place place ON place.venue_id = service.venue_id;
    ELSE  -- services and labellings
        SELECT array_agg(DISTINCT place.id) INTO places
        FROM directory_place place JOIN changed ON changed.venue_id = place.venue_id;
    END CASE;
    IF places IS NOT NULL THEN
        PERFORM directory_relist(places);
    END IF;
    RETURN NULL;
END $$;
"""

# (table, event, transition table that says what changed)
TRIGGERS = [
    ("place", "INSERT", "NEW"),
    ("place", "UPDATE", "NEW"),
    ("place", "DELETE", "OLD"),
    ("venue", "UPDATE", "NEW"),
    ("organization", "UPDATE", "NEW"),
    ("venuetype", "UPDATE", "NEW"),
    ("category", "UPDATE", "NEW"),
    ("service", "INSERT", "NEW"),
    ("service", "UPDATE", "OLD"),
    ("service", "UPDATE", "NEW"),
    ("service", "DELETE", "OLD"),
    ("labelling", "INSERT", "NEW"),
    ("labelling", "UPDATE", "OLD"),
    ("labelling", "UPDATE", "NEW"),
    ("labelling", "DELETE", "OLD"),
]


def trigger_name(table: str, event: str, rows: str) -> str:
    return f"directory_{table}_relist_{event.lower()}_{rows.lower()}"


CREATE_TRIGGERS = "\n".join(
    f"CREATE TRIGGER {trigger_name(table, event, rows)} AFTER {event} ON directory_{table} "
    f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION directory_relist_changed();"
    for table, event, rows in TRIGGERS
)
DROP_TRIGGERS = "\n".join(
    f"DROP TRIGGER {trigger_name(table, event, rows)} ON directory_{table};"
    for table, event, rows in TRIGGERS
)

READ_ONLY = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE ON directory_listing, directory_listed FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = f"""
{DROP_TRIGGERS}
DROP FUNCTION directory_relist_changed();
DROP FUNCTION directory_relist(bigint[]);
DROP VIEW directory_listed;
DROP TEXT SEARCH CONFIGURATION directory_french;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [migrations.RunSQL(WORDS + LISTED + RELIST + CREATE_TRIGGERS + READ_ONLY, BACKWARD)]
