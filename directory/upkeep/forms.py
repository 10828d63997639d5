"""What people type in the rooms of upkeep, checked. Each form names its fields: nothing else is taken."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.models import ErrorReport, Organization

LONGEST_TEXT = 2000
ANSWERS = [
    (ErrorReport.Status.FIXED.value, _("C'est corrigé")),
    (ErrorReport.Status.DISMISSED.value, _("Il n'y a rien à changer")),
]


def text_area(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReportForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Qu'est-ce qui est faux ?"), choices=ErrorReport.Kind.choices, widget=forms.RadioSelect
    )
    message = forms.CharField(
        label=_("Expliquez en quelques mots"), max_length=LONGEST_TEXT, widget=text_area()
    )
    email = forms.EmailField(
        label=_("Votre adresse e-mail"),
        required=False,
        max_length=254,
        help_text=_("Seulement pour vous répondre. Elle est effacée après."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # Hidden from people; what fills in every field is a program.
    website = forms.CharField(required=False, max_length=200)

    @property
    def is_of_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])


class AnswerForm(forms.Form):
    status = forms.ChoiceField(label=_("Votre réponse"), choices=ANSWERS, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Un mot pour la personne"), max_length=LONGEST_TEXT, required=False, widget=text_area(3)
    )


class ClaimForm(forms.Form):
    proof = forms.CharField(
        label=_("Comment le prouver ?"),
        max_length=LONGEST_TEXT,
        min_length=10,
        help_text=_("Par exemple : une page officielle qui nomme votre structure, un numéro à rappeler."),
        widget=text_area(),
    )


class WhichOrganizationForm(forms.Form):
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Pour quelle structure ?"),
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]


class FindForm(forms.Form):
    q = forms.CharField(label=_("Nom du lieu, commune"), max_length=100, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Pourquoi refusez-vous ?"), max_length=LONGEST_TEXT, widget=text_area())


class KeepForm(forms.Form):
    """Which of the two venues stays."""

    keep = forms.TypedChoiceField(label=_("Lequel reste ?"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, venues: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(venue.pk, f"{venue.name} (n° {venue.pk})") for venue in venues]
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]
