"""Bank details belong to a payee, payees can be held, and what the bank answers is kept."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

GUARDS = """
-- Bank details are what was entered; verified or refused once. A change waits three days after it is verified.
CREATE FUNCTION coupons_bankdetails_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.verified_at IS NOT NULL OR OLD.refused_at IS NOT NULL
       OR (OLD.organization_id, OLD.fund_id, OLD.holder, OLD.iban, OLD.bic, OLD.contact, OLD.entered_by_id,
           OLD.entered_at)
       IS DISTINCT FROM (NEW.organization_id, NEW.fund_id, NEW.holder, NEW.iban, NEW.bic, NEW.contact,
           NEW.entered_by_id, NEW.entered_at) THEN
        RAISE EXCEPTION 'bank details % are what they are', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_details_final';
    END IF;
    IF NEW.verified_at IS NOT NULL AND NEW.usable_from < NEW.verified_at + interval '72 hours' AND EXISTS (
        SELECT FROM coupons_bankdetails WHERE verified_at IS NOT NULL
          AND organization_id IS NOT DISTINCT FROM NEW.organization_id AND fund_id IS NOT DISTINCT FROM NEW.fund_id) THEN
        RAISE EXCEPTION 'bank details % are a change: they wait', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_details_change_waits';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_bankdetails_moves BEFORE UPDATE ON coupons_bankdetails
FOR EACH ROW EXECUTE FUNCTION coupons_bankdetails_moves();

-- A line is paid to bank details of its payee that are in force, and to no other.
CREATE FUNCTION coupons_attempt_payee() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM coupons_payout payout JOIN coupons_account account ON account.id = payout.account_id
        LEFT JOIN coupons_campaign campaign ON campaign.id = account.campaign_id
        JOIN coupons_bankdetails details ON details.id = NEW.details_id AND details.verified_at IS NOT NULL
          AND details.organization_id IS NOT DISTINCT FROM coalesce(account.organization_id, campaign.organization_id)
          AND details.fund_id IS NOT DISTINCT FROM account.fund_id
        WHERE payout.id = NEW.payout_id) THEN
        RAISE EXCEPTION 'line % would be paid to another', NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_to_its_payee';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_attempt_payee BEFORE INSERT ON coupons_attempt
FOR EACH ROW EXECUTE FUNCTION coupons_attempt_payee();

CREATE TRIGGER coupons_payeehold_released_final BEFORE UPDATE ON coupons_payeehold FOR EACH ROW
WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION coupons_is_final();
CREATE TRIGGER coupons_batchdownload_final BEFORE UPDATE OR DELETE OR TRUNCATE ON coupons_batchdownload
FOR EACH STATEMENT EXECUTE FUNCTION coupons_is_final();
CREATE TRIGGER coupons_bankanswer_final BEFORE UPDATE OR DELETE OR TRUNCATE ON coupons_bankanswer
FOR EACH STATEMENT EXECUTE FUNCTION coupons_is_final();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON coupons_payeehold, coupons_batchdownload, coupons_bankanswer FROM aptic_site;
        GRANT UPDATE (released_by_id, released_at) ON coupons_payeehold TO aptic_site;
        REVOKE UPDATE ON coupons_bankdetails FROM aptic_site;
        GRANT UPDATE (verified_by_id, verified_at, usable_from, refused_by_id, refused_at, refused_reason)
            ON coupons_bankdetails TO aptic_site;
    END IF;
END $$;
"""
BACKWARD = """
DROP TRIGGER coupons_bankanswer_final ON coupons_bankanswer;
DROP TRIGGER coupons_batchdownload_final ON coupons_batchdownload;
DROP TRIGGER coupons_payeehold_released_final ON coupons_payeehold;
DROP TRIGGER coupons_attempt_payee ON coupons_attempt;
DROP FUNCTION coupons_attempt_payee();
DROP TRIGGER coupons_bankdetails_moves ON coupons_bankdetails;
DROP FUNCTION coupons_bankdetails_moves();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0005_settlement"),
        ("directory", "0021_token_scopes_of_coupons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True, verbose_name="empreinte")),
                ("name", models.CharField(max_length=200, verbose_name="nom du fichier")),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("camt.053", "relevé de compte (camt.053)"),
                            ("pain.002", "compte rendu de virements (pain.002)"),
                        ],
                        max_length=10,
                        verbose_name="format",
                    ),
                ),
                ("message", models.CharField(max_length=80, verbose_name="identifiant du message")),
                ("lines", models.JSONField(default=list, verbose_name="lignes")),
                (
                    "imported_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="importé le"),
                ),
            ],
            options={
                "verbose_name": "réponse de la banque",
                "verbose_name_plural": "réponses de la banque",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="BatchDownload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
            ],
            options={
                "verbose_name": "téléchargement d'un fichier de virements",
                "verbose_name_plural": "téléchargements de fichiers de virements",
                "ordering": ["-pk"],
            },
        ),
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
            ],
            options={
                "verbose_name": "versements retenus",
                "verbose_name_plural": "versements retenus",
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="bankdetails",
            name="bank_details_one_pending",
        ),
        migrations.RemoveField(
            model_name="bankdetails",
            name="account",
        ),
        migrations.AddField(
            model_name="bankdetails",
            name="contact",
            field=models.EmailField(blank=True, max_length=254, verbose_name="adresse à prévenir"),
        ),
        migrations.AddField(
            model_name="bankdetails",
            name="fund",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_details",
                to="coupons.cooperationfund",
                verbose_name="fonds",
            ),
        ),
        migrations.AddField(
            model_name="bankdetails",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_details",
                to="directory.organization",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="bankdetails",
            name="refused_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bankdetails",
            name="refused_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="motif du refus"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("transfer", "virement reçu"),
                    ("match", "virement rapproché"),
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
            model_name="bankdetails",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fund", None), ("organization__isnull", False)),
                    models.Q(("fund__isnull", False), ("organization", None)),
                    _connector="OR",
                ),
                name="bank_details_of_one_payee",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankdetails",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refused_at", None), ("refused_by", None), ("refused_reason", "")),
                    models.Q(
                        ("refused_at__isnull", False),
                        ("refused_by__isnull", False),
                        models.Q(("refused_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="bank_details_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankdetails",
            constraint=models.UniqueConstraint(
                condition=models.Q(("refused_at", None), ("verified_at", None)),
                fields=("organization", "fund"),
                name="bank_details_one_pending",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="bankanswer",
            name="imported_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="importé par",
            ),
        ),
        migrations.AddField(
            model_name="batchdownload",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="downloads",
                to="coupons.batch",
                verbose_name="lot",
            ),
        ),
        migrations.AddField(
            model_name="batchdownload",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="payeehold",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="retenu par",
            ),
        ),
        migrations.AddField(
            model_name="payeehold",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payee_holds",
                to="directory.organization",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="payeehold",
            name="released_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="payeehold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)), fields=("organization",), name="payee_held_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payeehold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="payee_held_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="payeehold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("released_by", None)),
                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                    _connector="OR",
                ),
                name="payee_released_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeehold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_by", None),
                    models.Q(("released_by", models.F("by")), _negated=True),
                    _connector="OR",
                ),
                name="payee_released_by_another",
            ),
        ),
        migrations.RunSQL(GUARDS, BACKWARD),
    ]
