"""The trail of access tokens, without their secret or its digest, and of requests to join, without the message."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION directory_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unsaid constant text[] := ARRAY['week', 'reminded_on', 'created_at', 'last_used_on', 'prefix', 'digest', 'message'];
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - unsaid END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - unsaid END;
    either jsonb := coalesce(new_row, old_row);
    of_venue bigint := CASE TG_TABLE_NAME WHEN 'directory_venue' THEN either ->> 'id' ELSE either ->> 'venue_id' END;
    of_organization bigint := CASE TG_TABLE_NAME
        WHEN 'directory_organization' THEN either ->> 'id' ELSE either ->> 'organization_id' END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value) INTO old_row
        FROM jsonb_each(to_jsonb(OLD) - unsaid) WHERE value IS DISTINCT FROM new_row -> key;
        IF old_row IS NULL THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_object_agg(key, value) INTO new_row
        FROM jsonb_each(new_row) WHERE old_row ? key;
    END IF;
    IF of_organization IS NULL AND of_venue IS NOT NULL THEN
        SELECT organization_id INTO of_organization FROM directory_venue WHERE id = of_venue;
    END IF;
    INSERT INTO directory_change (at, actor_id, action, "table", "row", organization_id, venue_id, before, after)
    VALUES (clock_timestamp(), nullif(current_setting('aptic.actor', true), '')::bigint, lower(TG_OP),
            substr(TG_TABLE_NAME, length('directory_') + 1), (either ->> 'id')::bigint,
            of_organization, of_venue, old_row, new_row);
    RETURN NULL;
END $$;
"""

TRIGGERS = "\n".join(
    f"CREATE TRIGGER directory_{table}_recorded AFTER INSERT OR UPDATE OR DELETE ON directory_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION directory_record_change();"
    for table in ("apitoken", "joinrequest")
)

# The function stays: what it leaves out more is in no other audited table.
BACKWARD = """
DROP TRIGGER directory_apitoken_recorded ON directory_apitoken;
DROP TRIGGER directory_joinrequest_recorded ON directory_joinrequest;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0017_join_requests")]

    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, BACKWARD)]
