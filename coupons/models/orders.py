"""What a sponsor buys: orders, where their booklets go, and the papers of each."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import OrderStatus
from coupons.models.campaigns import Campaign, DeliveryPoint
from coupons.querysets import OfCampaignQuerySet, OfOrderQuerySet, OrderQuerySet
from directory.models import User


class Order(models.Model):
    """Booklets of one campaign, at the terms of the day the quote was made.

    Amounts are what the sponsor pays: face value of all coupons, contribution of all coupons (each coupon's is
    rounded by itself, half up, so that every coupon can be accounted for alone), and fees.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="orders", verbose_name=_("campagne"))
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    # What the transfer must quote: an ISO 11649 creditor reference, whose check digits catch slips.
    transfer_reference = models.CharField(_("référence du virement"), max_length=25, unique=True)
    status = models.CharField(
        _("état"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.QUOTE
    )

    booklets = models.PositiveIntegerField(_("nombre de carnets"))
    booklet_size = models.PositiveSmallIntegerField(_("chèques par carnet"))
    face_value_cents = models.PositiveIntegerField(_("valeur d'un chèque, en centimes"))
    contribution_cents = models.PositiveIntegerField(_("contribution par chèque, en centimes"))
    fee_cents = models.PositiveBigIntegerField(_("frais, en centimes"), default=0)
    validity_months = models.PositiveSmallIntegerField(_("mois de validité"))

    # What public accounting asks for on an invoice.
    billing_name = models.CharField(_("facturé à"), max_length=250)
    billing_address = models.TextField(_("adresse de facturation"), max_length=500)
    billing_siret = models.CharField(_("SIRET"), max_length=14)
    purchase_order_number = models.CharField(
        _("numéro d'engagement ou de bon de commande"), max_length=50, blank=True
    )
    service_code = models.CharField(_("code du service exécutant"), max_length=100, blank=True)

    quoted_at = models.DateTimeField(_("devis du"), default=timezone.now)
    quote_valid_until = models.DateField(_("devis valable jusqu'au (inclus)"))
    hand_over_by = models.DateField(_("carnets à remettre avant le (inclus)"))
    ordered_at = models.DateTimeField(_("commandée le"), null=True, blank=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    terms_version = models.CharField(_("conditions acceptées"), max_length=20, blank=True)
    funded_at = models.DateTimeField(_("financée le"), null=True, blank=True)
    printed_at = models.DateTimeField(_("imprimée le"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("livrée le"), null=True, blank=True)
    closed_at = models.DateTimeField(_("close le"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("annulée le"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("commande")
        verbose_name_plural = _("commandes")
        ordering = ["-quoted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(booklets__gte=1) & Q(booklets__lte=1_000_000 / F("booklet_size")),
                name="order_at_most_a_million_coupons",
            ),
            models.CheckConstraint(condition=Q(booklet_size__gte=1), name="order_booklet_size"),
            models.CheckConstraint(
                condition=Q(face_value_cents__gte=100, face_value_cents__lte=50_000),
                name="order_face_value",
            ),
            models.CheckConstraint(
                condition=Q(contribution_cents__lte=F("face_value_cents")), name="order_contribution"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["quote", "cancelled"]) | ~Q(terms_version=""),
                name="order_terms_accepted",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def coupons(self) -> int:
        return self.booklets * self.booklet_size

    @property
    def booklet_face_cents(self) -> int:
        return self.booklet_size * self.face_value_cents

    @property
    def booklet_contribution_cents(self) -> int:
        return self.booklet_size * self.contribution_cents

    @property
    def face_cents(self) -> int:
        return self.booklets * self.booklet_face_cents

    @property
    def total_contribution_cents(self) -> int:
        return self.booklets * self.booklet_contribution_cents

    @property
    def due_cents(self) -> int:
        """What the sponsor transfers."""
        return self.face_cents + self.total_contribution_cents + self.fee_cents


class Delivery(models.Model):
    """So many booklets of an order for one delivery point, as a range of numbers once they are printed."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="deliveries", verbose_name=_("commande"))
    delivery_point = models.ForeignKey(
        DeliveryPoint, models.PROTECT, related_name="deliveries", verbose_name=_("point de remise")
    )
    booklets = models.PositiveIntegerField(_("nombre de carnets"))
    sent_at = models.DateTimeField(_("envoyée le"), null=True, blank=True)
    tracking = models.CharField(_("suivi du transporteur"), max_length=100, blank=True)
    received_at = models.DateTimeField(_("reçue le"), null=True, blank=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("livraison")
        verbose_name_plural = _("livraisons")
        constraints = [
            models.UniqueConstraint(fields=["order", "delivery_point"], name="delivery_once_per_point"),
            models.CheckConstraint(condition=Q(booklets__gte=1), name="delivery_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.delivery_point}"


class Paper(models.Model):
    """A numbered paper given to a sponsor: quote, invoice, credit note. Numbers of a series leave no gap.

    `content` is what it says, kept so that the same PDF can be made again at any time. Append-only.
    """

    class Kind(models.TextChoices):
        QUOTE = "quote", _("devis")
        INVOICE = "invoice", _("facture")
        CREDIT_NOTE = "credit_note", _("avoir")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="papers")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="papers")
    # The refund that a credit note goes with.
    payout = models.OneToOneField(
        "coupons.Payout", models.PROTECT, null=True, blank=True, related_name="credit_note"
    )
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    issued_on = models.DateField(_("émis le"))
    content = models.JSONField(_("contenu"))

    objects = OfCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("pièce")
        verbose_name_plural = _("pièces")
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return self.number


class Series(models.Model):
    """The last number given in a series of a year: taking the next one locks the row until the end."""

    name = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "year"], name="series_once_a_year")]

    def __str__(self) -> str:
        return f"{self.name} {self.year}: {self.last}"
