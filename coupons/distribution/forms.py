"""What a distributor fills in: few things, in large buttons; nothing that names anybody."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.choices import AgeBand, Loss, Public, Situation
from coupons.models import Campaign, DeliveryPoint
from directory.offer.fields import PhoneField
from directory.offer.place_forms import AddressForm, degrees

UNTOLD = ("", _("Non dit"))
# Nobody declares a booklet unused by hand: that is what closing its order does.
LOSSES = [choice for choice in Loss.choices if choice[0] != Loss.UNUSED]
LONGEST_NUMBER = 60


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Numéro du carnet"),
        max_length=LONGEST_NUMBER,
        error_messages={"required": _("Écrivez le numéro du carnet.")},
    )


class ProfileForm(forms.Form):
    """To whom, as far as it is told. A campaign for some people only asks for what its rule needs."""

    public = forms.ChoiceField(label=_("Pour"), required=False, widget=forms.RadioSelect)
    age_band = forms.ChoiceField(
        label=_("Âge"), choices=[UNTOLD, *AgeBand.choices], required=False, widget=forms.RadioSelect
    )
    situation = forms.ChoiceField(label=_("Situation"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, campaigns: Iterable[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        publics, situations = common(campaigns, "publics"), common(campaigns, "situations")
        self._offer("public", Public, publics)
        self._offer("situation", Situation, situations)
        if len(publics) == 1:
            self.initial.setdefault("public", publics[0])

    def _offer(self, name: str, choices: type[Public] | type[Situation], allowed: list[str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the reader and the type checker)
        offered = [choice for choice in choices.choices if not allowed or choice[0] in allowed]
        field.choices = offered if allowed else [UNTOLD, *offered]
        field.required = bool(allowed)
        field.error_messages["required"] = _("Cette campagne le demande : choisissez.")


def common(campaigns: Iterable[Campaign], name: str) -> list[str]:
    """What all the campaigns that restrict it allow; empty: no restriction."""
    allowed: list[str] = []
    for campaign in campaigns:
        wanted = getattr(campaign, name)
        allowed = [code for code in allowed if code in wanted] or list(wanted) if wanted else allowed
    return allowed


class HereForm(forms.Form):
    """Where the hand-over takes place: one of the points, or a commune."""

    point = forms.ModelChoiceField(
        label=_("Point de remise"),
        queryset=DeliveryPoint.objects.none(),
        required=False,
        empty_label=_("Ailleurs"),
    )
    commune = forms.CharField(
        label=_("Ailleurs : quelle commune ?"),
        max_length=120,
        required=False,
        help_text=_("Nom ou code postal. Par exemple : Guéret."),
    )

    def __init__(self, *args: Any, points: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["point"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = points


class BulkForm(forms.Form):
    """Two covers, or a file."""

    first = forms.CharField(label=_("Premier numéro"), max_length=LONGEST_NUMBER, required=False)
    last = forms.CharField(label=_("Dernier numéro"), max_length=LONGEST_NUMBER, required=False)
    file = forms.FileField(label=_("Ou un fichier CSV, un numéro par ligne"), required=False)
    point = forms.ModelChoiceField(
        label=_("Point de remise"), queryset=DeliveryPoint.objects.none(), required=False, empty_label="—"
    )
    public = forms.ChoiceField(label=_("Pour"), choices=[UNTOLD, *Public.choices], required=False)
    situation = forms.ChoiceField(label=_("Situation"), choices=[UNTOLD, *Situation.choices], required=False)

    def __init__(self, *args: Any, points: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["point"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = points

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not (cleaned.get("first") and cleaned.get("last")):
            self.add_error("first", _("Écrivez le premier et le dernier numéro, ou choisissez un fichier."))
        return cleaned


class LossForm(forms.Form):
    loss = forms.ChoiceField(
        label=_("Que s'est-il passé ?"), choices=LOSSES, widget=forms.RadioSelect, initial=Loss.LOST.value
    )
    replace = forms.TypedChoiceField(
        label=_("Et ensuite ?"),
        choices=[
            ("yes", _("Imprimer un carnet qui le remplace, avec autant de chèques qu'il en restait")),
            ("no", _("Annuler seulement : ce qui restait vous est dû")),
        ],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )


class PointForm(AddressForm):
    """A delivery point: its name, its place, and whom to ask for."""

    name = forms.CharField(
        label=_("Nom du point de remise"), max_length=120, help_text=_("Par exemple : accueil du CCAS.")
    )
    address = forms.CharField(label=_("Numéro et rue"), max_length=150, required=False)
    address_extra = forms.CharField(
        label=_("Complément : bâtiment, étage, entrée"), max_length=90, required=False
    )
    contact = forms.CharField(label=_("Personne à prévenir"), max_length=120, required=False)
    phone = PhoneField(label=_("Téléphone"), max_length=40, required=False)
    opening = forms.CharField(
        label=_("Quand livrer"),
        max_length=200,
        required=False,
        help_text=_("Par exemple : du mardi au vendredi, 9 h – 12 h."),
    )
    field_order = [
        "name",
        "address",
        "address_extra",
        "postcode",
        "lon",
        "lat",
        "contact",
        "phone",
        "opening",
    ]

    @property
    def others(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "contact", "phone", "opening")}

    @staticmethod
    def initial_of_point(point: DeliveryPoint | None) -> dict[str, Any]:
        if point is None:
            return {}
        names = ("name", "address", "postcode", "contact", "phone", "opening")
        return {**{name: getattr(point, name) for name in names}, **degrees(point.point)}
