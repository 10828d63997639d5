"""What sponsors and accountants write about orders and transfers."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.camt import MOST_BYTES
from coupons.choices import OrderStatus
from coupons.models import Campaign, DeliveryPoint, Order
from directory.accounts.forms import SiretField
from directory.models import Organization

POINT = "point_"
AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")


class OrderForm(forms.Form):
    """Which campaign, how many booklets for each delivery point, and who pays."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        label=_("Campagne"),
        empty_label=None,
        error_messages={"invalid_choice": _("Cette campagne n'est pas une des vôtres.")},
    )
    billing_name = forms.CharField(label=_("Facture au nom de"), max_length=250)
    billing_address = forms.CharField(
        label=_("Adresse de facturation"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    billing_siret = SiretField(label=_("SIRET"), help_text=_("14 chiffres."), max_length=40)
    purchase_order_number = forms.CharField(
        label=_("Numéro d'engagement ou de bon de commande"),
        max_length=50,
        required=False,
        help_text=_(
            "Si votre comptabilité le demande sur la facture. Vous pourrez aussi l'écrire plus tard."
        ),
    )
    service_code = forms.CharField(
        label=_("Code du service exécutant"), max_length=100, required=False, help_text=_("Pour Chorus Pro.")
    )

    def __init__(
        self, *args: Any, campaigns: Iterable[Campaign], points: Iterable[DeliveryPoint], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.points = list(points)
        for point in self.points:
            self.fields[f"{POINT}{point.pk}"] = booklets_field(point)

    @property
    def point_fields(self) -> list[forms.BoundField]:
        return [self[f"{POINT}{point.pk}"] for point in self.points]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(POINT) and name != "campaign"]

    def deliveries(self) -> list[tuple[DeliveryPoint, int]]:
        """Those that get booklets; a count below zero is kept, to be refused by the verb."""
        counts = ((point, self.cleaned_data.get(f"{POINT}{point.pk}") or 0) for point in self.points)
        return [(point, count) for point, count in counts if count]

    def booklets(self) -> int:
        return sum(count for _point, count in self.deliveries())

    def billing(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in BILLING}

    @staticmethod
    def initial_of(organization: Organization) -> dict[str, str]:
        """As on the last order, else what is known."""
        last = Order.objects.filter(campaign__organization=organization).order_by("-pk").first()
        if last is None:
            return {"billing_name": organization.name, "billing_siret": organization.siret}
        return {name: getattr(last, name) for name in ("billing_name", "billing_address", "billing_siret")}


BILLING = ("billing_name", "billing_address", "billing_siret", "purchase_order_number", "service_code")


def booklets_field(point: DeliveryPoint) -> forms.IntegerField:
    return forms.IntegerField(
        label=point.name,
        required=False,
        help_text=f"{point.address} {point.postcode} {point.commune}",
        error_messages={"invalid": _("Écrivez un nombre de carnets, par exemple 50.")},
        widget=forms.NumberInput(
            attrs={"min": "0", "step": "1", "inputmode": "numeric", "data-booklets": ""}
        ),
    )


class AcceptForm(forms.Form):
    purchase_order_number = OrderForm.base_fields["purchase_order_number"]
    service_code = OrderForm.base_fields["service_code"]
    terms_version = forms.CharField(widget=forms.HiddenInput, max_length=20)
    agreed = forms.BooleanField(
        label=_("J'ai lu les conditions et je commande, au nom de ma structure."),
        error_messages={"required": _("Cochez la case pour commander.")},
    )


class AmountField(forms.CharField):
    """« 12 345,60 » -> 1234560 cents; no floating point on the way."""

    default_error_messages = {"invalid": _("Écrivez un montant en euros, par exemple 10 100 ou 10 100,50.")}

    def clean(self, value: Any) -> int:
        text = re.sub(r"[\s\u00a0\u202f€]", "", str(super().clean(value)))
        found = AMOUNT.fullmatch(text) if text.isascii() else None
        if not found:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


class TransferForm(forms.Form):
    """A credit that the accountant reads on the bank's own pages."""

    amount = AmountField(
        label=_("Montant en euros"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    booked_on = forms.DateField(
        label=_("Comptabilisé le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    payer = forms.CharField(label=_("Donneur d'ordre"), max_length=140)
    remittance = forms.CharField(
        label=_("Motif, avec la référence"),
        max_length=300,
        required=False,
        help_text=_("Tel que la banque l'écrit. La référence RF… d'une commande suffit à la trouver."),
    )
    bank_reference = forms.CharField(
        label=_("Référence de la banque"),
        max_length=80,
        help_text=_("Elle est propre à ce mouvement : elle évite de le noter deux fois."),
    )


class StatementForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier camt.053 de la banque, 5 Mo au plus"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "field", "accept": ".xml,application/xml,text/xml"}),
        error_messages={"required": _("Choisissez un fichier.")},
    )

    def raw(self) -> bytes:
        """One byte more than is allowed is enough to know that there are too many."""
        read: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return read


class DeskForm(forms.Form):
    """What the list of orders is narrowed to."""

    status = forms.ChoiceField(
        label=_("État"),
        choices=[("", _("En cours, à financer d'abord")), *OrderStatus.choices],
        required=False,
        widget=forms.Select(attrs={"class": "field"}),
    )
    name = forms.CharField(
        label=_("Numéro, référence, structure ou campagne"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "field"}),
    )
