"""Bank details by the pages: the verbs of coupons/payees.py, and the letters that go with them."""

from datetime import datetime

from coupons import payees
from coupons.models import BankDetails
from coupons.payees import Payee
from coupons.settlement.notices import tell
from directory.audit import acting
from directory.models import User


def enter(
    *, payee: Payee, holder: str, iban: str, bic: str, contact: str, by: User, at: datetime
) -> BankDetails:
    """Raises Refused."""
    with acting(by):
        entered = payees.enter(payee=payee, holder=holder, iban=iban, bic=bic, contact=contact, by=by, at=at)
        tell("entered", entered)
        return entered


def verify(*, details: BankDetails, by: User, at: datetime) -> BankDetails:
    """Raises Refused."""
    with acting(by):
        verified = payees.verify(details=details, by=by, at=at)
        tell("verified", verified)
        return verified


def refuse(*, details: BankDetails, reason: str, by: User, at: datetime) -> BankDetails:
    """Raises Refused."""
    with acting(by):
        refused = payees.refuse(details=details, reason=reason, by=by, at=at)
        tell("refused", refused)
        return refused
