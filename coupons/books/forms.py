"""What is asked of who reads the books and of who looks after the funds."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons.books.reading import Period
from coupons.choices import EntryKind
from geodata.models import Area

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """Two days, both included; by default the year so far."""

    since = forms.DateField(label=_("Du"), required=False, widget=DAY)
    until = forms.DateField(label=_("Au (inclus)"), required=False, widget=DAY)

    @staticmethod
    def usual() -> Period:
        today = timezone.localdate()
        return Period(date(today.year, 1, 1), today)

    def clean(self) -> dict[str, Any]:
        given, usual = super().clean() or {}, self.usual()
        given["since"] = given.get("since") or usual.since
        given["until"] = given.get("until") or usual.until
        if given["since"] > given["until"]:
            raise ValidationError(_("La première date est après la seconde : échangez-les."))
        return given

    @property
    def period(self) -> Period:
        return Period(self.cleaned_data["since"], self.cleaned_data["until"])


class JournalForm(PeriodForm):
    kind = forms.ChoiceField(
        label=_("Nature"), required=False, choices=[("", _("Toutes")), *EntryKind.choices]
    )


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2100)


class FundForm(forms.Form):
    name = forms.CharField(
        label=_("Nom du fonds"),
        max_length=160,
        error_messages={"required": _("Donnez un nom au fonds.")},
    )


class NewFundForm(FundForm):
    """The territory is written "level/code", as the search for territories gives it."""

    area = forms.CharField(
        label=_("Territoire"), error_messages={"required": _("Choisissez un territoire dans la liste.")}
    )

    def clean_area(self) -> Area:
        level, _slash, code = self.cleaned_data["area"].partition("/")
        official = Area.objects.current().exclude(level=Area.Level.CUSTOM)
        found = official.filter(level=level, code=code).first() if level in Area.Level.values else None
        if found is None:
            raise ValidationError(_("Ce territoire n'existe pas. Choisissez-en un dans la liste."))
        return found
