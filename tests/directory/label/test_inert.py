"""Whatever people type is shown as text on every page of the label."""

import json
import re
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse

from directory.label import documents
from directory.label.steps import Status
from directory.label.uploads import Checked
from directory.models import ApplicationEvent, LabelApplication, Organization, Place, User, Venue
from tests.directory.label.conftest import MORNING, Applications
from tests.directory.label.payloads import PAYLOADS

pytestmark = pytest.mark.django_db


@pytest.fixture
def poisoned(
    application: Applications, reviewer: User, manager: User, venue: Venue, request: Any
) -> LabelApplication:
    """The payload in every text an applicant, a reviewer or a neighbour can write."""
    payload = request.param
    found = application("draft")
    proof = Checked(b"%PDF-1.4", "application/pdf", payload[:200])
    documents.attach(application=found, document=proof, label=payload[:120], by=manager, at=MORNING)
    LabelApplication.objects.filter(pk=found.pk).update(
        charter_signed_name=payload[:120], charter_signed_at=MORNING, submitted_at=MORNING, score=50
    )
    LabelApplication.objects.filter(pk=found.pk).update(status=Status.SUBMITTED)
    LabelApplication.objects.filter(pk=found.pk).update(status=Status.IN_REVIEW, reviewer=reviewer)
    ApplicationEvent.objects.create(
        application=found, status=Status.IN_REVIEW, note=payload, by=reviewer, at=MORNING
    )
    Venue.objects.update(name=payload)
    Organization.objects.update(name=payload)
    User.objects.update(name=payload[:120])
    Place.objects.update(address=payload, commune=payload[:120])
    Place.objects.create(venue=Venue.objects.create(name=payload), point=Point(2.51, 46.5), name=payload)
    found.refresh_from_db()
    return found


@pytest.mark.parametrize("poisoned", PAYLOADS, indirect=True)
def test_typed_texts_are_text(
    poisoned: LabelApplication, client: Client, reviewer: User, manager: User
) -> None:
    payload = poisoned.venue.name
    own = [poisoned.organization_id, poisoned.pk]
    pages = {
        reviewer: [
            "/plateforme/candidatures/",
            reverse("label:desk_application", args=[poisoned.pk]),
            reverse("label:desk_label", args=[poisoned.venue_id]),
        ],
        manager: [
            reverse(f"label:{name}", args=own) for name in ("application", "documents", "charter", "review")
        ]
        + [reverse("label:labels", args=own[:1])],
    }
    for user, addresses in pages.items():
        client.force_login(user)
        for address in addresses:
            answer = client.get(address)
            page = answer.content.decode()
            assert answer.status_code == 200
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
            if "<" in payload or '"' in payload:
                assert payload not in page
            assert "14{" not in page
            points = re.findall(
                r'<script id="around-points" type="application/json">(.*?)</script>', page, re.DOTALL
            )
            assert all(json.loads(found)[1]["name"] == payload for found in points)
