"""A rare audience is found without reading every listing."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_words_apart")]

    operations = [
        migrations.AddIndex("listing", GinIndex(fields=["audiences"], name="listing_audiences")),
    ]
