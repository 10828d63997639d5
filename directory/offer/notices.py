"""E-mails about services, in plain text, sent after commit: one that cannot leave undoes nothing."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, override

from directory.models import Service

logger = logging.getLogger(__name__)


def returned(service: Service) -> None:
    """To whoever sent it, if still there."""
    sender = service.submitted_by
    organization_id = service.venue.organization_id
    if sender is None or not sender.is_active or organization_id is None:
        return
    with override("fr"):
        path = reverse("offer:service", args=[organization_id, service.replaces_id or service.pk])
        subject = gettext("Un service est à revoir : %(name)s") % {"name": " ".join(service.name.split())}
        context = {"service": service, "link": settings.PUBLIC_URL + path}
        text = render_to_string("offer/mail/returned.txt", context)
    try:
        send_mail(f"[#APTIC] {subject}"[:150], text, None, [sender.email])
    except OSError:
        logger.exception("A notice of review could not be sent")
