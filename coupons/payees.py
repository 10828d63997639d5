"""To which bank account a payee is paid: entered by one person, verified by another, and changed slowly.

A payee is an organisation (for all that is due to it, as provider and as sponsor) or a cooperation fund. A first
account may be used as soon as it is verified. A change waits three days after that, and the payee is told at the
address it had before: whoever steals a password does not steal the next payment.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from coupons.models import Account, BankDetails, CooperationFund
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Organization, User
from directory.rights import belongs_to

WAIT = timedelta(hours=72)
LONGEST_REASON = 200

Payee = Organization | CooperationFund
# Of a payee: its organisation's, its fund's; one of the two is None.
Numbers = tuple[int | None, int | None]


def payee_of(account: Account) -> Payee:
    """Whose money an account of the ledger holds: only accounts that owe to somebody have one."""
    found = account.organization or account.fund or (account.campaign and account.campaign.organization)
    if not found:
        raise ValueError(f"nobody is paid from {account}")
    return found


def details_of(payee: Payee) -> QuerySet[BankDetails]:
    """All that were ever entered, the last first."""
    return BankDetails.objects.filter(**owner(payee))


def owner(payee: Payee) -> dict[str, Any]:
    return {"fund": payee} if isinstance(payee, CooperationFund) else {"organization": payee}


def enter(
    *, payee: Payee, holder: str, iban: str, bic: str = "", contact: str = "", by: User, at: datetime
) -> BankDetails:
    """New bank details, to be verified; those that still waited are dropped. Raises Refused."""
    read = read_iban(iban)
    with acting(by):
        one_at_a_time(payee)
        waiting = details_of(payee).filter(verified_at=None, refused_at=None)
        waiting.update(refused_at=at, refused_by=by, refused_reason=_("Remplacées par une autre saisie."))
        return BankDetails.objects.create(
            **owner(payee),
            holder=" ".join(holder.split()),
            iban=read,
            bic=read_bic(bic),
            contact=contact,
            entered_by=by,
            entered_at=at,
        )


def verify(*, details: BankDetails, by: User, at: datetime) -> BankDetails:
    """By somebody else than who entered them, and who is not of the payee. Raises Refused."""
    with acting(by):
        current = waiting_row(details, by)
        changed = details_of(payee_paid_to(current)).filter(verified_at__isnull=False).exists()
        current.verified_by, current.verified_at = by, at
        current.usable_from = at + WAIT if changed else at
        current.save(update_fields=["verified_by", "verified_at", "usable_from"])
        return current


def refuse(*, details: BankDetails, reason: str, by: User, at: datetime) -> BankDetails:
    """The payee reads why, and enters them again. Raises Refused."""
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise Refused(_("Écrivez pourquoi vous refusez ces coordonnées : la structure lira ce motif."))
    with acting(by):
        current = waiting_row(details, by)
        current.refused_by, current.refused_at, current.refused_reason = by, at, said
        current.save(update_fields=["refused_by", "refused_at", "refused_reason"])
        return current


def waiting_row(details: BankDetails, by: User) -> BankDetails:
    """To be decided by that person, held to the end of the transaction. Raises Refused."""
    one_at_a_time(payee_paid_to(details))
    current = BankDetails.objects.select_for_update(of=("self",)).get(pk=details.pk)
    if current.verified_at or current.refused_at:
        raise Refused(_("Ces coordonnées ont déjà été vérifiées, refusées ou remplacées."))
    if current.entered_by_id == by.pk:
        raise Refused(_("Vous avez saisi ces coordonnées : une autre personne doit les vérifier."))
    if belongs_to(by, current.organization):
        raise Refused(_("Vous êtes membre de cette structure : une autre personne doit vérifier."))
    return current


def payee_paid_to(details: BankDetails) -> Payee:
    found = details.organization or details.fund
    if found is None:
        raise ValueError(f"bank details {details.pk} are nobody's")
    return found


def in_force(payee: Payee, at: datetime) -> BankDetails | None:
    """Those to pay to at that instant."""
    return details_of(payee).filter(usable_from__lte=at).order_by("-usable_from", "-pk").first()


def all_in_force(at: datetime) -> dict[Numbers, BankDetails]:
    """Those of every payee that has some."""
    return first_of_each(BankDetails.objects.filter(usable_from__lte=at))


def in_force_among(accounts: Iterable[Account], at: datetime) -> dict[Numbers, BankDetails]:
    """Those of the payees of these accounts."""
    numbers = {numbers_of(account) for account in accounts}
    named = Q(organization__in=[one for one, _fund in numbers if one])
    named |= Q(fund__in=[fund for _one, fund in numbers if fund])
    return first_of_each(BankDetails.objects.filter(named, usable_from__lte=at))


def first_of_each(rows: QuerySet[BankDetails]) -> dict[Numbers, BankDetails]:
    last_first = rows.order_by("organization_id", "fund_id", "-usable_from", "-pk")
    found = last_first.distinct("organization_id", "fund_id")
    return {(row.organization_id, row.fund_id): row for row in found}


def have_details(at: datetime) -> Exists:
    """Of statements: whose payee could be paid at that instant."""
    rows = BankDetails.objects.filter(usable_from__lte=at).filter(
        Q(organization=OuterRef("account__organization"))
        | Q(organization=OuterRef("account__campaign__organization"))
        | Q(fund=OuterRef("account__fund"))
    )
    return Exists(rows)


def numbers_of(account: Account) -> Numbers:
    sponsor = account.campaign.organization_id if account.campaign else None
    return account.organization_id or sponsor, account.fund_id


def masked(iban: str) -> str:
    """Enough to recognise one's own: "FR76 •••• 0189"."""
    return f"{iban[:4]} •••• {iban[-4:]}"


def grouped(iban: str) -> str:
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))


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


def one_at_a_time(payee: Payee) -> None:
    """Two people who change one payee's account do it one after the other."""
    with connection.cursor() as cursor:
        key = f"coupons.payees:{type(payee).__name__}:{payee.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
