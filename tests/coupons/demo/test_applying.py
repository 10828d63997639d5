"""What reviewers of the demonstration find on their desk."""

from datetime import UTC, datetime

import pytest

from coupons.demo import applying
from directory.demo.accounts import demonstration_organization, person
from directory.label import deciding
from directory.models import LabelApplication, Labelling
from tests.directory.label.conftest import private_files, venue_of

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def venues() -> None:
    organization = demonstration_organization()
    labelled, *_others = [venue_of(organization, f"Lieu {i}", 2 + i / 10) for i in range(5)]
    Labelling.objects.create(venue=labelled, during=(AT.date(), AT.date().replace(year=2029)))


def test_three_requests_at_three_steps(venues: None) -> None:
    assert applying.build(at=AT) == 3
    found = LabelApplication.objects.order_by("pk")
    assert [one.status for one in found] == ["in_review", "more_information", "submitted"]
    assert [one.venue.name for one in found] == ["Lieu 1", "Lieu 2", "Lieu 3"]
    assert all(one.submitted_at and one.submitted_at < AT and one.documents.exists() for one in found)


def test_made_once(venues: None) -> None:
    applying.build(at=AT)
    assert applying.build(at=AT) == 3


def test_a_reviewer_can_go_on_from_there(venues: None) -> None:
    applying.build(at=AT)
    waiting, reviewer = LabelApplication.objects.get(status="submitted"), person("reviewer", at=AT)
    deciding.take(application=waiting, by=reviewer, at=AT)
    deciding.accept(application=waiting, by=reviewer, at=AT)
    assert waiting.venue.labellings.exists()


def test_a_demonstration_without_venues_has_none() -> None:
    assert applying.build(at=AT) == 0
