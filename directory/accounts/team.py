"""Who does what for the platform. Each verb locks all administrators, so that two cannot leave it without any."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from directory.accounts.mail import send_later
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import StaffRole, User

Role = StaffRole.Role


def give_role(*, email: str, role: str, by: User, at: datetime) -> StaffRole:
    """To an account whose address is verified; its owner is written to. Raises Refused."""
    verified = EmailAddress.objects.filter(email__iexact=email, verified=True, user__is_active=True)
    address = verified.select_related("user").first()
    if address is None:
        raise Refused(
            _("Aucun compte actif n'a cette adresse vérifiée : la personne s'inscrit d'abord sur le site.")
        )
    try:
        with acting(by), transaction.atomic():
            given = StaffRole.objects.create(user=address.user, role=role, since=at)
            send_later("accounts/mail/staff_role", address.email, {"given": given})
    except IntegrityError as error:
        raise Refused(_("Cette personne a déjà ce rôle.")) from error
    return given


def take_role(*, staff_role: StaffRole, by: User) -> None:
    """Raises Refused for the last administrator, and for one's own administration: somebody else takes that."""
    with acting(by):
        administrators = StaffRole.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk")
        held = list(administrators)
        if staff_role in held:
            if staff_role.user_id == by.pk:
                raise Refused(
                    _("On ne se retire pas soi-même l'administration : demandez à une autre personne.")
                )
            if len(held) == 1:
                raise Refused(
                    _("C'est la dernière personne qui administre. Nommez d'abord quelqu'un d'autre.")
                )
        StaffRole.objects.filter(pk=staff_role.pk).delete()
