"""Whatever people type is shown as text: on every page of upkeep, on the sheet, in its data, in letters."""

from typing import Any

import pytest
from django.core import mail
from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse

from directory.models import Claim, ErrorReport, Membership, Organization, Place, User, Venue
from directory.upkeep import claiming, duplicates, freshness, reporting
from tests.directory.upkeep.conftest import NOON, venue_of
from tests.hostile import (
    HARMLESS,
    HEADS,
    LONG,
    PAYLOADS,
    TELLING,
    Seen,
    assert_inert,
    assert_plain_letter,
    intruders,
    squeezed,
)
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db


def fill(text: str) -> None:
    """Every text of sheets, of who manages them, and of what upkeep asks."""
    Venue.objects.update(
        name=text[:250],
        summary=text,
        source=text[:120],
        source_id=Concat(Cast("pk", TextField()), Value(text[:150])),
        phone=text[:40],
        pivot=text[:40],
        websites=[text[:200]],
    )
    Place.objects.update(address=text[:300], commune=text[:120], hours=text)
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    ErrorReport.objects.update(message=text[:2000], answer=text)
    Claim.objects.update(proof=text, reason=text)


def test_typed_texts_are_text(
    organization: Organization, manager: User, reviewer: User, venue: Venue, free: Venue
) -> None:
    """Before the decision, and after: what a page says of it is text too."""
    venue_of(None, "x")
    report = reporting.report(venue=venue, kind="other", message="x", email="", at=NOON)
    answered = reporting.report(venue=venue, kind="other", message="x", email="", at=NOON)
    reporting.answer(report=answered, status="fixed", text="x", by=manager, at=NOON)
    claim = claiming.claim(venue=free, organization=organization, proof="x", by=manager, at=NOON)
    fill(HARMLESS)
    duplicates.find(NOON)
    venue.refresh_from_db()
    own = [organization.pk]
    pages = {
        manager: [
            reverse("upkeep:venues", args=own) + "?toutes",
            reverse("upkeep:reports", args=own) + "?tous",
            reverse("upkeep:report_answer", args=[*own, report.pk]),
            reverse("upkeep:claims", args=own),
            reverse("upkeep:claim", args=[*own, free.pk]),
            reverse("upkeep:journal", args=own),
        ],
        reviewer: [
            reverse("upkeep:desk_reports") + "?tous",
            reverse("upkeep:desk_report", args=[report.pk]),
            reverse("upkeep:desk_report", args=[answered.pk]),
            reverse("upkeep:desk_claims"),
            reverse("upkeep:desk_claim", args=[claim.pk]),
            reverse("upkeep:desk_duplicates"),
            reverse("upkeep:desk_pair", args=[venue.pk, free.pk]),
            reverse("upkeep:desk_stale"),
            reverse("upkeep:desk_journal"),
            reverse("upkeep:report", args=[venue.pk]),
            reverse("upkeep:report_thanks", args=[venue.pk]),
        ],
    }
    readers = []
    for user, addresses in pages.items():
        client = SignedInClient()
        client.force_login(user)
        readers.append((client, addresses))
    assert_inert(fill, readers, [*TELLING, *LONG])
    Claim.objects.update(status="refused", decided_by=reviewer, decided_at=NOON)
    assert_inert(fill, readers, TELLING)


@pytest.mark.parametrize("field", ["venue", "person", "since", "until"])
def test_what_one_looks_for_is_text(client: Client, reviewer: User, field: str) -> None:
    client.force_login(reviewer)
    usual = Seen(client.get(reverse("upkeep:desk_journal"), {field: "x"}).content.decode()).kinds
    for text in PAYLOADS:
        page = client.get(reverse("upkeep:desk_journal"), {field: text}).content.decode()
        assert not intruders(page, usual), text
        assert squeezed(text) in Seen(page).shown


@pytest.mark.parametrize("payload", [*TELLING, *HEADS])
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
        assert letter.to in (["responsable@example.org"], ["v@example.org"])
        assert_plain_letter(letter, letter.to)
    assert sum(payload in letter.body for letter in mail.outbox) >= 4


@pytest.mark.parametrize("message", ["\x00", "a\x00b"])
def test_what_postgresql_cannot_hold_is_asked_again(client: Client, venue: Venue, message: str) -> None:
    words = {"kind": "other", "message": message, "email": ""}
    assert client.post(reverse("upkeep:report", args=[venue.pk]), words).status_code == 200
    assert not ErrorReport.objects.exists()
