"""What an applicant or a reviewer types, checked."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from directory.label.deciding import CHECKLIST
from directory.label.questionnaire import Question
from directory.label.uploads import MOST_BYTES, Checked, DocumentRefused, check

LONGEST_NOTE = 4000


def text_area() -> forms.Textarea:
    return forms.Textarea(attrs={"class": "field", "rows": 5})


def one_line(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "field", **attributes})


class QuestionForm(forms.Form):
    """One question: radio buttons, or boxes of which none is an answer too."""

    def __init__(self, question: Question, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(choice.code, choice.text) for choice in question.choices]
        kind, widget = (
            (forms.MultipleChoiceField, forms.CheckboxSelectMultiple)
            if question.several
            else (forms.ChoiceField, forms.RadioSelect)
        )
        self.fields["answer"] = kind(
            label=str(question.text),
            help_text=str(question.help),
            choices=choices,
            widget=widget,
            required=not question.several,
            error_messages={"required": _("Choisissez une réponse.")},
        )


class DocumentForm(forms.Form):
    """`cleaned_data["file"]` is the Checked document, or the form says why it is refused."""

    label = forms.CharField(label=_("Que prouve ce document ?"), max_length=120, widget=one_line())
    file = forms.FileField(
        label=_("Votre fichier"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "field", "accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Choisissez un fichier.")},
    )

    def clean_file(self) -> Checked:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            # One byte more than is allowed is enough to know that there are too many.
            return check(upload.read(MOST_BYTES + 1), upload.name or "", upload.content_type or "")
        except DocumentRefused as refused:
            raise forms.ValidationError(str(refused), code=refused.code) from None


class CharterForm(forms.Form):
    agreed = forms.BooleanField(
        label=_("J'ai lu la charte et je m'engage, au nom de ma structure."),
        error_messages={"required": _("Cochez la case pour vous engager.")},
    )
    name = forms.CharField(
        label=_("Votre prénom et votre nom"), max_length=120, widget=one_line(autocomplete="name")
    )


class ReasonForm(forms.Form):
    """Words that somebody will read: compulsory."""

    reason = forms.CharField(label=_("Votre message"), max_length=LONGEST_NOTE, widget=text_area())

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Un mot pour la structure (facultatif)"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=text_area(),
    )


class ChecklistForm(forms.Form):
    points = forms.MultipleChoiceField(
        label=_("Points vérifiés"),
        choices=list(CHECKLIST.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
