"""Indexes for what read every listing: venues open at an hour when few are, maps of a big town, services at home.

Half-hours: GiST on a multirange keeps its hull only, and every week runs from Monday to Saturday. So the usual week
is indexed by the half-hours that it touches, with their time zone, since "now" is another hour in each; the
multirange itself then decides to the minute.

The map's index holds all that a map of labelled venues reads, the point too, which GiST does not give back from its
own keys. It is partial for a reason: PostgreSQL 15 would try to answer `ORDER BY point <-> …` (in degrees) from it
alone, and fail. A condition that no such ordering implies keeps it out of there, while "in this rectangle" implies it.
"""

import django.contrib.gis.db.models as gis
import django.contrib.postgres.indexes
import django.db.models.functions
from django.db import migrations, models

HALF_HOURS = """
CREATE FUNCTION directory_half_hours(timezone text, week int4multirange) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
RETURN (
    SELECT array_agg(DISTINCT timezone || ' ' || half_hour)
    FROM unnest(week) part, generate_series(lower(part) / 30, (upper(part) - 1) / 30) half_hour
);
"""
OPEN_DAYS = """
CREATE INDEX opening_day_open ON directory_openingday (day) INCLUDE (place_id) WHERE minutes <> '{}';
"""
# In SQL: Django leaves everything but the point out of an index on a geometry.
MAP = """
CREATE INDEX listing_map ON directory_listing USING gist (point)
    INCLUDE (point, place_id, labelled_during, listed_until) WHERE point IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0018_audit_tokens_and_requests")]

    operations = [
        migrations.RunSQL(HALF_HOURS, "DROP FUNCTION directory_half_hours(text, int4multirange)"),
        migrations.RunSQL(OPEN_DAYS, "DROP INDEX opening_day_open"),
        migrations.AddIndex(
            "listing",
            django.contrib.postgres.indexes.GinIndex(
                models.Func("timezone", "week", function="directory_half_hours"), name="listing_half_hours"
            ),
        ),
        migrations.AddIndex(
            "listing",
            django.contrib.postgres.indexes.GistIndex(
                django.db.models.functions.Cast("point", gis.PointField(geography=True, srid=4326)),
                name="listing_at_home",
                condition=models.Q(modes__contains=["at_home"]),
            ),
        ),
        migrations.RunSQL(
            MAP,
            "DROP INDEX listing_map",
            state_operations=[
                migrations.AddIndex(
                    "listing",
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["point"],
                        include=["point", "place", "labelled_during", "listed_until"],
                        name="listing_map",
                        condition=models.Q(point__isnull=False),
                    ),
                )
            ],
        ),
        # The planner knows nothing of the half-hours before.
        migrations.RunSQL("ANALYZE directory_listing", migrations.RunSQL.noop),
    ]
