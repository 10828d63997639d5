"""What dashboards read: sums of what the books and the counter recorded, kept by migration 0010 (docs/reporting.md).

Everything here can be thrown away and made again from entries, hand-overs and redemptions, so no constraint holds
it to them; the site reads it, and only the functions `coupons_report` and `coupons_report_anew` write.
"""

from typing import Any

from django.contrib.gis.db import models

from coupons.models.booklets import Booklet
from coupons.models.campaigns import Campaign, DeliveryPoint
from coupons.models.ledger import Entry
from directory.models import Organization, Place, Service
from geodata.models import Area


def derived(to: Any, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        to, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", **more
    )


class Unreported(models.Model):
    """An entry that no report counts yet: written with it, taken away in the transaction that counts it."""

    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.entry_id}"


class ReportRun(models.Model):
    """One row: when the reports were last brought up to date."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at}"


class Movement(models.Model):
    """Legs on the accounts of a campaign, by day of the books and kind of entry; debits are positive."""

    campaign = derived(Campaign)
    on = models.DateField()
    kind = models.CharField(max_length=20)
    outstanding_cents = models.BigIntegerField()
    contribution_cents = models.BigIntegerField()
    refundable_cents = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "on", "kind"], name="movement_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.on} {self.kind}"


class Origin(models.Model):
    """Where hand-overs were made. `point` is what was told beyond the other two, kept to 100 m and no closer."""

    commune = derived(Area, null=True)
    delivery_point = derived(DeliveryPoint, null=True)
    point = models.PointField(null=True, spatial_index=False)
    # All three in one text: what tells two of them apart, joined on.
    key = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.key


class HandedOut(models.Model):
    campaign = derived(Campaign)
    on = models.DateField()
    origin = derived(Origin)
    public = models.CharField(max_length=12, blank=True)
    booklets = models.IntegerField()
    coupons = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "on", "origin", "public"], name="handed_out_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.on} {self.origin_id}"


class Used(models.Model):
    """What was used, less what was taken back. A payment counts once for each campaign whose coupons it took."""

    campaign = derived(Campaign)
    organization = derived(Organization)
    place = derived(Place)
    service = derived(Service)
    public = models.CharField(max_length=12, blank=True)
    payments = models.IntegerField()
    coupons = models.IntegerField()
    paid_cents = models.BigIntegerField()
    returned_cents = models.BigIntegerField()
    contribution_cents = models.BigIntegerField()

    class Meta:
        abstract = True


class UsedOfDay(Used):
    """By the local day of the payment, also for what was taken back later."""

    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "on", "organization", "place", "service", "public"], name="used_of_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.on}"


class UsedOfMonth(Used):
    month = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "month", "organization", "place", "service", "public"],
                name="used_of_month",
            )
        ]
        indexes = [models.Index(fields=["organization"], name="used_by_provider")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.month}"


class Flow(models.Model):
    """From where booklets were handed over to where their coupons were used."""

    campaign = derived(Campaign)
    organization = derived(Organization)
    origin = derived(Origin)
    place = derived(Place)
    payments = models.IntegerField()
    coupons = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organization", "origin", "place"], name="flow_once")
        ]
        indexes = [models.Index(fields=["organization"], name="flow_by_provider")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.origin_id} {self.place_id}"


class Started(models.Model):
    """A booklet of which a coupon is used, and the days from its hand-over to the first use that stands."""

    booklet = models.OneToOneField(
        Booklet, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    campaign = derived(Campaign)
    days = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["campaign", "days"], name="started_after")]

    def __str__(self) -> str:
        return f"{self.booklet_id}: {self.days}"
