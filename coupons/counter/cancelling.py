"""Taking a payment back: at once by whoever took it, later by the platform. A reversing entry; nothing is erased."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from coupons.models import Payment
from coupons.taking import give_back
from directory.accounts.refusals import Refused
from directory.models import User
from directory.rights import belongs_to

WHILE = timedelta(minutes=15)
AT_THE_COUNTER = "Annulé au comptoir"


class CancelRefused(Refused):
    """`str(refused)` says who can."""


def cancellable_until(payment: Payment) -> datetime:
    return payment.at + WHILE


def may_cancel(payment: Payment, *, device: str, at: datetime) -> bool:
    """On the device that took it, for a quarter of an hour."""
    return payment.cancelled_at is None and payment.device == device != "" and at < cancellable_until(payment)


def cancel_here(*, payment: Payment, by: User, device: str, at: datetime) -> None:
    """Raises CancelRefused."""
    if payment.cancelled_at is not None:
        raise CancelRefused(_("Ce paiement est déjà annulé."))
    if at >= cancellable_until(payment):
        raise CancelRefused(
            _("Plus de 15 minutes ont passé : demandez à la plateforme de l'annuler, avec son numéro.")
        )
    if not may_cancel(payment, device=device, at=at):
        raise CancelRefused(
            _("Un paiement s'annule sur l'appareil qui l'a fait. Sinon, demandez à la plateforme.")
        )
    _cancel(payment, by, AT_THE_COUNTER, at)


def cancel_by_staff(*, payment: Payment, by: User, reason: str, at: datetime) -> None:
    """Whenever it was. Raises CancelRefused."""
    if belongs_to(by, payment.organization):
        raise CancelRefused(_("Vous êtes membre de cette structure : un collègue doit le faire."))
    _cancel(payment, by, reason, at)


def _cancel(payment: Payment, by: User, reason: str, at: datetime) -> None:
    if not give_back(payment, by=by, reason=reason, at=at):
        raise CancelRefused(_("Ce paiement est déjà annulé."))
