"""What an order costs, in whole cents. Nothing here reads the database or a clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from coupons.models import Campaign
from directory.accounts.refusals import Refused

WHOLE_BP = 10_000
MOST_COUPONS = 1_000_000
FACE_VALUES = range(100, 50_001)


def share_cents(cents: int, basis_points: int) -> int:
    """A share of an amount, rounded half up: 1 % (100) of 1050 is 11."""
    return (cents * basis_points + WHOLE_BP // 2) // WHOLE_BP


@dataclass(frozen=True)
class Price:
    """Of an order. The contribution is each coupon's own, so that every coupon can be accounted for alone."""

    booklets: int
    booklet_size: int
    face_value_cents: int
    contribution_cents: int
    fee_net_cents: int = 0
    fee_vat_cents: int = 0

    @property
    def coupons(self) -> int:
        return self.booklets * self.booklet_size

    @property
    def face_cents(self) -> int:
        return self.coupons * self.face_value_cents

    @property
    def total_contribution_cents(self) -> int:
        return self.coupons * self.contribution_cents

    @property
    def fee_cents(self) -> int:
        """With its VAT."""
        return self.fee_net_cents + self.fee_vat_cents

    @property
    def due_cents(self) -> int:
        return self.face_cents + self.total_contribution_cents + self.fee_cents


def price(campaign: Campaign, booklets: int) -> Price:
    """At the campaign's terms and today's fees. Raises Refused for what cannot be ordered."""
    check(booklets, campaign.booklet_size, campaign.face_value_cents)
    face_cents = booklets * campaign.booklet_size * campaign.face_value_cents
    fee_net_cents = settings.ORDER_FEE_FIXED_CENTS + share_cents(face_cents, settings.ORDER_FEE_BP)
    return Price(
        booklets=booklets,
        booklet_size=campaign.booklet_size,
        face_value_cents=campaign.face_value_cents,
        contribution_cents=share_cents(campaign.face_value_cents, campaign.contribution_bp),
        fee_net_cents=fee_net_cents,
        fee_vat_cents=share_cents(fee_net_cents, settings.ORDER_FEE_VAT_BP),
    )


def check(booklets: int, booklet_size: int, face_value_cents: int) -> None:
    if booklets < 1:
        raise Refused(_("Commandez au moins un carnet."))
    if booklets * booklet_size > MOST_COUPONS:
        most = MOST_COUPONS // booklet_size
        message = _(
            "Une commande compte au plus un million de chèques, soit %(most)s carnets. Faites-en plusieurs."
        )
        raise Refused(message % {"most": most})
    if face_value_cents not in FACE_VALUES:
        raise Refused(_("La valeur d'un chèque va de 1 € à 500 €. Changez-la dans la campagne."))


def terms_of(campaigns: Iterable[Campaign]) -> dict[str, Any]:
    """For the page's own sums (order.js): what a coupon of each campaign costs, and today's fees."""
    return {
        "campaigns": {
            str(campaign.pk): {
                "booklet_size": campaign.booklet_size,
                "face_value_cents": campaign.face_value_cents,
                "contribution_cents": share_cents(campaign.face_value_cents, campaign.contribution_bp),
            }
            for campaign in campaigns
        },
        "fee_fixed_cents": settings.ORDER_FEE_FIXED_CENTS,
        "fee_bp": settings.ORDER_FEE_BP,
        "fee_vat_bp": settings.ORDER_FEE_VAT_BP,
    }
