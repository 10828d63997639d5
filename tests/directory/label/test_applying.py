"""An organisation's application, from the first question to the queue."""

from datetime import timedelta
from pathlib import Path

import pytest

from directory.label import applying, documents
from directory.label.questionnaire import CURRENT
from directory.label.steps import StepRefused
from directory.label.uploads import Checked
from directory.models import Change, LabelApplication, Labelling, User, Venue
from tests.directory.label.conftest import MORNING, PROOF, Applications, complete

pytestmark = pytest.mark.django_db


def test_begun_twice_is_one_application(venue: Venue, manager: User) -> None:
    first = applying.start(venue=venue, by=manager, at=MORNING)
    second = applying.start(venue=venue, by=manager, at=MORNING)
    assert first == second
    assert LabelApplication.objects.count() == 1
    assert first.events.count() == 1


def test_an_answer_is_kept_beside_the_others(application: Applications, manager: User) -> None:
    draft = application()
    applying.answer(application=draft, question=CURRENT.questions[0], choice="partly", by=manager)
    applying.answer(application=draft, question=CURRENT.questions[10], choice=["sight"], by=manager)
    draft.refresh_from_db()
    assert draft.answers == {
        "version": CURRENT.version,
        "values": {"reception-who": "partly", CURRENT.questions[10].code: ["sight"]},
    }


def test_what_is_missing_is_said_before_it_is_submitted(application: Applications, manager: User) -> None:
    draft = application()
    with pytest.raises(StepRefused, match=r"14 questions.*document.*charte"):
        applying.submit(application=draft, by=manager, at=MORNING)


def test_an_excluding_answer_says_why(application: Applications, manager: User) -> None:
    draft = application()
    complete(draft, manager)
    applying.answer(application=draft, question=CURRENT.questions[0], choice="nobody", by=manager)
    with pytest.raises(StepRefused, match="Un lieu labellisé accueille"):
        applying.submit(application=draft, by=manager, at=MORNING)


def test_too_few_points_are_said(application: Applications, manager: User) -> None:
    draft = application()
    complete(draft, manager)
    for question in CURRENT.questions:
        worst = min((c for c in question.choices if not c.excludes), key=lambda choice: choice.points)
        choice = [] if question.several else worst.code
        applying.answer(application=draft, question=question, choice=choice, by=manager)
    with pytest.raises(StepRefused, match="il en faut 50"):
        applying.submit(application=draft, by=manager, at=MORNING)


def test_submitted_with_its_score_its_date_and_who(application: Applications, manager: User) -> None:
    submitted = application("submitted")
    assert (submitted.status, submitted.score, submitted.submitted_at) == ("submitted", 100, MORNING)
    assert [(event.status, event.by) for event in submitted.events.all()] == [
        ("draft", manager),
        ("submitted", manager),
    ]
    change = Change.objects.filter(table="labelapplication").first()
    assert (change.actor, change.after["status"]) == (manager, "submitted")


def test_nothing_changes_once_submitted(application: Applications, manager: User) -> None:
    submitted = application("submitted")
    for act in (
        lambda: applying.answer(
            application=submitted, question=CURRENT.questions[0], choice="partly", by=manager
        ),
        lambda: applying.sign(application=submitted, name="Autre", by=manager, at=MORNING),
        lambda: applying.submit(application=submitted, by=manager, at=MORNING),
        lambda: documents.attach(application=submitted, document=PROOF, label="", by=manager, at=MORNING),
        lambda: documents.remove(document=submitted.documents.get(), by=manager),
    ):
        with pytest.raises(StepRefused, match="Camille Responsable a déjà agi"):
            act()


def test_completed_on_demand_it_keeps_its_rank(
    application: Applications, reviewer: User, manager: User
) -> None:
    asked = application("more_information", by=reviewer)
    applying.answer(application=asked, question=CURRENT.questions[0], choice="partly", by=manager)
    applying.submit(application=asked, by=manager, at=MORNING + timedelta(days=3))
    asked.refresh_from_db()
    assert (asked.status, asked.score, asked.submitted_at, asked.reviewer) == (
        "submitted",
        96,
        MORNING,
        reviewer,
    )


@pytest.mark.parametrize("status", ["draft", "submitted", "in_review", "more_information"])
def test_withdrawn_while_it_is_open(
    application: Applications, reviewer: User, manager: User, status: str
) -> None:
    open_one = application(status, by=reviewer)
    applying.withdraw(application=open_one, reason="Nous déménageons.", by=manager, at=MORNING)
    open_one.refresh_from_db()
    assert open_one.status == "withdrawn"
    assert open_one.events.last().note == "Nous déménageons."


@pytest.mark.parametrize("status", ["accepted", "refused"])
def test_not_withdrawn_once_decided(
    application: Applications, reviewer: User, manager: User, status: str
) -> None:
    with pytest.raises(StepRefused, match="Dominique Instruction a déjà agi"):
        applying.withdraw(
            application=application(status, by=reviewer), reason="Trop tard", by=manager, at=MORNING
        )


def test_after_a_refusal_one_may_apply_again(
    application: Applications, reviewer: User, venue: Venue, manager: User
) -> None:
    refused = application("refused", by=reviewer)
    again = applying.start(venue=venue, by=manager, at=MORNING)
    assert again != refused


def test_renewed_from_six_months_before_the_end(venue: Venue, manager: User) -> None:
    today = MORNING.date()
    held = Labelling.objects.create(
        venue=venue, during=(today - timedelta(days=900), today + timedelta(days=200))
    )
    with pytest.raises(StepRefused, match=r"Vous pourrez le renouveler à partir du 20 mai 2026"):
        applying.start(venue=venue, by=manager, at=MORNING)
    held.during = (today - timedelta(days=900), today + timedelta(days=180))
    held.save()
    assert applying.start(venue=venue, by=manager, at=MORNING).renewal


def test_a_document_is_private_under_a_random_name(
    application: Applications, manager: User, private_files: Path
) -> None:
    draft = application()
    document = documents.attach(application=draft, document=PROOF, label="Statuts", by=manager, at=MORNING)
    path = Path(document.file.path)
    assert path.is_relative_to(private_files)
    assert "preuve" not in path.name
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == PROOF.content
    assert documents.attach(application=draft, document=PROOF, label="", by=manager, at=MORNING) == document


def test_a_removed_document_leaves_the_disk(
    application: Applications, manager: User, django_capture_on_commit_callbacks: object
) -> None:
    draft = application()
    document = documents.attach(application=draft, document=PROOF, label="Statuts", by=manager, at=MORNING)
    path = Path(document.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        documents.remove(document=document, by=manager)
        assert path.exists()
    assert not path.exists()


def test_ten_documents_at_most(application: Applications, manager: User) -> None:
    draft = application()
    for n in range(10):
        proof = Checked(b"%%PDF-1.4 %d" % n, "application/pdf", f"{n}.pdf")
        documents.attach(application=draft, document=proof, label="", by=manager, at=MORNING)
    with pytest.raises(StepRefused, match="Dix documents"):
        documents.attach(application=draft, document=PROOF, label="", by=manager, at=MORNING)
