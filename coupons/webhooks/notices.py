"""The letter to the managers of an organisation when one of its endpoints cannot be reached."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from coupons.models import WebhookEndpoint
from directory.models import User
from directory.rights import ROLES_WITH, Capability

LONGEST_SUBJECT = 150


def given_up(endpoint: WebhookEndpoint) -> None:
    """After all tries of a delivery. The first line of the template is the subject."""
    link = settings.PUBLIC_URL + reverse("webhooks:endpoint", args=[endpoint.organization_id, endpoint.pk])
    with override("fr"):
        text = render_to_string("webhooks/mail/given_up.txt", {"url": endpoint.url, "link": link})
    subject, _newline, body = text.strip().partition("\n")
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}"[:LONGEST_SUBJECT]
    managers = User.objects.filter(
        is_active=True,
        memberships__organization=endpoint.organization_id,
        memberships__role__in=ROLES_WITH[Capability.USE_TOKENS],
    ).distinct()
    messages = [EmailMessage(subject, body.strip() + "\n", to=[user.email]) for user in managers]
    get_connection().send_messages(messages)
