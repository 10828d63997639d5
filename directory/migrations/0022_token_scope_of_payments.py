import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0021_token_scopes_of_coupons"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read", "lire nos données"),
                        ("offer", "modifier lieux et services"),
                        ("orders", "gérer campagnes et commandes"),
                        ("hand_over", "remettre des carnets"),
                        ("payments", "encaisser des chèques"),
                    ],
                    max_length=16,
                ),
                size=None,
                verbose_name="droits",
            ),
        ),
    ]
