"""What a provider did with coupons, what it is owed, and what it may want to look after."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from coupons.choices import AccountKind, EntryKind
from coupons.dashboards import reading, tables
from coupons.dashboards.names import Named, Names
from coupons.dashboards.reading import Scope
from coupons.dashboards.tables import Table
from coupons.models import Leg
from directory.echoes import Echo
from directory.models import Organization, Review, Service, Venue
from directory.models.reviews import MARKS


@dataclass(frozen=True)
class Due:
    """From the books, in cents: what services earned so far, what was paid, what is still owed."""

    earned: int
    paid: int

    @property
    def owed(self) -> int:
        return self.earned - self.paid


class Activity:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.scope = Scope.of_provider(organization.pk)
        self.names = Names()

    @cached_property
    def uses(self) -> dict[str, dict[Any, reading.Uses]]:
        return reading.uses(self.scope, "month", "service", "category", "public")

    @property
    def all_uses(self) -> reading.Uses:
        return self.uses[""].get("", reading.Uses(0, 0, 0, 0, 0))

    def due(self) -> Due:
        """Legs of its account: to the cent what it will be paid."""
        legs = Leg.objects.filter(
            account__kind=AccountKind.PROVIDER_PAYABLE, account__organization=self.organization
        )
        sums = dict(legs.values_list("entry__kind").annotate(Sum("amount_cents")).order_by())
        paid = sums.pop(EntryKind.PAYOUT, 0)
        return Due(-sum(sums.values()), paid)

    # Its own passages are its own: what it rendered, when and for what hides nothing from it.
    def months(self) -> Table:
        return own(
            "mois", _("Mois par mois"), _("Mois"), self.uses["month"], tables.month_named, in_order=True
        )

    def services(self) -> Table:
        names = dict(Service.objects.filter(pk__in=list(self.uses["service"])).values_list("pk", "name"))
        return own(
            "services",
            _("Par service"),
            _("Service"),
            self.uses["service"],
            lambda number: Named((names.get(number, ""),), (str(number),)),
        )

    def categories(self) -> Table:
        return own(
            "categories", _("Par catégorie"), _("Catégorie"), self.uses["category"], self.names.category
        )

    def publics(self) -> Table:
        return tables.of_uses(
            "publics", _("Qui vient"), _("Public"), self.uses["public"], tables.public_named
        )

    def origins(self) -> Table:
        """Where the booklets were handed over: the nearest there is to where people come from."""
        counted = tables.together(
            (self.names.commune(one.origin), one.payments, (one.coupons,))
            for one in reading.travels(self.scope)
        )
        return tables.table(
            "origines",
            _("D'où viennent les chèques"),
            [_("Commune de remise")],
            tables.FLOWN,
            tables.largest_first(counted),
            codes=("origin",),
        )

    def satisfaction(self) -> Echo:
        """What people say after a passage in any of its venues."""
        found = Review.objects.standing().filter(organization=self.organization).order_by()
        sums = found.aggregate(answers=Count("pk"), **{name: Sum(name, default=0) for name in MARKS})
        return Echo(None, sums["answers"], *(sums[name] for name in MARKS))

    def to_confirm(self, at: datetime) -> int:
        """Venues that have not been confirmed for nine months."""
        stale = Venue.objects.filter(organization=self.organization, published=True)
        return stale.filter(freshness__stale_on__lte=timezone.localdate(at)).count()


def own(
    slug: str,
    title: str,
    head: str,
    found: dict[Any, reading.Uses],
    name: Callable[[Any], Named],
    *,
    in_order: bool = False,
) -> Table:
    """Without suppression."""
    counted = tables.together(
        (name(value), uses.payments, (uses.coupons, uses.paid_cents)) for value, uses in found.items()
    )
    ordered = sorted(counted, key=lambda one: one[0].codes) if in_order else tables.largest_first(counted)
    lines = [tables.Line(one.labels, values, one.at, one.codes) for one, _of, values in ordered]
    total = tuple(sum(column) for column in zip(*(line.values or () for line in lines), strict=True))
    return Table(slug, title, (head,), tables.EARNED, lines, total or None, codes=(slug,))
