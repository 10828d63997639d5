"""What a manager types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.webhooks.targets import LONGEST


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Adresse de votre logiciel"),
        max_length=LONGEST,
        help_text=_("Elle commence par https://. Nous y envoyons un message à chaque paiement."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
