"""Holding back all that is paid to an organisation, before or after a statement exists, and letting it go.

A held payee keeps nobody else waiting: its statements are made with the others, and no batch takes them.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from coupons.models import PayeeHold
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Organization, User

LONGEST = 200


def hold(*, organization: Organization, reason: str, by: User, at: datetime) -> PayeeHold:
    """Until it is released. Raises Refused when it is held already, or for no reason."""
    said = " ".join(reason.split())[:LONGEST]
    if not said:
        raise Refused(_("Écrivez pourquoi ces versements sont retenus : la structure lira ce motif."))
    try:
        with acting(by), transaction.atomic():
            return PayeeHold.objects.create(organization=organization, reason=said, by=by, at=at)
    except IntegrityError as error:
        raise Refused(_("Les versements de cette structure sont déjà retenus.")) from error


def release(*, organization: Organization, by: User, at: datetime) -> PayeeHold:
    """By somebody else than who began it: the next batch may pay its statements again. Raises Refused."""
    with acting(by):
        current = open_holds().filter(organization=organization).select_for_update(of=("self",)).first()
        if current is None:
            raise Refused(_("Les versements de cette structure ne sont pas retenus."))
        if current.by_id == by.pk:
            raise Refused(_("Vous avez retenu ces versements : une autre personne doit les libérer."))
        current.released_by, current.released_at = by, at
        current.save(update_fields=["released_by", "released_at"])
        return current


def open_holds() -> QuerySet[PayeeHold]:
    return PayeeHold.objects.filter(released_at=None)


def of_held_payees(account: str = "account") -> Q:
    """Rows whose account of the ledger (a path to it) belongs to a held organisation, as provider or as sponsor."""
    held = open_holds().values("organization")
    return Q(**{f"{account}__organization__in": held}) | Q(**{f"{account}__campaign__organization__in": held})
