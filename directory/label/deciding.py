"""What a reviewer does with an application: take it, ask for more, accept, refuse.

Each verb locks the application first: when two reviewers decide at once, the second finds the decision of the
first and is told whose it is.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.audit import acting
from directory.label.labels import open_label
from directory.label.steps import Status, StepRefused, locked, move, require
from directory.models import LabelApplication, Labelling, User
from directory.rights import belongs_to

CHECKLIST = {
    "identity": gettext_lazy("La structure existe : son SIRET est à son nom."),
    "place": gettext_lazy("Le lieu est au bon endroit sur la carte."),
    "documents": gettext_lazy("Les documents sont lisibles et prouvent les réponses."),
    "prices": gettext_lazy("Les prix sont écrits quelque part, les mêmes pour tous."),
    "signature": gettext_lazy("La personne qui a signé la charte peut engager la structure."),
    "duplicate": gettext_lazy("Ce lieu n'est pas déjà dans l'annuaire sous un autre nom."),
}


def take(*, application: LabelApplication, by: User, at: datetime) -> None:
    """Begin the review."""
    with acting(by):
        current = decidable(application, by, Status.SUBMITTED)
        current.reviewer = by
        move(current, Status.IN_REVIEW, by=by, at=at, fields=("reviewer",))


def tick(*, application: LabelApplication, points: Iterable[str], by: User) -> None:
    """Keep which points of the checklist were verified."""
    with acting(by):
        current = decidable(application, by, Status.IN_REVIEW)
        current.checklist = {point: True for point in CHECKLIST if point in set(points)}
        current.save(update_fields=["checklist"])


def ask_more(*, application: LabelApplication, message: str, by: User, at: datetime) -> None:
    with acting(by):
        current = decidable(application, by, Status.IN_REVIEW)
        move(current, Status.MORE_INFORMATION, by=by, at=at, note=message)


def accept(*, application: LabelApplication, note: str = "", by: User, at: datetime) -> Labelling:
    """Accept, and open the label, in one transaction."""
    with acting(by):
        current = decided(application, by, at)
        move(current, Status.ACCEPTED, by=by, at=at, note=note, fields=("decided_by", "decided_at"))
        return open_label(current, at)


def refuse(*, application: LabelApplication, reason: str, by: User, at: datetime) -> None:
    with acting(by):
        current = decided(application, by, at)
        move(current, Status.REFUSED, by=by, at=at, note=reason, fields=("decided_by", "decided_at"))


def decided(application: LabelApplication, by: User, at: datetime) -> LabelApplication:
    current = decidable(application, by, Status.IN_REVIEW)
    current.decided_by, current.decided_at = by, at
    return current


def decidable(application: LabelApplication, by: User, status: Status) -> LabelApplication:
    """The application, locked; StepRefused when it is one's own, or was moved by somebody else."""
    current = locked(application)
    if belongs_to(by, current.organization):
        raise StepRefused(_("Vous êtes membre de cette structure : une autre personne doit décider."))
    require(current, status)
    return current
