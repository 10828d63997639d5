"""What an organisation does with its application: begin, answer, sign, submit, withdraw."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.audit import acting
from directory.label import charter, questionnaire
from directory.label.labels import last_labelling, renewable_from
from directory.label.questionnaire import Question, Questionnaire
from directory.label.steps import Status, StepRefused, local_day, locked, move, require
from directory.models import ApplicationEvent, LabelApplication, User, Venue
from directory.wording import dated

EDITABLE = (Status.DRAFT, Status.MORE_INFORMATION)


def start(*, venue: Venue, by: User, at: datetime) -> LabelApplication:
    """The venue's open application: a new one, or the one already begun, however often it is asked for."""
    if venue.organization is None:
        raise StepRefused(_("Ce lieu n'est rattaché à aucune structure."))
    with acting(by):
        renewal = is_renewal(venue, at)
        try:
            with transaction.atomic():
                application = LabelApplication.objects.create(
                    venue=venue,
                    organization=venue.organization,
                    renewal=renewal,
                    answers={"version": questionnaire.CURRENT.version, "values": {}},
                    created_by=by,
                    created_at=at,
                )
        except IntegrityError as error:
            if "application_open_once_per_venue" not in str(error):
                raise
            return open_application(venue)
        ApplicationEvent.objects.create(application=application, status=Status.DRAFT, by=by, at=at)
        return application


def open_application(venue: Venue) -> LabelApplication:
    return LabelApplication.objects.get(venue=venue, status__in=LabelApplication.OPEN)


def is_renewal(venue: Venue, at: datetime) -> bool:
    """Whether the venue holds the label now; StepRefused while it is too early to renew it."""
    last, today = last_labelling(venue), local_day(venue, at)
    if last is None or last.during.upper <= today:
        return False
    if today < renewable_from(last):
        told = {
            "end": dated(last.last_day),
            "day": dated(renewable_from(last)),
        }
        raise StepRefused(
            _("Ce lieu a le label jusqu'au %(end)s. Vous pourrez le renouveler à partir du %(day)s.") % told
        )
    return True


def questionnaire_of(application: LabelApplication) -> Questionnaire:
    """The one the application was begun with."""
    return questionnaire.QUESTIONNAIRES[application.answers["version"]]


def answers_of(application: LabelApplication) -> dict[str, object]:
    return application.answers["values"]


def answer(*, application: LabelApplication, question: Question, choice: str | list[str], by: User) -> None:
    """Keep the answer to one question; the caller's form has checked that the choice is one of its."""
    with acting(by):
        current = locked(application)
        require(current, *EDITABLE)
        current.answers["values"][question.code] = choice
        current.save(update_fields=["answers"])


def sign(*, application: LabelApplication, name: str, by: User, at: datetime) -> None:
    """The charter as it stands, by the person who writes their name below it."""
    with acting(by):
        current = locked(application)
        require(current, *EDITABLE)
        current.charter_version = charter.CURRENT.version
        current.charter_signed_by, current.charter_signed_name, current.charter_signed_at = by, name, at
        current.save(
            update_fields=["charter_version", "charter_signed_by", "charter_signed_name", "charter_signed_at"]
        )


def obstacles(application: LabelApplication) -> list[str]:
    """Why the application cannot be submitted yet: one sentence each."""
    form, answers = questionnaire_of(application), answers_of(application)
    missing, score = len(form.unanswered(answers)), form.score(answers)
    found = [str(sentence) for sentence in form.exclusions(answers)]
    if missing:
        found.append(
            ngettext(
                "Il reste %(n)d question sans réponse.", "Il reste %(n)d questions sans réponse.", missing
            )
            % {"n": missing}
        )
    elif score < form.needed:
        found.append(
            _("Vos réponses valent %(score)d points sur 100 : il en faut %(needed)d.")
            % {"score": score, "needed": form.needed}
        )
    if not application.documents.exists():
        found.append(_("Ajoutez au moins un document."))
    if application.charter_signed_at is None:
        found.append(_("La charte n'est pas signée."))
    return found


def submit(*, application: LabelApplication, by: User, at: datetime) -> None:
    """Hand it in, the first time or after more was asked. It keeps its first rank in the reviewers' queue."""
    with acting(by):
        current = locked(application)
        require(current, *EDITABLE)
        found = obstacles(current)
        if found:
            raise StepRefused(" ".join(found))
        current.score = questionnaire_of(current).score(answers_of(current))
        current.submitted_at = current.submitted_at or at
        move(current, Status.SUBMITTED, by=by, at=at, fields=("score", "submitted_at"))


def withdraw(*, application: LabelApplication, reason: str, by: User, at: datetime) -> None:
    with acting(by):
        current = locked(application)
        require(current, *LabelApplication.OPEN)
        move(current, Status.WITHDRAWN, by=by, at=at, note=reason)
