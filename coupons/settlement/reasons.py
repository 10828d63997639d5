"""Why a bank did not pay, in words: ISO 20022 external reason codes, those of SEPA credit transfers.

Source: https://www.iso20022.org/catalogue-messages/additional-content-messages/external-code-sets
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST = 120

WORDS: dict[str, str | Promise] = {
    "AC01": gettext_lazy("l'IBAN n'existe pas"),
    "AC03": gettext_lazy("l'IBAN n'est pas juste"),
    "AC04": gettext_lazy("le compte est clos"),
    "AC06": gettext_lazy("le compte est bloqué"),
    "AG01": gettext_lazy("ce compte ne reçoit pas de virements"),
    "AG02": gettext_lazy("ce type de virement n'est pas accepté"),
    "AM05": gettext_lazy("virement en double"),
    "BE04": gettext_lazy("l'adresse du titulaire manque"),
    "CNOR": gettext_lazy("la banque du titulaire ne reçoit pas de virements SEPA"),
    "FOCR": gettext_lazy("la banque a rappelé le virement"),
    "MD07": gettext_lazy("le titulaire est décédé"),
    "MS02": gettext_lazy("le titulaire refuse le virement"),
    "MS03": gettext_lazy("la banque ne dit pas pourquoi"),
    "RC01": gettext_lazy("le BIC n'est pas juste"),
    "RR04": gettext_lazy("motif réglementaire"),
}


def in_words(code: str, more: str) -> str:
    """A sentence for the payee; `more` is what the bank wrote beside the code."""
    known = WORDS.get(code) or more or WORDS["MS03"]
    told = f"{str(known)[:LONGEST]} ({code[:10]})" if code else str(known)[:LONGEST]
    return _("La banque n'a pas pu payer : %(reason)s.") % {"reason": told}
