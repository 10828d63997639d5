"""The figures of some campaigns, each read when it is first asked for."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import reporting
from coupons.choices import EntryKind
from coupons.dashboards import reading, tables
from coupons.dashboards.names import Named, Names
from coupons.dashboards.reading import Moved, Scope
from coupons.dashboards.tables import Table
from coupons.discretion import K
from coupons.models import Campaign
from directory.echoes import Echo

NOTHING = Moved(0, 0, 0)
# Averages of all sponsors are told where no two of them can work out the third.
FEWEST_SPONSORS = 3
PLATFORM_SECONDS = 300


@dataclass(frozen=True)
class Step:
    """A step of the funnel; None is what is not told, or has no coupons of its own."""

    slug: str
    label: str | Promise
    coupons: int | None
    cents: int | None


@dataclass(frozen=True)
class Quartiles:
    first: float
    median: float
    third: float
    # Coupons or booklets it was measured on.
    count: int


@dataclass(frozen=True)
class Compared:
    """Shares from 0 to 1, ours and that of all sponsors."""

    label: str | Promise
    own: float
    all: float


@dataclass(frozen=True)
class WhiteZone:
    name: Named
    booklets: int
    coupons: int


class Figures:
    def __init__(self, campaigns: list[Campaign]) -> None:
        self.campaigns = campaigns
        self.numbers = [campaign.pk for campaign in campaigns]
        self.scope = Scope.of_campaigns(self.numbers)
        self.names = Names()

    @cached_property
    def uses(self) -> dict[str, dict]:
        return reading.uses(self.scope, "month", "public", "category", "venue_type", "commune")

    @cached_property
    def all_uses(self) -> reading.Uses:
        return self.uses[""].get("", reading.Uses(0, 0, 0, 0, 0))

    @cached_property
    def handed_out(self) -> list[reading.HandedOut]:
        return reading.handed_out(self.scope)

    @cached_property
    def travels(self) -> list[reading.Travel]:
        return reading.travels(self.scope)

    @cached_property
    def delays(self) -> list[tuple[int, int, int]]:
        return reading.delays(self.numbers)

    @cached_property
    def movements(self) -> dict[int, dict[str, Moved]]:
        return reading.movements(self.numbers)

    @property
    def too_few(self) -> bool:
        """Something was used, by too few to be told."""
        return 0 < self.all_uses.payments < K

    def outstanding(self, *kinds: EntryKind) -> tuple[int, int]:
        """Coupons and cents that entries of these kinds took out of circulation."""
        coupons = cents = 0
        for campaign in self.campaigns:
            of = sum(self.movements[campaign.pk].get(kind, NOTHING).outstanding for kind in kinds)
            cents += of
            coupons += of // campaign.face_value_cents
        return coupons, cents

    @cached_property
    def handed_over(self) -> tuple[int, int]:
        """Coupons and cents put into circulation, less those of lost booklets that were replaced."""
        coupons, cents = self.outstanding(EntryKind.HAND_OVER, EntryKind.REISSUE)
        return -coupons, -cents

    @cached_property
    def funnel(self) -> list[Step]:
        ordered = list(reading.ordered(self.numbers).values())
        used_coupons, used_cents = self.outstanding(EntryKind.PAYMENT, EntryKind.PAYMENT_CANCELLED)
        stand_cents = self.all_uses.paid_cents + self.all_uses.returned_cents
        # What was taken back too late to circulate again.
        cancelled = self.outstanding(EntryKind.CANCELLATION)
        cancelled = (
            cancelled[0] + used_coupons - self.all_uses.coupons,
            cancelled[1] + used_cents - stand_cents,
        )
        started: Counter[int] = Counter()
        for campaign, _days, booklets in self.delays:
            started[campaign] += booklets
        begun = [(started[one.pk] * one.booklet_size, one) for one in self.campaigns]
        told = not self.too_few
        return [
            Step("ordered", _("Commandés"), sum(o.coupons for o in ordered), sum(o.cents for o in ordered)),
            Step(
                "delivered",
                _("Livrés"),
                sum(o.delivered_coupons for o in ordered),
                sum(o.delivered_cents for o in ordered),
            ),
            Step("handed_over", _("Remis"), *self.handed_over),
            Step(
                "started",
                _("Dans un carnet commencé"),
                sum(n for n, _one in begun) if told else None,
                sum(n * one.face_value_cents for n, one in begun) if told else None,
            ),
            Step(
                "used",
                _("Utilisés"),
                self.all_uses.coupons if told else None,
                stand_cents if told else None,
            ),
            Step("expired", _("Expirés"), *self.outstanding(EntryKind.EXPIRY)),
            Step("cancelled", _("Annulés"), *cancelled),
            Step("refunded", _("À rendre ou rendu au commanditaire"), None, self.money["refundable"]),
        ]

    @cached_property
    def money(self) -> dict[str, int | None]:
        """Where the euros of what was handed over went, in cents; None where too few would be told."""
        moved = [of for kinds in self.movements.values() for of in kinds.items()]
        refundable = -sum(of.refundable for kind, of in moved if kind != EntryKind.PAYOUT)
        refunded = sum(of.refundable for kind, of in moved if kind == EntryKind.PAYOUT)
        told = not self.too_few
        return {
            "paid": self.all_uses.paid_cents if told else None,
            "contribution": self.all_uses.contribution_cents if told else None,
            "refundable": refundable if told else None,
            "refunded": refunded,
        }

    @cached_property
    def months(self) -> Table:
        return tables.of_uses(
            "mois",
            _("Les usages, mois par mois"),
            _("Mois"),
            self.uses["month"],
            tables.month_named,
            in_order=True,
        )

    @cached_property
    def communes(self) -> Table:
        return tables.of_uses(
            "communes",
            _("Où ils sont utilisés"),
            _("Commune du lieu"),
            self.uses["commune"],
            self.names.commune,
        )

    @cached_property
    def epcis(self) -> Table:
        return tables.of_uses(
            "intercommunalites",
            _("Où ils sont utilisés, par intercommunalité"),
            _("Intercommunalité du lieu"),
            self.uses["commune"],
            lambda code: self.names.at_level("epci", code),
        )

    @cached_property
    def categories(self) -> Table:
        return tables.of_uses(
            "services", _("Pour quels services"), _("Service"), self.uses["category"], self.names.category
        )

    @cached_property
    def venue_types(self) -> Table:
        return tables.of_uses(
            "types-de-lieu",
            _("Dans quels lieux"),
            _("Type de lieu"),
            self.uses["venue_type"],
            self.names.venue_type,
        )

    @cached_property
    def publics(self) -> Table:
        return tables.of_uses(
            "publics", _("Quels publics les utilisent"), _("Public"), self.uses["public"], tables.public_named
        )

    @cached_property
    def hand_overs(self) -> Table:
        return tables.of_hand_overs(
            "remises",
            _("Les remises, mois par mois"),
            _("Mois"),
            self.handed_out,
            "month",
            tables.month_named,
            in_order=True,
        )

    @cached_property
    def hand_over_communes(self) -> Table:
        return tables.of_hand_overs(
            "remises-communes",
            _("Où ils sont remis"),
            _("Commune de remise"),
            self.handed_out,
            "commune",
            self.names.commune,
        )

    @cached_property
    def flows(self) -> Table:
        return tables.flows(self.travels, self.names, self.communes)

    @cached_property
    def epci_flows(self) -> Table:
        return tables.flows(self.travels, self.names, self.epcis, "epci")

    @cached_property
    def delay_classes(self) -> Table:
        return tables.classed(
            "delais",
            _("De la remise au premier usage"),
            _("Délai"),
            tables.STARTED,
            tables.DELAYS,
            [one[1:] for one in self.delays],
        )

    @cached_property
    def distance_classes(self) -> Table:
        known = [(one.metres, one.payments, one.coupons) for one in self.travels if one.metres is not None]
        return tables.classed(
            "distances",
            _("De la remise à l'usage, la distance"),
            _("Distance"),
            tables.FLOWN,
            tables.DISTANCES,
            known,
        )

    @cached_property
    def days(self) -> Table:
        told = {
            "month": {line.codes[0] for line in self.months.told},
            "commune": {line.codes[0] for line in self.communes.told},
            "category": {line.codes[0] for line in self.categories.told},
        }
        return tables.days(reading.by_day(self.scope), self.names, told)

    @cached_property
    def delay(self) -> Quartiles | None:
        """Days from the hand-over of a booklet to its first use."""
        booklets = [n for _campaign, _days, n in self.delays]
        return quartiles([days for _campaign, days, _n in self.delays], booklets, sum(booklets))

    @cached_property
    def distance(self) -> Quartiles | None:
        """Metres from hand-over to use, coupon by coupon, where both places are known."""
        known = [one for one in self.travels if one.metres is not None]
        passages = sum(one.payments for one in known)
        return quartiles([one.metres or 0.0 for one in known], [one.coupons for one in known], passages)

    @cached_property
    def white_zones(self) -> list[WhiteZone]:
        """Communes of hand-overs from which nothing was used, of K booklets at least; the most booklets first."""
        from_somewhere = {self.names.commune(one.origin).codes for one in self.travels}
        found = [
            WhiteZone(self.names.commune(code), sum(r.booklets for r in rows), sum(r.coupons for r in rows))
            for code, rows in tables.by_commune(self.handed_out).items()
            if code and self.names.commune(code).codes not in from_somewhere
        ]
        return sorted(
            (zone for zone in found if zone.booklets >= K),
            key=lambda zone: (-zone.booklets, zone.name.labels),
        )

    @cached_property
    def satisfaction(self) -> Echo:
        """What people say after a passage; the means are None while fewer than K answered."""
        return Echo(None, *reading.satisfaction(self.numbers))

    @cached_property
    def compared(self) -> list[Compared]:
        sponsors, given, used, expired = platform()
        own = self.handed_over[1]
        if self.too_few or sponsors < FEWEST_SPONSORS or own <= 0 or given <= 0:
            return []
        stand = self.all_uses.paid_cents + self.all_uses.returned_cents
        late = self.outstanding(EntryKind.EXPIRY)[1]
        return [
            Compared(gettext_lazy("De la valeur remise, utilisé"), stand / own, used / given),
            Compared(gettext_lazy("De la valeur remise, expiré"), late / own, expired / given),
        ]


def quartiles(values: list, weights: list[int], people: int) -> Quartiles | None:
    """None below K."""
    found = reading.weighted_quartiles(values, weights) if people >= K else None
    return Quartiles(*found, count=sum(weights)) if found else None


def platform() -> tuple[int, int, int, int]:
    """Of all sponsors, read at most every five minutes, and after each refresh of the reports."""
    key = f"dashboards.platform.{reporting.as_of()}".replace(" ", "T")
    return cache.get_or_set(key, reading.platform, PLATFORM_SECONDS)  # type: ignore[return-value]


# What has rows of its own, by its name in addresses.
TABLES = {
    "mois": "months",
    "communes": "communes",
    "intercommunalites": "epcis",
    "services": "categories",
    "types-de-lieu": "venue_types",
    "publics": "publics",
    "remises": "hand_overs",
    "remises-communes": "hand_over_communes",
    "flux": "flows",
    "delais": "delay_classes",
    "distances": "distance_classes",
    "jours": "days",
}


def table_of(figures: Figures, slug: str) -> Table:
    """Raises KeyError for a name that is none of them."""
    return getattr(figures, TABLES[slug])
