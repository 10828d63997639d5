"""The charter an applicant signs. The text of a version never changes: a new text is a new version."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Charter:
    version: str
    promises: tuple[str | Promise, ...]


CURRENT = Charter(
    "2026-1",
    (
        _("J'accueille chaque personne avec respect, quel que soit son âge, son niveau ou sa langue."),
        _("Je prends le temps d'expliquer. Je fais avec la personne, pas à sa place."),
        _("J'affiche mes prix. Ils sont les mêmes avec ou sans chèque."),
        _("J'accepte les chèques #APTIC pour les services publiés et relus. Je ne rends pas la monnaie."),
        _("Je ne garde ni mot de passe, ni copie de document personnel. Je ne répète pas ce que j'apprends."),
        _("Je ne vends rien d'autre à cette occasion."),
        _("Je tiens à jour l'adresse, les horaires et les prix de mon lieu dans l'annuaire."),
        _("J'accepte la visite de la coopérative et les avis du public."),
        _("Je préviens la coopérative si je ne peux plus tenir un de ces engagements."),
    ),
)
CHARTERS = {charter.version: charter for charter in (CURRENT,)}
