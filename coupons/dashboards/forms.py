"""The changed rule of « Et si… ? »: a territory near the hand-overs, kinds of venue, services."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.accepting import Rule
from coupons.dashboards.figures import Figures
from coupons.dashboards.keeping import kept
from coupons.dashboards.what_if import changed
from coupons.models import Campaign, Zone
from directory.referential import referential
from geodata.communes import communes
from geodata.models import Area

SAME, EVERYWHERE = "same", "everywhere"
LEVELS = (Area.Level.EPCI, Area.Level.DEPARTEMENT, Area.Level.REGION)
MOST_AREAS = 40


class RuleForm(forms.Form):
    territory = forms.ChoiceField(label=gettext_lazy("Utilisables où ?"))
    venue_types = forms.MultipleChoiceField(
        label=gettext_lazy("Dans quels lieux ?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Pour quels services ?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, campaign: Campaign, figures: Figures, rule: Rule) -> None:
        self.rule = rule
        initial = {
            "territory": SAME,
            "venue_types": sorted(rule.venue_types),
            "categories": sorted(rule.categories),
        }
        super().__init__(data or None, initial=initial)
        known = referential()
        self.choices_of("territory", territories(campaign, figures))
        self.choices_of("venue_types", [(row.pk, row.label) for row in known.venue_types.values()])
        mains = [(row.pk, row.label) for row in known.main_categories]
        finer = [
            (pk, known.categories[pk].label)
            for pk in sorted(rule.categories)
            if known.categories[pk].parent_id
        ]
        self.choices_of("categories", [*mains, *finer])

    def choices_of(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = [(str(value), label) for value, label in choices]  # type: ignore[attr-defined]

    @property
    def changed(self) -> Rule:
        """Of a valid form."""
        territory = self.cleaned_data["territory"]
        areas = (
            None
            if territory == SAME
            else frozenset()
            if territory == EVERYWHERE
            else frozenset({int(territory)})
        )
        return changed(
            self.rule,
            areas=areas,
            kinds=frozenset(map(int, self.cleaned_data["venue_types"])),
            categories=frozenset(map(int, self.cleaned_data["categories"])),
        )


def territories(campaign: Campaign, figures: Figures) -> list[tuple[Any, str]]:
    """As it is, everywhere, what the communes of the hand-overs belong to, and the sponsor's own drawings."""
    around = kept("around", figures.numbers, lambda: surrounding(figures))
    drawn = Zone.objects.in_use().filter(organization=campaign.organization_id).select_related("area")
    return [
        (SAME, _("Le territoire de la campagne, sans changement")),
        (EVERYWHERE, _("Partout en France")),
        *around,
        *((zone.pk, zone.area.name) for zone in drawn.defer("area__geom")[:MOST_AREAS]),
    ]


def surrounding(figures: Figures) -> list[tuple[int, str]]:
    """What the communes of the hand-overs belong to."""
    known, codes = communes(), {row.commune for row in figures.handed_out}
    here = [position for position, code in enumerate(known.code) if code in codes]
    numbers = {int(known.of[level][position]) for level in LEVELS for position in here}
    areas = Area.objects.filter(pk__in=numbers).defer("geom").order_by("name")[:MOST_AREAS]
    return [(area.pk, f"{area.name} ({area.get_level_display()})") for area in areas]
