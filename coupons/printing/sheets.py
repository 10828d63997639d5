"""What is written on the sheets of an order, in French: it is for people and counters in France."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from coupons.booklet_numbers import printed_number
from coupons.models import Coupon, Order
from directory import wording
from directory.label.kit import FONTS, breakable, colours

# Where the QR code of a cheque leads. Paper stays: this address must, too. What follows # is sent to no server.
CODE_PATH = "/cheque/#"
__all__ = ["FONTS", "content", "terms"]


def terms(order: Order) -> dict[str, Any]:
    """What is the same on all sheets of an order."""
    campaign = order.campaign
    with override("fr"):
        places = settings.PUBLIC_URL + reverse("directory:results")
        return {
            "colours": colours(),
            "logo": list(campaign.logo or b""),
            "demo": campaign.demo,
            "code_address": settings.PUBLIC_URL + CODE_PATH,
            "places_address": places,
            "words": {
                "title": "Chèques #APTIC",
                "campaign": breakable(campaign.name),
                "offered_by": _("Offert par %(sponsor)s")
                % {"sponsor": breakable(campaign.organization.name)},
                "value": wording.price(order.face_value_cents),
                "validity": validity(order),
                "how": how_to_use(),
                "places": places.partition("://")[2].rstrip("/"),
            },
        }


def worth(coupons: int, face_value_cents: int) -> str:
    """10, 1000 -> « 10 chèques de 10 €, soit 100 € »."""
    return ngettext("%(n)s chèque de %(value)s", "%(n)s chèques de %(value)s, soit %(all)s", coupons) % {
        "n": coupons,
        "value": wording.price(face_value_cents),
        "all": wording.price(coupons * face_value_cents),
    }


def validity(order: Order) -> str:
    """The campaign's own days of use, if it has any, bound the months that follow the hand-over."""
    told = ngettext(
        "Utilisable %(n)s mois après la remise",
        "Utilisable %(n)s mois après la remise",
        order.validity_months,
    ) % {"n": order.validity_months}
    campaign = order.campaign
    if campaign.starts_on:
        told += _(", à partir du %(day)s") % {"day": wording.dated(campaign.starts_on)}
    if campaign.ends_on:
        told += _(", au plus tard le %(day)s") % {"day": wording.dated(campaign.ends_on)}
    return told + "."


def how_to_use() -> list[str]:
    return [
        _("Choisissez un lieu qui accepte les chèques."),
        _("Prenez rendez-vous, ou venez avec votre carnet."),
        _("Détachez un ou plusieurs chèques, puis donnez-les."),
        _("Le service coûte plus ? Vous payez le reste. Il coûte moins ? On ne rend pas la monnaie."),
    ]


def content(
    same: dict[str, Any], face_value_cents: int, coupons: Sequence[Coupon], codes: Sequence[str]
) -> dict[str, Any]:
    """What the press is given: `same` of terms(), the booklets of the coupons, the code of each coupon.

    A booklet that replaces another may hold fewer coupons than its order says.
    """
    booklets: dict[int, list[dict[str, str]]] = {}
    for coupon, code in zip(coupons, codes, strict=True):
        booklets.setdefault(coupon.booklet_id, []).append({"serial": coupon.serial, "code": code})
    with override("fr"):
        worths = {n: worth(n, face_value_cents) for n in {len(inside) for inside in booklets.values()}}
    return {
        **same,
        "booklets": [
            {"number": printed_number(booklet), "worth": worths[len(inside)], "coupons": inside}
            for booklet, inside in booklets.items()
        ],
    }
