"""The public sheet of a venue as it would be if everything written were approved."""

from directory.choices import ReviewStatus
from directory.models import Service
from directory.offer.publishing import REVIEWED
from directory.sheet import Sheet


class PreviewedSheet(Sheet):
    def services(self) -> list[Service]:
        """Drafts too, each with the price and category that wait for review."""
        rows = self.venue.services.filter(replaces=None).exclude(status=ReviewStatus.RETURNED)
        shown = list(rows.select_related("category__parent", "revision__category__parent"))
        for service in shown:
            waiting = getattr(service, "revision", None)
            if waiting:
                service.category = waiting.category
                for name in REVIEWED:
                    setattr(service, name, getattr(waiting, name))
        return shown
