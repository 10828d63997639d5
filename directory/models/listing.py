"""The read model of the public search."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.utils.translation import gettext_lazy as _

from directory.fields import DateMultirangeField, MinutesField
from directory.models.venues import Place, Venue, VenueType
from directory.querysets import ListingQuerySet
from geodata.models import Located
from geodata.querysets import geography


class Listing(Located):
    """One row for each place the public can find, with everything a search filters on.

    Database triggers write it from venues, places, services, labels and members (migrations 0002, 0006, 0012),
    so an import, the admin and plain SQL cannot forget it. Only approved services count. Python never
    writes it.
    """

    place = models.OneToOneField(Place, models.DO_NOTHING, primary_key=True, related_name="listing")
    venue = models.ForeignKey(Venue, models.DO_NOTHING, related_name="listings")
    venue_type = models.ForeignKey(VenueType, models.DO_NOTHING, null=True, related_name="+")
    name = models.CharField(max_length=250)
    itinerant = models.BooleanField()
    commune_code = models.CharField(max_length=5, blank=True)
    categories = ArrayField(models.IntegerField(), default=list)
    audiences = ArrayField(models.CharField(max_length=24), default=list)
    modes = ArrayField(models.CharField(max_length=24), default=list)
    accessible = models.BooleanField(null=True)
    price_min_cents = models.IntegerField(null=True)
    labelled_during = DateMultirangeField()
    timezone = models.CharField(max_length=40)
    week = MinutesField(null=True)
    updated_on = models.DateField(null=True)
    demo = models.BooleanField(default=False)
    # Those of Freshness; null for a venue that nobody manages.
    stale_on = models.DateField(null=True)
    listed_until = models.DateField(null=True)

    objects = ListingQuerySet.as_manager()

    class Meta(Located.Meta):
        verbose_name = _("lieu public")
        verbose_name_plural = _("lieux publics")
        indexes = [
            *Located.Meta.indexes,
            GinIndex(fields=["categories"], name="listing_categories"),
            GinIndex(fields=["audiences"], name="listing_audiences"),
            models.Index(fields=["venue"], name="listing_venue"),
            models.Index(fields=["name", "place"], name="listing_by_name"),
            # "Open at", however few are open: see migration 0019.
            GinIndex(
                models.Func("timezone", "week", function="directory_half_hours"), name="listing_half_hours"
            ),
            GistIndex(
                geography("point"), name="listing_at_home", condition=models.Q(modes__contains=["at_home"])
            ),
            # A map of labelled venues is read from here alone: see migration 0019.
            GistIndex(
                fields=["point"],
                include=["point", "place", "labelled_during", "listed_until"],
                name="listing_map",
                condition=models.Q(point__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListingWords(models.Model):
    """The words by which a listing is found, in French, weighed by where they stand.

    Apart from the listing, because they are longer than all the rest of it: see migration 0006.
    """

    listing = models.OneToOneField(
        Listing, models.DO_NOTHING, primary_key=True, related_name="text", db_constraint=False
    )
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="listing_words_text")]

    def __str__(self) -> str:
        return f"{self.listing_id}"
