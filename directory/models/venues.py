"""Venues, and the places at which they receive the public."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from directory.choices import Accessibility, AccessMode, Audience, Fee, SupportMode
from directory.fields import MinutesField
from directory.models.people import Organization
from directory.names import Plain
from directory.owned import OfVenueQuerySet
from directory.querysets import PlaceQuerySet, VenueQuerySet
from geodata.models import Located


def codes(choices: type[models.TextChoices], label: Any) -> ArrayField:
    """A list of codes out of a closed list."""
    return ArrayField(
        models.CharField(max_length=24, choices=choices.choices), default=list, blank=True, verbose_name=label
    )


def texts(label: Any, max_length: int = 500) -> ArrayField:
    """A list of free texts."""
    return ArrayField(models.CharField(max_length=max_length), default=list, blank=True, verbose_name=label)


class VenueType(models.Model):
    """Kind of venue in the words of #APTIC, with the typologies of the national standard it stands for."""

    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("nom"), max_length=80)
    icon = models.CharField(_("icône"), max_length=40)
    typologies = texts(_("typologies du standard"), 40)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    class Meta:
        verbose_name = _("type de lieu")
        verbose_name_plural = _("types de lieu")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name in the language of the page."""
        return gettext(self.name)


@cache
def sheet_address(language: str) -> str:
    """What the address of every sheet looks like: a page shows dozens, and resolving each took its time."""
    return reverse("directory:venue", args=[1234567890, "nom"]).replace("1234567890/nom", "{pk}/{slug}")


class Venue(models.Model):
    """A venue of digital mediation: who it is. Where it receives people is its `places`."""

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="venues",
        verbose_name=_("structure"),
    )
    venue_type = models.ForeignKey(
        VenueType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="venues",
        verbose_name=_("type de lieu"),
    )
    name = models.CharField(_("nom"), max_length=250)
    slug = models.SlugField(_("nom dans l'adresse"), max_length=80, blank=True)
    summary = models.TextField(_("présentation courte"), blank=True)
    description = models.TextField(_("présentation"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    emails = texts(_("adresses e-mail"), 254)
    websites = texts(_("sites web"))
    booking_url = models.CharField(_("prise de rendez-vous"), max_length=500, blank=True)
    languages = texts(_("langues parlées"), 40)
    audiences = codes(Audience, _("publics particulièrement accueillis"))
    accessible = models.BooleanField(_("accessible en fauteuil roulant"), null=True, blank=True)
    accessibility = codes(Accessibility, _("handicaps pris en charge"))
    access_url = models.CharField(_("fiche Acceslibre"), max_length=500, blank=True)
    access_modes = codes(AccessMode, _("comment venir ou joindre"))
    support_modes = codes(SupportMode, _("accompagnement"))
    fees = codes(Fee, _("frais à charge"))
    programmes = texts(_("dispositifs et programmes nationaux"), 120)
    trainings = texts(_("formations et labels"), 200)
    other_labels = texts(_("autres formations et labels"), 200)
    parent_structure = models.CharField(_("structure parente"), max_length=250, blank=True)
    typologies = texts(_("typologies du standard"), 40)
    itinerant = models.BooleanField(_("itinérant"), default=False)

    source = models.CharField(_("source"), max_length=120, blank=True)
    source_id = models.CharField(_("identifiant dans la source"), max_length=200, blank=True)
    pivot = models.CharField(_("SIRET ou RNA déclaré"), max_length=40, blank=True)
    extra = models.JSONField(_("autres champs de la source"), default=dict, blank=True)

    published = models.BooleanField(_("publié"), default=True)
    demo = models.BooleanField(_("démonstration"), default=False)
    updated_on = models.DateField(_("mis à jour le"), null=True, blank=True)
    verified_on = models.DateField(_("vérifié le"), null=True, blank=True)
    reminded_on = models.DateField(_("rappel envoyé le"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("fusionné dans")
    )
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("lieu")
        verbose_name_plural = _("lieux")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source_id=""), name="venue_source_id_once"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(published=False), name="venue_merged_not_public"
            ),
        ]
        indexes = [GinIndex(OpClass(Plain("name"), name="gin_trgm_ops"), name="venue_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return sheet_address(get_language() or "").format(pk=self.pk, slug=self.slug or "lieu")


class Place(Located):
    """A point at which a venue receives the public: one for a fixed venue, each stop of an itinerant one.

    One table for both, so that search, map, rules of use and settlement never ask which kind of venue it is.
    """

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="places", verbose_name=_("lieu"))
    is_stop = models.BooleanField(_("arrêt d'une itinérance"), default=False)
    name = models.CharField(_("nom de l'arrêt"), max_length=250, blank=True)
    address = models.CharField(_("adresse"), max_length=300, blank=True)
    address_extra = models.CharField(_("complément d'adresse"), max_length=300, blank=True)
    postcode = models.CharField(
        _("code postal"), max_length=5, blank=True, validators=[RegexValidator(r"^[0-9]{5}$")]
    )
    commune = models.CharField(_("commune"), max_length=120, blank=True)
    commune_code = models.CharField(_("code INSEE"), max_length=5, blank=True)
    ban_key = models.CharField(_("clé BAN"), max_length=40, blank=True)
    timezone = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")
    hours = models.TextField(
        _("horaires"),
        blank=True,
        help_text=_("Écriture d'OpenStreetMap, par exemple « Mo-Fr 09:00-12:00,14:00-17:00; PH off »."),
    )
    week = MinutesField(_("minutes d'ouverture de la semaine"), null=True, blank=True, editable=False)
    source_id = models.CharField(_("identifiant dans la source"), max_length=200, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta(Located.Meta):
        verbose_name = _("lieu de service")
        verbose_name_plural = _("lieux de service")
        constraints = [
            models.UniqueConstraint(
                fields=["venue"], condition=Q(is_stop=False), name="place_one_per_fixed_venue"
            ),
            models.UniqueConstraint(
                fields=["venue", "source_id"], condition=~Q(source_id=""), name="place_source_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.address or str(self.venue)


class OpeningDay(models.Model):
    """A coming day on which a place opens otherwise than in its usual week: holiday, odd week, dated visit.

    Rebuilt for the ten weeks ahead whenever the hours change, and every night. Minutes are counted from local
    midnight; an empty set means closed.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="opening_days")
    day = models.DateField()
    minutes = MinutesField()

    class Meta:
        verbose_name = _("jour d'ouverture particulier")
        verbose_name_plural = _("jours d'ouverture particuliers")
        constraints = [models.UniqueConstraint(fields=["place", "day"], name="opening_day_once")]
        indexes = [models.Index(fields=["day", "place"], name="opening_day_by_day")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.day:%Y-%m-%d}"


class Closure(models.Model):
    """Days on which a venue is closed although its hours say otherwise (holidays, works)."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="closures", verbose_name=_("lieu"))
    during = DateRangeField(_("jours"))
    reason = models.CharField(_("motif"), max_length=120, blank=True)

    objects = OfVenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("fermeture")
        verbose_name_plural = _("fermetures")
        constraints = [
            ExclusionConstraint(
                name="closure_no_overlap",
                expressions=[("venue", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False)
                & Q(during__startswith__isnull=False)
                & Q(during__endswith__isnull=False),
                name="closure_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.venue} · {self.during}"

    @property
    def last_day(self) -> date:
        """The last day of it."""
        return self.during.upper - timedelta(days=1)
