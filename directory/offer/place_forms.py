"""What a manager fills in about where and when: addresses, the week, stops and visits, closures, zones."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib.gis.geos import MultiPolygon, Point
from django.core.validators import RegexValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from directory.models import Place
from directory.offer.fields import MinuteField
from directory.offer.places import Address
from directory.offer.rounds import MOST_VISITS, Round, Visit, When
from directory.offer.week import SPANS_A_DAY, Holidays, Week
from geodata.geometry import MAX_BYTES, GeometryRefused, read_geojson, read_point

EMPTY_LINES = 3
HOLIDAYS = [
    (Holidays.CLOSED.value, _("Fermé les jours fériés")),
    (Holidays.USUAL.value, _("Ouvert comme les autres jours")),
]
WHEN = [
    ("", "—"),
    (When.DATE.value, _("Une date")),
    (When.WEEKLY.value, _("Chaque semaine")),
    (When.ODD.value, _("Les semaines impaires")),
    (When.EVEN.value, _("Les semaines paires")),
    (When.FIRST.value, _("Le premier du mois")),
    (When.SECOND.value, _("Le deuxième du mois")),
    (When.THIRD.value, _("Le troisième du mois")),
    (When.FOURTH.value, _("Le quatrième du mois")),
    (When.LAST.value, _("Le dernier du mois")),
]


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AddressForm(forms.Form):
    """An address, and the point once it is known: by the server, or by the pin."""

    address = forms.CharField(label=_("Numéro et rue"), max_length=300, required=False)
    address_extra = forms.CharField(
        label=_("Complément : bâtiment, étage, entrée"), max_length=300, required=False
    )
    postcode = forms.CharField(
        label=_("Code postal"),
        max_length=5,
        required=False,
        validators=[RegexValidator(r"^[0-9]{5}$", _("Un code postal a cinq chiffres."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    lon = forms.CharField(
        label=_("Longitude"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    lat = forms.CharField(
        label=_("Latitude"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def clean(self) -> dict[str, Any]:
        """`point` is None when neither number is given."""
        cleaned = super().clean() or {}
        lon, lat = (cleaned.get(name, "").replace(",", ".") for name in ("lon", "lat"))
        try:
            cleaned["point"] = read_point(lon, lat) if lon or lat else None
        except GeometryRefused as refusal:
            self.add_error(refusal.field or None, refusal.message)
        if not (lon or lat or cleaned.get("address") or cleaned.get("postcode")):
            self.add_error("address", _("Écrivez une adresse, ou placez le repère sur la carte."))
        return cleaned

    @property
    def written(self) -> Address:
        cleaned = self.cleaned_data
        return Address(
            cleaned["address"], cleaned["address_extra"], cleaned["postcode"], cleaned.get("name", "")
        )

    @staticmethod
    def initial_of(place: Place | None) -> dict[str, Any]:
        if place is None:
            return {}
        names = ("name", "address", "address_extra", "postcode")
        return {**{name: getattr(place, name) for name in names}, **degrees(place.point)}


class StopForm(AddressForm):
    name = forms.CharField(
        label=_("Nom de l'arrêt"), max_length=250, help_text=_("Par exemple : place de la mairie.")
    )
    closed_on_holidays = forms.BooleanField(
        label=_("Pas de passage les jours fériés, sauf aux dates écrites"), required=False, initial=True
    )
    field_order = ["name", "address", "address_extra", "postcode", "lon", "lat"]


def degrees(point: Point | None) -> dict[str, str]:
    return {"lon": f"{point.x:.6f}", "lat": f"{point.y:.6f}"} if point else {}


class VisitForm(forms.Form):
    """One line of a round; without an answer to « quand ? » it is not there."""

    when = forms.ChoiceField(label=_("Quand ?"), choices=WHEN, required=False)
    day = forms.DateField(label=_("Date"), required=False, widget=date_input())
    weekday = forms.TypedChoiceField(
        label=_("Jour"), choices=[("", "—"), *WEEKDAYS.items()], coerce=int, empty_value=None, required=False
    )
    start = MinuteField(label=_("De"))
    end = MinuteField(label=_("À"), ends=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        when, start, end = cleaned.get("when"), cleaned.get("start"), cleaned.get("end")
        if not when:
            return cleaned
        needed = "day" if when == When.DATE else "weekday"
        if cleaned.get(needed) is None and needed not in self.errors:
            self.add_error(needed, _("Choisissez une date.") if needed == "day" else _("Choisissez un jour."))
        if start is None or end is None:
            self.add_error("start", _("Écrivez l'heure du début et celle de la fin."))
        elif end <= start:
            self.add_error("end", _("La fin doit être après le début."))
        return cleaned

    @property
    def visit(self) -> Visit | None:
        cleaned = self.cleaned_data
        if not cleaned.get("when"):
            return None
        when, dated = When(cleaned["when"]), cleaned["when"] == When.DATE
        return Visit(
            when,
            (cleaned["start"], cleaned["end"]),
            day=cleaned["day"] if dated else None,
            weekday=None if dated else cleaned["weekday"],
        )

    @staticmethod
    def initial_of(visit: Visit) -> dict[str, Any]:
        start, end = visit.span
        return {
            "when": visit.when.value,
            "day": visit.day,
            "weekday": visit.weekday,
            "start": start,
            "end": end,
        }


VisitFormSet = forms.formset_factory(
    VisitForm,
    extra=EMPTY_LINES,
    max_num=MOST_VISITS,
    absolute_max=MOST_VISITS + EMPTY_LINES,
    validate_max=True,
)


def round_of(visits: Any, closed_on_holidays: bool) -> Round:
    """Of a valid formset."""
    found = [form.visit for form in visits.forms if form.has_changed() or form.initial]
    return Round(tuple(visit for visit in found if visit), closed_on_holidays)


class WeekForm(forms.Form):
    """Seven days of at most three spans, as plain time fields."""

    holidays = forms.ChoiceField(
        label=_("Les jours fériés"), choices=HOLIDAYS, widget=forms.RadioSelect, initial=Holidays.CLOSED.value
    )

    def __init__(self, *args: Any, week: Week | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, ends in self.names():
            self.fields[name] = MinuteField(label=label, ends=ends)
        if week:
            self.initial.update(self.initial_of(week))

    @staticmethod
    def names() -> Iterator[tuple[str, str, bool]]:
        for day in range(7):
            for rank in range(SPANS_A_DAY):
                words = {"day": WEEKDAYS[day], "rank": rank + 1}
                yield f"d{day}_{rank}_start", _("%(day)s, plage %(rank)s, de") % words, False
                yield f"d{day}_{rank}_end", _("%(day)s, plage %(rank)s, à") % words, True

    @staticmethod
    def initial_of(week: Week) -> dict[str, Any]:
        found: dict[str, Any] = {"holidays": week.holidays.value}
        for day, spans in enumerate(week.days):
            for rank, (start, end) in enumerate(spans):
                found |= {f"d{day}_{rank}_start": start, f"d{day}_{rank}_end": end}
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for day in range(7):
            for rank in range(SPANS_A_DAY):
                name = f"d{day}_{rank}"
                start, end = cleaned.get(f"{name}_start"), cleaned.get(f"{name}_end")
                if (start is None) != (end is None) and not {f"{name}_start", f"{name}_end"} & set(
                    self.errors
                ):
                    self.add_error(f"{name}_start", _("Il manque le début ou la fin."))
                elif start is not None and start == end:
                    self.add_error(f"{name}_end", _("La fin est à la même heure que le début."))
        return cleaned

    @property
    def week(self) -> Week:
        days = tuple(tuple(self._spans(day)) for day in range(7))
        return Week(days, Holidays(self.cleaned_data["holidays"]))

    def _spans(self, day: int) -> Iterator[tuple[int, int]]:
        for rank in range(SPANS_A_DAY):
            start = self.cleaned_data.get(f"d{day}_{rank}_start")
            end = self.cleaned_data.get(f"d{day}_{rank}_end")
            if start is not None and end is not None:
                yield start, end

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each day with its pairs of fields."""
        return [
            {
                "day": WEEKDAYS[day],
                "spans": [
                    (self[f"d{day}_{rank}_start"], self[f"d{day}_{rank}_end"]) for rank in range(SPANS_A_DAY)
                ],
            }
            for day in range(7)
        ]


class ClosureForm(forms.Form):
    first = forms.DateField(label=_("Premier jour de fermeture"), widget=date_input())
    last = forms.DateField(label=_("Dernier jour de fermeture"), widget=date_input())
    reason = forms.CharField(
        label=_("Motif"),
        max_length=120,
        required=False,
        help_text=_("Le public le lira. Par exemple : congés."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first: date | None = cleaned.get("first")
        last: date | None = cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("Le dernier jour est avant le premier."))
        return cleaned


class ZoneForm(forms.Form):
    """A drawn zone. When the shape is refused but could be mended, `repaired` is the shape to agree to."""

    zone = forms.CharField(
        label=_("Contour en GeoJSON"),
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        error_messages={"required": _("Dessinez une zone sur la carte.")},
    )
    repaired: MultiPolygon | None = None

    def clean_zone(self) -> MultiPolygon:
        try:
            return read_geojson(self.cleaned_data["zone"])
        except GeometryRefused as refusal:
            self.repaired = refusal.repaired
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
