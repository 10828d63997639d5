"""What people fill in about a passage, and what is said of it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.invitations import BETWEEN
from directory.models.reviews import BEST, MARKS, WORST
from directory.upkeep.forms import text_area

LONGEST_CODE = 60
LONGEST_TEXT = 1000
LONGEST_REASON = 300
HOW_MUCH = (_("Pas du tout"), _("Pas beaucoup"), _("Un peu"), _("Oui"), _("Oui, beaucoup"))


class CodeForm(forms.Form):
    """Of a receipt, as it was typed."""

    code = forms.CharField(
        label=_("Le code de votre reçu"),
        max_length=LONGEST_CODE,
        error_messages={
            "required": _("Écrivez le code de votre reçu."),
            "max_length": _("Ce code est trop long. Recopiez celui de votre reçu."),
        },
    )

    def clean_code(self) -> str:
        return BETWEEN.sub("-", self.cleaned_data["code"])


def question(label: Any, words: Iterable[Any]) -> forms.TypedChoiceField:
    """Five answers, the worst first, each a number and its words."""
    return forms.TypedChoiceField(
        label=label,
        choices=list(zip(range(WORST, BEST + 1), words, strict=True)),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une réponse.")},
    )


class RatingForm(forms.Form):
    code = forms.CharField(max_length=LONGEST_CODE, widget=forms.HiddenInput)
    reception = question(
        _("Avez-vous été bien reçu ?"),
        (_("Très mal"), _("Mal"), _("Moyen"), _("Bien"), _("Très bien")),
    )
    usefulness = question(_("Est-ce que cela vous a été utile ?"), HOW_MUCH)
    progress = question(_("Avez-vous progressé ?"), HOW_MUCH)
    comment = forms.CharField(
        label=_("Voulez-vous ajouter un mot ?"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("N'écrivez ni nom, ni numéro. Nous le lisons avant de l'afficher sur la fiche du lieu."),
        widget=text_area(4),
    )

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in MARKS]

    @property
    def marks(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in MARKS}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Pourquoi refusez-vous ?"),
        max_length=LONGEST_REASON,
        help_text=_("La structure lit ce motif."),
        widget=text_area(2),
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Votre réponse"),
        max_length=LONGEST_TEXT,
        help_text=_("Elle est affichée sous le commentaire, après relecture par la plateforme."),
        widget=text_area(4),
    )
