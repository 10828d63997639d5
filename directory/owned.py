"""Rows that belong to an organisation: set-wise rights."""

from typing import Any, Self

from django.db import models

from directory.rights import Capability, organization_ids


class OwnedQuerySet(models.QuerySet):
    """Rows that belong to an organisation, straight or through what `owner` names."""

    owner = "organization"

    def for_user(self, user: Any, capability: Capability = Capability.SEE) -> Self:
        """Only those of the organisations in which the account holds the capability."""
        return self.filter(**{f"{self.owner}__in": organization_ids(user, capability)})


class OfVenueQuerySet(OwnedQuerySet):
    """Rows that belong to whom their venue belongs to."""

    owner = "venue__organization"


class ApplicationQuerySet(OwnedQuerySet):
    def waiting(self) -> Self:
        """What a reviewer has to look at, longest wait first."""
        return self.filter(status__in=["submitted", "in_review"]).order_by("submitted_at")


class OrganizationQuerySet(OwnedQuerySet):
    owner = "pk"
