"""A venue answers what somebody wrote; the answer is read by the platform before it is shown."""

from datetime import datetime

from django.utils.translation import gettext as _

from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.choices import Moderation
from directory.models import Review, User


def answer(*, review: Review, text: str, by: User, at: datetime) -> None:
    """Once; again when it was refused. Locks the review."""
    with acting(by):
        held = Review.objects.select_for_update().get(pk=review.pk)
        if held.comment_state != Moderation.PUBLISHED or not held.standing:
            raise Refused(_("Cet avis n'est plus affiché : il n'y a rien à répondre."))
        if held.answer_state not in ("", Moderation.REFUSED):
            raise Refused(_("Une réponse est déjà donnée : un collègue vient peut-être de l'écrire."))
        held.answer, held.answer_state, held.answer_reason = text, Moderation.WAITING, ""
        held.answered_by, held.answered_at = by, at
        held.save(update_fields=["answer", "answer_state", "answer_reason", "answered_by", "answered_at"])
