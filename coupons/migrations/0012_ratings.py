"""One rating for one payment that stands; and what a venue's payments say to those who look for one."""

import django.db.models.deletion
from django.db import migrations, models

# The site may not write payments, and so cannot hold one: before anything is written about it, it asks here.
# Whoever rates and whoever cancels both take the payment first, then what its venue is said to be.
HOLD = """
CREATE FUNCTION coupons_hold_payment(p_payment bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM coupons_payment WHERE id = p_payment AND cancelled_at IS NULL FOR SHARE;
    RETURN FOUND;
END $$;
"""

RATING = """
CREATE FUNCTION coupons_rating_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM coupons_payment payment JOIN directory_review review ON review.id = NEW.review_id
    JOIN directory_venue venue ON venue.id = payment.venue_id
    WHERE payment.id = NEW.payment_id AND payment.cancelled_at IS NULL
      AND review.organization_id = payment.organization_id
      AND review.venue_id = coalesce(venue.merged_into_id, venue.id)
    FOR SHARE OF payment;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'payment % takes no such rating', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_of_a_standing_payment';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER coupons_rating_made BEFORE INSERT ON coupons_rating
FOR EACH ROW EXECUTE FUNCTION coupons_rating_made();
"""

USED = """
CREATE FUNCTION coupons_payment_used() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM directory_used_on(NEW.venue_id, NEW."on");
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_payment_used AFTER INSERT ON coupons_payment
FOR EACH ROW EXECUTE FUNCTION coupons_payment_used();

-- Its rating counts no more, and the last use of its venue is that of the last payment that stands.
CREATE FUNCTION coupons_payment_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    standing bigint := (SELECT coalesce(merged_into_id, id) FROM directory_venue WHERE id = NEW.venue_id);
BEGIN
    UPDATE directory_review SET standing = false
    WHERE id = (SELECT review_id FROM coupons_rating WHERE payment_id = NEW.id);
    UPDATE directory_feedback SET last_used_on = (
        SELECT max(payment."on") FROM coupons_payment payment JOIN directory_venue venue ON venue.id = payment.venue_id
        WHERE (venue.id = directory_feedback.venue_id OR venue.merged_into_id = directory_feedback.venue_id)
          AND payment.cancelled_at IS NULL)
    WHERE venue_id IN (NEW.venue_id, standing) AND last_used_on = NEW."on";
    RETURN NULL;
END $$;

CREATE TRIGGER coupons_payment_gone AFTER UPDATE OF cancelled_at ON coupons_payment
FOR EACH ROW WHEN (OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL)
EXECUTE FUNCTION coupons_payment_gone();

SELECT directory_used_on(coalesce(venue.merged_into_id, venue.id), max(payment."on"))
FROM coupons_payment payment JOIN directory_venue venue ON venue.id = payment.venue_id
WHERE payment.cancelled_at IS NULL GROUP BY coalesce(venue.merged_into_id, venue.id);
"""

PRIVILEGES = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'aptic_site') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON coupons_rating FROM aptic_site;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER coupons_payment_gone ON coupons_payment;
DROP TRIGGER coupons_payment_used ON coupons_payment;
DROP TRIGGER coupons_rating_made ON coupons_rating;
DROP FUNCTION coupons_payment_gone();
DROP FUNCTION coupons_payment_used();
DROP FUNCTION coupons_rating_made();
DROP FUNCTION coupons_hold_payment(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0011_undoing"), ("directory", "0023_reviews")]

    operations = [
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="rating",
                        serialize=False,
                        to="coupons.payment",
                        verbose_name="paiement",
                    ),
                ),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating",
                        to="directory.review",
                        verbose_name="avis",
                    ),
                ),
            ],
            options={"verbose_name": "avis d'un paiement", "verbose_name_plural": "avis des paiements"},
        ),
        migrations.RunSQL(HOLD + RATING + USED + PRIVILEGES, BACKWARD),
    ]
