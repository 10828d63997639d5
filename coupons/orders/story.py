"""An order told to a person: its steps with their days, and what happens next."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.choices import OrderStatus
from coupons.models import Order
from directory import wording

STEPS: list[tuple[str, str | Promise, str]] = [
    (OrderStatus.QUOTE, gettext_lazy("Devis"), "quoted_at"),
    (OrderStatus.ORDERED, gettext_lazy("Commandée"), "ordered_at"),
    (OrderStatus.FUNDED, gettext_lazy("Financée"), "funded_at"),
    (OrderStatus.PRINTED, gettext_lazy("Imprimée"), "printed_at"),
    (OrderStatus.DELIVERED, gettext_lazy("Livrée"), "delivered_at"),
    (OrderStatus.CLOSED, gettext_lazy("Clôturée"), "closed_at"),
]


@dataclass(frozen=True)
class Step:
    name: str | Promise
    at: datetime | None
    is_done: bool
    is_here: bool


def steps(order: Order) -> list[Step]:
    """Of a cancelled order: as far as it came."""
    names = [status for status, _name, _field in STEPS]
    if order.status == OrderStatus.CANCELLED:
        reached = 1 if order.ordered_at else 0
        return [*steps_to(order, reached)[: reached + 1], Step(_("Annulée"), order.cancelled_at, True, True)]
    return steps_to(order, names.index(order.status), here=True)


def steps_to(order: Order, reached: int, *, here: bool = False) -> list[Step]:
    return [
        Step(name, getattr(order, field) if i <= reached else None, i <= reached, here and i == reached)
        for i, (_status, name, field) in enumerate(STEPS)
    ]


def next_for_sponsor(order: Order, missing_cents: int) -> str:
    words = {"amount": wording.price(missing_cents)}
    return {
        OrderStatus.QUOTE: _("Relisez ce devis, puis commandez. Rien n'est dû avant."),
        OrderStatus.ORDERED: _(
            "Versez %(amount)s avec la référence. L'impression commence quand tout est reçu."
        )
        % words,
        OrderStatus.FUNDED: _("Votre virement est reçu. Les carnets vont être imprimés."),
        OrderStatus.PRINTED: _("Les carnets sont imprimés. Ils partent vers vos points de remise."),
        OrderStatus.DELIVERED: _("Les carnets sont livrés. Vos distributeurs peuvent les remettre."),
        OrderStatus.CLOSED: _("C'est fini. Ce qui n'a pas été remis vous est dû."),
        OrderStatus.CANCELLED: _("Cette commande est annulée. Rien n'est dû."),
    }[OrderStatus(order.status)]
