"""Booklets lost, stolen or damaged: their codes stop working, and what was left of them is kept for the sponsor.

What was never handed over is still in the order's deposit: no money moves. What was handed over goes out of
circulation, to the sponsor (refundable), or back to the deposit for a booklet that replaces it.
"""

from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from coupons import ledger
from coupons.choices import AccountKind, BookletStatus, CouponState, EntryKind, Loss
from coupons.distribution.handing import PAID_FOR, locked
from coupons.models import Account, Booklet, Coupon, Order
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from directory.wording import dated


def cancel(*, booklet: Booklet, loss: Loss, replace: bool, by: User, at: datetime) -> Booklet | None:
    """Cancel for good; with `replace`, returns a booklet of as many coupons as were left, to be printed.

    Locks the order when a booklet is added to it, then the booklet, then its coupons. Raises Refused.
    """
    with acting(by):
        order = Order.objects.select_for_update(no_key=True).get(pk=booklet.order_id) if replace else None
        [current] = locked([booklet])
        left = _left(current)
        _refuse(current, left, replace, at)
        if current.status == BookletStatus.ACTIVE:
            _out_of_circulation(current, left, replace, by, at)
        Booklet.objects.filter(pk=current.pk).update(
            status=BookletStatus.CANCELLED, cancelled_at=at, loss=loss
        )
        return _replacement(order, current, left) if order else None


def _left(booklet: Booklet) -> int:
    """Coupons that could still be used, held against a payment that comes at the same instant."""
    unused = Coupon.objects.filter(booklet=booklet, state__in=[CouponState.INERT, CouponState.ACTIVE])
    return len(unused.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _refuse(booklet: Booklet, left: int, replace: bool, at: datetime) -> None:
    if booklet.status == BookletStatus.CANCELLED:
        when = dated(timezone.localdate(booklet.cancelled_at)) if booklet.cancelled_at else "?"
        raise Refused(_("Ce carnet est déjà annulé, le %(day)s.") % {"day": when})
    if not left:
        raise Refused(_("Ce carnet n'a plus de chèque à annuler : ils sont utilisés ou expirés."))
    if replace:
        _refuse_to_replace(booklet, at)


def _refuse_to_replace(booklet: Booklet, at: datetime) -> None:
    """A replacement gives back what there was; it does not make it last longer than the order does."""
    order, today = booklet.order, timezone.localdate(at)
    if booklet.valid_until and booklet.valid_until < today:
        raise Refused(_("Ce carnet n'est plus valable : il ne peut pas être remplacé. Annulez-le seulement."))
    if order.status not in PAID_FOR:
        raise Refused(_("La commande est close : annulez le carnet sans le remplacer. Il sera remboursé."))
    if order.hand_over_by < today:
        words = {"day": dated(order.hand_over_by)}
        raise Refused(
            _("Les carnets de cette commande se remettaient jusqu'au %(day)s : annulez sans remplacer.")
            % words
        )


def _out_of_circulation(booklet: Booklet, left: int, replace: bool, by: User, at: datetime) -> None:
    order = booklet.order
    face, contribution = left * order.face_value_cents, left * order.contribution_cents
    ledger.post(
        EntryKind.REISSUE if replace else EntryKind.CANCELLATION,
        key=f"cancelled:{booklet.pk}",
        legs={
            ledger.account(AccountKind.OUTSTANDING, campaign=order.campaign): face,
            ledger.account(AccountKind.CONTRIBUTION, campaign=order.campaign): contribution,
            _given_to(order, replace): -face - contribution,
        },
        at=at,
        by=by,
        note=booklet.number,
    )


def _given_to(order: Order, replace: bool) -> Account:
    if replace:
        return ledger.account(AccountKind.SPONSOR_DEPOSIT, order=order)
    return ledger.account(AccountKind.SPONSOR_REFUNDABLE, campaign=order.campaign)


def _replacement(order: Order, lost: Booklet, coupons: int) -> Booklet:
    """After all that were ordered and all that replace others."""
    last = order.booklet_set.aggregate(last=Max("position"))["last"]
    point = lost.delivery_point_id or (lost.hand_over.delivery_point_id if lost.hand_over else None)
    made = Booklet.objects.create(
        order=order, position=max(last, order.booklets) + 1, delivery_point_id=point, replaces=lost
    )
    Coupon.objects.bulk_create(Coupon(booklet=made, position=rank + 1) for rank in range(coupons))
    return made
