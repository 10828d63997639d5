"""A passage at the counter: what each coupon is worth here, then the payment itself.

`look` tells the agent about each coupon as it is scanned; `pay` asks the same questions again, because minutes may
have passed and others may have been faster. What it promises and how is in docs/guarantees.md.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from coupons.choices import BookletStatus, CouponState
from coupons.clearance import cleared
from coupons.codes import NotACode, digest, read_code
from coupons.models import Coupon, Payment, Redemption
from coupons.rules import Refusal, refusals_of_use, written
from coupons.taking import NotUsable, OneTooMany, OtherQuestion, Passage, local_day, take
from directory.models import Place, Service, User
from directory.wording import price

MOST_COUPONS = 50


class PaymentRefused(Exception):
    """Nothing was taken. `refusals` by the position of the coupon in the question; -1 for the payment itself."""

    def __init__(self, refusals: dict[int, list[Refusal]]) -> None:
        super().__init__("; ".join(one.code for many in refusals.values() for one in many))
        self.refusals = refusals


class KeyUsed(Exception):
    """The device used this key for another payment."""


@dataclass(frozen=True)
class Seen:
    """What one coupon is worth at this counter; `refusals` is empty when it pays."""

    coupon: Coupon | None
    refusals: list[Refusal]

    @property
    def face_value_cents(self) -> int:
        return self.coupon.booklet.order.face_value_cents if self.coupon else 0


def look(*, code: str, service: Service, place: Place, at: datetime) -> Seen:
    """One coupon, for this service, here and now."""
    [seen] = looked([code], service, place, local_day(place, at))
    return seen


def looked(codes: Sequence[str], service: Service, place: Place, on: date) -> list[Seen]:
    """In two queries for all coupons, and those of the rule once per campaign."""
    read = [_digest(code) for code in codes]
    found = {
        coupon.digest: coupon
        for coupon in Coupon.objects.with_terms().filter(digest__in=[one for one in read if one])
    }
    rules = {
        campaign.pk: refusals_of_use(campaign, service=service, place=place, on=on)
        for campaign in {coupon.booklet.order.campaign for coupon in found.values()}
    }
    seen = []
    for position, one in enumerate(read):
        coupon = found.get(one) if one else None
        if coupon is None:
            seen.append(Seen(None, [_unknown()]))
        elif one in read[:position]:
            seen.append(Seen(coupon, [_twice()]))
        else:
            refusals = _of_the_coupon(coupon, place, on) + rules[coupon.booklet.order.campaign_id]
            seen.append(Seen(coupon, refusals))
    return seen


def pay(
    *,
    codes: Sequence[str],
    service: Service,
    place: Place,
    agent: User,
    price_cents: int,
    key: UUID,
    device: str,
    at: datetime,
) -> tuple[Payment, bool]:
    """The payment, and whether this key had made it before. Raises PaymentRefused, KeyUsed.

    After any other error, ask again with the same key: it pays once.
    """
    passage = partial(
        Passage, key=key, service=service, place=place, agent=agent, device=device, price_cents=price_cents
    )
    coupons = _cleared(codes, service, place, local_day(place, at)) if price_cents > 0 else []
    if coupons:
        with suppress(NotUsable):
            return _taken(passage(coupons=coupons), at)
    return _after_a_look(codes, passage, service, place, at)


def _cleared(codes: Sequence[str], service: Service, place: Place, on: date) -> list[int]:
    """In one query, all of them or none: none when a look has to tell why."""
    read = [_digest(code) for code in codes]
    digests = {one for one in read if one}
    if not len(digests) == len(codes) <= MOST_COUPONS:
        return []
    numbers = cleared(list(digests), service, place, on) if digests else {}
    return [numbers[one] for one in read if one] if len(numbers) == len(digests) else []


def _after_a_look(
    codes: Sequence[str], passage: Callable[..., Passage], service: Service, place: Place, at: datetime
) -> tuple[Payment, bool]:
    """As `pay`, for whoever asks again and whatever the short way does not clear."""
    day = local_day(place, at)
    seen = looked(codes, service, place, day)
    asked = passage(coupons=[one.coupon.pk for one in seen if one.coupon])
    # After the look: coupons that the same key spent in between are no refusal.
    before = Payment.objects.filter(organization=service.venue.organization_id, key=asked.key).first()
    if before is None:
        _require(seen, codes, asked.price_cents)
    elif bytes(before.asked) != asked.digest or len(asked.coupons) != len(codes):
        raise KeyUsed
    try:
        return _taken(asked, at)
    except NotUsable:
        # Somebody was faster between the look and the taking: say who, as it is now.
        _require(looked(codes, service, place, day), codes, asked.price_cents)
        raise


def _taken(passage: Passage, at: datetime) -> tuple[Payment, bool]:
    try:
        return take(passage, at=at)
    except OtherQuestion:
        raise KeyUsed from None
    except OneTooMany:
        refusal = _too_many(passage.price_cents)
        raise PaymentRefused({len(passage.coupons) - 1: [refusal]}) from None


def _require(seen: Sequence[Seen], codes: Sequence[str], price_cents: int) -> None:
    refusals = {position: one.refusals for position, one in enumerate(seen) if one.refusals}
    if not codes:
        refusals[-1] = [Refusal("no_coupon", _("Scannez ou tapez au moins un chèque."))]
    elif len(codes) > MOST_COUPONS:
        sentence = _("%(most)s chèques au plus par paiement : faites-en deux.") % {"most": MOST_COUPONS}
        refusals[-1] = [Refusal("too_many_coupons", sentence)]
    elif price_cents < 1:
        refusals[-1] = [Refusal("no_price", _("Ce service est gratuit : gardez les chèques."))]
    if refusals:
        raise PaymentRefused(refusals)


def _digest(code: str) -> UUID | None:
    try:
        return digest(read_code(code))
    except NotACode:
        return None


def _unknown() -> Refusal:
    return Refusal(
        "unknown", _("Ce code n'est pas celui d'un chèque : vérifiez chaque signe, ou scannez le carré.")
    )


def _twice() -> Refusal:
    return Refusal("twice", _("Ce chèque est déjà dans ce paiement : passez au suivant."))


def _too_many(price_cents: int) -> Refusal:
    sentence = _("Les chèques d'avant paient déjà les %(price)s : rendez celui-ci.")
    return Refusal("one_too_many", sentence % {"price": price(price_cents)})


def _of_the_coupon(coupon: Coupon, place: Place, on: date) -> list[Refusal]:
    booklet = coupon.booklet
    if coupon.state == CouponState.REDEEMED:
        return [Refusal("redeemed", _redeemed(coupon, place))]
    if coupon.state == CouponState.CANCELLED or booklet.status == BookletStatus.CANCELLED:
        sentence = _("Ce chèque a été annulé : « %(sponsor)s » peut dire pourquoi.")
        return [Refusal("cancelled", sentence % {"sponsor": booklet.order.campaign.organization.name})]
    if coupon.state == CouponState.INERT or booklet.valid_until is None:
        sentence = _("Ce carnet n'a pas été remis : « %(sponsor)s » doit l'enregistrer d'abord.")
        return [Refusal("not_handed_over", sentence % {"sponsor": booklet.order.campaign.organization.name})]
    if coupon.state == CouponState.EXPIRED or booklet.valid_until < on:
        sentence = _("Ce chèque était utilisable jusqu'au %(day)s.")
        return [Refusal("expired", sentence % {"day": written(booklet.valid_until)})]
    return []


def _redeemed(coupon: Coupon, place: Place) -> str:
    """Where and when only if it was here: what other venues do is theirs."""
    used = Redemption.objects.standing().filter(coupon=coupon, payment__venue=place.venue_id)
    here = used.select_related("payment").first()
    if here is None:
        return _("Ce chèque a déjà été utilisé.")
    return _("Ce chèque a déjà été utilisé ici, le %(day)s.") % {"day": written(here.payment.on)}
