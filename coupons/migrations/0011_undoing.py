"""A match undone keeps no column; a transfer given back says why, by whom and under which reference."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0010_reporting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="return_asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="renvoi demandé le"),
        ),
        migrations.AddField(
            model_name="transfer",
            name="return_asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="return_reason",
            field=models.CharField(blank=True, max_length=150, verbose_name="raison du renvoi"),
        ),
        migrations.AddField(
            model_name="transfer",
            name="return_reference",
            field=models.CharField(blank=True, max_length=80, verbose_name="référence du renvoi"),
        ),
        migrations.AddField(
            model_name="transfer",
            name="returned",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returned_transfer",
                to="coupons.entry",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="returned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="rendu le"),
        ),
        migrations.AddField(
            model_name="transfer",
            name="returned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("transfer", "virement reçu"),
                    ("match", "virement rapproché"),
                    ("unmatch", "rapprochement défait"),
                    ("return", "virement rendu"),
                    ("fee", "frais facturés"),
                    ("hand_over", "remise de carnets"),
                    ("reissue", "carnet remplacé"),
                    ("release", "carnets jamais remis"),
                    ("cancellation", "chèques annulés"),
                    ("payment", "paiement"),
                    ("payment_cancelled", "paiement annulé"),
                    ("expiry", "expiration"),
                    ("payout", "versement"),
                    ("payout_returned", "versement revenu"),
                ],
                max_length=20,
                verbose_name="nature",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("return_asked_by", None), ("returned", None)),
                    models.Q(("order", None), ("return_asked_by__isnull", False)),
                    _connector="OR",
                ),
                name="transfer_returned_if_unmatched",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("returned", None), ("returned_by", None)),
                    models.Q(
                        ("returned__isnull", False),
                        ("returned_by__isnull", False),
                        models.Q(("return_reference", ""), _negated=True),
                        models.Q(("returned_by", models.F("return_asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="transfer_returned_by_two",
            ),
        ),
    ]
