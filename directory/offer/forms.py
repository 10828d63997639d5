"""What a manager fills in about venues and services. Each form names its fields: nothing else is taken.

`given()` gives what the verbs take. The same forms check the pages, the rows of a spreadsheet and the API.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.choices import Accessibility, AccessMode, Audience, Mode, SupportMode
from directory.models import Service, Venue
from directory.offer.fields import (
    EmailsField,
    EurosField,
    LinesField,
    PhoneField,
    WebAddressesField,
    WebAddressField,
)
from directory.opening import parse
from directory.referential import referential

LONGEST_TEXT = 4_000
YES_NO = [("", _("Je ne sais pas")), ("yes", _("Oui")), ("no", _("Non"))]
TRUTH = {"": None, "yes": True, "no": False}


def ticks(choices: Any, label: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("« %(value)s » n'est pas dans la liste.")},
    )


def category_choices() -> list[Any]:
    """Sub-categories under their category."""
    known = referential()
    return [
        (parent.name, [(child.slug, child.name) for child in known.children(parent)])
        for parent in known.main_categories
    ]


class ServiceForm(forms.Form):
    name = forms.CharField(label=_("Nom du service"), max_length=200)
    category = forms.ChoiceField(
        label=_("Catégorie"), error_messages={"invalid_choice": _("Cette catégorie n'existe pas.")}
    )
    price = EurosField(
        label=_("Prix en euros"),
        help_text=_("Par exemple 12,50. Gratuit : écrivez 0. Vide : prix à demander."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    price_note = forms.CharField(
        label=_("Précision sur le prix"),
        max_length=200,
        required=False,
        help_text=_("Par exemple : par séance."),
    )
    duration_min = forms.IntegerField(
        label=_("Durée en minutes"), min_value=5, max_value=10_000, required=False
    )
    description = forms.CharField(
        label=_("Ce que l'on y fait"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    audiences = ticks(Audience.choices, _("Pour qui ?"), _("Ne cochez rien si le service est pour tous."))
    modes = ticks(Mode.choices, _("Où ?"), _("Ne cochez rien si c'est seulement sur place."))
    schedule = forms.CharField(label=_("Jours et heures du service"), max_length=1_000, required=False)

    def __init__(self, *args: Any, with_schedule: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("Choisissez")), *category_choices()]  # type: ignore[attr-defined]
        if not with_schedule:
            del self.fields["schedule"]

    def clean_schedule(self) -> str:
        schedule = self.cleaned_data["schedule"].strip()
        if schedule and parse(schedule) is None:
            raise forms.ValidationError(
                _("Écrivez ces heures comme OpenStreetMap, par exemple « Mo-Fr 09:00-12:00 ».")
            )
        return schedule

    def given(self) -> dict[str, Any]:
        """What the verbs take (directory/offer/publishing.py: FIELDS)."""
        cleaned = dict(self.cleaned_data)
        category = referential().category(cleaned.pop("category"))
        cleaned["price_cents"] = cleaned.pop("price")
        return {**cleaned, "category_id": category.pk if category else None}

    @staticmethod
    def initial_of(service: Service) -> dict[str, Any]:
        """As it stands; where a revision waits, with what it asks for."""
        waiting = getattr(service, "revision", None) or service
        return {
            **{
                name: getattr(service, name)
                for name in ("name", "description", "duration_min", "audiences", "modes", "schedule")
            },
            "category": referential().categories[waiting.category_id].slug,
            "price": waiting.price_cents,
            "price_note": waiting.price_note,
        }


class VenueForm(forms.Form):
    name = forms.CharField(label=_("Nom du lieu"), max_length=250)
    venue_type = forms.ChoiceField(label=_("Type de lieu"))
    itinerant = forms.BooleanField(label=_("Ce lieu se déplace : bus, camion, permanences"), required=False)
    summary = forms.CharField(
        label=_("Présentation en une ou deux phrases"),
        max_length=280,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    description = forms.CharField(
        label=_("Présentation complète"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    phone = PhoneField(
        label=_("Téléphone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    emails = EmailsField(label=_("Adresses e-mail"), longest=254, help_text=_("Une par ligne."))
    websites = WebAddressesField(label=_("Sites web"), longest=500, help_text=_("Un par ligne."))
    booking_url = WebAddressField(
        label=_("Page pour prendre rendez-vous"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    languages = LinesField(label=_("Langues parlées"), longest=40, help_text=_("Une par ligne."))
    audiences = ticks(
        Audience.choices, _("Publics que vous accueillez particulièrement"), _("Rien : tout le monde.")
    )
    access_modes = ticks(AccessMode.choices, _("Comment venir ou vous joindre ?"))
    support_modes = ticks(SupportMode.choices, _("Comment aidez-vous ?"))
    accessible = forms.ChoiceField(
        label=_("Accessible en fauteuil roulant ?"), choices=YES_NO, required=False, widget=forms.RadioSelect
    )
    accessibility = ticks(Accessibility.choices, _("Votre équipe est formée à ces handicaps"))
    access_url = WebAddressField(
        label=_("Fiche Acceslibre du lieu"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(referential().venue_types.values(), key=lambda kind: (kind.position, kind.slug))
        choices = [("", _("Choisissez")), *((kind.slug, kind.name) for kind in kinds)]
        self.fields["venue_type"].choices = choices  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the verbs take (directory/offer/venues.py: FIELDS)."""
        cleaned = dict(self.cleaned_data)
        kind = referential().venue_type(cleaned.pop("venue_type"))
        return {
            **cleaned,
            "venue_type_id": kind.pk if kind else None,
            "accessible": TRUTH[cleaned.pop("accessible")],
        }

    @classmethod
    def initial_of(cls, venue: Venue) -> dict[str, Any]:
        kinds = referential().venue_types
        values = {name: getattr(venue, name) for name in cls.base_fields if name != "venue_type"}
        answers = {truth: answer for answer, truth in TRUTH.items()}
        return {
            **values,
            "venue_type": kinds[venue.venue_type_id].slug if venue.venue_type_id in kinds else "",
            "accessible": answers[venue.accessible],
        }


class ReviewForm(forms.Form):
    """Why a service is sent back: its manager reads it."""

    note = forms.CharField(
        label=_("Ce qu'il faut changer"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Dites ce qu'il faut changer.")},
    )
