"""The filters of the results page: what may be chosen, how many venues each leaves, what is chosen now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from directory.choices import Audience, Mode
from directory.criteria import Criteria
from directory.facets import FacetValue
from directory.links import RESULTS, parameters, search_url
from directory.referential import referential
from directory.wording import dated, price

RADII_KM = (2, 5, 10, 20, 50, 100)
PRICES_EUROS = (0, 5, 10, 20, 50)
# What the search bar keeps when another place is asked for, and what the panel keeps when a filter changes.
OF_THE_PLACE = ("place", "lon", "lat", "bbox")


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int | None = None
    selected: bool = False
    child: bool = False


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Chip:
    label: str
    url: str


class FilterPanel:
    """Reads the criteria and their facet counts; the template only lays it out."""

    def __init__(
        self, criteria: Criteria, facets: dict[str, list[FacetValue]], place: str, page: str = RESULTS
    ) -> None:
        self.criteria, self.facets, self.place, self.page = criteria, facets, place, page

    def url(self, criteria: Criteria) -> str:
        return search_url(criteria, self.place, self.page)

    def context(self) -> dict[str, Any]:
        given = parameters(self.criteria.but(), self.place)
        return {
            "selects": list(self.selects()),
            "ticks": list(self.ticks()),
            "chips": list(self.chips()),
            "open_at": self.open_at,
            "words": self.criteria.q,
            "anchored": [(name, given[name]) for name in (*OF_THE_PLACE, "campaign") if name in given],
            "kept": [(name, value) for name, value in given.items() if name not in OF_THE_PLACE],
            "unfiltered_url": self.url(self.criteria.without("radius_m", *self.filters())),
        }

    def filters(self) -> list[str]:
        """The criteria that somebody set on the page: neither the label, the usual state, nor the coupons in hand."""
        return [name for name in self.criteria.narrowing if name not in ("labelled", "campaign")]

    @property
    def open_at(self) -> str:
        moment = self.criteria.open_at
        return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else ""

    def selects(self) -> Iterator[Select]:
        yield Select("category", _("Besoin"), list(self._counted("categories", _("Tous les besoins"))))
        yield Select("venue_type", _("Type de lieu"), list(self._counted("venue_types", _("Tous les lieux"))))
        yield Select(
            "audience", _("Particulièrement pour"), list(self._counted("audience", _("Tout le monde")))
        )
        if self.criteria.point:
            yield Select("radius_km", _("Distance"), list(self._radii()))
        yield Select("price_max", _("Prix"), list(self._prices()))
        yield Select("mode", _("Comment"), list(self._counted("mode", _("Peu importe"))))

    def _counted(self, name: str, anything: str) -> Iterator[Option]:
        """Choices that would leave something, with the chosen one in any case."""
        yield Option("", anything)
        for facet in self.facets.get(name, []):
            if facet.count or facet.selected:
                yield Option(facet.value, facet.label, facet.count, facet.selected)
            for child in facet.children:
                if child.count or child.selected:
                    yield Option(child.value, child.label, child.count, child.selected, child=True)

    def _radii(self) -> Iterator[Option]:
        chosen = self.criteria.radius_m and self.criteria.radius_m / 1000
        yield Option("", _("Peu importe"))
        for radius in sorted({*RADII_KM, *([chosen] if chosen else [])}):
            yield Option(f"{radius:g}", self._radius_words(radius), selected=radius == chosen)

    def _radius_words(self, kilometres: float) -> str:
        return _("À moins de %(km)s km") % {"km": f"{kilometres:g}"}

    def _prices(self) -> Iterator[Option]:
        cents = self.criteria.price_max_cents
        yield Option("", _("Tous les prix"))
        for euros in sorted({*PRICES_EUROS, *([] if cents is None else [cents / 100])}):
            label = (
                _("Gratuit") if euros == 0 else _("%(price)s ou moins") % {"price": price(round(euros * 100))}
            )
            yield Option(f"{euros:g}", label, selected=cents == round(euros * 100))

    def ticks(self) -> Iterator[dict[str, Any]]:
        """Check boxes. « Ouvert maintenant » stands after the date field of the same name, so it wins."""
        criteria = self.criteria
        rows = [
            ("open_at", "now", _("Ouvert maintenant"), criteria.open_at == "now"),
            ("accessible", "true", _("Accessible en fauteuil roulant"), criteria.accessible),
            (
                "labelled",
                "all",
                _("Montrer aussi les lieux qui n'acceptent pas le chèque"),
                not criteria.labelled,
            ),
        ]
        if criteria.campaign:
            label = _("Montrer aussi, en gris, les lieux où ces chèques ne paient pas")
            rows.append(("payable", "all", label, not criteria.payable))
        counts = {"open_at": self._count_of("open_now"), "accessible": self._count_of("accessible")}
        for name, value, label, selected in rows:
            yield {
                "name": name,
                "value": value,
                "label": label,
                "selected": selected,
                "count": counts.get(name),
            }

    def _count_of(self, name: str) -> int | None:
        return next((facet.count for facet in self.facets.get(name, [])), None)

    def chips(self) -> Iterator[Chip]:
        if self.criteria.radius_m:
            label = self._radius_words(self.criteria.radius_m / 1000)
            yield Chip(label, self.url(self.criteria.without("radius_m")))
        for name in self.filters():
            yield Chip(self.words(name), self.url(self.criteria.without(name)))
        if not self.criteria.labelled:
            yield Chip(_("Avec les lieux sans chèque"), self.url(self.criteria.but(labelled=True)))
        if not self.criteria.payable:
            yield Chip(
                _("Avec les lieux où ces chèques ne paient pas"), self.url(self.criteria.but(payable=True))
            )

    def words(self, name: str) -> str:
        """One criterion in words, as on its chip."""
        criteria = self.criteria
        if name == "q":
            return _("« %(words)s »") % {"words": criteria.q}
        if name == "category":
            category = referential().category(criteria.category)
            return category.label if category else criteria.category
        if name == "venue_type":
            venue_type = referential().venue_type(criteria.venue_type)
            return venue_type.label if venue_type else criteria.venue_type
        if name == "open_at":
            return self._opening_words()
        if name == "price_max_cents":
            cents = criteria.price_max_cents
            return price(0) if cents == 0 else _("%(price)s ou moins") % {"price": price(cents)}
        return {
            "audience": lambda: str(Audience(criteria.audience).label),
            "mode": lambda: str(Mode(criteria.mode).label),
            "accessible": lambda: _("Accessible en fauteuil roulant"),
        }[name]()

    def _opening_words(self) -> str:
        moment = self.criteria.open_at
        if not isinstance(moment, datetime):
            return _("Ouvert maintenant")
        return _("Ouvert le %(moment)s") % {"moment": dated(moment, "j F, H:i")}
