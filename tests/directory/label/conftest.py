"""A venue in a toy commune, its manager, two reviewers, and an application at any step."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst
from django.contrib.gis.geos import Point
from django.core.files.storage import storages

from directory.label import applying, deciding, documents
from directory.label.questionnaire import CURRENT
from directory.label.uploads import Checked
from directory.models import LabelApplication, Membership, Organization, Place, StaffRole, User, Venue

MORNING = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
PASSWORD = "un mot de passe pour les essais"
BEST = {
    question.code: [choice.code for choice in question.choices]
    if question.several
    else question.choices[0].code
    for question in CURRENT.questions
}
Applications = Callable[..., LabelApplication]


@pytest.fixture(autouse=True)
def private_files(tmp_path: Path, settings: Any) -> Path:
    """Documents of a test go to a folder of its own."""
    folder = tmp_path / "private"
    private = {**settings.STORAGES["private"]}
    private["OPTIONS"] = {**private["OPTIONS"], "location": str(folder)}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    field = LabelApplication._meta.apps.get_model("directory.ApplicationDocument")._meta.get_field("file")
    field.storage = storages["private"]
    return folder


def staff(email: str, name: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name=name)
    StaffRole.objects.create(user=user, role="reviewer")
    return user


@pytest.fixture
def manager(db: None) -> User:
    return User.objects.create_user("responsable@example.org", PASSWORD, name="Camille Responsable")


@pytest.fixture
def reviewer(db: None) -> User:
    return staff("instruction@example.org", "Dominique Instruction")


@pytest.fixture
def other_reviewer(db: None) -> User:
    return staff("relecture@example.org", "Claude Relecture")


@pytest.fixture
def organization(manager: User) -> Organization:
    organization = Organization.objects.create(name="Association des ateliers", is_provider=True)
    Membership.objects.create(user=manager, organization=organization, role="provider-manager")
    return organization


def venue_of(organization: Organization, name: str = "Atelier du port", lon: float = 2.5) -> Venue:
    venue = Venue.objects.create(name=name, slug="atelier-du-port", organization=organization)
    Place.objects.create(
        venue=venue,
        point=Point(lon, 46.5),
        address="1 quai des Essais",
        postcode="99000",
        commune="Port-Neuf",
        commune_code="99001",
    )
    return venue


@pytest.fixture
def venue(organization: Organization) -> Venue:
    return venue_of(organization)


PROOF = Checked(b"%PDF-1.4 proof", "application/pdf", "preuve.pdf")


@pytest.fixture
def application(venue: Venue, manager: User) -> Applications:
    """`application("in_review")`: of the venue, at that step; `at` is when each step was taken."""
    return lambda status="draft", **options: application_at(status, venue, manager, **options)


def application_at(
    status: str, venue: Venue, manager: User, by: User | None = None, at: datetime = MORNING
) -> LabelApplication:
    made = applying.start(venue=venue, by=manager, at=at)
    if status == "draft":
        return made
    complete(made, manager, at)
    applying.submit(application=made, by=manager, at=at)
    if status in {"in_review", "accepted", "refused", "more_information"}:
        deciding.take(application=made, by=by, at=at)
    if status == "accepted":
        deciding.accept(application=made, by=by, at=at)
    if status == "refused":
        deciding.refuse(application=made, reason="Il manque une personne formée.", by=by, at=at)
    if status == "more_information":
        deciding.ask_more(application=made, message="Ajoutez la grille des prix.", by=by, at=at)
    made.refresh_from_db()
    return made


def complete(application: LabelApplication, manager: User, at: datetime = MORNING) -> None:
    """Everything a submission needs."""
    LabelApplication.objects.filter(pk=application.pk).update(
        answers={"version": CURRENT.version, "values": BEST}
    )
    application.refresh_from_db()
    documents.attach(application=application, document=PROOF, label="Statuts", by=manager, at=at)
    applying.sign(application=application, name="Camille Responsable", by=manager, at=at)
    application.refresh_from_db()


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """A true PDF."""
    return typst.compile(b"Statuts de l'association")
