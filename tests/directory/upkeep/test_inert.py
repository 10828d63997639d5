"""Whatever people type is shown as text: on every page of upkeep, on the sheet, in its data, in letters."""

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory.audit import acting
from directory.models import ErrorReport, Membership, Organization, Place, User, Venue
from directory.upkeep import claiming, duplicates, freshness, reporting
from tests.directory.label.payloads import PAYLOADS
from tests.directory.upkeep.conftest import NOON, venue_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("payload", PAYLOADS)
def test_typed_texts_are_text(
    client: Client,
    payload: str,
    organization: Organization,
    manager: User,
    reviewer: User,
    venue: Venue,
    free: Venue,
) -> None:
    venue_of(None, "x")
    with acting(manager):
        Venue.objects.update(
            name=payload, summary=payload, source=payload[:120], phone=payload[:40], pivot=payload[:40]
        )
        Place.objects.update(address=payload, commune=payload[:120])
        Organization.objects.update(name=payload)
        User.objects.update(name=payload[:120])
    report = reporting.report(venue=venue, kind="other", message=payload, email="", at=NOON)
    answered = reporting.report(venue=venue, kind="other", message=payload, email="", at=NOON)
    reporting.answer(report=answered, status="fixed", text=payload, by=manager, at=NOON)
    claim = claiming.claim(venue=free, organization=organization, proof=payload, by=manager, at=NOON)
    duplicates.find(NOON)
    pages = {
        manager: [
            reverse("upkeep:venues", args=[organization.pk]) + "?toutes",
            reverse("upkeep:reports", args=[organization.pk]) + "?tous",
            reverse("upkeep:report_answer", args=[organization.pk, report.pk]),
            reverse("upkeep:claims", args=[organization.pk]),
            reverse("upkeep:claim", args=[organization.pk, free.pk]),
            reverse("upkeep:journal", args=[organization.pk]),
        ],
        reviewer: [
            reverse("upkeep:desk_reports"),
            reverse("upkeep:desk_report", args=[report.pk]),
            reverse("upkeep:desk_claims"),
            reverse("upkeep:desk_claim", args=[claim.pk]),
            reverse("upkeep:desk_duplicates"),
            reverse("upkeep:desk_pair", args=[venue.pk, free.pk]),
            reverse("upkeep:desk_stale"),
            reverse("upkeep:desk_journal"),
            venue.get_absolute_url(),
            reverse("upkeep:report", args=[venue.pk]),
            reverse("upkeep:report_thanks", args=[venue.pk]),
        ],
    }
    for user, addresses in pages.items():
        client.force_login(user)
        for address in addresses:
            answer = client.get(address)
            page = answer.content.decode()
            assert answer.status_code == 200, address
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
            if "<" in payload or '"' in payload:
                assert payload not in page, address
            assert "14{" not in page
            for data in re.findall(
                r'<script[^>]*type="application/(?:ld\+)?json">(.*?)</script>', page, re.DOTALL
            ):
                assert quoted(payload) in quoted(json.loads(data))


def quoted(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False).strip('"')


@pytest.mark.parametrize(
    "typed", [{"venue": "<script>alert(1)</script>"}, {"person": '"><img src=x onerror=alert(1)>'}]
)
def test_what_one_looks_for_is_text(client: Client, reviewer: User, typed: dict[str, str]) -> None:
    client.force_login(reviewer)
    page = client.get(reverse("upkeep:desk_journal"), typed).content.decode()
    assert next(iter(typed.values())) not in page


@pytest.mark.parametrize("payload", [*PAYLOADS, "Nom\r\nBcc: tous@example.org", "Nom\n\nCorps"])
def test_letters_are_plain_and_keep_their_heads(
    payload: str,
    organization: Organization,
    manager: User,
    reviewer: User,
    venue: Venue,
    free: Venue,
    django_capture_on_commit_callbacks: Any,
) -> None:
    Venue.objects.update(name=payload)
    Organization.objects.update(name=payload)
    for one in (venue, free):
        one.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        report = reporting.report(venue=venue, kind="other", message=payload, email="v@example.org", at=NOON)
        reporting.answer(report=report, status="fixed", text=payload, by=manager, at=NOON)
        claim = claiming.claim(venue=free, organization=organization, proof=payload, by=manager, at=NOON)
        claiming.refuse(claim=claim, reason=payload, by=reviewer, at=NOON)
        claim = claiming.claim(venue=free, organization=organization, proof=payload, by=manager, at=NOON)
        claiming.accept(claim=claim, by=reviewer, at=NOON)
    Membership.objects.update(since=NOON)
    Venue.objects.update(verified_on="2025-01-01")
    Membership.objects.update(since="2025-01-01T00:00Z")
    freshness.remind(NOON, lambda *_what: None)
    freshness.send_reminder(organization.pk, NOON.date())
    assert len(mail.outbox) == 5
    for letter in mail.outbox:
        assert "\n" not in letter.subject
        assert "\r" not in letter.subject
        assert letter.content_subtype == "plain"
        assert letter.to in (["responsable@example.org"], ["v@example.org"])
        assert letter.message()["Bcc"] is None
        assert "&lt;" not in letter.body


@pytest.mark.parametrize("message", ["\x00", "a\x00b"])
def test_what_postgresql_cannot_hold_is_asked_again(client: Client, venue: Venue, message: str) -> None:
    words = {"kind": "other", "message": message, "email": ""}
    assert client.post(reverse("upkeep:report", args=[venue.pk]), words).status_code == 200
    assert not ErrorReport.objects.exists()
