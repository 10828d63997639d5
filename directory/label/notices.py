"""E-mails about an application or a label, one to each manager of the organisation, in plain text.

The first line of a template is the subject. Called after commit: a message that cannot leave is logged, and
undoes nothing.
"""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from directory.models import LabelApplication, Labelling, Organization, User
from directory.rights import ROLES_WITH, Capability

LONGEST_SUBJECT = 150


def step(application: LabelApplication, note: str) -> None:
    """What just happened to an application, in words that depend on its status."""
    if application.status == LabelApplication.Status.DRAFT:
        return
    link = reverse("label:application", args=[application.organization_id, application.pk])
    venue = application.venue
    context = {"name": one_line(venue.name), "note": note, "link": public(link), "shown": venue.published}
    send(application.organization, f"label/mail/{application.status}.txt", context)


def label_withdrawn(labelling: Labelling) -> None:
    about_label(labelling, "label/mail/label_withdrawn.txt", {"note": labelling.withdrawal_reason})


def label_ends(labelling: Labelling) -> None:
    about_label(labelling, "label/mail/label_ends.txt", {"last_day": labelling.last_day})


def about_label(labelling: Labelling, template: str, context: dict[str, Any]) -> None:
    """To the organisation of its venue, when it has one."""
    venue = labelling.venue
    if venue.organization:
        link = reverse("label:labels", args=[venue.organization_id])
        shared = {"name": one_line(venue.name), "link": public(link)}
        send(venue.organization, template, {**shared, **context})


def one_line(name: str) -> str:
    return " ".join(name.split())


def public(path: str) -> str:
    return settings.PUBLIC_URL + path


def send(organization: Organization, template: str, context: dict[str, Any]) -> None:
    with override("fr"):
        first_line, _, body = render_to_string(template, context).partition("\n")
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{first_line}"[:LONGEST_SUBJECT]
    managers = User.objects.filter(
        is_active=True,
        memberships__organization=organization,
        memberships__role__in=ROLES_WITH[Capability.APPLY],
    ).distinct()
    messages = [EmailMessage(subject, body.strip() + "\n", to=[manager.email]) for manager in managers]
    get_connection().send_messages(messages)
