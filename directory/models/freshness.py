"""What follows from the venues by itself: how fresh each is, which look alike, how often visitors wrote."""

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.venues import Venue


class Freshness(models.Model):
    """A view (migration 0012): the days that count for a venue whose organisation has somebody to confirm
    it.

    No row: nobody manages the venue, it follows its source, and neither grows stale nor leaves. From
    `due_on` on its people are reminded, from `stale_on` on it is marked, from `listed_until` on neither
    search nor map shows it.
    """

    venue = models.OneToOneField(Venue, models.DO_NOTHING, primary_key=True, related_name="freshness")
    confirmed_on = models.DateField(_("vérifié le"))
    due_on = models.DateField(_("à vérifier avant le"))
    stale_on = models.DateField(_("marqué « à vérifier » le"))
    listed_until = models.DateField(_("dans la recherche jusqu'au"))

    class Meta:
        managed = False
        db_table = "directory_freshness"
        verbose_name = _("fraîcheur")
        verbose_name_plural = _("fraîcheurs")

    def __str__(self) -> str:
        return f"{self.venue_id} · {self.confirmed_on:%Y-%m-%d}"

    def state_on(self, day: date) -> str:
        """`fresh`, `due`, `stale` or `gone`."""
        limits = [(self.listed_until, "gone"), (self.stale_on, "stale"), (self.due_on, "due")]
        return next((state for limit, state in limits if limit <= day), "fresh")


class DuplicatePair(models.Model):
    """Two venues that look like one: found again every night, decided by a person."""

    first = models.ForeignKey(Venue, models.CASCADE, related_name="+")
    second = models.ForeignKey(Venue, models.CASCADE, related_name="+")
    distance_m = models.PositiveIntegerField(_("distance en mètres"), null=True)
    likeness = models.FloatField(_("ressemblance des noms, de 0 à 1"))
    same_address = models.BooleanField(_("même adresse"))
    same_number = models.BooleanField(_("même SIRET ou RNA"))
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("doublon possible")
        verbose_name_plural = _("doublons possibles")
        indexes = [models.Index(fields=["-likeness", "id"], name="duplicate_pair_surest")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="duplicate_pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id} ?"


class PostCount(models.Model):
    """How often one sender (a digest, never an address), an account, or everybody, wrote within a window."""

    sender = models.CharField(max_length=64)
    since = models.DateTimeField()
    posts = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("nombre d'envois")
        verbose_name_plural = _("nombres d'envois")
        constraints = [models.UniqueConstraint(fields=["sender", "since"], name="post_count_once")]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} · {self.posts}"
