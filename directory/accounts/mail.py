"""Letters about accounts: plain text, in the language of the moment, sent once what they tell is true."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse


def send_later(template: str, to: str, context: dict[str, Any]) -> None:
    """`<template>.txt`: the first line is the subject. Sent after the transaction, or not at all."""
    text = render_to_string(f"{template}.txt", {"site": settings.PUBLIC_URL, **context})
    subject, _newline, body = text.strip().partition("\n")
    transaction.on_commit(lambda: _send(" ".join(subject.split()), body.strip() + "\n", to))


def _send(subject: str, body: str, to: str) -> None:
    send_mail(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", body, None, [to])


def public_address(name: str, *args: Any) -> str:
    """On the site's own public address, never on one that a request brought."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"
