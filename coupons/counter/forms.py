"""What is filled in at the counter and at the platform's desk."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.counter.offering import is_fixed
from coupons.counter.reading import LONGEST, codes_of
from coupons.payment import MOST_COUPONS
from directory.models import Place, Service
from directory.offer.fields import EurosField
from directory.wording import price

MOST_TYPED = 2 * MOST_COUPONS * LONGEST


class ServiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        said = f"{obj.name} : {price(obj.price_cents)}"
        return f"{said} ({obj.price_note})" if obj.price_note else said


class PassageForm(forms.Form):
    """The service, its price where it may change, the codes. They live in the body of the form and nowhere else."""

    service = ServiceField(
        label=_("Service"),
        queryset=Service.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choisissez un service."),
            "invalid_choice": _("Ce service ne se paie plus ici avec des chèques : choisissez-en un autre."),
        },
    )
    price = EurosField(label=_("Prix demandé, en euros"))
    codes = forms.CharField(
        label=_("Les codes des chèques, un par ligne"),
        max_length=MOST_TYPED,
        required=False,
        strip=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, services: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the reader and the type checker)
        field.queryset = services
        self.initial.setdefault("key", uuid4())

    def clean_codes(self) -> list[str]:
        return codes_of(self.cleaned_data["codes"])

    @property
    def price_cents(self) -> int | None:
        """What was typed, where it counts: without script the field is there for fixed prices too."""
        service = self.cleaned_data.get("service")
        return None if service and is_fixed(service) else self.cleaned_data.get("price")


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return told(obj)


class PlaceForm(forms.Form):
    place = PlaceField(
        label=_("Le lieu"),
        queryset=Place.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choisissez un lieu.")},
    )

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Place.objects.filter(pk__in=[place.pk for place in places]).select_related("venue")


def told(place: Place) -> str:
    """The venue, then what tells its stops apart."""
    detail = place.name or place.commune
    return f"{place.venue.name} ({detail})" if detail else place.venue.name


class DayForm(forms.Form):
    jour = forms.DateField(
        label=_("Jour"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class FindForm(forms.Form):
    numero = forms.IntegerField(
        label=_("Numéro du paiement"),
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text=_("Il est sur le reçu."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Motif de l'annulation"),
        max_length=200,
        help_text=_("Le lieu le verra. Par exemple : erreur de prix, signalée par téléphone."),
    )
