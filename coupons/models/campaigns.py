"""What a sponsor decides: where, for what and to whom its coupons are."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.choices import Public, Situation
from coupons.querysets import CampaignQuerySet, DeliveryPointQuerySet, ZoneQuerySet
from directory.models import Category, Organization, VenueType
from directory.models.venues import codes
from geodata.models import Area, Located


class Zone(models.Model):
    """A territory drawn by a sponsor: an area of level `custom`, and whose it is.

    Once a campaign that uses it has an order, its outline is final: an edit makes a new version.
    """

    area = models.OneToOneField(Area, models.PROTECT, primary_key=True, related_name="zone")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="zones", verbose_name=_("commanditaire")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next_version", verbose_name=_("remplace")
    )
    frozen_at = models.DateTimeField(_("définitive depuis"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("dessinée le"), default=timezone.now)

    objects = ZoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("zone dessinée")
        verbose_name_plural = _("zones dessinées")

    def __str__(self) -> str:
        return self.area.name


class DeliveryPoint(Located):
    """Where a sponsor has its booklets delivered, and where they are handed out."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="delivery_points", verbose_name=_("commanditaire")
    )
    name = models.CharField(_("nom"), max_length=120)
    address = models.CharField(_("adresse"), max_length=250)
    postcode = models.CharField(_("code postal"), max_length=5)
    commune = models.CharField(_("commune"), max_length=120)
    commune_code = models.CharField(_("code de la commune"), max_length=5, blank=True)
    contact = models.CharField(_("personne à prévenir"), max_length=120, blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    opening = models.CharField(_("quand livrer"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("fermé le"), null=True, blank=True)

    objects = DeliveryPointQuerySet.as_manager()

    class Meta(Located.Meta):
        verbose_name = _("point de remise")
        verbose_name_plural = _("points de remise")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(closed_at=None),
                name="delivery_point_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """A sponsor's scheme: one rule of use, one rule of distribution, and the terms of its coupons.

    An empty list means "no restriction". The rule is what is printed on paper: from the first order on, the
    database refuses any change of it.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="campaigns", verbose_name=_("commanditaire")
    )
    name = models.CharField(_("nom de la campagne"), max_length=120)
    slug = models.SlugField(_("nom dans l'adresse"), max_length=80, unique=True)
    summary = models.TextField(_("en quelques mots, pour le public"), max_length=600, blank=True)
    logo = models.BinaryField(_("logo, en PNG"), null=True, blank=True)

    # Rule of use, checked at payment.
    areas = models.ManyToManyField(
        Area, blank=True, related_name="campaigns", verbose_name=_("territoires d'usage")
    )
    venue_types = models.ManyToManyField(
        VenueType, blank=True, related_name="+", verbose_name=_("types de lieu")
    )
    categories = models.ManyToManyField(Category, blank=True, related_name="+", verbose_name=_("services"))
    starts_on = models.DateField(_("utilisable à partir du"), null=True, blank=True)
    ends_on = models.DateField(_("utilisable jusqu'au (inclus)"), null=True, blank=True)

    # Rule of distribution, checked at hand-over.
    hand_over_areas = models.ManyToManyField(
        Area, blank=True, related_name="+", verbose_name=_("territoires de remise")
    )
    delivery_points = models.ManyToManyField(
        DeliveryPoint, blank=True, related_name="campaigns", verbose_name=_("points de remise")
    )
    publics = codes(Public, _("publics"))
    situations = codes(Situation, _("situations"))
    max_booklets_per_person = models.PositiveSmallIntegerField(
        _("carnets par personne, au plus"), null=True, blank=True
    )

    # Terms of its coupons; each order copies them.
    face_value_cents = models.PositiveIntegerField(_("valeur d'un chèque, en centimes"), default=1000)
    booklet_size = models.PositiveSmallIntegerField(_("chèques par carnet"), default=10)
    validity_months = models.PositiveSmallIntegerField(_("mois de validité"), default=12)
    contribution_bp = models.PositiveSmallIntegerField(
        _("contribution au fonds de coopération, en dix-millièmes"), default=100
    )

    # Shown from the first order on; the sponsor may close it.
    public = models.BooleanField(_("page publique"), default=True)
    # The sponsor lets anybody have its aggregates.
    open_data = models.BooleanField(_("chiffres publics"), default=False)
    demo = models.BooleanField(_("démonstration"), default=False)
    created_at = models.DateTimeField(_("créée le"), default=timezone.now)
    frozen_at = models.DateTimeField(_("règle définitive depuis"), null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(_("rangée le"), null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campagne")
        verbose_name_plural = _("campagnes")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(face_value_cents__gte=100, face_value_cents__lte=50_000),
                name="campaign_face_value",
            ),
            models.CheckConstraint(
                condition=Q(booklet_size__gte=1, booklet_size__lte=50), name="campaign_booklet_size"
            ),
            models.CheckConstraint(
                condition=Q(validity_months__gte=1, validity_months__lte=36), name="campaign_validity"
            ),
            models.CheckConstraint(
                condition=Q(contribution_bp__lte=10_000), name="campaign_contribution_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="campaign_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(max_booklets_per_person=None) | Q(max_booklets_per_person__gte=1),
                name="campaign_booklets_per_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name
