"""What is counted within an hour may be counted within other windows too."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0019_indexes_of_hours_and_maps")]

    operations = [
        migrations.RenameField("postcount", "hour", "since"),
        migrations.AlterModelOptions(
            "postcount", {"verbose_name": "nombre d'envois", "verbose_name_plural": "nombres d'envois"}
        ),
    ]
