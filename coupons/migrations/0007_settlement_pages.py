"""Payees whose money waits; what was let go stays so."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER coupons_payeehold_final BEFORE UPDATE ON coupons_payeehold FOR EACH ROW
WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION coupons_is_final();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON coupons_payeehold FROM aptic_site;
        GRANT UPDATE (released_by_id, released_at) ON coupons_payeehold TO aptic_site;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0005_settlement"),
        ("directory", "0021_token_scopes_of_coupons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayeeHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="motif")),
                ("at", models.DateTimeField(verbose_name="retenu le")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="libéré le")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retenu par",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payee_holds",
                        to="directory.organization",
                        verbose_name="structure",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "versements retenus",
                "verbose_name_plural": "versements retenus",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)),
                        fields=("organization",),
                        name="payee_held_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="payee_held_for_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="payee_released_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, "DROP TRIGGER coupons_payeehold_final ON coupons_payeehold"),
    ]
