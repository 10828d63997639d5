""" "Signaler une erreur": anybody writes, few programs do, its people answer, nobody's address is shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory import limits
from directory.accounts.refusals import Refused
from directory.models import ErrorReport, Organization, PostCount, User, Venue
from directory.upkeep import posts, reporting
from tests.directory.upkeep.conftest import NOON

pytestmark = pytest.mark.django_db
WORDS = {"kind": "hours", "message": "C'est fermé le lundi.", "email": "visiteur@example.org"}


def address(venue: Venue) -> str:
    return reverse("upkeep:report", args=[venue.pk])


@pytest.fixture
def report(venue: Venue) -> ErrorReport:
    return reporting.report(venue=venue, **WORDS, at=NOON)


def test_sent_without_an_account_and_told_to_its_people(
    client: Client, venue: Venue, agent: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address(venue), WORDS)
    assert answer.headers["Location"] == reverse("upkeep:report_thanks", args=[venue.pk])
    assert "bien arrivé" in client.get(answer.headers["Location"]).content.decode()
    report = ErrorReport.objects.get()
    assert (report.kind, report.status, report.email) == ("hours", "open", "visiteur@example.org")
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "accueil@example.org",
        "responsable@example.org",
    ]
    assert "C'est fermé le lundi." in mail.outbox[0].body
    assert "visiteur@example.org" not in mail.outbox[0].body


def test_no_letter_for_a_venue_without_people(
    client: Client, free: Venue, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(free), WORDS)
    assert ErrorReport.objects.count() == 1
    assert mail.outbox == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "x"},
        {"kind": ""},
        {"message": ""},
        {"message": "x" * 2001},
        {"email": "a\nb@example.org"},
        {"email": "a"},
    ],
)
def test_what_cannot_be_understood_is_asked_again(
    client: Client, venue: Venue, wrong: dict[str, str]
) -> None:
    page = client.post(address(venue), WORDS | wrong)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert not ErrorReport.objects.exists()


def test_a_program_that_fills_everything_is_thanked_and_ignored(client: Client, venue: Venue) -> None:
    answer = client.post(address(venue), WORDS | {"website": "http://spam.example"})
    assert answer.status_code == 302
    assert not ErrorReport.objects.exists()


def test_a_form_takes_no_other_field(client: Client, venue: Venue, reviewer: User) -> None:
    client.post(
        address(venue), WORDS | {"status": "fixed", "handled_by": reviewer.pk, "answer": "oui", "venue": "0"}
    )
    report = ErrorReport.objects.get()
    assert (report.status, report.handled_by, report.answer, report.venue) == ("open", None, "", venue)


def test_ten_an_hour_from_one_sender(client: Client, venue: Venue) -> None:
    answers = [client.post(address(venue), WORDS).status_code for _ in range(12)]
    assert answers == [302] * 10 + [429] * 2
    assert client.post(address(venue), WORDS, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert ErrorReport.objects.count() == 11


def test_everybody_together_three_hundred(client: Client, venue: Venue) -> None:
    for number in range(posts.MOST_FROM_EVERYBODY):
        assert posts.one_more(f"sender {number}", NOON)
    assert not posts.one_more("one more", NOON)
    assert posts.one_more("one more", NOON + timedelta(hours=1))


def test_one_who_insists_does_not_use_up_the_share_of_all() -> None:
    for _ in range(50):
        posts.one_more("insists", NOON)
    assert PostCount.objects.get(sender=posts.EVERYBODY).posts == posts.MOST_FROM_ONE_SENDER


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        (None, "junk", True),
    ],
)
def test_who_counts_as_one_sender(one: str | None, other: str, same: bool) -> None:
    assert (posts.sender_of(one) == posts.sender_of(other)) is same
    assert str(one) not in posts.sender_of(one)


def test_counts_are_forgotten(venue: Venue) -> None:
    posts.one_more("x", NOON)
    limits.forget(NOON + timedelta(hours=4))
    assert not PostCount.objects.exists()


def test_answered_once_by_letter_and_the_address_erased(
    report: ErrorReport, agent: User, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reporting.answer(report=report, status="fixed", text="Nous avons corrigé.", by=agent, at=NOON)
    report.refresh_from_db()
    assert (report.status, report.handled_by, report.email) == ("fixed", agent, "")
    [letter] = mail.outbox
    assert letter.to == ["visiteur@example.org"]
    assert "Nous avons corrigé." in letter.body
    assert agent.email not in letter.body
    with pytest.raises(Refused, match="déjà répondu"):
        reporting.answer(report=report, status="dismissed", text="", by=reviewer, at=NOON)


def test_both_desks_answer(
    client: Client, report: ErrorReport, agent: User, reviewer: User, organization: Organization
) -> None:
    client.force_login(agent)
    own = client.get(reverse("upkeep:reports", args=[organization.pk])).content.decode()
    assert "C&#x27;est fermé le lundi." in own
    assert "visiteur@example.org" not in own
    client.post(
        reverse("upkeep:report_answer", args=[organization.pk, report.pk]),
        {"status": "dismissed", "text": "Non."},
    )
    report.refresh_from_db()
    assert (report.status, report.answer) == ("dismissed", "Non.")
    client.force_login(reviewer)
    assert "Rien à traiter" in client.get(reverse("upkeep:desk_reports")).content.decode()
    assert "Non." in client.get(reverse("upkeep:desk_reports") + "?tous").content.decode()


def test_a_full_box_says_so(client: Client, venue: Venue) -> None:
    full = [ErrorReport(venue=venue, kind="hours", message=str(n)) for n in range(reporting.MOST_OPEN)]
    ErrorReport.objects.bulk_create(full)
    assert "beaucoup de signalements" in client.post(address(venue), WORDS).content.decode()


def test_a_hidden_sheet_has_no_form(client: Client, venue: Venue) -> None:
    Venue.objects.update(published=False)
    assert client.get(address(venue)).status_code == 404
