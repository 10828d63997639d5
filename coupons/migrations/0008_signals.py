"""Webhooks and fraud signals: their tables, what writes events, what is final.

An event is written by a trigger, in the transaction of what it tells, whoever writes: nothing is told that did not
happen, and nothing that happened is forgotten. An organisation without endpoint costs one look into a small index.
"""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

EVENTS = """
CREATE FUNCTION coupons_tell(p_kind text, p_organization bigint, p_at timestamptz, p_payment bigint, p_payout bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told uuid := gen_random_uuid();
BEGIN
    IF NOT EXISTS (SELECT FROM coupons_webhookendpoint
                   WHERE organization_id = p_organization AND disabled_at IS NULL) THEN
        RETURN;
    END IF;
    INSERT INTO coupons_webhookevent (id, organization_id, kind, at, payment_id, payout_id, body)
    VALUES (told, p_organization, p_kind, p_at, p_payment, p_payout, '');
    INSERT INTO coupons_webhookdelivery (event_id, endpoint_id, status, tries, next_at)
    SELECT told, id, 'pending', 0, p_at FROM coupons_webhookendpoint
    WHERE organization_id = p_organization AND disabled_at IS NULL;
END $$;
REVOKE ALL ON FUNCTION coupons_tell(text, bigint, timestamptz, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION coupons_tell_of_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM coupons_tell('payment.accepted', NEW.organization_id, NEW.at, NEW.id, NULL);
    ELSE
        PERFORM coupons_tell('payment.cancelled', NEW.organization_id, NEW.cancelled_at, NEW.id, NULL);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_payment_told AFTER INSERT ON coupons_payment
FOR EACH ROW EXECUTE FUNCTION coupons_tell_of_payment();
CREATE TRIGGER coupons_payment_cancel_told AFTER UPDATE OF cancelled_at ON coupons_payment
FOR EACH ROW WHEN (OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL)
EXECUTE FUNCTION coupons_tell_of_payment();

-- Of a provider's statement: what sponsors and funds are paid is another matter.
CREATE FUNCTION coupons_tell_of_payout() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM coupons_tell('settlement.paid', account.organization_id, entry.at, NULL, NEW.id)
    FROM coupons_account account, coupons_entry entry
    WHERE account.id = NEW.account_id AND account.kind = 'provider_payable' AND entry.id = NEW.paid_id;
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_payout_told AFTER UPDATE OF paid_id ON coupons_payout
FOR EACH ROW WHEN (OLD.paid_id IS NULL AND NEW.paid_id IS NOT NULL)
EXECUTE FUNCTION coupons_tell_of_payout();

CREATE TRIGGER coupons_webhookendpoint_recorded
AFTER INSERT OR UPDATE OF url, rotation, disabled_at OR DELETE ON coupons_webhookendpoint
FOR EACH ROW EXECUTE FUNCTION coupons_record_change();
"""

SIGNALS = """
-- What staff decided stays decided; what was found stays found.
CREATE FUNCTION coupons_signal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' OR (OLD.kind, OLD.key, OLD.organization_id, OLD."on", OLD.found_at)
       IS DISTINCT FROM (NEW.kind, NEW.key, NEW.organization_id, NEW."on", NEW.found_at) THEN
        RAISE EXCEPTION 'signal % is what it is', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_final';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_signal_moves BEFORE UPDATE ON coupons_signal
FOR EACH ROW EXECUTE FUNCTION coupons_signal_moves();
"""

PRIVILEGES = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE DELETE, TRUNCATE ON coupons_signal, coupons_signalpayment, coupons_watch, coupons_webhookendpoint
            FROM aptic_site;
        REVOKE UPDATE ON coupons_signalpayment, coupons_watch FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER coupons_signal_moves ON coupons_signal;
DROP FUNCTION coupons_signal_moves();
DROP TRIGGER coupons_webhookendpoint_recorded ON coupons_webhookendpoint;
DROP TRIGGER coupons_payout_told ON coupons_payout;
DROP FUNCTION coupons_tell_of_payout();
DROP TRIGGER coupons_payment_cancel_told ON coupons_payment;
DROP TRIGGER coupons_payment_told ON coupons_payment;
DROP FUNCTION coupons_tell_of_payment();
DROP FUNCTION coupons_tell(text, bigint, timestamptz, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0007_books"),
        ("directory", "0021_token_scopes_of_coupons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Signal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("burst", "beaucoup de chèques en une minute"),
                            ("travel", "déplacement impossible"),
                            ("booklets", "carnets entiers dépensés d'un coup"),
                            ("wrong_codes", "codes faux à la suite"),
                            ("above", "bien au-dessus de ses voisins"),
                        ],
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("key", models.CharField(max_length=160, verbose_name="clé")),
                ("on", models.DateField(verbose_name="jour")),
                ("numbers", models.JSONField(verbose_name="chiffres")),
                (
                    "found_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="trouvé le"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "à examiner"),
                            ("dismissed", "classé"),
                            ("held", "versement retenu"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="décidé le")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="motif")),
            ],
            options={
                "verbose_name": "signal",
                "verbose_name_plural": "signaux",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SignalPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField()),
                ("ran_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("found", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "en attente"), ("delivered", "reçu"), ("failed", "abandonné")],
                        default="pending",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="prochain essai")),
            ],
            options={
                "verbose_name": "envoi",
                "verbose_name_plural": "envois",
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="adresse")),
                ("slot", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("rotation", models.PositiveIntegerField(default=1, verbose_name="numéro du secret")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="empreinte du secret")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="créé le"),
                ),
                ("rotated_at", models.DateTimeField(blank=True, null=True, verbose_name="secret changé le")),
                ("disabled_at", models.DateTimeField(blank=True, null=True, verbose_name="arrêté le")),
                ("told_on", models.DateField(blank=True, null=True, verbose_name="prévenu le")),
            ],
            options={
                "verbose_name": "point de réception",
                "verbose_name_plural": "points de réception",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("payment.accepted", "paiement accepté"),
                            ("payment.cancelled", "paiement annulé"),
                            ("settlement.paid", "versement payé"),
                            ("test", "essai"),
                        ],
                        max_length=20,
                        verbose_name="nature",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="instant")),
                ("body", models.TextField(blank=True, verbose_name="contenu")),
            ],
            options={
                "verbose_name": "événement",
                "verbose_name_plural": "événements",
            },
        ),
        migrations.CreateModel(
            name="WebhookTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="essai")),
                ("at", models.DateTimeField(verbose_name="instant")),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="réponse")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refused", "adresse interdite"),
                            ("unknown", "adresse inconnue"),
                            ("unreachable", "injoignable"),
                            ("certificate", "certificat refusé"),
                            ("too_slow", "trop lent"),
                            ("garbage", "réponse illisible"),
                            ("answer", "réponse d'échec"),
                            ("secret", "secret à changer"),
                            ("skipped", "pas essayé : les envois d'avant ont échoué"),
                        ],
                        max_length=12,
                        verbose_name="échec",
                    ),
                ),
                ("latency_ms", models.PositiveIntegerField(verbose_name="durée, en millisecondes")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="début de la réponse")),
            ],
            options={
                "verbose_name": "essai d'envoi",
                "verbose_name_plural": "essais d'envoi",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="payment",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["at"], name="payment_at_brin", pages_per_range=32
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="hold",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signals",
                to="coupons.payeehold",
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signals",
                to="directory.organization",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="signalpayment",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="coupons.payment"
            ),
        ),
        migrations.AddField(
            model_name="signalpayment",
            name="signal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="coupons.signal"
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="payments",
            field=models.ManyToManyField(
                related_name="signals", through="coupons.SignalPayment", to="coupons.payment"
            ),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="créé par",
            ),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="webhook_endpoints",
                to="directory.organization",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="coupons.webhookendpoint",
            ),
        ),
        migrations.AddField(
            model_name="webhookevent",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organization"
            ),
        ),
        migrations.AddField(
            model_name="webhookevent",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="coupons.payment",
            ),
        ),
        migrations.AddField(
            model_name="webhookevent",
            name="payout",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="coupons.payout",
            ),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="coupons.webhookevent",
            ),
        ),
        migrations.AddField(
            model_name="webhooktry",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="log", to="coupons.webhookdelivery"
            ),
        ),
        migrations.AddConstraint(
            model_name="signalpayment",
            constraint=models.UniqueConstraint(fields=("signal", "payment"), name="signal_payment_once"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(condition=models.Q(("state", "open")), fields=["-id"], name="signals_open"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.UniqueConstraint(fields=("kind", "key"), name="signal_once"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("hold", None),
                        ("reason", ""),
                        ("state", "open"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(
                            models.Q(("hold", None), ("state", "dismissed")),
                            models.Q(("hold__isnull", False), ("state", "held")),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="signal_decided_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("disabled_at", None)),
                fields=("organization", "slot"),
                name="webhook_endpoint_slot",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot__gte", 1), ("slot__lte", 5)), name="webhook_endpoints_few"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(fields=["at"], name="webhook_event_at"),
        ),
        migrations.AddConstraint(
            model_name="webhookevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "test"), ("payment", None), ("payout", None)),
                    models.Q(("kind__startswith", "payment."), ("payment__isnull", False), ("payout", None)),
                    models.Q(("kind", "settlement.paid"), ("payment", None), ("payout__isnull", False)),
                    _connector="OR",
                ),
                name="webhook_event_tells_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookevent",
            constraint=models.UniqueConstraint(
                fields=("payment", "kind"), name="webhook_event_of_payment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookevent",
            constraint=models.UniqueConstraint(
                fields=("payout", "kind"), name="webhook_event_of_payout_once"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["next_at"], name="webhook_deliveries_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(fields=("event", "endpoint"), name="webhook_delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_at__isnull", False), ("status", "pending")),
                    models.Q(models.Q(("status", "pending"), _negated=True), ("next_at", None)),
                    _connector="OR",
                ),
                name="webhook_delivery_waits_or_ended",
            ),
        ),
        migrations.RunSQL(EVENTS + SIGNALS + PRIVILEGES, BACKWARD),
    ]
