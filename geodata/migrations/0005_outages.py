from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("geodata", "0004_trigrams_of_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outage",
            fields=[
                (
                    "service",
                    models.CharField(
                        max_length=200, primary_key=True, serialize=False, verbose_name="service"
                    ),
                ),
                ("failures", models.PositiveIntegerField(verbose_name="échecs à la suite")),
                ("retry_at", models.DateTimeField(verbose_name="à réessayer à partir de")),
            ],
            options={
                "verbose_name": "panne d'un service extérieur",
                "verbose_name_plural": "pannes de services extérieurs",
            },
        ),
    ]
