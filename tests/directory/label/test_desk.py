"""The reviewers' desk, as the browser uses it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directory.cursors import Cursor
from directory.label import queue
from directory.models import LabelApplication, Labelling, Membership, Organization, Place, User, Venue
from tests.directory.label.conftest import MORNING, Applications, application_at, venue_of

pytestmark = pytest.mark.django_db
QUEUE = "/plateforme/candidatures/"


@pytest.fixture
def desk(client: Client, reviewer: User) -> Client:
    client.force_login(reviewer)
    return client


def page_of(application: LabelApplication) -> str:
    return reverse("label:desk_application", args=[application.pk])


def act(client: Client, name: str, application: LabelApplication, **body: Any) -> Any:
    return client.post(reverse(f"label:desk_{name}", args=[application.pk]), body)


def submitted_ones(n: int, organization: Organization, manager: User) -> list[LabelApplication]:
    return [
        application_at(
            "submitted", venue_of(organization, f"Atelier {i:03}"), manager, at=MORNING + timedelta(hours=i)
        )
        for i in range(n)
    ]


def test_only_reviewers_enter(client: Client, manager: User) -> None:
    assert client.get(QUEUE).status_code == 302
    client.force_login(manager)
    assert client.get(QUEUE).status_code == 403


def test_the_longest_wait_comes_first(desk: Client, organization: Organization, manager: User) -> None:
    later, earlier = venue_of(organization, "Arrivé après"), venue_of(organization, "Arrivé avant")
    application_at("submitted", later, manager, at=MORNING + timedelta(days=1))
    application_at("submitted", earlier, manager, at=MORNING)
    application_at("draft", venue_of(organization, "Brouillon"), manager)
    page = desk.get(QUEUE).content.decode()
    assert page.index("Arrivé avant") < page.index("Arrivé après")
    assert "Port-Neuf" in page
    assert "Brouillon" not in page


def test_the_queue_is_filtered(
    desk: Client, reviewer: User, organization: Organization, manager: User
) -> None:
    application_at("in_review", venue_of(organization, "Suivie"), manager, by=reviewer)
    application_at("submitted", venue_of(organization, "Nouvelle"), manager)
    application_at("refused", venue_of(organization, "Ancienne"), manager, by=reviewer)
    Place.objects.filter(venue__name="Nouvelle").update(commune_code="2A004")

    def shown(**asked: str) -> set[str]:
        page = desk.get(QUEUE, asked).content.decode()
        return {name for name in ("Suivie", "Nouvelle", "Ancienne") if name in page}

    assert shown() == {"Suivie", "Nouvelle"}
    assert shown(status="submitted") == {"Nouvelle"}
    assert shown(status="refused") == {"Ancienne"}
    assert shown(mine="on") == {"Suivie"}
    assert shown(department="2A") == {"Nouvelle"}
    assert shown(name="suiv") == {"Suivie"}
    assert desk.get(QUEUE, {"department": "x"}).status_code == 400
    assert desk.get(QUEUE, {"status": "draft"}).status_code == 400
    assert desk.get(QUEUE, {"after": "forged"}).status_code == 200


@pytest.mark.parametrize("after", [["2026-99-99", 1], ["x", 1], [1.5, 1], ["2026-01-01", 1]])
def test_a_forged_cursor_is_the_first_page(desk: Client, after: list[Any]) -> None:
    assert desk.get(QUEUE, {"after": Cursor(*after).encoded()}).status_code == 200


def test_pages_follow_without_gap(desk: Client, organization: Organization, manager: User) -> None:
    number = 2 * queue.ROWS + 1
    submitted_ones(number, organization, manager)
    address, seen = QUEUE, []
    while address:
        context = desk.get(address).context
        seen += [row.venue.name for row in context["queue"].rows]
        address = context["next_url"] and QUEUE + context["next_url"]
    assert seen == [f"Atelier {i:03}" for i in range(number)]


def test_one_row_or_twenty_cost_the_same_queries(
    desk: Client, organization: Organization, manager: User
) -> None:
    submitted_ones(1, organization, manager)
    desk.get(QUEUE)
    with CaptureQueriesContext(connection) as one:
        desk.get(QUEUE)
    submitted_ones(19, organization, manager)
    with CaptureQueriesContext(connection) as twenty:
        desk.get(QUEUE)
    assert len(one) == len(twenty)


def test_neighbours_cost_the_same_queries(desk: Client, application: Applications) -> None:
    submitted = application("submitted")

    def neighbour(n: int) -> None:
        venue = Venue.objects.create(name=f"Voisin {n}")
        Place.objects.create(venue=venue, point=Point(2.5 + n / 1000, 46.5))

    neighbour(1)
    desk.get(page_of(submitted))
    with CaptureQueriesContext(connection) as one:
        desk.get(page_of(submitted))
    for n in range(2, 21):
        neighbour(n)
    with CaptureQueriesContext(connection) as twenty:
        page = desk.get(page_of(submitted)).content.decode()
    assert len(one) == len(twenty)
    assert "Voisin 20" in page


def test_neighbours_are_those_within_ten_kilometres(
    desk: Client, application: Applications, venue: Venue
) -> None:
    submitted = application("submitted")
    near = Venue.objects.create(name="À 9 km")
    Place.objects.create(venue=near, point=Point(2.5, 46.5 + 9 / 111.2))
    far = Venue.objects.create(name="À 11 km")
    Place.objects.create(venue=far, point=Point(2.5, 46.5 + 11 / 111.2))
    today = timezone.localdate()
    Labelling.objects.create(venue=near, during=(today, today + timedelta(days=30)))
    page = desk.get(page_of(submitted))
    rows = page.context["neighbours"].rows
    assert [(row.name, row.is_labelled) for row in rows] == [("À 9 km", True)]
    assert "dont 1 avec le label" in page.content.decode()


def test_from_the_queue_to_the_label(
    desk: Client, reviewer: User, application: Applications, venue: Venue
) -> None:
    submitted = application("submitted")
    act(desk, "take", submitted)
    act(desk, "tick", submitted, points=["identity", "place"])
    submitted.refresh_from_db()
    assert (submitted.status, submitted.reviewer) == ("in_review", reviewer)
    assert submitted.checklist == {"identity": True, "place": True}
    assert desk.get(page_of(submitted)).content.decode().count("checked") == 2
    act(desk, "accept", submitted, **{"accept-note": "Bienvenue."})
    assert venue.labellings.get().during.lower == timezone.localdate()
    assert "Acceptée" in desk.get(page_of(submitted)).content.decode()


def test_a_refusal_and_a_demand_need_words(desk: Client, reviewer: User, application: Applications) -> None:
    in_review = application("in_review", by=reviewer)
    assert act(desk, "refuse", in_review, **{"refuse-reason": " "}).status_code == 422
    assert act(desk, "ask_more", in_review).status_code == 422
    in_review.refresh_from_db()
    assert in_review.status == "in_review"
    act(desk, "ask_more", in_review, **{"more-reason": "La grille des prix."})
    in_review.refresh_from_db()
    assert in_review.status == "more_information"
    assert in_review.events.last().note == "La grille des prix."


def test_the_second_reviewer_is_told_who_decided(
    client: Client, reviewer: User, other_reviewer: User, application: Applications
) -> None:
    refused = application("refused", by=reviewer)
    client.force_login(other_reviewer)
    page = client.post(reverse("label:desk_accept", args=[refused.pk]), follow=True).content.decode()
    assert "Dominique Instruction a déjà agi" in page
    assert not Labelling.objects.exists()


def test_ones_own_application_shows_no_button(
    desk: Client, reviewer: User, application: Applications, organization: Organization
) -> None:
    submitted = application("submitted")
    Membership.objects.create(user=reviewer, organization=organization, role="provider-agent")
    page = desk.get(page_of(submitted)).content.decode()
    assert "une autre personne doit décider" in page
    assert "Prendre cette candidature" not in page
    assert (
        "une autre personne doit décider"
        in act(desk, "take", submitted).wsgi_request._messages._queued_messages[0].message
    )


def test_a_draft_is_nobodys_business(desk: Client, application: Applications) -> None:
    assert desk.get(page_of(application())).status_code == 404


def test_a_label_is_withdrawn_with_a_reason(desk: Client, reviewer: User, venue: Venue) -> None:
    Labelling.objects.create(venue=venue, during=(date(2020, 1, 1), date(2099, 1, 1)))
    assert venue.name in desk.get("/plateforme/labels/", {"name": "PORT"}).content.decode()
    address = reverse("label:desk_label", args=[venue.pk])
    desk.post(address, {"reason": ""})
    assert venue.labellings.get().during.upper == date(2099, 1, 1)
    desk.post(address, {"reason": "Fermeture définitive."})
    assert venue.labellings.get().during.upper == timezone.localdate()
    page = desk.get(address).content.decode()
    assert "Fermeture définitive." in page
    assert 'method="post" novalidate' not in page
    assert venue.name not in desk.get("/plateforme/labels/").content.decode()
