"""Books with something of each kind in them, by the verbs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coupons.batches import settle
from coupons.choices import Loss
from coupons.codes import digest, new_codes
from coupons.distribution import losing
from coupons.distribution.handing import hand_over
from coupons.expiry import expire
from coupons.issuing import issue
from coupons.models import Campaign, Coupon, Order, Payment, Payout
from coupons.taking import give_back, take
from directory.models import User
from tests.coupons import toy
from tests.coupons.orders import made

LATER = toy.AT + timedelta(days=400)
FACE, CONTRIBUTION = 1000, 10


@dataclass
class Story:
    """A campaign of ten coupons: four paid 35 €, two paid 15 € and were taken back, the rest expired or lost."""

    campaign: Campaign
    order: Order
    counter: toy.Counter
    payment: Payment
    cancelled: Payment
    accountant: User


def a_story(campaign: Campaign | None = None) -> Story:
    campaign = campaign or toy.a_campaign(booklet_size=5, name="Le numérique pour tous")
    order = made.funded(campaign, booklets=3)
    printed(order, at=toy.AT)
    accountant = made.somebody("comptable@exemple.test")
    first, second, _third = order.booklet_set.order_by("position")
    for booklet in (first, second):
        hand_over(booklets=[booklet], by=accountant, at=toy.AT)
    counter = toy.a_counter()
    numbers = list(first.coupons.order_by("position").values_list("pk", flat=True))
    payment, _again = take(counter.passage(numbers[:4]), at=toy.AT)
    others = list(second.coupons.order_by("position").values_list("pk", flat=True))
    cancelled, _again = take(counter.passage(others[:2], price_cents=1500), at=toy.AT)
    give_back(cancelled, by=accountant, reason="erreur", at=toy.AT)
    losing.cancel(booklet=second, loss=Loss.LOST, replace=False, by=accountant, at=toy.AT)
    return Story(campaign, order, counter, payment, cancelled, accountant)


def printed(order: Order, *, at: datetime) -> None:
    """Its coupons, with codes that nobody has."""
    issue(order=order, at=at)
    for coupon in Coupon.objects.filter(booklet__order=order):
        coupon.digest = digest(new_codes(1)[0])
        coupon.save(update_fields=["digest"])


def refunded(story: Story) -> Payout:
    """After the last day: everything that comes back, stated."""
    expire(at=LATER)
    settle(cut_off=LATER.date(), by=story.accountant, at=LATER + timedelta(days=1))
    return Payout.objects.get(account__kind="sponsor_refundable", account__campaign=story.campaign)
