"""The directory's questions, in the words of the domain."""

from datetime import date
from typing import Any, Self

from django.apps import apps
from django.contrib.gis.geos import Point
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Func, OuterRef, Q

from directory.choices import Mode, Moderation, ReviewStatus
from directory.moments import Moment
from directory.owned import OfVenueQuerySet, OwnedQuerySet
from geodata.querysets import LocatedQuerySet


class VenueQuerySet(OwnedQuerySet):
    def public(self) -> Self:
        """What anybody may see: published, and with at least one place that could be put on the map or
        named."""
        return self.filter(published=True)

    def labelled_on(self, day: date) -> Self:
        labellings = apps.get_model("directory.Labelling").objects.filter(
            venue=OuterRef("pk"), during__contains=day
        )
        return self.filter(Exists(labellings))


class PlaceQuerySet(OfVenueQuerySet, LocatedQuerySet):  # type: ignore[override]
    def of_public_venues(self) -> Self:
        return self.filter(venue__published=True)


class ServiceQuerySet(OfVenueQuerySet):
    def public(self) -> Self:
        return self.filter(status=ReviewStatus.APPROVED)

    def in_categories(self, ids: list[int]) -> Self:
        return self.filter(category__in=ids)

    def for_audience(self, audience: str) -> Self:
        """Especially for them; a service that says nothing is for those its venue is for."""
        inherited = Q(audiences=[], venue__audiences__contains=[audience])
        return self.filter(Q(audiences__contains=[audience]) | inherited)

    def at_most(self, price_cents: int) -> Self:
        return self.filter(price_cents__lte=price_cents)

    def rendered(self, mode: str) -> Self:
        """A service that says nothing is rendered on the spot."""
        said = Q(modes__contains=[mode])
        return self.filter(said | Q(modes=[]) if mode == Mode.ON_SITE else said)

    def serving(self, point: Point) -> Self:
        """Whose territory holds the point, its border included."""
        parts = apps.get_model("geodata.AreaPart").objects.filter(geom__covers=point)
        return self.filter(coverage__in=parts.values("area"))


class OpenThen(Func):
    """Whether a listing is open at a moment: SQL as it is, which takes a tenth of the time to compile.

    Few days are special: their places are read once, and the other rows need no look-up each.
    """

    SQL = """(CASE WHEN {place} IN (SELECT place_id FROM directory_openingday WHERE day IN ({days}))
        THEN coalesce((SELECT special.minutes @> {minute} FROM directory_openingday special
                       WHERE special.place_id = {place} AND special.day = {day}), {week} @> {minute_of_week})
        ELSE {week} @> {minute_of_week} END)"""

    def __init__(self, moment: Moment) -> None:
        super().__init__(F("place"), F("week"), F("timezone"), output_field=BooleanField())
        self.moment = moment

    def as_sql(
        self, compiler: Any, connection: Any, *args: Any, **unused: Any
    ) -> tuple[str, tuple[Any, ...]]:
        place, week, zone = (compiler.compile(column)[0] for column in self.source_expressions)
        sql = self.SQL.format(
            place=place,
            week=week,
            days=", ".join(f"'{day}'" for day in sorted(self.moment.days)),
            day=self.moment.day(zone),
            minute=self.moment.minute(zone),
            minute_of_week=self.moment.minute_of_week(zone),
        )
        return sql, ()


class PerhapsOpen(Func):
    """What the indexes know of a moment: a usual half-hour that holds it, or special hours on its day.

    True wherever OpenThen is, and for a few more. Planners take the function for very dear, and walk its index.
    """

    SQL = """(directory_half_hours({zone}, {week}) && ARRAY[{half_hours}]
        OR {place} = ANY(ARRAY(SELECT place_id FROM directory_openingday
                               WHERE day IN ({days}) AND minutes <> '{{}}')))"""

    def __init__(self, moment: Moment) -> None:
        super().__init__(F("place"), F("timezone"), F("week"), output_field=BooleanField())
        self.moment = moment

    def as_sql(
        self, compiler: Any, connection: Any, *args: Any, **unused: Any
    ) -> tuple[str, tuple[Any, ...]]:
        place, zone, week = (compiler.compile(column)[0] for column in self.source_expressions)
        half_hours = ", ".join(f"'{half_hour}'" for half_hour in self.moment.half_hours)
        days = ", ".join(f"'{day}'" for day in sorted(self.moment.days))
        return self.SQL.format(place=place, zone=zone, week=week, half_hours=half_hours, days=days), ()


class AnyOf(Func):
    """A column's value is in an array: of a subquery, PostgreSQL reads it first, and starts from its rows."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class ListingQuerySet(LocatedQuerySet):
    def listed_on(self, day: date) -> Self:
        """Without the venues that nobody confirmed for a year (Freshness)."""
        return self.filter(Q(listed_until=None) | Q(listed_until__gt=day))

    def labelled_on(self, day: date) -> Self:
        return self.listed_on(day).filter(labelled_during__has=day)

    def with_labelled(self, day: date) -> Self:
        """Annotate `is_labelled`."""
        return self.annotate(is_labelled=condition(labelled_during__has=day))

    def with_open(self, moment: Moment, name: str = "is_open") -> Self:
        """Alias `name`: whether it is open at that moment; null where the hours are not known.

        A day that has a row of its own (holiday, visit of a bus) decides alone, else the usual week does.
        """
        return self.alias(**{name: OpenThen(moment)})

    def perhaps_open(self, moment: Moment) -> Self:
        """Without most of what is closed then, by indexes: for searches that look far."""
        return self.filter(PerhapsOpen(moment))

    def after(self, position: float | str, place_id: int) -> Self:
        """What follows a result in the order of the list: by distance when it is a number, else by name."""
        name = "name" if isinstance(position, str) else "distance_m"
        return self.filter(Q(**{f"{name}__gt": position}) | Q(**{name: position, "pk__gt": place_id}))


class ReviewQuerySet(OwnedQuerySet):
    def standing(self) -> Self:
        """Those whose payment was not cancelled."""
        return self.filter(standing=True)

    def read_by_anybody(self) -> Self:
        """Comments that were published, of passages that stand."""
        return self.standing().filter(comment_state=Moderation.PUBLISHED)

    def to_moderate(self) -> Self:
        return self.filter(Q(comment_state=Moderation.WAITING) | Q(answer_state=Moderation.WAITING))


def condition(*tests: Q, **lookups: Any) -> ExpressionWrapper:
    """A condition as a column."""
    return ExpressionWrapper(Q(*tests, **lookups), output_field=BooleanField())
