"""What staff choose and type about signals."""

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.choices import SignalKind, SignalState
from coupons.signals.deciding import LONGEST


class DeskForm(forms.Form):
    """What the list is narrowed to."""

    state = forms.ChoiceField(label=_("État"), required=False, choices=SignalState.choices)
    kind = forms.ChoiceField(
        label=_("Nature"), required=False, choices=[("", _("Toutes")), *SignalKind.choices]
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Pourquoi ?"),
        max_length=LONGEST,
        help_text=_("En une phrase. Si les versements sont retenus, la structure lit ce motif."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
