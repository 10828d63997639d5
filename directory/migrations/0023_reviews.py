"""What people say of venues after a passage, and what lists read of it: kept by triggers, whoever writes."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What changes adds to what was there: a venue with thousands of reviews is not counted again for one more.
COUNTING = """
CREATE FUNCTION directory_feedback_add(p_venue bigint, p_review directory_review, p_sign integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO directory_feedback AS held (venue_id, answers, reception_sum, usefulness_sum, progress_sum)
    VALUES (p_venue, 1, p_review.reception, p_review.usefulness, p_review.progress)
    ON CONFLICT (venue_id) DO UPDATE SET
        answers = held.answers + p_sign,
        reception_sum = held.reception_sum + p_sign * p_review.reception,
        usefulness_sum = held.usefulness_sum + p_sign * p_review.usefulness,
        progress_sum = held.progress_sum + p_sign * p_review.progress
$$;

CREATE FUNCTION directory_review_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.standing THEN
        PERFORM directory_feedback_add(OLD.venue_id, OLD, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.standing THEN
        PERFORM directory_feedback_add(NEW.venue_id, NEW, 1);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER directory_review_counts AFTER INSERT OR DELETE OR UPDATE OF venue_id, standing ON directory_review
FOR EACH ROW EXECUTE FUNCTION directory_review_counts();

CREATE FUNCTION directory_used_on(p_venue bigint, p_on date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- The first payment of a day writes; the others only look, and wait for nobody.
    IF NOT EXISTS (SELECT FROM directory_feedback WHERE venue_id = p_venue AND last_used_on >= p_on) THEN
        INSERT INTO directory_feedback AS held
            (venue_id, last_used_on, answers, reception_sum, usefulness_sum, progress_sum)
        VALUES (p_venue, p_on, 0, 0, 0, 0)
        ON CONFLICT (venue_id) DO UPDATE SET last_used_on = greatest(held.last_used_on, excluded.last_used_on);
    END IF;
END $$;

-- Of two venues that are one, the last use of either.
CREATE FUNCTION directory_feedback_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    used date := (SELECT last_used_on FROM directory_feedback WHERE venue_id = NEW.id);
BEGIN
    IF used IS NOT NULL THEN
        PERFORM directory_used_on(NEW.merged_into_id, used);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER directory_feedback_follows AFTER UPDATE OF merged_into_id ON directory_venue
FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
EXECUTE FUNCTION directory_feedback_follows();
"""

# Decisions are recorded; what people said when they said it is not: a journal is read by those it is about.
RECORDED = """
CREATE TRIGGER directory_review_recorded AFTER UPDATE ON directory_review
FOR EACH ROW EXECUTE FUNCTION directory_record_change();
"""

PRIVILEGES = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON directory_feedback FROM aptic_site;
        REVOKE UPDATE, DELETE, TRUNCATE ON directory_review FROM aptic_site;
        GRANT UPDATE (venue_id, comment_state, comment_reason, moderated_by_id, moderated_at, answer, answer_state,
                      answer_reason, answered_by_id, answered_at, answer_moderated_by_id, answer_moderated_at)
            ON directory_review TO aptic_site;
        REVOKE EXECUTE ON FUNCTION directory_feedback_add(bigint, directory_review, integer) FROM PUBLIC;
        REVOKE EXECUTE ON FUNCTION directory_used_on(bigint, date) FROM PUBLIC;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER directory_review_recorded ON directory_review;
DROP TRIGGER directory_feedback_follows ON directory_venue;
DROP TRIGGER directory_review_counts ON directory_review;
DROP FUNCTION directory_feedback_follows();
DROP FUNCTION directory_used_on(bigint, date);
DROP FUNCTION directory_review_counts();
DROP FUNCTION directory_feedback_add(bigint, directory_review, integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0022_token_scope_of_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feedback",
            fields=[
                (
                    "venue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="feedback",
                        serialize=False,
                        to="directory.venue",
                    ),
                ),
                ("last_used_on", models.DateField(null=True, verbose_name="dernier usage")),
                ("answers", models.PositiveIntegerField(default=0, verbose_name="réponses")),
                ("reception_sum", models.PositiveIntegerField(default=0)),
                ("usefulness_sum", models.PositiveIntegerField(default=0)),
                ("progress_sum", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "retour des usagers",
                "verbose_name_plural": "retours des usagers",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "given_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="donné le"),
                ),
                ("reception", models.PositiveSmallIntegerField(verbose_name="accueil")),
                ("usefulness", models.PositiveSmallIntegerField(verbose_name="utilité")),
                ("progress", models.PositiveSmallIntegerField(verbose_name="progrès")),
                ("standing", models.BooleanField(default=True, verbose_name="compte")),
                ("comment", models.TextField(blank=True, max_length=1000, verbose_name="commentaire")),
                (
                    "comment_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "sans texte"),
                            ("waiting", "à relire"),
                            ("published", "publié"),
                            ("refused", "refusé"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="état du commentaire",
                    ),
                ),
                (
                    "comment_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="motif du refus"),
                ),
                ("moderated_at", models.DateTimeField(blank=True, null=True, verbose_name="relu le")),
                ("answer", models.TextField(blank=True, max_length=1000, verbose_name="réponse du lieu")),
                (
                    "answer_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "sans texte"),
                            ("waiting", "à relire"),
                            ("published", "publié"),
                            ("refused", "refusé"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="état de la réponse",
                    ),
                ),
                (
                    "answer_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="motif du refus de la réponse"),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondu le")),
                (
                    "answer_moderated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="réponse relue le"),
                ),
                (
                    "answer_moderated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "moderated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="directory.organization",
                        verbose_name="structure",
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="directory.venue",
                        verbose_name="lieu",
                    ),
                ),
            ],
            options={
                "verbose_name": "avis",
                "verbose_name_plural": "avis",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["organization", "-id"], name="review_by_organization"),
                    models.Index(fields=["venue", "-id"], name="review_by_venue"),
                    models.Index(fields=["given_at"], name="review_by_day"),
                    models.Index(
                        condition=models.Q(
                            ("comment_state", "waiting"), ("answer_state", "waiting"), _connector="OR"
                        ),
                        fields=["id"],
                        name="review_to_moderate",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reception__gte", 1), ("reception__lte", 5)),
                        name="review_reception",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("usefulness__gte", 1), ("usefulness__lte", 5)),
                        name="review_usefulness",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__gte", 1), ("progress__lte", 5)), name="review_progress"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("comment", ""), ("comment_state", "")),
                            models.Q(
                                models.Q(("comment", ""), _negated=True),
                                models.Q(("comment_state", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="review_comment_has_its_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answer_state", "")),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("answer_state", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="review_answer_has_its_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer", ""), models.Q(("comment", ""), _negated=True), _connector="OR"
                        ),
                        name="review_answer_of_a_comment",
                    ),
                ],
            },
        ),
        migrations.RunSQL(COUNTING + RECORDED + PRIVILEGES, BACKWARD),
    ]
