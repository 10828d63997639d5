"""The pages of ratings: with a receipt and without an account; of those rated; of those who read first."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coupons.invitations import invitation
from coupons.ratings import tries
from coupons.ratings.moderating import COMMENT, publish
from coupons.taking import give_back
from directory.limits import Limit
from directory.models import Membership, Organization, Review, User
from tests.coupons import toy
from tests.coupons.ratings.conftest import Receipt, paid, rated
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(db: None) -> Receipt:
    """Of today: pages read the clock."""
    counter = toy.a_counter()
    return Receipt(counter, paid(counter, at=timezone.now())[0])


def signed_in(user: User) -> Client:
    client = SignedInClient()
    client.force_login(user)
    return client


def of_the_house(receipt: Receipt, role: str = "provider-agent") -> User:
    organization = receipt.counter.service.venue.organization
    Membership.objects.create(user=receipt.counter.agent, organization=organization, role=role)
    return receipt.counter.agent


def test_from_the_code_to_thanks(client: Client, receipt: Receipt) -> None:
    page = client.post("/avis/", {"code": receipt.code}).content.decode()
    assert "Lieu d&#x27;essai" in page
    assert receipt.code in re.findall(r'name="code" value="([^"]+)"', page)
    marks = {"reception": 4, "usefulness": 5, "progress": 3, "comment": "Merci à tous"}
    answer = client.post("/avis/donner/", {"code": receipt.code, **marks}, follow=True)
    assert answer.redirect_chain == [("/avis/merci/", 302)]
    review = Review.objects.get()
    assert (review.reception, review.comment, review.comment_state) == (4, "Merci à tous", "waiting")


def test_a_question_left_out_is_asked_again(client: Client, receipt: Receipt) -> None:
    page = client.post("/avis/donner/", {"code": receipt.code, "reception": 4, "comment": "Un mot"})
    assert page.content.decode().count("Choisissez une réponse.") == 2
    assert "Un mot" in page.content.decode()
    assert not Review.objects.exists()


def used(receipt: Receipt) -> str:
    rated(receipt.payment, at=timezone.now())
    return receipt.code


def cancelled(receipt: Receipt) -> str:
    give_back(receipt.payment, by=receipt.counter.agent, reason="Erreur", at=timezone.now())
    return receipt.code


def old(receipt: Receipt) -> str:
    [payment] = paid(receipt.counter, at=timezone.now() - timedelta(days=92))
    return invitation(payment.pk).code


def of_another(receipt: Receipt) -> str:
    [other] = paid(receipt.counter, at=timezone.now())
    return f"{other.pk}-{receipt.code.split('-', 1)[1]}"


@pytest.mark.parametrize("address", ["/avis/", "/avis/donner/"])
@pytest.mark.parametrize(
    ("code_of", "heading"),
    [
        (used, "Un avis est déjà donné pour ce passage"),
        (cancelled, "Ce paiement a été annulé"),
        (old, "Ce passage est trop ancien"),
        (of_another, "Nous ne connaissons pas ce code"),
        (lambda _receipt: "12-AAAAA-AAAAA", "Nous ne connaissons pas ce code"),
    ],
)
def test_what_rates_nothing_has_its_page(
    client: Client, receipt: Receipt, code_of: Callable[[Receipt], str], heading: str, address: str
) -> None:
    code = code_of(receipt)
    before = Review.objects.count()
    marks = {"reception": 4, "usefulness": 5, "progress": 3}
    page = client.post(address, {"code": code, **marks})
    assert page.status_code == 200
    assert heading in page.content.decode().replace("&#x27;", "'")
    assert Review.objects.count() == before


def test_who_tries_too_often_waits(client: Client, receipt: Receipt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "TRIES", Limit("rating", 3, timedelta(hours=1)))
    for _ in range(3):
        assert client.post("/avis/", {"code": "12-AAAAA-AAAAA"}).status_code == 200
    assert client.post("/avis/", {"code": receipt.code}).status_code == 429


def test_no_code_in_what_the_site_asks_or_says(client: Client, receipt: Receipt, caplog: Any) -> None:
    with CaptureQueriesContext(connection) as seen:
        client.post("/avis/", {"code": receipt.code})
    secret = receipt.code.split("-", 1)[1]
    assert secret not in "".join(query["sql"] for query in seen) + caplog.text


def test_the_sheet_and_the_card_say_when_it_was_last_used(client: Client, receipt: Receipt) -> None:
    venue = receipt.counter.service.venue
    for address in (venue.get_absolute_url(), "/lieux/?lon=1.5&lat=1.5"):
        page = client.get(address).content.decode().replace("&#x27;", "'")
        assert "Vérifié par un usage aujourd'hui" in page, address


def test_the_sheet_is_honest_about_how_many(client: Client, receipt: Receipt) -> None:
    address = receipt.counter.service.venue.get_absolute_url()
    assert 'id="avis"' not in client.get(address).content.decode()
    for payment in paid(receipt.counter, n=4, at=timezone.now()):
        rated(payment, at=timezone.now())
    few = client.get(address).content.decode()
    assert "4 réponses pour le moment. Il en manque 1" in few
    assert "aggregateRating" not in few
    rated(receipt.payment, at=timezone.now(), reception=2)
    page = client.get(address).content.decode()
    assert "Moyennes de 5 réponses, arrondies au dixième." in page
    assert "<b>4,4</b>" in page
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])  # type: ignore[index]
    assert data["aggregateRating"] | {"@type": ""} == {
        "@type": "",
        "ratingValue": 3.8,
        "bestRating": 5,
        "worstRating": 1,
        "ratingCount": 5,
    }
    assert "(5 avis)" in client.get("/lieux/?lon=1.5&lat=1.5").content.decode()


def test_only_what_was_published_is_on_the_sheet(client: Client, receipt: Receipt, moderator: User) -> None:
    review, address = (
        rated(receipt.payment, "Un mot du public", at=timezone.now()),
        receipt.counter.service.venue.get_absolute_url(),
    )
    assert "Un mot du public" not in client.get(address).content.decode()
    desk = signed_in(moderator)
    assert "Un mot du public" in desk.get("/plateforme/avis/").content.decode()
    desk.post(reverse("ratings:publish", args=[review.pk]))
    assert "Un mot du public" in client.get(address).content.decode()
    house = signed_in(of_the_house(receipt))
    own = reverse("ratings:own_review", args=[review.organization_id, review.pk])
    house.post(own, {"text": "Un mot du lieu"})
    assert "Un mot du lieu" not in client.get(address).content.decode()
    desk.post(reverse("ratings:publish_answer", args=[review.pk]))
    assert "Un mot du lieu" in client.get(address).content.decode()
    desk.post(reverse("ratings:refuse", args=[review.pk]), {"reason": "Un nom"})
    page = client.get(address).content.decode()
    assert "Un mot du public" not in page
    assert "Un mot du lieu" not in page


def test_the_house_reads_what_was_published_and_nothing_else(receipt: Receipt, moderator: User) -> None:
    review = rated(receipt.payment, "Un mot du public", at=timezone.now())
    house = signed_in(of_the_house(receipt))
    address = reverse("ratings:own", args=[review.organization_id])
    assert "Un mot du public" not in house.get(address).content.decode()
    assert (
        house.get(reverse("ratings:own_review", args=[review.organization_id, review.pk])).status_code == 404
    )
    journal = reverse("upkeep:journal", args=[review.organization_id])
    assert "Un mot du public" not in house.get(journal).content.decode()
    publish(review=review, what=COMMENT, by=moderator, at=timezone.now())
    assert "Un mot du public" in house.get(address).content.decode()
    assert "Un mot du public" not in house.get(journal).content.decode()


def test_of_others_there_is_nothing(receipt: Receipt, moderator: User) -> None:
    review = rated(receipt.payment, "Un mot", at=timezone.now())
    publish(review=review, what=COMMENT, by=moderator, at=timezone.now())
    other = Organization.objects.create(name="Une autre", is_provider=True)
    user = User.objects.create_user("autre@example.org")
    Membership.objects.create(user=user, organization=other, role="provider-manager")
    client = signed_in(user)
    for organization in (other.pk, review.organization_id):
        address = reverse("ratings:own_review", args=[organization, review.pk])
        assert client.get(address).status_code == 404


def test_lists_ask_as_often_for_twenty_as_for_one(receipt: Receipt, moderator: User) -> None:
    house, desk = signed_in(of_the_house(receipt)), signed_in(moderator)
    own = reverse("ratings:own", args=[receipt.counter.service.venue.organization_id])
    asked: list[list[int]] = []
    payments = [receipt.payment, *paid(receipt.counter, n=19, at=timezone.now())]
    for some in (payments[:1], payments[1:]):
        for payment in some:
            review = rated(payment, "Un mot", at=timezone.now())
            publish(review=review, what=COMMENT, by=moderator, at=timezone.now())
        asked.append([queries(house, own), queries(desk, "/plateforme/avis/?tous")])
    assert asked[0] == asked[1]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_search_asks_as_often_as_before(client: Client, receipt: Receipt) -> None:
    """What passages say is read with the cards."""
    client.get("/lieux/?lon=1.5&lat=1.5")
    with CaptureQueriesContext(connection) as seen:
        client.get("/lieux/?lon=1.5&lat=1.5")
    reading = [query["sql"] for query in seen if "directory_feedback" in query["sql"]]
    assert len(reading) == 1
    assert "FROM directory_place place JOIN directory_venue venue" in reading[0]
