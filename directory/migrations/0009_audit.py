"""Who changed what: row triggers that write `directory_change`, and the order in which an application may move.

The actor is the transaction's setting `aptic.actor` (directory/audit.py). Fields that follow from others, and
fields of bookkeeping, are not changes.
"""

from django.db import migrations

AUDITED = [
    "venue",
    "place",
    "service",
    "labelling",
    "closure",
    "organization",
    "membership",
    "staffrole",
    "labelapplication",
    "claim",
]

FUNCTIONS = """
CREATE FUNCTION directory_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    derived constant text[] := ARRAY['week', 'reminded_on', 'created_at'];
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - derived END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - derived END;
    either jsonb := coalesce(new_row, old_row);
    of_venue bigint := CASE TG_TABLE_NAME WHEN 'directory_venue' THEN either ->> 'id' ELSE either ->> 'venue_id' END;
    of_organization bigint := CASE TG_TABLE_NAME
        WHEN 'directory_organization' THEN either ->> 'id' ELSE either ->> 'organization_id' END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value) INTO old_row
        FROM jsonb_each(to_jsonb(OLD) - derived) WHERE value IS DISTINCT FROM new_row -> key;
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

CREATE FUNCTION directory_change_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER directory_change_final BEFORE UPDATE OR DELETE OR TRUNCATE ON directory_change
FOR EACH STATEMENT EXECUTE FUNCTION directory_change_is_final();

CREATE FUNCTION directory_application_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'submitted'), ('draft', 'withdrawn'),
        ('submitted', 'in_review'), ('submitted', 'withdrawn'),
        ('in_review', 'more_information'), ('in_review', 'accepted'), ('in_review', 'refused'),
        ('in_review', 'withdrawn'),
        ('more_information', 'submitted'), ('more_information', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'an application cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_moves_in_order';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER directory_labelapplication_moves BEFORE UPDATE OF status ON directory_labelapplication
FOR EACH ROW EXECUTE FUNCTION directory_application_moves();
"""

TRIGGERS = "\n".join(
    f"CREATE TRIGGER directory_{table}_recorded AFTER INSERT OR UPDATE OR DELETE ON directory_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION directory_record_change();"
    for table in AUDITED
)

READ_ONLY = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE ON directory_change FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = "\n".join(
    [
        *(f"DROP TRIGGER directory_{table}_recorded ON directory_{table};" for table in AUDITED),
        "DROP TRIGGER directory_labelapplication_moves ON directory_labelapplication;",
        "DROP TRIGGER directory_change_final ON directory_change;",
        "DROP FUNCTION directory_application_moves();",
        "DROP FUNCTION directory_change_is_final();",
        "DROP FUNCTION directory_record_change();",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_people_label_upkeep")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS + READ_ONLY, BACKWARD)]
