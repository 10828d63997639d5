"""What payees and accountants write about payouts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons import payees
from coupons.camt import MOST_BYTES
from directory.accounts.refusals import Refused


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class BankForm(forms.Form):
    """An IBAN as it is on a bank's paper, and whom to tell when it changes."""

    holder = forms.CharField(
        label=_("Titulaire du compte"),
        max_length=70,
        help_text=_("Tel qu'il est écrit sur le relevé d'identité bancaire."),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label=_("BIC"),
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact = forms.EmailField(
        label=_("Adresse e-mail à prévenir"),
        help_text=_("Nous y écrivons si quelqu'un change ce compte."),
    )

    def clean_iban(self) -> str:
        return read("iban", self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return read("bic", self.cleaned_data["bic"])


def read(what: str, typed: str) -> str:
    try:
        return {"iban": payees.read_iban, "bic": payees.read_bic}[what](typed)
    except Refused as refused:
        raise forms.ValidationError(str(refused)) from refused


class CutOffForm(forms.Form):
    cut_off = day_field(_("Dernier jour compté"))


class BatchForm(forms.Form):
    execute_on = day_field(_("La banque exécute le"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Pourquoi"), max_length=200, help_text=_("La structure lira ce motif."))


class AnswerForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier camt.053 ou pain.002 de la banque, 5 Mo au plus"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "field", "accept": ".xml,application/xml,text/xml"}),
        error_messages={"required": _("Choisissez un fichier.")},
    )

    def raw(self) -> bytes:
        """One byte more than is allowed is enough to know that there are too many."""
        read: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return read
