"""The database keeps the pieces of each outline, however the outline changes (ORM, COPY, admin, plain SQL)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION geodata_cut_area() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM geodata_areapart WHERE area_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.geom IS NOT NULL THEN
        INSERT INTO geodata_areapart (area_id, geom)
        SELECT NEW.id, ST_Subdivide(NEW.geom, 128);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER geodata_area_cut_on_insert AFTER INSERT ON geodata_area
FOR EACH ROW EXECUTE FUNCTION geodata_cut_area();

CREATE TRIGGER geodata_area_cut_on_change AFTER UPDATE OF geom ON geodata_area
FOR EACH ROW WHEN (OLD.geom IS DISTINCT FROM NEW.geom) EXECUTE FUNCTION geodata_cut_area();

CREATE TRIGGER geodata_area_cut_on_delete AFTER DELETE ON geodata_area
FOR EACH ROW EXECUTE FUNCTION geodata_cut_area();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE ON geodata_areapart FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER geodata_area_cut_on_insert ON geodata_area;
DROP TRIGGER geodata_area_cut_on_change ON geodata_area;
DROP TRIGGER geodata_area_cut_on_delete ON geodata_area;
DROP FUNCTION geodata_cut_area();
"""


class Migration(migrations.Migration):
    dependencies = [("geodata", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
