"""Our accounts in the numbers of the French plan comptable général (ANC regulation 2014-03), and our journals.

What circulates is other people's money, held on their behalf: class 46 (467, other accounts payable or receivable),
one sub-account for each use. Only the fees are income (706); their tax is the State's (44571).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coupons.choices import AccountKind, EntryKind
from coupons.models import Account

NUMBERS: dict[str, str] = {
    AccountKind.BANK: "512000",
    AccountKind.UNMATCHED: "471000",
    AccountKind.SPONSOR_DEPOSIT: "419100",
    AccountKind.OUTSTANDING: "467100",
    AccountKind.CONTRIBUTION: "467200",
    AccountKind.PROVIDER_PAYABLE: "467300",
    AccountKind.SPONSOR_REFUNDABLE: "467400",
    AccountKind.FUND_PAYABLE: "467500",
    AccountKind.VAT: "445710",
    AccountKind.REVENUE: "706000",
}
# Income of years that are closed.
BROUGHT_FORWARD = ("110000", _("report à nouveau"))
# By the first letter of the owner: order, campaign, organisation, fund.
OWNERS = {"order_id": "C", "campaign_id": "K", "organization_id": "S", "fund_id": "F"}


@dataclass(frozen=True)
class Journal:
    code: str
    name: str | Promise


BANK = Journal("BQ", _("Banque"))
SALES = Journal("VT", _("Ventes"))
COUPONS = Journal("CH", _("Chèques"))
OPENING = Journal("AN", _("À nouveaux"))
JOURNALS: dict[str, Journal] = {
    EntryKind.TRANSFER: BANK,
    EntryKind.RETURN: BANK,
    EntryKind.PAYOUT: BANK,
    EntryKind.PAYOUT_RETURNED: BANK,
    EntryKind.FEE: SALES,
}

# What each event records, as one tells it.
MEANINGS: dict[str, str | Promise] = {
    EntryKind.TRANSFER: _("De l'argent est arrivé à la banque. On cherche encore à quelle commande il va."),
    EntryKind.MATCH: _("Un virement a trouvé sa commande : c'est une avance du commanditaire."),
    EntryKind.UNMATCH: _("Un virement n'était pas pour cette commande : il attend la sienne."),
    EntryKind.RETURN: _("Un virement que personne ne reconnaît est rendu à qui l'a fait."),
    EntryKind.FEE: _("Les frais de la plateforme sont pris sur l'avance, avec leur TVA."),
    EntryKind.HAND_OVER: _("Des carnets sont remis : leur valeur circule, leur contribution est réservée."),
    EntryKind.REISSUE: _("Un carnet perdu est remplacé : sa valeur attend le nouveau carnet."),
    EntryKind.RELEASE: _("Ce qui reste d'une commande revient au commanditaire."),
    EntryKind.CANCELLATION: _("Des chèques sont annulés : leur valeur revient au commanditaire."),
    EntryKind.PAYMENT: _("Des chèques ont payé un service : l'acteur et le fonds sont à payer."),
    EntryKind.PAYMENT_CANCELLED: _("Un paiement est annulé : tout revient comme avant."),
    EntryKind.EXPIRY: _("Des chèques ont expiré : leur valeur revient au commanditaire."),
    EntryKind.PAYOUT: _("La banque a versé un relevé."),
    EntryKind.PAYOUT_RETURNED: _("Un versement est revenu : le relevé est de nouveau à payer."),
}


def number(account: Account) -> str:
    return NUMBERS[account.kind]


def auxiliary(account: Account) -> str:
    """S000012 for the provider 12; nothing for the accounts that are one for all."""
    for field, letter in OWNERS.items():
        owner = getattr(account, field)
        if owner is not None:
            return f"{letter}{owner:06d}"
    return ""


def owner(account: Account) -> str:
    """Whose it is; nothing for the accounts that are one for all."""
    found = account.order or account.campaign or account.organization or account.fund
    return str(found) if found else ""


def journal(kind: str) -> Journal:
    return JOURNALS.get(kind, COUPONS)
