"""What happens at the counter: a payment, and each coupon it took."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coupons.models.booklets import Coupon
from coupons.models.funds import CooperationFund
from coupons.models.ledger import Entry
from coupons.querysets import RedemptionQuerySet
from directory.models import Organization, Place, Service, User, Venue
from directory.owned import OwnedQuerySet


class Payment(models.Model):
    """One passage at the counter: a service's price, paid by coupons first and the rest in cash.

    Only the function `coupons_pay` of the database writes here. `key` is made by the device before it asks: the
    same key and the same question get the same answer, however often they come; `asked` is the question's digest.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="payments", verbose_name=_("structure")
    )
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="payments", verbose_name=_("lieu"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("point de service"))
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("service"))
    agent = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("agent"))
    device = models.CharField(_("appareil"), max_length=40, blank=True)
    key = models.UUIDField(_("clé de la demande"))
    asked = models.BinaryField(_("empreinte de la demande"), max_length=32)

    at = models.DateTimeField(_("instant"))
    # The local day of the venue: what validity is counted in.
    on = models.DateField(_("jour"))
    price_cents = models.PositiveIntegerField(_("prix, en centimes"))
    covered_cents = models.PositiveIntegerField(_("payé par chèques, en centimes"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="payment")
    cancelled_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    cancel_reason = models.CharField(_("motif"), max_length=200, blank=True)
    cancel_entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="cancelled_payment"
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("paiement")
        verbose_name_plural = _("paiements")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="payment_key_once"),
            models.CheckConstraint(
                condition=Q(covered_cents__gte=1, covered_cents__lte=F("price_cents")),
                name="payment_covers_at_most_the_price",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancel_entry=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False, cancel_entry__isnull=False),
                name="payment_cancelled_with_its_entry",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-at"], name="payment_by_provider"),
            # Those of the last days, among millions; next to nothing to keep up, since payments come in order.
            BrinIndex(fields=["at"], pages_per_range=32, name="payment_at_brin"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.on}"

    @property
    def cash_cents(self) -> int:
        return self.price_cents - self.covered_cents


class Redemption(models.Model):
    """A coupon taken by a payment: what of it went to the provider, and what back to its sponsor."""

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="redemptions", verbose_name=_("paiement")
    )
    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="redemptions", verbose_name=_("chèque"))
    fund = models.ForeignKey(CooperationFund, models.PROTECT, related_name="+", verbose_name=_("fonds"))
    paid_cents = models.PositiveIntegerField(_("versé à l'acteur, en centimes"))
    returned_cents = models.PositiveIntegerField(_("rendu au commanditaire, en centimes"))
    contribution_cents = models.PositiveIntegerField(_("versé au fonds, en centimes"))
    # Null once its payment is cancelled; a coupon is taken by one standing payment at most.
    standing = models.BooleanField(_("tient"), null=True, default=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("chèque utilisé")
        verbose_name_plural = _("chèques utilisés")
        constraints = [
            models.UniqueConstraint(fields=["coupon", "standing"], name="coupon_redeemed_once"),
            models.CheckConstraint(condition=~Q(standing=False), name="redemption_stands_or_not"),
            models.CheckConstraint(condition=Q(paid_cents__gte=1), name="redemption_pays_something"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}/{self.coupon_id}"
