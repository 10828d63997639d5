"""What the operator types."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SendForm(forms.Form):
    tracking = forms.CharField(
        label=_("Numéro de suivi du transporteur"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "field", "autocomplete": "off"}),
    )
