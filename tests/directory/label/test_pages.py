"""The applicant's pages, as the browser sends forms."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directory.label import applying, kit
from directory.label.questionnaire import CURRENT
from directory.models import LabelApplication, Labelling, Membership, Organization, User, Venue
from tests.directory.label.conftest import BEST, Applications, complete, venue_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def url(name: str, application: LabelApplication, *more: object) -> str:
    return reverse(f"label:{name}", args=[application.organization_id, application.pk, *more])


def test_anybody_reads_the_criteria_and_their_weights(client: Client) -> None:
    page = client.get("/label/").content.decode()
    for family in CURRENT.families:
        assert f"{family.weight} points" in page
    assert page.count("Pas de label") == len([c for q in CURRENT.questions for c in q.choices if c.excludes])


def test_a_whole_application_page_by_page(
    signed_in: Client, venue: Venue, organization: Organization, pdf: bytes
) -> None:
    started = signed_in.post(reverse("label:start", args=[organization.pk, venue.pk]))
    application = LabelApplication.objects.get()
    assert started.headers["Location"] == url("application", application)
    for n, question in enumerate(CURRENT.questions, 1):
        page = signed_in.get(url("question", application, n))
        assert f"Question {n} sur 14" in page.content.decode()
        answered = signed_in.post(url("question", application, n), {"answer": BEST[question.code]})
        following = url("question", application, n + 1) if n < 14 else url("documents", application)
        assert answered.headers["Location"] == following
    file = SimpleUploadedFile("statuts.pdf", pdf, "application/pdf")
    added = signed_in.post(url("documents", application), {"label": "Statuts", "file": file})
    assert added.status_code == 302
    signed = signed_in.post(url("charter", application), {"agreed": "on", "name": "Camille Responsable"})
    assert signed.headers["Location"] == url("review", application)
    assert "Tout est prêt" in signed_in.get(url("review", application)).content.decode()
    signed_in.post(url("review", application))
    application.refresh_from_db()
    assert (application.status, application.score) == ("submitted", 100)
    assert "Déposée" in signed_in.get(url("application", application)).content.decode()


def test_pressed_twice_it_leads_to_the_same_application(
    signed_in: Client, venue: Venue, organization: Organization
) -> None:
    start = reverse("label:start", args=[organization.pk, venue.pk])
    assert signed_in.post(start).headers["Location"] == signed_in.post(start).headers["Location"]
    assert LabelApplication.objects.count() == 1


def test_one_resumes_at_the_first_question_that_waits(
    signed_in: Client, application: Applications, manager: User
) -> None:
    draft = application()
    for question in CURRENT.questions[:3]:
        applying.answer(application=draft, question=question, choice=BEST[question.code], by=manager)
    page = signed_in.get(url("application", draft)).content.decode()
    assert "Reprendre" in page
    assert url("question", draft, 4) in page


def test_an_answer_given_is_ticked_again(signed_in: Client, application: Applications, manager: User) -> None:
    draft = application()
    applying.answer(application=draft, question=CURRENT.questions[0], choice="partly", by=manager)
    page = signed_in.get(url("question", draft, 1)).content.decode()
    assert 'value="partly" id="id_answer_1" required checked' in page


@pytest.mark.parametrize(
    "answer", [{}, {"answer": ""}, {"answer": "unheard-of"}, {"answer": ["always", "x"]}]
)
def test_no_answer_is_said_and_kept_out(
    signed_in: Client, application: Applications, answer: dict[str, Any]
) -> None:
    draft = application()
    page = signed_in.post(url("question", draft, 1), answer)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    draft.refresh_from_db()
    assert draft.answers["values"] == {}


def test_nothing_ticked_of_several_is_an_answer(signed_in: Client, application: Applications) -> None:
    draft = application()
    number = next(n for n, question in enumerate(CURRENT.questions, 1) if question.several)
    assert signed_in.post(url("question", draft, number), {}).status_code == 302
    draft.refresh_from_db()
    assert draft.answers["values"] == {CURRENT.questions[number - 1].code: []}


def test_the_review_page_says_what_is_missing(signed_in: Client, application: Applications) -> None:
    page = signed_in.get(url("review", application())).content.decode()
    assert "Il reste 14 questions sans réponse." in page
    assert "Envoyer la candidature" not in page


def test_a_form_cannot_set_what_it_does_not_show(
    signed_in: Client, application: Applications, manager: User
) -> None:
    draft = application()
    complete(draft, manager)
    more = {"status": "accepted", "score": "100", "decided_by": manager.pk, "agreed": "on", "name": "Moi"}
    signed_in.post(url("charter", draft), more)
    draft.refresh_from_db()
    assert (draft.status, draft.score, draft.decided_by) == ("draft", None, None)


def test_withdrawn_with_its_reason(signed_in: Client, application: Applications) -> None:
    draft = application()
    assert signed_in.post(url("withdraw", draft), {"reason": " "}).status_code == 200
    signed_in.post(url("withdraw", draft), {"reason": "Nous déménageons."})
    draft.refresh_from_db()
    assert draft.status == "withdrawn"
    assert "Nous déménageons." in signed_in.get(url("application", draft)).content.decode()


@pytest.mark.parametrize("name", ["application", "documents", "charter", "review", "withdraw"])
def test_another_organisations_application_does_not_exist(
    client: Client, application: Applications, name: str
) -> None:
    stranger = User.objects.create_user("ailleurs@example.org")
    elsewhere = Organization.objects.create(name="Ailleurs", is_provider=True)
    Membership.objects.create(user=stranger, organization=elsewhere, role="provider-manager")
    client.force_login(stranger)
    theirs = application()
    assert client.get(url(name, theirs)).status_code == 404
    assert client.get(reverse(f"label:{name}", args=[elsewhere.pk, theirs.pk])).status_code == 404


def test_a_venue_of_another_organisation_cannot_apply(signed_in: Client, organization: Organization) -> None:
    foreign = venue_of(Organization.objects.create(name="Ailleurs"), "Chez eux")
    assert signed_in.post(reverse("label:start", args=[organization.pk, foreign.pk])).status_code == 404


def test_the_kit_is_for_labelled_venues_of_ones_own(
    signed_in: Client, venue: Venue, organization: Organization
) -> None:
    addresses = [
        reverse("label:kit", args=[organization.pk, venue.pk]),
        reverse("label:kit_pdf", args=[organization.pk, venue.pk, "kit"]),
    ]
    assert [signed_in.get(address).status_code for address in addresses] == [404, 404]
    Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2099, 1, 1)))
    answers = [signed_in.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Content-Type"] == "application/pdf"
    assert b"".join(answers[1].streaming_content).startswith(b"%PDF")
    assert signed_in.get(addresses[1].replace("/kit.pdf", "/autre.pdf")).status_code == 404


def test_the_short_address_leads_to_the_venue(client: Client, venue: Venue) -> None:
    assert client.get(f"/L/{venue.pk}").headers["Location"] == venue.get_absolute_url()
    other = Venue.objects.create(name="Fusionné", published=False, merged_into=venue)
    assert client.get(f"/L/{other.pk}").headers["Location"] == venue.get_absolute_url()
    assert kit.qr_address(venue).endswith(f"/L/{venue.pk}")


def test_the_labels_page_asks_the_same_for_one_venue_or_twenty(
    signed_in: Client, venue: Venue, organization: Organization, application: Applications
) -> None:
    application()
    address = reverse("label:labels", args=[organization.pk])
    signed_in.get(address)
    with CaptureQueriesContext(connection) as one:
        signed_in.get(address)
    for n in range(19):
        more = venue_of(organization, f"Atelier {n}")
        applying.start(venue=more, by=organization.memberships.get().user, at=venue.created_at)
    with CaptureQueriesContext(connection) as twenty:
        signed_in.get(address)
    assert len(one) == len(twenty)


def test_a_code_on_the_window_before_the_sheet_is_public_leads_to_a_clear_page(
    client: Client, venue: Venue
) -> None:
    """The same page for a number that is nobody's: it does not tell which venues are hidden."""
    Venue.objects.filter(pk=venue.pk).update(published=False)
    hidden, nobody = client.get(f"/L/{venue.pk}"), client.get("/L/999999")
    assert (hidden.status_code, nobody.status_code) == (404, 404)
    assert "La fiche de ce lieu n'est pas en ligne" in hidden.content.decode()
    assert hidden.content.replace(b"/L/%d" % venue.pk, b"/L/999999") == nobody.content


def test_the_kit_of_a_hidden_sheet_says_to_wait(
    client: Client, venue: Venue, manager: User, application: Applications, reviewer: User
) -> None:
    application("accepted", by=reviewer, at=timezone.now())
    client.force_login(manager)
    address = reverse("label:kit", args=[venue.organization_id, venue.pk])
    warning = "rendez-la publique avant d'afficher le kit"
    assert warning not in client.get(address).content.decode()
    Venue.objects.filter(pk=venue.pk).update(published=False)
    page = client.get(address).content.decode()
    assert warning in page
    assert reverse("offer:venue", args=[venue.organization_id, venue.pk]) in page
