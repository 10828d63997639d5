"""Whatever people type is shown as text on every page of the label."""

import pytest
from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils import timezone

from directory.label import documents
from directory.label.steps import Status
from directory.label.uploads import Checked
from directory.models import (
    ApplicationDocument,
    ApplicationEvent,
    LabelApplication,
    Labelling,
    Organization,
    Place,
    User,
    Venue,
    VenueType,
)
from tests.directory.label.conftest import MORNING, Applications, complete
from tests.hostile import LONG, TELLING, assert_inert
from tests.signing_in import SignedInClient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows_of_reference_change")]


@pytest.fixture
def found(application: Applications, reviewer: User, manager: User) -> LabelApplication:
    """In review, with a document, a signature and a neighbour; its venue has a label, and had one."""
    found = application("draft")
    proof = Checked(b"%PDF-1.4", "application/pdf", "x")
    documents.attach(application=found, document=proof, label="x", by=manager, at=MORNING)
    complete(found, manager)
    LabelApplication.objects.filter(pk=found.pk).update(
        status=Status.SUBMITTED, submitted_at=MORNING, score=50
    )
    LabelApplication.objects.filter(pk=found.pk).update(status=Status.IN_REVIEW, reviewer=reviewer)
    Place.objects.create(venue=Venue.objects.create(name="x"), point=Point(2.51, 46.5))
    Venue.objects.update(venue_type=VenueType.objects.first())
    today = timezone.localdate()
    Labelling.objects.create(venue=found.venue, during=(today, today.replace(year=today.year + 1)))
    found.refresh_from_db()
    return found


def fill(text: str) -> None:
    """Every text an applicant, a reviewer or a neighbour can write."""
    ApplicationDocument.objects.update(label=text[:120], name=text[:200])
    ApplicationEvent.objects.all().delete()
    for application in LabelApplication.objects.all():
        ApplicationEvent.objects.create(
            application=application, status=application.status, note=text, at=MORNING
        )
    LabelApplication.objects.update(charter_signed_name=text[:120])
    Venue.objects.update(name=text[:250])
    VenueType.objects.update(name=text[:80])
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    Place.objects.update(name=text[:250], address=text[:300], commune=text[:120])
    Labelling.objects.update(withdrawal_reason=text)


def test_typed_texts_are_text(found: LabelApplication, reviewer: User, manager: User) -> None:
    readers = []
    own, venue = [found.organization_id, found.pk], found.venue_id
    addresses = {
        reviewer: [
            *[reverse(f"label:{name}") for name in ("desk", "desk_labels")],
            reverse("label:desk_application", args=[found.pk]),
            reverse("label:desk_label", args=[venue]),
        ],
        manager: [
            *[
                reverse(f"label:{name}", args=own)
                for name in ("application", "documents", "charter", "review", "withdraw")
            ],
            reverse("label:labels", args=own[:1]),
            reverse("label:kit", args=[own[0], venue]),
        ],
    }
    for user, pages in addresses.items():
        client = SignedInClient()
        client.force_login(user)
        readers.append((client, pages))
    assert_inert(fill, readers, [*TELLING, *LONG])
    LabelApplication.objects.update(status=Status.MORE_INFORMATION)
    assert_inert(fill, readers[1:], TELLING)
