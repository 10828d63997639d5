"""Why a receipt's code rates nothing; each has a page of its own."""

from enum import StrEnum

from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused


class Why(StrEnum):
    UNKNOWN = "unknown"
    USED = "used"
    CANCELLED = "cancelled"
    LATE = "late"
    OFTEN = "often"


class NotRatable(Refused):
    def __init__(self, why: Why) -> None:
        super().__init__(_in_words(why))
        self.why = why


def _in_words(why: Why) -> str:
    return {
        Why.UNKNOWN: _("Aucun reçu n'a ce code : recopiez celui qui est en bas de votre reçu."),
        Why.USED: _(
            "Un avis est déjà donné pour ce passage : il en faut un autre pour donner un autre avis."
        ),
        Why.CANCELLED: _("Ce paiement a été annulé : il n'y a rien à noter."),
        Why.LATE: _("Ce passage date de plus de 90 jours : donnez votre avis la prochaine fois."),
        Why.OFTEN: _("Beaucoup d'essais viennent d'ici : attendez une heure."),
    }[why]
