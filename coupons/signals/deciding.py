"""What staff decide about a signal: nothing in it, or the organisation's payouts wait until somebody else lets go."""

from datetime import datetime

from django.utils.translation import gettext as _

from coupons import holds
from coupons.choices import SignalState
from coupons.models import PayeeHold, Signal
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from directory.rights import belongs_to

LONGEST = 200


def dismiss(*, signal: Signal, reason: str, by: User, at: datetime) -> Signal:
    """Somebody looked, and there is an explanation. Raises Refused."""
    with acting(by):
        current = locked(signal, by)
        return _decided(current, SignalState.DISMISSED, said(reason), by, at)


def hold(*, signal: Signal, reason: str, by: User, at: datetime) -> Signal:
    """What is paid to the organisation waits. When it waits already, the signal joins that hold. Raises Refused."""
    with acting(by):
        current, why = locked(signal, by), said(reason)
        if current.organization is None:
            raise Refused(_("Aucune structure n'est en cause : il n'y a rien à retenir. Classez ce signal."))
        running = holds.open_holds().filter(organization=current.organization).first()
        current.hold = running or holds.hold(organization=current.organization, reason=why, by=by, at=at)
        return _decided(current, SignalState.HELD, why, by, at)


def release(*, signal: Signal, by: User, at: datetime) -> PayeeHold:
    """By somebody else than who began the hold. Raises Refused."""
    with acting(by):
        held = PayeeHold.objects.select_for_update(of=("self",)).filter(signals=signal).first()
        if held is None or held.released_at:
            raise Refused(_("Ces versements ne sont pas retenus, ou ils ne le sont plus."))
        refuse_own(signal, by)
        return holds.release(organization=held.organization, by=by, at=at)


def _decided(signal: Signal, state: SignalState, reason: str, by: User, at: datetime) -> Signal:
    signal.state, signal.reason, signal.decided_by, signal.decided_at = state, reason, by, at
    signal.save(update_fields=["state", "reason", "decided_by", "decided_at", "hold"])
    return signal


def said(reason: str) -> str:
    text = " ".join(reason.split())[:LONGEST]
    if not text:
        raise Refused(_("Écrivez pourquoi : la personne qui relira ce signal doit comprendre."))
    return text


def locked(signal: Signal, by: User) -> Signal:
    current = Signal.objects.select_for_update(of=("self",)).select_related("organization").get(pk=signal.pk)
    if current.state != SignalState.OPEN:
        raise Refused(_("Quelqu'un a déjà décidé : relisez ce signal."))
    refuse_own(current, by)
    return current


def refuse_own(signal: Signal, by: User) -> None:
    if belongs_to(by, signal.organization):
        raise Refused(_("Vous êtes membre de cette structure : laissez quelqu'un d'autre décider."))
