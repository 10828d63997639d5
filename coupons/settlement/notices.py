"""Letters about bank details, in plain text: to every manager, and to the address given with the details before."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from coupons.models import BankDetails
from coupons.payees import details_of, masked, payee_paid_to
from directory.models import Organization, User
from directory.rights import ROLES_WITH, Capability

LONGEST_SUBJECT = 150


def tell(template: str, details: BankDetails) -> None:
    """After the transaction. What cannot leave is logged, and undoes nothing."""
    payee, before = payee_paid_to(details), verified_before(details)
    told = {*people_of(payee), details.contact, before.contact if before else ""} - {""}
    context = {
        "payee": " ".join(payee.name.split()),
        "details": details,
        "iban": masked(details.iban),
        "before": masked(before.iban) if before else "",
        "who": name_of(details.entered_by),
        "link": link_of(payee),
    }
    transaction.on_commit(partial(send, template, sorted(told), context), robust=True)


def verified_before(details: BankDetails) -> BankDetails | None:
    rows = details_of(payee_paid_to(details)).exclude(pk=details.pk)
    return rows.filter(verified_at__isnull=False).order_by("-verified_at").first()


def people_of(payee: object) -> set[str]:
    """Nobody is a member of a fund: only its address is told."""
    if not isinstance(payee, Organization):
        return set()
    people = User.objects.filter(
        is_active=True,
        memberships__organization=payee,
        memberships__role__in=ROLES_WITH[Capability.MANAGE_BANK],
    )
    return set(people.values_list("email", flat=True))


def name_of(user: User) -> str:
    return " ".join((user.name or user.email).split())


def link_of(payee: object) -> str:
    if not isinstance(payee, Organization):
        return ""
    with override("fr"):
        return settings.PUBLIC_URL + reverse("settlement:bank", args=[payee.pk])


def send(template: str, to: Iterable[str], context: dict[str, Any]) -> None:
    """One message to each, so that nobody reads another's address."""
    with override("fr"):
        text = render_to_string(f"settlement/mail/{template}.txt", context)
    subject, _newline, body = text.strip().partition("\n")
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}"[:LONGEST_SUBJECT]
    messages = [EmailMessage(subject, body.strip() + "\n", to=[address]) for address in to]
    if messages:
        get_connection().send_messages(messages)
