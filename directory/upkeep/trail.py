"""The journal: who changed what, newest first. Constant queries a page."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Change, Membership, Organization, StaffRole, User, Venue
from directory.offer.spreadsheets import inert
from directory.upkeep.wording import Told, differences, names_of, what, written

ROWS = 50
MOST_EXPORTED = 20_000
BATCH = 500
FEW = 1_000
LARGEST = 2**63 - 1


class DayInput(forms.DateInput):
    """The browser's own calendar; it sends and takes ISO days whatever it shows."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TrailForm(forms.Form):
    """What the journal is narrowed to."""

    venue = forms.CharField(label=gettext_lazy("Nom du lieu"), max_length=100, required=False)
    person = forms.CharField(label=gettext_lazy("Personne"), max_length=100, required=False)
    since = forms.DateField(label=gettext_lazy("Du"), required=False, widget=DayInput)
    until = forms.DateField(label=gettext_lazy("Au"), required=False, widget=DayInput)
    before = forms.IntegerField(min_value=1, max_value=LARGEST, required=False, widget=forms.HiddenInput)

    def narrowed(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        asked = self.cleaned_data
        if asked["venue"]:
            changes = changes.filter(venue__in=venues_named(asked["venue"]))
        if asked["person"]:
            known = Q(name__named=asked["person"]) | Q(email__named=asked["person"])
            changes = changes.filter(actor__in=User.objects.filter(known).values("pk"))
        if asked["since"]:
            changes = changes.filter(at__gte=midnight(asked["since"]))
        if asked["until"]:
            changes = changes.filter(at__lt=midnight(asked["until"] + timedelta(days=1)))
        return changes


def venues_named(typed: str) -> QuerySet[Venue, int] | list[int]:
    """Their numbers: few are read first, since the database would look each change's venue up; many are not."""
    numbers = Venue.objects.filter(name__named=typed).values_list("pk", flat=True)
    few = list(numbers[: FEW + 1])
    return few if len(few) <= FEW else numbers


def midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Page:
    rows: list[Told]
    next_before: int | None


@dataclass(frozen=True)
class Trail:
    """`organization`: whose journal; None: the platform's, where staff have their own names."""

    organization: Organization | None = None

    def changes(self) -> QuerySet[Change]:
        rows = Change.objects.select_related("actor", "venue", "organization").order_by("-pk")
        if self.organization is None:
            return rows
        members = Membership.objects.filter(organization=self.organization, user=OuterRef("actor"))
        staff = StaffRole.objects.filter(user=OuterRef("actor"))
        return rows.filter(organization=self.organization).annotate(
            by_platform=Exists(staff) & ~Exists(members)
        )

    def page(self, changes: QuerySet[Change], before: int | None) -> Page:
        found = changes.filter(pk__lt=before) if before else changes
        rows = list(found[: ROWS + 1])
        more = rows[ROWS - 1].pk if len(rows) > ROWS else None
        return Page(self.told(rows[:ROWS]), more)

    def told(self, changes: list[Change]) -> list[Told]:
        names = names_of(changes)
        if self.organization is not None:
            self._veil(names)
        return [Told(row, what(row), self._who(row), differences(row, names)) for row in changes]

    def export(self, changes: QuerySet[Change], to: Any) -> Iterator[str]:
        """Lines of CSV, one a field that differs, newest first; `to` is what `csv.writer` writes to."""
        writer = csv.writer(to)
        yield writer.writerow([str(title) for title in TITLES])
        read, before = 0, LARGEST
        while read < MOST_EXPORTED:
            rows = list(changes.filter(pk__lt=before)[:BATCH])
            for told in self.told(rows):
                yield from (writer.writerow([inert(cell) for cell in line]) for line in lines(told))
            if len(rows) < BATCH:
                return
            read, before = read + len(rows), rows[-1].pk

    def _who(self, change: Change) -> str:
        if change.actor_id is None:
            return ""
        if getattr(change, "by_platform", False):
            return _("La plateforme")
        # An account may have been erased since: its number is all that is left of it.
        actor = change.actor if change.actor else None
        return (actor.name or actor.email) if actor else f"n° {change.actor_id}"

    def _veil(self, names: dict[Any, dict[int, str]]) -> None:
        """Staff who decided are the platform for an organisation, as in the column of who acted."""
        people = names.get(User, {})
        staff = StaffRole.objects.filter(user__in=people).exclude(
            user__memberships__organization=self.organization
        )
        people |= dict.fromkeys(staff.values_list("user", flat=True), _("La plateforme"))


TITLES = (
    gettext_lazy("Le"),
    gettext_lazy("Par"),
    gettext_lazy("Objet"),
    gettext_lazy("Lieu"),
    gettext_lazy("Structure"),
    gettext_lazy("Champ"),
    gettext_lazy("Avant"),
    gettext_lazy("Après"),
)


def lines(told: Told) -> Iterator[list[str]]:
    change = told.change
    venue = change.venue.name if change.venue else ""
    organization = change.organization.name if change.organization else ""
    for one in told.differences:
        yield [
            written(change.at),
            told.who or _("automatique"),
            told.what,
            venue,
            organization,
            one.label,
            one.before,
            one.after,
        ]
