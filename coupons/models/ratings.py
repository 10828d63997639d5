"""Which payment a review is about: one review for one payment, and nobody's name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coupons.models.payments import Payment
from directory.models import Review


class Rating(models.Model):
    """The database lets it be made of a payment that stands, at the venue where that was, and never changes it."""

    payment = models.OneToOneField(
        Payment, models.PROTECT, primary_key=True, related_name="rating", verbose_name=_("paiement")
    )
    review = models.OneToOneField(Review, models.PROTECT, related_name="rating", verbose_name=_("avis"))

    class Meta:
        verbose_name = _("avis d'un paiement")
        verbose_name_plural = _("avis des paiements")

    def __str__(self) -> str:
        return f"{self.payment_id} · {self.review_id}"
