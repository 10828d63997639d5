"""A hand-over moves the value of the coupons that become usable, counted: a booklet that replaces a lost one holds
as many coupons as were left. And many booklets may be handed over at once.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

MOVED = """
CREATE OR REPLACE FUNCTION coupons_booklets_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    UPDATE coupons_coupon coupon SET state = fresh.status
    FROM new_booklets fresh JOIN old_booklets former USING (id)
    WHERE coupon.booklet_id = fresh.id AND fresh.status <> former.status
      AND coupon.state IN ('inert', 'active');
    WITH moved AS (
        SELECT fresh.id, fresh.hand_over_id FROM new_booklets fresh JOIN old_booklets former USING (id)
        WHERE fresh.status = 'active' AND former.status = 'inert'
    )
    SELECT hand_over.id INTO wrong
    FROM coupons_handover hand_over JOIN coupons_order made ON made.id = hand_over.order_id
    WHERE hand_over.id IN (SELECT hand_over_id FROM moved)
      AND (
        -- All its booklets at once: none is added to one that is made.
        EXISTS (SELECT FROM coupons_booklet WHERE hand_over_id = hand_over.id AND id NOT IN (SELECT id FROM moved))
        OR (SELECT count(*) FROM moved JOIN coupons_coupon coupon ON coupon.booklet_id = moved.id
            WHERE moved.hand_over_id = hand_over.id AND coupon.state = 'active') * made.face_value_cents
           IS DISTINCT FROM (
            SELECT -leg.amount_cents FROM coupons_leg leg JOIN coupons_account account ON account.id = leg.account_id
            WHERE leg.entry_id = hand_over.entry_id AND account.kind = 'outstanding'
              AND account.campaign_id = made.campaign_id))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hand-over % moved another amount', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_over_moves_its_value';
    END IF;
    RETURN NULL;
END $$;
"""

MULTIPLIED = """
CREATE OR REPLACE FUNCTION coupons_booklets_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    UPDATE coupons_coupon coupon SET state = fresh.status
    FROM new_booklets fresh JOIN old_booklets former USING (id)
    WHERE coupon.booklet_id = fresh.id AND fresh.status <> former.status
      AND coupon.state IN ('inert', 'active');
    SELECT hand_over.id INTO wrong
    FROM coupons_handover hand_over JOIN coupons_order made ON made.id = hand_over.order_id
    WHERE hand_over.id IN (
            SELECT fresh.hand_over_id FROM new_booklets fresh JOIN old_booklets former USING (id)
            WHERE fresh.status = 'active' AND former.status = 'inert')
      AND (SELECT count(*) FROM coupons_booklet WHERE hand_over_id = hand_over.id)
          * made.booklet_size * made.face_value_cents
          IS DISTINCT FROM (
            SELECT -leg.amount_cents FROM coupons_leg leg JOIN coupons_account account ON account.id = leg.account_id
            WHERE leg.entry_id = hand_over.entry_id AND account.kind = 'outstanding'
              AND account.campaign_id = made.campaign_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hand-over % moved another amount', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_over_moves_its_value';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0002_guards"),
        ("directory", "0018_audit_tokens_and_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(MOVED, MULTIPLIED),
        migrations.CreateModel(
            name="BulkHandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="plage ou nom du fichier")),
                (
                    "booklets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        size=None,
                        verbose_name="carnets à remettre",
                    ),
                ),
                ("refused", models.JSONField(blank=True, default=list, verbose_name="refus")),
                (
                    "public",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "Particuliers"),
                            ("employee", "Salariés"),
                            ("association", "Associations"),
                        ],
                        max_length=12,
                        verbose_name="public",
                    ),
                ),
                (
                    "situation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("job_seeker", "En recherche d'emploi"),
                            ("retired", "À la retraite"),
                            ("student", "En études ou en formation"),
                            ("working", "En emploi"),
                            ("social_minimum", "Au minimum social (RSA, ASPA, AAH…)"),
                            ("disabled", "En situation de handicap"),
                            ("carer", "Aidant d'un proche"),
                        ],
                        max_length=16,
                        verbose_name="situation",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("preview", "à confirmer"),
                            ("waiting", "en attente"),
                            ("running", "en cours"),
                            ("done", "terminée"),
                            ("cancelled", "annulée"),
                            ("failed", "interrompue"),
                        ],
                        default="preview",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="carnets faits")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="demandée le"),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmée le")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="terminée le")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandée par",
                    ),
                ),
                (
                    "delivery_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coupons.deliverypoint",
                        verbose_name="point de remise",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulk_hand_overs",
                        to="directory.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "remise en nombre",
                "verbose_name_plural": "remises en nombre",
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("booklets__len"))),
                        name="bulk_hand_over_done_at_most_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["preview", "cancelled"]),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="bulk_hand_over_confirmed",
                    ),
                ],
            },
        ),
    ]
