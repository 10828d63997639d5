"""What upkeep keeps: pairs that look alike, posts of an hour; and the view of 0008 as a model."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0012_freshness"),
    ]

    operations = [
        migrations.CreateModel(
            name="Freshness",
            fields=[
                (
                    "venue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="freshness",
                        serialize=False,
                        to="directory.venue",
                    ),
                ),
                ("confirmed_on", models.DateField(verbose_name="vérifié le")),
                ("due_on", models.DateField(verbose_name="à vérifier avant le")),
                ("stale_on", models.DateField(verbose_name="marqué « à vérifier » le")),
                ("listed_until", models.DateField(verbose_name="dans la recherche jusqu'au")),
            ],
            options={
                "verbose_name": "fraîcheur",
                "verbose_name_plural": "fraîcheurs",
                "db_table": "directory_freshness",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PostCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender", models.CharField(max_length=64)),
                ("hour", models.DateTimeField()),
                ("posts", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "envois d'une heure",
                "verbose_name_plural": "envois par heure",
                "constraints": [models.UniqueConstraint(fields=("sender", "hour"), name="post_count_once")],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("distance_m", models.PositiveIntegerField(null=True, verbose_name="distance en mètres")),
                ("likeness", models.FloatField(verbose_name="ressemblance des noms, de 0 à 1")),
                ("same_address", models.BooleanField(verbose_name="même adresse")),
                ("same_number", models.BooleanField(verbose_name="même SIRET ou RNA")),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.venue"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.venue"
                    ),
                ),
            ],
            options={
                "verbose_name": "doublon possible",
                "verbose_name_plural": "doublons possibles",
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="duplicate_pair_in_order"
                    ),
                ],
            },
        ),
    ]
