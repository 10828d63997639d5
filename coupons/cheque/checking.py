"""What a cheque is worth today, for whoever holds its code. The code stays in memory: it is written nowhere."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coupons import guessing
from coupons.choices import CouponState
from coupons.codes import NotACode, digest, read_code
from coupons.models import Campaign, Coupon
from coupons.rules import in_words
from directory.accounts.refusals import Refused
from directory.models import User


class Standing(models.TextChoices):
    """Where a cheque stands for its holder."""

    USABLE = "usable", _("utilisable")
    TOO_EARLY = "too_early", _("pas encore utilisable")
    INERT = "inert", _("pas encore remis")
    REDEEMED = "redeemed", _("déjà utilisé")
    EXPIRED = "expired", _("trop tard")
    CANCELLED = "cancelled", _("annulé")


class Mistyped(Refused):
    """No code looks like this: a sign is missing, too many, or wrong."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Ce code n'est pas complet ou contient une erreur. Il a 16 signes, en 4 groupes de 4. Vérifiez-le."
            )
        )


class Unknown(Refused):
    """Well formed, and of no coupon."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Aucun chèque n'a ce code. Vérifiez-le. Si c'est bien le code imprimé, demandez au lieu de remise."
            )
        )


@dataclass(frozen=True)
class Checked:
    """A cheque as it stands on a day. Dates are inclusive; `until` is None before the hand-over."""

    coupon: Coupon
    standing: Standing
    since: date | None
    until: date | None

    @property
    def campaign(self) -> Campaign:
        return self.coupon.booklet.order.campaign

    @property
    def face_cents(self) -> int:
        return self.coupon.booklet.order.face_value_cents

    @property
    def rule(self) -> list[str]:
        return in_words(self.campaign)

    @property
    def usable(self) -> bool:
        return self.standing == Standing.USABLE


def check(*, code: str, address: str | None, user: User | AnonymousUser | None, at: datetime) -> Checked:
    """`code` as it was typed. Raises Mistyped, Unknown, guessing.LockedOut. Call it outside any transaction."""
    try:
        read = read_code(code)
    except NotACode as error:
        raise Mistyped from error
    ticket = guessing.take(address=address, user=user, at=at)
    coupon = Coupon.objects.with_terms().filter(digest=digest(read)).first()
    if coupon is None:
        raise Unknown
    guessing.give_back(ticket)
    return standing_of(coupon, timezone.localdate(at))


def standing_of(coupon: Coupon, today: date) -> Checked:
    """`coupon` with its terms. A campaign that ends before the year is over ends its coupons with it."""
    campaign, valid_until = coupon.booklet.order.campaign, coupon.booklet.valid_until
    until = min(valid_until, campaign.ends_on or valid_until) if valid_until else campaign.ends_on
    standing = Standing.USABLE if coupon.state == CouponState.ACTIVE else Standing(coupon.state)
    if standing == Standing.USABLE and until and until < today:
        standing = Standing.EXPIRED
    elif standing == Standing.USABLE and campaign.starts_on and today < campaign.starts_on:
        standing = Standing.TOO_EARLY
    return Checked(coupon, standing, campaign.starts_on, until)
