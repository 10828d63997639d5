"""Lets the site refresh the planner's statistics in the middle of a bulk load.

Rows that a transaction has just written are unknown to the planner: it takes the tables for empty, and the triggers
that keep the listings read every service for every place (seven minutes for 5,000 venues instead of two seconds).
ANALYZE belongs to the owner of the tables, which the site is not.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION directory_fresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE directory_venue, directory_service, directory_labelling, directory_place, directory_listing;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_referential")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION directory_fresh_statistics()")]
