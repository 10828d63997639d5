"""The cache that all processes share, without a log: losing it costs a count of attempts. The plain tokens go."""

from django.db import migrations

FORWARD = """
CREATE UNLOGGED TABLE site_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX site_cache_expires ON site_cache (expires);
DROP TABLE IF EXISTS authtoken_token;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0010_label_ended_early")]

    operations = [migrations.RunSQL(FORWARD, "DROP TABLE site_cache")]
