"""What is on offer: the #APTIC referential and the services of each venue."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.choices import Audience, Mode, ReviewStatus
from directory.models.people import User
from directory.models.venues import Venue, codes, texts
from directory.querysets import ServiceQuerySet
from directory.vocabulary import PLAIN_WORDS
from geodata.models import Area


class Category(models.Model):
    """Category (no parent) or sub-category of the #APTIC referential of services."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("catégorie")
    )
    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("nom"), max_length=80)
    icon = models.CharField(_("icône"), max_length=40)
    standard_services_v0 = texts(_("services du standard v0.1.1"), 120)
    standard_services_v1 = texts(_("services du standard v1.0.2"), 120)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    class Meta:
        verbose_name = _("catégorie")
        verbose_name_plural = _("catégories")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name in the language of the page."""
        return gettext(self.name)

    @property
    def plain_words(self) -> str:
        """What is inside, for whom the official name tells nothing; only main categories have some."""
        return str(PLAIN_WORDS.get(self.slug, ""))


class Service(models.Model):
    """A service a venue renders, at a price in euro cents: 0 is free, null is not known."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="services", verbose_name=_("lieu"))
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="services", verbose_name=_("sous-catégorie")
    )
    name = models.CharField(_("nom"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    price_cents = models.PositiveIntegerField(_("prix en centimes"), null=True, blank=True)
    price_note = models.CharField(_("précision sur le prix"), max_length=200, blank=True)
    duration_min = models.PositiveSmallIntegerField(_("durée en minutes"), null=True, blank=True)
    audiences = codes(Audience, _("publics"))
    modes = codes(Mode, _("manières de rendre le service"))
    coverage = models.ManyToManyField(
        Area, blank=True, related_name="services_at_home", verbose_name=_("territoire desservi à domicile")
    )
    status = models.CharField(
        _("état"), max_length=12, choices=ReviewStatus.choices, default=ReviewStatus.DRAFT
    )
    position = models.PositiveSmallIntegerField(_("rang"), default=0)
    schedule = models.TextField(
        _("jours et heures du service"),
        blank=True,
        help_text=_("Écriture d'OpenStreetMap ; vide : ceux du lieu."),
    )
    replaces = models.OneToOneField(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="revision",
        verbose_name=_("modification de"),
        help_text=_("Une modification attend sa relecture à côté de la version publiée."),
    )
    submitted_at = models.DateTimeField(_("soumis le"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(_("relu le"), null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    review_note = models.TextField(_("réponse de la relecture"), blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_cents=None) | Q(price_cents__lte=1_000_000), name="service_price_sane"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(status="approved"), name="service_revision_not_public"
            ),
        ]
        indexes = [
            models.Index(
                fields=["venue"],
                condition=Q(status=ReviewStatus.APPROVED, modes__contains=[Mode.AT_HOME.value]),
                name="service_at_home",
            ),
            models.Index(
                fields=["submitted_at", "id"], condition=Q(status="submitted"), name="service_review_queue"
            ),
        ]

    def __str__(self) -> str:
        return self.name
