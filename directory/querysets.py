"""The directory's questions, in the words of the domain."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch

from django.apps import apps
from directory.choices import ReviewStatus
from directory.rights import Capability, organization_ids
from geodata.querysets import LocatedQuerySet


class VenueQuerySet(models.QuerySet):
    def public(self) -> Self:
        """What anybody may see: published, and with at least one place that could be put on the map or named."""
        return self.filter(published=True)

    def labelled_on(self, day: date) -> Self:
        labellings = apps.get_model("directory.Labelling").objects.filter(
            venue=OuterRef("pk"), during__contains=day
        )
        return self.filter(Exists(labellings))


class PlaceQuerySet(LocatedQuerySet):
    def of_public_venues(self) -> Self:
        return self.filter(venue__published=True)


class ServiceQuerySet(models.QuerySet):
    def public(self) -> Self:
        return self.filter(status=ReviewStatus.APPROVED)


class ListingQuerySet(LocatedQuerySet):
    def labelled_on(self, day: date) -> Self:
        return self.filter(labelled_during__has=day)

    def with_sheet(self) -> Self:
        """Everything a card shows, in a constant number of queries."""
        services = apps.get_model("directory.Service").objects.filter(status=ReviewStatus.APPROVED)
        shown = Prefetch(
            "venue__services", services.select_related("category__parent"), to_attr="public_services"
        )
        return self.select_related("venue", "venue_type", "place").prefetch_related(shown)


class OwnedQuerySet(models.QuerySet):
    """Rows that belong to an organisation, straight or through what `owner` names."""

    owner = "organization"

    def for_user(self, user: Any, capability: Capability = Capability.SEE) -> Self:
        """Only those of the organisations in which the account holds the capability."""
        return self.filter(**{f"{self.owner}__in": organization_ids(user, capability)})


class ApplicationQuerySet(OwnedQuerySet):
    def waiting(self) -> Self:
        """What a reviewer has to look at, longest wait first."""
        return self.filter(status__in=["submitted", "in_review"]).order_by("submitted_at")
