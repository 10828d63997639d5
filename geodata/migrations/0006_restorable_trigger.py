"""A dump is restored with an empty search path, under which the `=` of geometries is not found: outlines are compared
as bytes, which is what "changed" means here.
"""

from django.db import migrations

COMPARED = """
DROP TRIGGER geodata_area_cut_on_change ON geodata_area;
CREATE TRIGGER geodata_area_cut_on_change AFTER UPDATE OF geom ON geodata_area
FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION geodata_cut_area();
"""


class Migration(migrations.Migration):
    dependencies = [("geodata", "0005_outages")]

    operations = [
        migrations.RunSQL(
            COMPARED.format(changed="OLD.geom::bytea IS DISTINCT FROM NEW.geom::bytea"),
            COMPARED.format(changed="OLD.geom IS DISTINCT FROM NEW.geom"),
        )
    ]
