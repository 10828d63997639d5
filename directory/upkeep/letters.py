"""E-mails of upkeep, in plain text: the first line of a template is the subject."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from directory.models import Organization, User
from directory.rights import ROLES_WITH, Capability

LONGEST_SUBJECT = 150


def people_of(organization: Organization, capability: Capability) -> list[str]:
    """Addresses of the active accounts that hold the capability there."""
    people = User.objects.filter(
        is_active=True,
        memberships__organization=organization,
        memberships__role__in=ROLES_WITH[capability],
    )
    return sorted(people.values_list("email", flat=True).distinct())


def send_after_commit(template: str, to: Iterable[str], context: dict[str, Any]) -> None:
    """What cannot leave is logged, and undoes nothing."""
    transaction.on_commit(partial(send, template, list(to), context), robust=True)


def send(template: str, to: list[str], context: dict[str, Any]) -> None:
    """One message to each, so that nobody reads another's address."""
    if not to:
        return
    with override("fr"):
        first_line, _, body = render_to_string(f"upkeep/mail/{template}.txt", context).strip().partition("\n")
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{' '.join(first_line.split())}"[:LONGEST_SUBJECT]
    messages = [EmailMessage(subject, body.strip() + "\n", to=[address]) for address in to]
    get_connection().send_messages(messages)


def address_of(name: str, *arguments: Any) -> str:
    """On the site's own address, never on one that a request brought."""
    with override("fr"):
        return settings.PUBLIC_URL + reverse(name, args=arguments)


def one_line(text: str) -> str:
    return " ".join(text.split())
