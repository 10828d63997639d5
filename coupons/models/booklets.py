"""The paper: booklets, coupons, and their hand-over to beneficiaries."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.booklet_numbers import printed_number
from coupons.choices import AgeBand, BookletStatus, CouponState, Loss, Public, Situation
from coupons.models.campaigns import DeliveryPoint
from coupons.models.ledger import Entry
from coupons.models.orders import Order
from coupons.querysets import BookletQuerySet, CouponQuerySet, OfOrderQuerySet
from directory.models import User
from geodata.models import Area


class HandOver(models.Model):
    """Booklets of one order given at one place at one time, and the ledger's entry that activates them.

    No name: only what helps to see whom the coupons reach, and only if it was told.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="hand_overs", verbose_name=_("commande"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="hand_over")
    at = models.DateTimeField(_("remis à"))
    on = models.DateField(_("remis le"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("remis par"))
    delivery_point = models.ForeignKey(
        DeliveryPoint, models.PROTECT, null=True, blank=True, related_name="hand_overs"
    )
    commune = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    point = models.PointField(_("position"), null=True, blank=True)
    public = models.CharField(_("public"), max_length=12, choices=Public.choices, blank=True)
    age_band = models.CharField(_("âge"), max_length=6, choices=AgeBand.choices, blank=True)
    situation = models.CharField(_("situation"), max_length=16, choices=Situation.choices, blank=True)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("remise")
        verbose_name_plural = _("remises")
        indexes = [GistIndex(fields=["point"], name="handover_point")]

    def __str__(self) -> str:
        return f"{self.order} · {self.on}"


class Booklet(models.Model):
    """A stapled set of coupons. Its number, which is public, is its identifier with two check digits."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="booklet_set", verbose_name=_("commande"))
    # 1, 2, 3 … within the order; replacements of lost booklets go on from there.
    position = models.PositiveIntegerField(_("rang"))
    status = models.CharField(
        _("état"), max_length=9, choices=BookletStatus.choices, default=BookletStatus.INERT
    )
    delivery_point = models.ForeignKey(
        DeliveryPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stock",
        verbose_name=_("point de remise"),
    )
    hand_over = models.ForeignKey(
        HandOver, models.PROTECT, null=True, blank=True, related_name="booklets", verbose_name=_("remise")
    )
    valid_until = models.DateField(_("utilisable jusqu'au (inclus)"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replacement", verbose_name=_("remplace")
    )
    cancelled_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
    loss = models.CharField(_("motif"), max_length=8, choices=Loss.choices, blank=True)
    # The sponsor was told that it will soon be too late.
    reminded_on = models.DateField(_("rappel envoyé le"), null=True, blank=True)

    objects = BookletQuerySet.as_manager()

    class Meta:
        verbose_name = _("carnet")
        verbose_name_plural = _("carnets")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="booklet_position_once"),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(hand_over__isnull=False, valid_until__isnull=False),
                name="booklet_active_since_and_until",
            ),
        ]
        indexes = [
            models.Index(fields=["delivery_point", "status"], name="booklet_stock"),
            models.Index(fields=["hand_over"], name="booklet_hand_over"),
            models.Index(fields=["valid_until"], condition=Q(status="active"), name="booklet_ends"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: "CN 0000 1234 82"."""
        return printed_number(self.pk)


class Coupon(models.Model):
    """One cheque. Its code exists on paper only; here is a keyed digest, set when the sheet is printed."""

    booklet = models.ForeignKey(Booklet, models.PROTECT, related_name="coupons", verbose_name=_("carnet"))
    position = models.PositiveSmallIntegerField(_("rang"))
    state = models.CharField(_("état"), max_length=9, choices=CouponState.choices, default=CouponState.INERT)
    # 128 bits of HMAC-SHA256, as a UUID because PostgreSQL compares and indexes those fastest.
    digest = models.UUIDField(_("empreinte du code"), null=True, blank=True, editable=False)

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("chèque")
        verbose_name_plural = _("chèques")
        ordering = ["booklet", "position"]
        constraints = [
            models.UniqueConstraint(fields=["booklet", "position"], name="coupon_position_once"),
            models.UniqueConstraint(fields=["digest"], name="coupon_digest_once"),
            models.CheckConstraint(
                condition=Q(state__in=["inert", "cancelled"]) | Q(digest__isnull=False),
                name="coupon_without_code_is_worthless",
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def serial(self) -> str:
        """Public, for support: the booklet's number and the coupon's rank, "CN 0000 1234 82-03"."""
        return f"{printed_number(self.booklet_id)}-{self.position:02d}"


class Tries(models.Model):
    """How many codes were tried by someone, or by all, in a window of time. Written by coupons/guessing.py."""

    who = models.CharField(max_length=80)
    window = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "window"], name="tries_once_per_window")]
        indexes = [models.Index(fields=["window"], name="tries_window")]

    def __str__(self) -> str:
        return f"{self.who} · {self.window}: {self.tries}"
