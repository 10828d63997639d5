"""The sheet of a venue: offer, hours of the coming days, next stops, and the same for machines (JSON-LD)."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from directory import opening
from directory.choices import Audience, SupportMode
from directory.closing import closed
from directory.echoes import Echo, comments
from directory.models import Closure, Labelling, Place, Service, Venue
from directory.models.reviews import BEST, WORST
from geodata.models import Area

DAYS_SHOWN = 7
DAYS_OF_ROUNDS = 70
MOST_VISITS = 3
MOST_CLOSURES = 3
SERVICES_SHOWN = 50
PUBLIC_SERVICES = "maison-services-public"


@dataclass(frozen=True)
class PlaceHours:
    """A place with its parsed hours; `hours` is None when they are absent or in no known syntax."""

    place: Place
    at: datetime
    closures: list[Closure] = field(default_factory=list)

    @cached_property
    def hours(self) -> opening.Hours | None:
        hours = closed(self.place.hours, [closure.during for closure in self.closures])
        return opening.parse(hours, timezone=self.place.timezone)

    @cached_property
    def now(self) -> opening.Now:
        return self.hours.now(self.at) if self.hours else opening.UNKNOWN

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.place.timezone)).date()

    @cached_property
    def days(self) -> list[opening.Day]:
        """The seven days from today on."""
        return self._days(DAYS_SHOWN)

    @cached_property
    def visits(self) -> list[opening.Day]:
        """The next days on which an itinerant venue stops here."""
        return [day for day in self._days(DAYS_OF_ROUNDS) if day.intervals][:MOST_VISITS]

    def _days(self, n: int) -> list[opening.Day]:
        days = self.hours.days(self.today, n) if self.hours else []
        return [self._closed(day) for day in days]

    def _closed(self, day: opening.Day) -> opening.Day:
        """The day, with the reason why it is closed."""
        for closure in self.closures:
            if closure.during.lower <= day.day < closure.during.upper:
                return replace(day, comment=closure.reason)
        return day


@dataclass(frozen=True)
class Sheet:
    venue: Venue
    at: datetime
    # Of the services, as it was typed.
    page: str = "1"

    @cached_property
    def places(self) -> list[PlaceHours]:
        """The place of a fixed venue, or the stops of a round: those visited soonest first."""
        found = [PlaceHours(place, self.at, self.closures) for place in self.venue.places.all()]
        never = self.at.date() + timedelta(days=DAYS_OF_ROUNDS + 1)
        return sorted(
            found, key=lambda each: each.visits[0].day if each.place.is_stop and each.visits else never
        )

    @cached_property
    def closures(self) -> list[Closure]:
        """Those of today and after, soonest first."""
        return list(self.venue.closures.filter(during__endswith__gt=self.today).order_by("during"))

    def services(self) -> QuerySet[Service]:
        """In the order their venue gave them."""
        return self.venue.services.public().select_related("category__parent")

    @cached_property
    def services_page(self) -> Page[Service]:
        """Fifty of them: the page asked for, or the nearest there is."""
        return Paginator(self.services(), SERVICES_SHOWN).get_page(self.page)

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo("Europe/Paris")).date()

    @cached_property
    def labelled(self) -> bool:
        return Labelling.objects.filter(venue=self.venue, during__contains=self.today).exists()

    @cached_property
    def echo(self) -> Echo:
        return Echo.of(getattr(self.venue, "feedback", None))

    def context(self, url: str) -> dict[str, Any]:
        main = self.places[0] if self.places else None
        return {
            "venue": self.venue,
            "labelled": self.labelled,
            "services": [
                {"service": service, "audiences": labels(Audience, service.audiences)}
                for service in self.services_page
            ],
            "services_page": self.services_page,
            "main": main,
            "closures": self.closures[:MOST_CLOSURES],
            "commune": main and self.commune(main.place.commune_code),
            "stops": self.places if self.venue.itinerant else [],
            "websites": web_addresses(*self.venue.websites),
            "booking": web_addresses(self.venue.booking_url),
            "acceslibre": web_addresses(self.venue.access_url),
            "audiences": labels(Audience, self.venue.audiences),
            "support": labels(SupportMode, self.venue.support_modes),
            "echo": self.echo,
            "used_days": self.echo.used_days(self.today),
            "comments": comments(self.venue.pk) if self.echo.answers else [],
            "linked_data": embedded(self.linked_data(main, url)),
        }

    def commune(self, code: str) -> Area | None:
        """The territory to go on to; none for a code that is no commune's, such as an arrondissement's."""
        return Area.objects.current().at_level(Area.Level.COMMUNE).filter(code=code).defer("geom").first()

    def linked_data(self, main: PlaceHours | None, url: str) -> dict[str, Any]:
        """schema.org description. Facts only: no mean of too few answers, no hours that could not be parsed."""
        kind = self.venue.venue_type.slug if self.venue.venue_type else ""
        data: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "GovernmentOffice" if kind == PUBLIC_SERVICES else "LocalBusiness",
            "name": self.venue.name,
            "url": url,
            "telephone": self.venue.phone,
            "description": self.venue.summary,
            "openingHours": main.place.hours if main and main.hours else "",
            **(located(main.place) if main else {}),
            "aggregateRating": self.rated(),
        }
        return {name: value for name, value in data.items() if value}

    def rated(self) -> dict[str, Any] | None:
        if self.echo.overall is None:
            return None
        return {
            "@type": "AggregateRating",
            "ratingValue": float(self.echo.overall),
            "bestRating": BEST,
            "worstRating": WORST,
            "ratingCount": self.echo.answers,
        }


def located(place: Place) -> dict[str, Any]:
    address = {
        "@type": "PostalAddress",
        "streetAddress": place.address,
        "postalCode": place.postcode,
        "addressLocality": place.commune,
        "addressCountry": "FR",
    }
    found: dict[str, Any] = {"address": address}
    if place.point:
        found["geo"] = {"@type": "GeoCoordinates", "longitude": place.point.x, "latitude": place.point.y}
    return found


def web_addresses(*addresses: str) -> list[dict[str, str]]:
    """The addresses a click may open, with the name of their host; an import may bring `javascript:` ones."""
    hosts = [(address, urlsplit(address)) for address in addresses]
    return [
        {"url": address, "name": parts.netloc.removeprefix("www.")}
        for address, parts in hosts
        if parts.scheme in ("http", "https") and parts.netloc
    ]


def labels(choices: Any, codes: list[str]) -> list[str]:
    """Words of codes; one that the list no longer has is left out."""
    known = dict(choices.choices)
    return [str(known[code]) for code in codes if code in known]


def embedded(data: dict[str, Any]) -> SafeString:
    """JSON that cannot leave its script element, whatever the venue is called."""
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308
