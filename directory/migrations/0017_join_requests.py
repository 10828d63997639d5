"""Asking to be in an organisation is a row of its own."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0016_names_by_trigrams"),
    ]

    operations = [
        migrations.CreateModel(
            name="JoinRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message", models.TextField(max_length=1000, verbose_name="message")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "en attente"),
                            ("accepted", "acceptée"),
                            ("refused", "refusée"),
                            ("expired", "restée sans réponse"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("provider-manager", "responsable de lieu"),
                            ("provider-agent", "agent d'accueil"),
                            ("sponsor-manager", "responsable commanditaire"),
                            ("sponsor-distributor", "distributeur"),
                            ("sponsor-viewer", "lecteur commanditaire"),
                        ],
                        max_length=24,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="envoyée le"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="attend jusqu'au")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="décidée le")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="join_requests",
                        to="directory.organization",
                        verbose_name="structure",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="join_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d'adhésion",
                "verbose_name_plural": "demandes d'adhésion",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("organization", "user"),
                        name="join_request_waiting_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "waiting"), ("decided_at__isnull", False), _connector="OR"
                        ),
                        name="join_request_decided_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            models.Q(("role", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="join_request_role_given",
                    ),
                ],
            },
        ),
    ]
