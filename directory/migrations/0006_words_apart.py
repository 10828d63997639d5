"""Search words in a table of their own: they were two thirds of a listing, and few searches look at them.

A filter that no index answers reads every listing; without the words that is 40 MB of 100,000 venues instead of
100. (A wider row would go to TOAST by itself; rows of one kilobyte stay whole, whatever their storage says.)
"""

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

# The words go where their listing goes, even when plain SQL deletes it.
WORDS = """
ALTER TABLE directory_listingwords ADD CONSTRAINT directory_listingwords_of_a_listing
    FOREIGN KEY (listing_id) REFERENCES directory_listing (place_id) ON DELETE CASCADE;
INSERT INTO directory_listingwords (listing_id, words) SELECT place_id, words FROM directory_listing;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE ON directory_listingwords FROM aptic_site;
    END IF;
END $$;
"""

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


def relist(columns: list[str], words_apart: str) -> str:
    """`directory_relist`: makes listings agree with the view `directory_listed`, read once."""
    names, new, old = (
        ", ".join(prefix + name for name in columns) for prefix in ("", "excluded.", "listing.")
    )
    return f"""
-- Inside a bulk load the tables have no statistics yet, and the planner would read all services for each place.
CREATE OR REPLACE FUNCTION directory_relist(places bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    WITH listed AS MATERIALIZED (SELECT * FROM directory_listed WHERE place_id = ANY(places)),
    gone AS (
        DELETE FROM directory_listing
        WHERE place_id = ANY(places) AND place_id NOT IN (SELECT place_id FROM listed)
    ){words_apart}
    INSERT INTO directory_listing AS listing ({names}) SELECT {names} FROM listed
    ON CONFLICT (place_id) DO UPDATE SET ({names}) = (SELECT {new})
    WHERE ({old}) IS DISTINCT FROM ({new});
$$;
"""


WORDS_APART = """,
    worded AS (
        INSERT INTO directory_listingwords AS known (listing_id, words) SELECT place_id, words FROM listed
        ON CONFLICT (listing_id) DO UPDATE SET words = excluded.words WHERE known.words <> excluded.words
    )"""
FORWARD = WORDS + relist(COLUMNS, WORDS_APART)
REWRITTEN = "SELECT directory_relist(array_agg(id)) FROM directory_place;"


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_search_indexes")]

    operations = [
        migrations.CreateModel(
            name="ListingWords",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="directory.listing",
                    ),
                ),
                ("words", SearchVectorField()),
            ],
            options={"indexes": [GinIndex(fields=["words"], name="listing_words_text")]},
        ),
        migrations.RunSQL(FORWARD, relist([*COLUMNS, "words"], "") + REWRITTEN),
        migrations.RemoveIndex("listing", "listing_words"),
        # By hand, because going back adds a column that may not be null to a table that has rows.
        migrations.RunSQL(
            "ALTER TABLE directory_listing DROP COLUMN words",
            "ALTER TABLE directory_listing ADD COLUMN words tsvector NOT NULL DEFAULT ''",
            state_operations=[migrations.RemoveField("listing", "words")],
        ),
    ]
