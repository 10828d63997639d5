"""Criteria -> conditions on listings: what "matches" means, said once for list, map, counts and widenings."""

from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from directory.choices import Mode
from directory.criteria import Criteria
from directory.models import Listing, Service
from directory.moments import Moment
from directory.querysets import AnyOf, ListingQuerySet, ServiceQuerySet, condition
from directory.referential import Referential, referential
from directory.words import text_query

# A service at home whose territory is not told is offered to the surroundings of its venue.
AROUND_M = 10_000
NOWHERE = Q(pk=-1)
OF_A_SERVICE = ("category", "audience", "price_max_cents", "mode")


class Matching:
    """The conditions of one search at one instant, by the name of the criterion they come from."""

    def __init__(self, criteria: Criteria, at: datetime) -> None:
        self.criteria = criteria
        self.at = at
        self.words: Referential = referential()

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo("Europe/Paris")).date()

    @cached_property
    def conditions(self) -> dict[str, Q]:
        """Every condition of the search except the place; all of them have to hold."""
        given = self.criteria
        wanted = {
            "q": lambda: Q(text__words=text_query(given.q)),
            "category": lambda: Q(categories__contains=[self._category_id()]),
            "venue_type": lambda: Q(venue_type=self._venue_type_id()),
            "audience": lambda: Q(audiences__contains=[given.audience]),
            "accessible": lambda: Q(accessible=True),
            "price_max_cents": lambda: Q(price_min_cents__lte=given.price_max_cents),
            "mode": self._mode,
            "open_at": lambda: Q(is_open=True),
            "campaign": self._campaign,
            "labelled": lambda: Q(labelled_during__has=self.today),
        }
        return {name: wanted[name]() for name in given.narrowing}

    def _campaign(self) -> Q:
        """On a day on which its coupons are good, at venues that hold the label: they alone take coupons."""
        scheme = self.criteria.campaign
        if scheme is None or not scheme.in_force(self.today):
            return NOWHERE
        return scheme.keeps() & Q(labelled_during__has=self.today)

    def reached(self) -> ListingQuerySet:
        """All listings at which the coupons asked about pay for something that day."""
        return Listing.objects.listed_on(self.today).filter(self._campaign())

    def same_service(self, *ignored: str) -> Q:
        """One service meets all the criteria that are a service's, coupons included; needed from two of them on."""
        narrowing = self.criteria.narrowing
        names = [name for name in narrowing if name in OF_A_SERVICE and name not in ignored]
        scheme = self.criteria.campaign if "campaign" in narrowing else None
        if not names or (scheme is None and (len(names) < 2 or self.comes_to_you)):
            return Q()
        found = self.services(names).filter(venue=OuterRef("venue")).order_by()
        if self.comes_to_you and self.criteria.point:
            found = found.filter(
                Q(coverage=None) | Q(pk__in=self.services(names).serving(self.criteria.point))
            )
        if scheme:
            found = scheme.paid(found, OuterRef(OuterRef("pk")))
        return Q(Exists(found))

    def services(self, names: list[str] | tuple[str, ...] = OF_A_SERVICE) -> ServiceQuerySet:
        """The public services that meet the named criteria."""
        given, found = self.criteria, Service.objects.public()
        if given.category and "category" in names:
            found = found.in_categories(self._category_ids())
        if given.audience and "audience" in names:
            found = found.for_audience(given.audience)
        if given.price_max_cents is not None and "price_max_cents" in names:
            found = found.at_most(given.price_max_cents)
        if given.mode and "mode" in names:
            found = found.rendered(given.mode)
        return found

    def is_met_by(self, service: Service) -> bool:
        """Whether a service already read is one of those asked for."""
        given = self.criteria
        return (
            (not given.category or service.category_id in self._category_ids())
            and (not given.audience or given.audience in (service.audiences or service.venue.audiences))
            and (given.price_max_cents is None or costs_at_most(service, given.price_max_cents))
            and (not given.mode or given.mode in (service.modes or [Mode.ON_SITE]))
        )

    @property
    def moment(self) -> Moment | None:
        """When the venue is to be open."""
        open_at = self.criteria.open_at
        return None if open_at is None else Moment.meant(open_at, self.at)

    def everywhere(self) -> ListingQuerySet:
        """Listings on which the conditions can be put."""
        listings = Listing.objects.listed_on(self.today)
        return listings.with_open(self.moment) if self.moment else listings

    def within(self, radius_m: float | None) -> ListingQuerySet:
        """Listings of the place asked for: `radius_m` around its point, its rectangle."""
        listings, given = self.everywhere(), self.criteria
        if given.point and radius_m and not self.comes_to_you:
            listings = listings.near(given.point, radius_m)
        if given.bbox:
            listings = listings.in_bbox(given.bbox)
        return listings

    @property
    def comes_to_you(self) -> bool:
        """At home, what counts is the territory served, not how far the venue is."""
        return self.criteria.mode == Mode.AT_HOME and self.criteria.point is not None

    def listings(self, radius_m: float | None) -> ListingQuerySet:
        """All that matches, every stop of an itinerant venue by itself."""
        found = self.tried(radius_m)
        return found.perhaps_open(self.moment) if self.moment else found

    def tried(self, radius_m: float | None) -> ListingQuerySet:
        """The same, tried one by one: for a walk that reads few, where an index of the hours would not help."""
        return self.within(radius_m).filter(*self.conditions.values(), self.same_service())

    def likely(self, radius_m: float | None) -> ListingQuerySet:
        """All that may match, with `matches`: whether one service meets all, looked up only where it is read."""
        same_service = self.same_service()
        matches = condition(same_service) if same_service else Value(True)
        found = self.within(radius_m).filter(*self.conditions.values()).annotate(matches=matches)
        return found.perhaps_open(self.moment) if self.moment else found

    def _mode(self) -> Q:
        if self.comes_to_you and self.criteria.point:
            return Q(venue__in=self._serving_at_home(self.criteria.point))
        said = Q(modes__contains=[self.criteria.mode])
        return said | Q(modes=[]) if self.criteria.mode == Mode.ON_SITE else said

    def _serving_at_home(self, point: Point) -> QuerySet:
        """Venues one of whose matching services comes to the point.

        Read from the few territories that hold it, and from the venues around for services that name none.
        """
        radius_m = self.criteria.radius_m or AROUND_M
        around = Listing.objects.near(point, radius_m).filter(modes__contains=[Mode.AT_HOME])
        # As an array: the planner takes these few hundred for one, and would start from all services.
        neighbours = AnyOf(F("venue"), ArraySubquery(around.values("venue")))
        unbounded = self.services().filter(neighbours, coverage=None).order_by()
        served = self.services().serving(point).order_by()
        return served.values("venue").union(unbounded.values("venue"))

    def _category_id(self) -> int:
        category = self.words.category(self.criteria.category)
        return category.pk if category else 0

    def _category_ids(self) -> list[int]:
        category = self.words.category(self.criteria.category)
        return [category.pk, *(child.pk for child in self.words.children(category))] if category else []

    def _venue_type_id(self) -> int:
        kind = self.words.venue_type(self.criteria.venue_type)
        return kind.pk if kind else 0


def costs_at_most(service: Service, price_cents: int) -> bool:
    """A price that is not known is not promised."""
    return service.price_cents is not None and service.price_cents <= price_cents
