"""What the holder of a cheque fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _

# Sixteen signs, with whatever people put between them.
LONGEST = 60


class CodeForm(forms.Form):
    """Not normalised here: what a person typed is shown again when it holds a slip."""

    code = forms.CharField(
        label=_("Le code de votre chèque"),
        max_length=LONGEST,
        error_messages={
            "required": _("Écrivez le code de votre chèque."),
            "max_length": _("Ce code est trop long. Il a 16 signes."),
        },
    )
