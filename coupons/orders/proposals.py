"""Which order an unmatched transfer may be for: proposed to the accountant, never decided."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from coupons.choices import OrderStatus
from coupons.models import Order, Transfer
from coupons.orders import references
from geodata.folding import fold

MOST_ORDERS = 500
MOST_PROPOSALS = 5
# Words that every payer of the public sector has in its name.
COMMON = frozenset(
    {"de", "la", "le", "les", "du", "des", "et", "commune", "ville", "mairie", "tresorerie", "dgfip"}
)


@dataclass(frozen=True)
class Proposal:
    order: Order
    reasons: list[str]


def proposals(transfers: Iterable[Transfer]) -> dict[int, list[Proposal]]:
    """By transfer; one query, however many there are. The best first."""
    rows = Order.objects.filter(status=OrderStatus.ORDERED).select_related("campaign__organization")
    waiting = list(rows.order_by("-ordered_at")[:MOST_ORDERS])
    return {transfer.pk: of_one(transfer, waiting) for transfer in transfers}


def of_one(transfer: Transfer, waiting: list[Order]) -> list[Proposal]:
    found = [Proposal(order, reasons) for order in waiting if (reasons := why(transfer, order))]
    return sorted(found, key=lambda proposal: -len(proposal.reasons))[:MOST_PROPOSALS]


def why(transfer: Transfer, order: Order) -> list[str]:
    reasons = []
    if order.transfer_reference in references.found_in(transfer.remittance):
        reasons.append(_("référence du virement"))
    if order.number.replace("-", "") in fold(transfer.remittance).upper().replace(" ", ""):
        reasons.append(_("numéro de la commande"))
    if transfer.amount_cents == order.due_cents:
        reasons.append(_("même montant"))
    if words(transfer.payer) & (words(order.billing_name) | words(order.campaign.organization.name)):
        reasons.append(_("même nom"))
    return reasons


def words(name: str) -> set[str]:
    return {word for word in fold(name).split() if len(word) > 2} - COMMON
