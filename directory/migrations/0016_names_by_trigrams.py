"""Venues and organisations are found by any part of their name, accents or not, from trigram indexes."""

import django.contrib.postgres.indexes
from django.db import migrations

import directory.names

# Immutable, since it names its dictionary: an index may hold it.
FORWARD = """
CREATE FUNCTION directory_plain(typed text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, typed)) $$;
"""


def by_trigrams(name: str) -> django.contrib.postgres.indexes.GinIndex:
    words = django.contrib.postgres.indexes.OpClass(directory.names.Plain("name"), name="gin_trgm_ops")
    return django.contrib.postgres.indexes.GinIndex(words, name=name)


class Migration(migrations.Migration):
    dependencies = [("directory", "0015_upkeep_indexes")]

    operations = [
        migrations.RunSQL(FORWARD, "DROP FUNCTION directory_plain(text)"),
        migrations.AddIndex("organization", by_trigrams("organization_by_name")),
        migrations.AddIndex("venue", by_trigrams("venue_by_name")),
    ]
