"""How many booklets are where, counted by the database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from coupons.choices import BookletStatus
from coupons.models import Booklet, Campaign, DeliveryPoint
from directory.models import Organization


@dataclass
class Stock:
    """Of one campaign at one place: booklets to hand over, handed over, cancelled."""

    inert: int = 0
    active: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.inert + self.active + self.cancelled

    def add(self, status: str, booklets: int) -> None:
        setattr(self, BookletStatus(status).value, getattr(self, status) + booklets)


@dataclass
class PointStock:
    point: DeliveryPoint | None
    all: Stock = field(default_factory=Stock)
    by_campaign: dict[Campaign, Stock] = field(default_factory=lambda: defaultdict(Stock))


def stock_of(organization: Organization, points: Iterable[DeliveryPoint]) -> list[PointStock]:
    """One row a point, in their order; then what is at none of them, if there is any. Two queries."""
    rows: dict[int | None, PointStock] = {point.pk: PointStock(point) for point in points}
    nowhere = PointStock(None)
    campaigns = {campaign.pk: campaign for campaign in organization.campaigns.all()}
    counted = Booklet.objects.filter(order__campaign__organization=organization)
    for point, campaign, status, booklets in _counted(counted):
        row = rows.get(point, nowhere)
        row.all.add(status, booklets)
        row.by_campaign[campaigns[campaign]].add(status, booklets)
    return [*rows.values(), *([nowhere] if nowhere.all.total else [])]


def _counted(booklets: QuerySet[Booklet]) -> QuerySet:
    grouped = booklets.values_list("delivery_point", "order__campaign", "status").order_by()
    return grouped.annotate(n=Count("pk"))
