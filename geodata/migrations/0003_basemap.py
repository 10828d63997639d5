"""The base map drawn from our own boundaries: its features, its tiles, its version."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

LAYERS = [("land", "Land"), ("abroad", "Abroad"), ("urban", "Urban"), ("line", "Line"), ("name", "Name")]


class Migration(migrations.Migration):
    dependencies = [("geodata", "0002_area_parts")]

    operations = [
        migrations.CreateModel(
            name="BasemapBuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=16)),
                ("built_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"verbose_name": "fond de carte", "verbose_name_plural": "fonds de carte"},
        ),
        migrations.CreateModel(
            name="BasemapTile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "z", "x", "y", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("z", models.SmallIntegerField()),
                ("x", models.IntegerField()),
                ("y", models.IntegerField()),
                ("gzipped", models.BinaryField()),
            ],
            options={
                "verbose_name": "tuile du fond de carte",
                "verbose_name_plural": "tuiles du fond de carte",
            },
        ),
        migrations.CreateModel(
            name="BasemapFeature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(choices=LAYERS, max_length=8)),
                ("kind", models.CharField(max_length=16)),
                ("zoom_min", models.SmallIntegerField()),
                ("zoom_max", models.SmallIntegerField()),
                ("name", models.CharField(blank=True, max_length=200)),
                ("size", models.SmallIntegerField(default=0)),
                ("shown_from", models.SmallIntegerField(default=0)),
                ("geom", django.contrib.gis.db.models.fields.GeometryField(spatial_index=False, srid=3857)),
            ],
            options={
                "verbose_name": "tracé du fond de carte",
                "verbose_name_plural": "tracés du fond de carte",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["zoom_min", "geom"], name="basemap_zoom_geom"
                    )
                ],
            },
        ),
    ]
