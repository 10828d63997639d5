"""The public sheet of a venue as it would be if everything written were approved."""

from functools import cached_property

from django.core.paginator import Page
from django.db.models import QuerySet

from directory.choices import ReviewStatus
from directory.models import Service
from directory.offer.publishing import REVIEWED
from directory.sheet import Sheet


class PreviewedSheet(Sheet):
    def services(self) -> QuerySet[Service]:
        """Drafts too."""
        rows = self.venue.services.filter(replaces=None).exclude(status=ReviewStatus.RETURNED)
        return rows.select_related("category__parent", "revision__category__parent")

    @cached_property
    def services_page(self) -> Page[Service]:
        """Each with the price and category that wait for review."""
        page = super().services_page
        for service in page:
            waiting = getattr(service, "revision", None)
            if waiting:
                service.category = waiting.category
                for name in REVIEWED:
                    setattr(service, name, getattr(waiting, name))
        return page
