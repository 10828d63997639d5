"""The reviewers' queue of services, read from an index of the few that wait."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0013_upkeep")]

    operations = [
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("status", "submitted")),
                fields=["submitted_at", "id"],
                name="service_review_queue",
            ),
        ),
    ]
