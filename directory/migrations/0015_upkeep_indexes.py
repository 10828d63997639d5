"""Indexes of the journal by person and of the surest pairs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0014_service_review_queue"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("actor", None), _negated=True),
                fields=["actor", "-id"],
                name="change_by_actor",
            ),
        ),
        migrations.AddIndex(
            model_name="duplicatepair",
            index=models.Index(fields=["-likeness", "id"], name="duplicate_pair_surest"),
        ),
    ]
