"""Special days by day, for "open now"; the services rendered at home, for "at home": both few among many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0004_fresh_statistics"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="openingday",
            index=models.Index(fields=["day", "place"], name="opening_day_by_day"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("modes__contains", ["at_home"]), ("status", "approved")),
                fields=["venue"],
                name="service_at_home",
            ),
        ),
    ]
