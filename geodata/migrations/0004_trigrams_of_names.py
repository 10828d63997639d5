"""Typing mistakes are looked for among the names of places only, not among postcodes and town halls."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("geodata", "0003_basemap")]

    operations = [
        migrations.RemoveIndex(model_name="toponym", name="toponym_trigrams"),
        migrations.AddIndex(
            model_name="toponym",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("folded"), name="gin_trgm_ops"),
                name="toponym_trigrams",
                condition=models.Q(("kind__in", ["postcode", "town_hall"]), _negated=True),
            ),
        ),
    ]
