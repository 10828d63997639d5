"""Beside the books: balances at a point of the ledger, published proofs, refunds in detail; VAT has its account.

A checkpoint is written by a function of the database alone, and leaves out no line that commits late.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

FINAL = ["checkpoint", "proof", "refundline"]

# No line up to its number is still to come: see coupons_whole_up_to.
CHECKPOINTS = """
CREATE FUNCTION coupons_checkpoint(p_at timestamptz, p_patience interval DEFAULT '60 s') RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bound bigint;
    former bigint;
    made integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('coupons.checkpoint'));
    SELECT coalesce(max(up_to), 0) INTO former FROM coupons_checkpoint;
    bound := coupons_whole_up_to('coupons_leg', p_patience);
    INSERT INTO coupons_checkpoint (account_id, up_to, balance_cents, made_at)
    SELECT moved.account_id, bound, moved.cents + coalesce(last.balance_cents, 0), p_at
    FROM (SELECT account_id, sum(amount_cents)::bigint AS cents FROM coupons_leg
          WHERE id > former AND id <= bound GROUP BY account_id) moved
    LEFT JOIN LATERAL (
        SELECT balance_cents FROM coupons_checkpoint WHERE account_id = moved.account_id ORDER BY up_to DESC LIMIT 1
    ) last ON true;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;

-- One statement, one view of the books: the last checkpoint and the lines after it.
CREATE FUNCTION coupons_balance(p_account bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
    SELECT coalesce(last.balance_cents, 0) + coalesce((
        SELECT sum(amount_cents) FROM coupons_leg
        WHERE account_id = p_account AND id > coalesce(last.up_to, 0)), 0)::bigint
    FROM (SELECT) one LEFT JOIN LATERAL (
        SELECT up_to, balance_cents FROM coupons_checkpoint WHERE account_id = p_account ORDER BY up_to DESC LIMIT 1
    ) last ON true
$$;
"""

# By what brought it: all that came up to the cut-off, less what earlier statements of the account say. What a
# payment taken back gives up between the statement and this is counted by the next one.
REFUNDS = """
CREATE FUNCTION coupons_state_refunds() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stated record;
    said bigint;
    made integer := 0;
BEGIN
    FOR stated IN
        SELECT payout.id, payout.account_id, payout.cut_off, payout.amount_cents, account.campaign_id,
               (SELECT id FROM coupons_account reserved
                WHERE reserved.kind = 'contribution' AND reserved.campaign_id = account.campaign_id) AS reserved
        FROM coupons_payout payout JOIN coupons_account account ON account.id = payout.account_id
        WHERE account.kind = 'sponsor_refundable'
          AND NOT EXISTS (SELECT FROM coupons_refundline WHERE payout_id = payout.id)
        ORDER BY payout.id FOR UPDATE OF payout
    LOOP
        WITH counted AS (
            SELECT entry.id, entry.kind, entry.key, -leg.amount_cents AS cents,
                   coalesce(contribution.amount_cents, 0) AS contribution
            FROM coupons_leg leg JOIN coupons_entry entry ON entry.id = leg.entry_id
            LEFT JOIN coupons_leg contribution
                ON contribution.entry_id = entry.id AND contribution.account_id = stated.reserved
            WHERE leg.account_id = stated.account_id AND entry.kind <> 'payout'
              AND (entry."on" <= stated.cut_off OR leg.amount_cents > 0)),
        parted AS (
            SELECT kind AS source, cents, contribution, cents - contribution AS face FROM counted
            WHERE kind IN ('expiry', 'cancellation')
            UNION ALL
            SELECT 'difference', cents, 0, cents FROM counted WHERE kind = 'payment'
            UNION ALL
            -- What circulates again takes its contribution along; that of the others comes back.
            SELECT 'payment_cancelled', cents, contribution + given, cents - contribution - given
            FROM counted CROSS JOIN LATERAL (
                SELECT coalesce(sum(redemption.contribution_cents), 0)::bigint AS given
                FROM coupons_payment payment JOIN coupons_redemption redemption ON redemption.payment_id = payment.id
                JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
                JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
                JOIN coupons_order made ON made.id = booklet.order_id
                WHERE payment.cancel_entry_id = counted.id AND made.campaign_id = stated.campaign_id) back
            WHERE kind = 'payment_cancelled'
            UNION ALL
            -- As the order's own credit note says it, where there is one.
            SELECT 'release', cents, coalesce((paper.content -> 'lines' -> 1 ->> 'total_cents')::bigint, 0),
                   coalesce((paper.content -> 'lines' -> 0 ->> 'total_cents')::bigint, 0)
            FROM counted LEFT JOIN coupons_order made ON counted.key = 'release:' || made.number
            LEFT JOIN coupons_paper paper
                ON paper.order_id = made.id AND paper.kind = 'credit_note' AND paper.payout_id IS NULL
            WHERE counted.kind NOT IN ('expiry', 'cancellation', 'payment', 'payment_cancelled')),
        lines AS (
            SELECT source, face, contribution, cents - face - contribution AS other FROM parted
            UNION ALL
            SELECT line.source, -line.face_cents, -line.contribution_cents, -line.other_cents
            FROM coupons_refundline line JOIN coupons_payout payout ON payout.id = line.payout_id
            WHERE payout.account_id = stated.account_id
            UNION ALL
            SELECT 'payment_cancelled', stated.amount_cents - (
                (SELECT coalesce(sum(cents), 0) FROM parted) - (
                SELECT coalesce(sum(amount_cents), 0) FROM coupons_payout
                WHERE account_id = stated.account_id AND id < stated.id)), 0, 0)
        INSERT INTO coupons_refundline (payout_id, source, face_cents, contribution_cents, other_cents)
        SELECT stated.id, source, sum(face), sum(contribution), sum(other) FROM lines
        GROUP BY source HAVING (sum(face), sum(contribution), sum(other)) <> (0, 0, 0);
        SELECT sum(face_cents + contribution_cents + other_cents) INTO said
        FROM coupons_refundline WHERE payout_id = stated.id;
        IF said IS DISTINCT FROM stated.amount_cents THEN
            RAISE EXCEPTION 'the lines of statement % say %', stated.id, said
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_lines_make_the_amount';
        END IF;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""

# The one that catches what is left is always there.
NATIONAL = """
INSERT INTO coupons_cooperationfund (name, created_at)
SELECT 'Fonds national de coopération territoriale', now()
WHERE NOT EXISTS (SELECT FROM coupons_cooperationfund WHERE area_id IS NULL);

CREATE TRIGGER coupons_cooperationfund_opened AFTER INSERT ON coupons_cooperationfund
FOR EACH ROW WHEN (NEW.area_id IS NOT NULL) EXECUTE FUNCTION coupons_record_change();
CREATE TRIGGER coupons_cooperationfund_recorded AFTER UPDATE OR DELETE ON coupons_cooperationfund
FOR EACH ROW EXECUTE FUNCTION coupons_record_change();
"""

GUARDS = (
    "\n".join(
        f"CREATE TRIGGER coupons_{table}_final BEFORE UPDATE OR DELETE OR TRUNCATE ON coupons_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION coupons_is_final();"
        for table in FINAL
    )
    + """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON coupons_checkpoint, coupons_proof, coupons_refundline FROM aptic_site;
        REVOKE INSERT ON coupons_checkpoint, coupons_refundline FROM aptic_site;
        -- Lines are numbered by the database: one that said its own number could hide below a checkpoint.
        REVOKE INSERT ON coupons_leg FROM aptic_site;
        GRANT INSERT (entry_id, account_id, amount_cents) ON coupons_leg TO aptic_site;
        -- The territory of a fund decides where money goes: it is said once.
        REVOKE UPDATE ON coupons_cooperationfund FROM aptic_site;
        GRANT UPDATE (name) ON coupons_cooperationfund TO aptic_site;
    END IF;
END $$;
"""
)

BACKWARD = """
DROP TRIGGER coupons_cooperationfund_opened ON coupons_cooperationfund;
DROP TRIGGER coupons_cooperationfund_recorded ON coupons_cooperationfund;
DROP FUNCTION coupons_state_refunds();
DROP FUNCTION coupons_balance(bigint);
DROP FUNCTION coupons_checkpoint(timestamptz, interval);
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        GRANT INSERT ON coupons_leg TO aptic_site;
        GRANT UPDATE ON coupons_cooperationfund TO aptic_site;
    END IF;
END $$;
""" + "\n".join(f"DROP TRIGGER coupons_{table}_final ON coupons_{table};" for table in FINAL)


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0006_settlement_pages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("up_to", models.BigIntegerField(verbose_name="jusqu'à la ligne")),
                ("balance_cents", models.BigIntegerField(verbose_name="solde, en centimes")),
                ("made_at", models.DateTimeField(verbose_name="établi le")),
            ],
            options={
                "verbose_name": "solde arrêté",
                "verbose_name_plural": "soldes arrêtés",
            },
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(unique=True, verbose_name="date")),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="établie le"),
                ),
                ("content", models.TextField(verbose_name="texte signé")),
                ("signature", models.BinaryField(max_length=64, verbose_name="signature")),
                ("public_key", models.BinaryField(max_length=32, verbose_name="clé publique")),
            ],
            options={
                "verbose_name": "preuve de réserve",
                "verbose_name_plural": "preuves de réserve",
                "ordering": ["-on"],
            },
        ),
        migrations.CreateModel(
            name="RefundLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("expiry", "chèques expirés"),
                            ("cancellation", "chèques annulés"),
                            ("difference", "chèques au-delà du prix"),
                            ("payment_cancelled", "paiements annulés"),
                            ("release", "commandes closes ou payées en trop"),
                        ],
                        max_length=20,
                        verbose_name="origine",
                    ),
                ),
                ("face_cents", models.BigIntegerField(verbose_name="valeur des chèques, en centimes")),
                (
                    "contribution_cents",
                    models.BigIntegerField(verbose_name="contribution non utilisée, en centimes"),
                ),
                ("other_cents", models.BigIntegerField(verbose_name="autre somme, en centimes")),
            ],
            options={
                "verbose_name": "ligne de remboursement",
                "verbose_name_plural": "lignes de remboursement",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_has_its_owner",
        ),
        migrations.AddField(
            model_name="paper",
            name="payout",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_note",
                to="coupons.payout",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("bank", "banque"),
                    ("unmatched", "virements à rapprocher"),
                    ("sponsor_deposit", "avance du commanditaire"),
                    ("outstanding", "chèques en circulation"),
                    ("contribution", "contribution réservée"),
                    ("provider_payable", "dû à l'acteur"),
                    ("sponsor_refundable", "à rembourser au commanditaire"),
                    ("fund_payable", "dû au fonds de coopération"),
                    ("revenue", "frais de la plateforme"),
                    ("vat", "TVA collectée"),
                ],
                max_length=20,
                verbose_name="nature",
            ),
        ),
        migrations.AlterField(
            model_name="leg",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legs",
                to="coupons.account",
                verbose_name="compte",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["on", "id"], name="entry_of_a_day"),
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(fields=["account", "id"], include=("amount_cents",), name="leg_of_account"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("campaign", None),
                        ("fund", None),
                        ("kind__in", ["bank", "unmatched", "revenue", "vat"]),
                        ("order", None),
                        ("organization", None),
                    ),
                    models.Q(
                        ("campaign", None),
                        ("fund", None),
                        ("kind", "sponsor_deposit"),
                        ("order__isnull", False),
                        ("organization", None),
                    ),
                    models.Q(
                        ("campaign__isnull", False),
                        ("fund", None),
                        ("kind__in", ["outstanding", "contribution", "sponsor_refundable"]),
                        ("order", None),
                        ("organization", None),
                    ),
                    models.Q(
                        ("campaign", None),
                        ("fund", None),
                        ("kind", "provider_payable"),
                        ("order", None),
                        ("organization__isnull", False),
                    ),
                    models.Q(
                        ("campaign", None),
                        ("fund__isnull", False),
                        ("kind", "fund_payable"),
                        ("order", None),
                        ("organization", None),
                    ),
                    _connector="OR",
                ),
                name="account_has_its_owner",
            ),
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checkpoints",
                to="coupons.account",
            ),
        ),
        migrations.AddField(
            model_name="refundline",
            name="payout",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_lines",
                to="coupons.payout",
            ),
        ),
        migrations.AddIndex(
            model_name="checkpoint",
            index=models.Index(fields=["up_to"], name="checkpoint_up_to"),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(fields=("account", "up_to"), name="checkpoint_once"),
        ),
        migrations.AddConstraint(
            model_name="refundline",
            constraint=models.UniqueConstraint(fields=("payout", "source"), name="refund_source_once"),
        ),
        migrations.AddConstraint(
            model_name="refundline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contribution_cents", 0), ("face_cents", 0), ("other_cents", 0), _negated=True
                ),
                name="refund_of_something",
            ),
        ),
        migrations.RunSQL(CHECKPOINTS + REFUNDS + NATIONAL + GUARDS, BACKWARD),
    ]
