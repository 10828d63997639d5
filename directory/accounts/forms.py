"""What people write about accounts and organisations. Each form names its fields: nothing else is taken."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as BadNumber
from stdnum.fr import siret as siret_number

from directory.models import ApiToken, Membership, StaffRole


class SiretField(forms.CharField):
    """14 digits as people copy them, with spaces or not; the checksum is the register's."""

    default_error_messages = {"invalid": _("Ce SIRET n'existe pas. Un SIRET a 14 chiffres.")}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return siret_number.validate(text) if text else ""
        except BadNumber as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class OrganizationForm(forms.Form):
    name = forms.CharField(label=_("Nom de la structure"), max_length=250)
    siret = SiretField(label=_("SIRET"), help_text=_("14 chiffres. Il est écrit sur vos factures."))
    is_provider = forms.BooleanField(label=_("Nous recevons du public dans nos lieux"), required=False)
    is_sponsor = forms.BooleanField(label=_("Nous achetons et donnons des chèques"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("is_provider") or cleaned.get("is_sponsor")):
            self.add_error("is_provider", _("Choisissez au moins une des deux réponses."))
        return cleaned


class JoinForm(forms.Form):
    siret = SiretField(label=_("SIRET"))
    message = forms.CharField(
        label=_("Votre message"),
        max_length=1000,
        help_text=_("Dites qui vous êtes dans la structure."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Rôle"))

    def __init__(self, *args: Any, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role, Membership.Role(role).label) for role in roles]
        self.fields["role"] = forms.ChoiceField(label=_("Rôle"), choices=choices)


class StaffRoleForm(forms.Form):
    email = forms.EmailField(label=_("Adresse e-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Rôle"), choices=StaffRole.Role.choices)


class InvitationForm(RoleForm):
    email = forms.EmailField(label=_("Adresse e-mail"), max_length=254)
    field_order = ["email", "role"]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("À quoi sert ce jeton ?"), max_length=80, help_text=_("Par exemple le nom de votre logiciel.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Ce qu'il peut faire"), choices=ApiToken.Scope.choices, widget=forms.CheckboxSelectMultiple
    )
