"""What stands somewhere: a point with the two indexes every spatial question needs."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from geodata.querysets import geography


class Located(models.Model):
    """Abstract; its managers come from `LocatedQuerySet`.

    The geometry index answers "inside what?"; the geography one "how far?", in metres, world-wide.
    """

    point = models.PointField(_("position"), null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [GistIndex(geography("point"), name="%(class)s_geography")]
