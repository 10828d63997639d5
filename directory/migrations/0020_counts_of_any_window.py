"""What is counted within an hour may be counted within other windows too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0019_indexes_of_hours_and_maps")]

    operations = [
        migrations.RenameField("postcount", "hour", "since"),
        # PostgreSQL renamed the column in the constraint too; Django has to be told.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("postcount", "post_count_once"),
                migrations.AddConstraint(
                    "postcount",
                    models.UniqueConstraint(fields=["sender", "since"], name="post_count_once"),
                ),
            ]
        ),
        migrations.AlterModelOptions(
            "postcount", {"verbose_name": "nombre d'envois", "verbose_name_plural": "nombres d'envois"}
        ),
    ]
