"""Where the coupons of each ordered campaign are good, at hand for the search."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from coupons.models.campaigns import Campaign
from directory.models import Place, Venue
from geodata.querysets import geography


class Acceptance(models.Model):
    """A place at which a campaign's coupons pay for `services`, on any day on which its venue holds the label.

    One row for each place and each ordered campaign that names territories; a rule without territory needs none, the
    listing says it all. Database triggers write it (migration 0009): Python never does. The index walks the places
    of one campaign by distance: the nearest are found as quickly for a commune as for a region.
    """

    campaign = models.ForeignKey(Campaign, models.DO_NOTHING, related_name="acceptances", db_index=False)
    place = models.ForeignKey(Place, models.DO_NOTHING, related_name="+", db_constraint=False)
    venue = models.ForeignKey(Venue, models.DO_NOTHING, related_name="+", db_constraint=False)
    point = models.PointField(spatial_index=False)
    services = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("lieu où des chèques s'utilisent")
        verbose_name_plural = _("lieux où des chèques s'utilisent")
        constraints = [models.UniqueConstraint(fields=["campaign", "place"], name="acceptance_once")]
        indexes = [GistIndex(F("campaign"), geography("point"), name="acceptance_nearest")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.place_id}"
