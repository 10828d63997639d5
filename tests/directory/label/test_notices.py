"""What is written to an organisation, once it is true, and when its label ends soon."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from directory.label import applying, deciding, labels
from directory.label.reminding import remind
from directory.models import Labelling, Membership, User, Venue
from tests.directory.label.conftest import MORNING, Applications
from tests.hostile import HEADS, TELLING, assert_plain_letter

pytestmark = pytest.mark.django_db
Capture = Any


def subjects() -> list[str]:
    return [message.subject.removeprefix("[#APTIC] ") for message in mail.outbox]


def test_each_step_is_written_after_commit(
    application: Applications, manager: User, reviewer: User, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        asked = application("more_information", by=reviewer)
        assert not mail.outbox
    assert subjects() == [
        "Candidature reçue : Atelier du port",
        "Votre candidature est examinée : Atelier du port",
        "Il manque quelque chose : Atelier du port",
    ]
    last = mail.outbox[-1]
    assert last.to == ["responsable@example.org"]
    assert "Ajoutez la grille des prix." in last.body
    assert f"http://localhost:8000/espace/{asked.organization_id}/candidatures/{asked.pk}/" in last.body


@pytest.mark.parametrize(
    ("status", "subject"),
    [
        ("accepted", "Vous avez le label : Atelier du port"),
        ("refused", "Réponse à votre candidature : Atelier du port"),
    ],
)
def test_a_decision_is_written(
    application: Applications,
    reviewer: User,
    status: str,
    subject: str,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        application(status, by=reviewer)
    assert subjects()[-1] == subject


def test_withdrawals_are_written_with_their_reason(
    application: Applications,
    reviewer: User,
    manager: User,
    venue: Venue,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        application("accepted", by=reviewer)
        labels.withdraw_label(venue=venue, reason="Prix cachés.", by=reviewer, at=MORNING)
        again = applying.start(venue=venue, by=manager, at=MORNING)
        applying.withdraw(application=again, reason="Plus tard.", by=manager, at=MORNING)
    assert subjects()[-2:] == ["Label retiré : Atelier du port", "Candidature retirée : Atelier du port"]
    assert "Prix cachés." in mail.outbox[-2].body
    assert "Plus tard." in mail.outbox[-1].body


def test_only_managers_are_written_to_each_alone(
    application: Applications, venue: Venue, django_capture_on_commit_callbacks: Capture
) -> None:
    for email, role in [("deux@example.org", "provider-manager"), ("agent@example.org", "provider-agent")]:
        user = User.objects.create_user(email)
        Membership.objects.create(user=user, organization=venue.organization, role=role)
    gone = User.objects.create_user("partie@example.org", is_active=False)
    Membership.objects.create(user=gone, organization=venue.organization, role="provider-manager")
    with django_capture_on_commit_callbacks(execute=True):
        application("submitted")
    assert sorted(message.to for message in mail.outbox) == [
        ["deux@example.org"],
        ["responsable@example.org"],
    ]


def test_a_message_that_cannot_leave_undoes_nothing(
    application: Applications, settings: Any, django_capture_on_commit_callbacks: Capture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # where nobody answers
    with django_capture_on_commit_callbacks(execute=True):
        submitted = application("submitted")
    assert submitted.status == "submitted"


@pytest.mark.parametrize("payload", [*TELLING, *HEADS])
def test_hostile_words_stay_plain_text(
    application: Applications,
    reviewer: User,
    venue: Venue,
    payload: str,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    Venue.objects.filter(pk=venue.pk).update(name=payload[:250])
    venue.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        in_review = application("in_review", by=reviewer)
        deciding.refuse(application=in_review, reason=payload, by=reviewer, at=MORNING)
    assert mail.outbox
    for letter in mail.outbox:
        assert_plain_letter(letter, ["responsable@example.org"])
    assert payload in mail.outbox[-1].body


def day(n: int) -> datetime:
    """n days before the end of the label."""
    return datetime(2028, 12, 31, 9, tzinfo=UTC) - timedelta(days=n - 1)


@pytest.fixture
def held(venue: Venue, manager: User) -> Labelling:
    return Labelling.objects.create(venue=venue, during=(date(2026, 1, 1), date(2029, 1, 1)))


def test_three_reminders_each_once(held: Labelling, django_capture_on_commit_callbacks: Capture) -> None:
    written = []
    with django_capture_on_commit_callbacks(execute=True):
        for n in (200, 181, 180, 179, 91, 90, 31, 30, 30, 1, 0, -5):
            written += [n] * remind(day(n))
    assert written == [180, 90, 30]
    assert subjects() == ["Pensez à renouveler le label : Atelier du port"] * 3
    assert "se termine le 31 décembre 2028" in mail.outbox[0].body


def test_a_worker_that_was_away_writes_once(held: Labelling) -> None:
    assert [remind(day(n)) for n in (40, 39, 20)] == [1, 0, 1]


def test_no_reminder_once_the_renewal_is_under_way(held: Labelling, venue: Venue, manager: User) -> None:
    applying.start(venue=venue, by=manager, at=day(100))
    assert remind(day(90)) == 0


def test_no_reminder_when_a_label_follows(held: Labelling, venue: Venue) -> None:
    Labelling.objects.create(venue=venue, during=(date(2029, 1, 1), date(2032, 1, 1)))
    assert remind(day(90)) == 0
