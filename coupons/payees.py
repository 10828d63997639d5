"""To which bank account a payee is paid: entered by one person, verified by another, and changed slowly.

A first account may be used as soon as it is verified. A change waits three days after that, and the payee is told at
the address it had before: whoever steals a password does not steal the next payment.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from coupons.models import Account, BankDetails
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

WAIT = timedelta(hours=72)


def enter(*, account: Account, holder: str, iban: str, bic: str = "", by: User, at: datetime) -> BankDetails:
    """New bank details, to be verified; those that still waited are dropped. Raises Refused."""
    read = read_iban(iban)
    with acting(by):
        locked(account)
        pending = BankDetails.objects.filter(account=account, verified_at=None, refused_at=None)
        pending.update(refused_at=at)
        return BankDetails.objects.create(
            account=account, holder=holder.strip(), iban=read, bic=read_bic(bic), entered_by=by, entered_at=at
        )


def verify(*, details: BankDetails, by: User, at: datetime) -> BankDetails:
    """By somebody else than who entered them. Raises Refused."""
    with acting(by):
        locked(details.account)
        current = BankDetails.objects.select_for_update(of=("self",)).get(pk=details.pk)
        if current.verified_at or current.refused_at:
            raise Refused(_("Ces coordonnées ont déjà été vérifiées ou remplacées."))
        if current.entered_by_id == by.pk:
            raise Refused(_("Vous avez saisi ces coordonnées : une autre personne doit les vérifier."))
        changed = BankDetails.objects.filter(account=current.account_id, verified_at__isnull=False).exists()
        current.verified_by, current.verified_at = by, at
        current.usable_from = at + WAIT if changed else at
        current.save(update_fields=["verified_by", "verified_at", "usable_from"])
        return current


def in_force(account: Account, at: datetime) -> BankDetails | None:
    """Those to pay to at that instant."""
    verified = BankDetails.objects.filter(account=account, usable_from__lte=at)
    return verified.order_by("-usable_from", "-pk").first()


def read_iban(typed: str) -> str:
    """Compact, its check digits and those of the bank account inside verified. Raises Refused."""
    try:
        return str(IBAN(typed, validate_bban=True))
    except SchwiftyException:
        raise Refused(
            _("Cet IBAN n'est pas juste : recopiez-le depuis un relevé d'identité bancaire.")
        ) from None


def read_bic(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return str(BIC(typed))
    except SchwiftyException:
        raise Refused(_("Ce BIC n'est pas juste : laissez-le vide si vous ne le connaissez pas.")) from None


def locked(account: Account) -> None:
    """Two people who change one account do it one after the other."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coupons.payees'), %s)", [account.pk])
