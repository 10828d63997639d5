"""Comments and answers are text wherever they are read: at the desk, in the house, on the sheet and in its data."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from coupons.invitations import invitation
from coupons.ratings import tries
from directory.limits import Limit
from directory.models import Membership, Organization, Review, User, Venue
from tests.coupons import toy
from tests.coupons.ratings.conftest import MARKS, a_moderator, paid
from tests.hostile import LONG, TELLING, Seen, assert_inert, intruders
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db


def fill(text: str) -> None:
    """Every text of reviews, as the owner of their table: the site cannot change what was said."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        [role] = cursor.fetchone()
        cursor.execute("RESET ROLE")
        written = Review.objects.exclude(comment="")
        written.update(comment=text[:1000], comment_reason=text[:300], answer_reason=text[:300])
        Review.objects.exclude(answer_state="").update(answer=text[:1000])
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    Venue.objects.update(name=text[:250])
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])


def reviews() -> tuple[Organization, Venue]:
    venue = toy.a_counter().service.venue
    for state, answer_state in (
        ("waiting", ""),
        ("refused", ""),
        ("published", "waiting"),
        ("published", "published"),
    ):
        Review.objects.create(
            venue=venue,
            organization=venue.organization,
            **MARKS,
            comment="x",
            comment_state=state,
            answer="x" if answer_state else "",
            answer_state=answer_state,
        )
    return venue.organization, venue


def test_typed_texts_are_text(client: Client) -> None:
    """With a venue that is flagged, whose means are shown, and every state of a review."""
    organization, venue = reviews()
    for _ in range(5):
        Review.objects.create(
            venue=venue, organization=organization, reception=1, usefulness=1, progress=1, comment=""
        )
    moderator, manager = a_moderator(), User.objects.create_user("gerant@example.org")
    Membership.objects.create(user=manager, organization=organization, role="provider-manager")
    readers = []
    desk, house = SignedInClient(), SignedInClient()
    desk.force_login(moderator)
    house.force_login(manager)
    written = Review.objects.exclude(comment="")
    readers = [
        (client, [reverse("directory:venue", args=[venue.pk, "lieu"])]),
        (
            desk,
            ["/plateforme/avis/", "/plateforme/avis/?tous"]
            + [reverse("ratings:desk_review", args=[review.pk]) for review in written],
        ),
        (
            house,
            [reverse("ratings:own", args=[organization.pk])]
            + [
                reverse("ratings:own_review", args=[organization.pk, review.pk])
                for review in written.filter(comment_state="published")
            ],
        ),
    ]
    assert_inert(fill, readers, [*TELLING, *LONG])


@pytest.mark.parametrize("address", ["/avis/", "/avis/donner/"])
def test_what_is_typed_in_vain_is_text(client: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "TRIES", Limit("rating", 10_000, timedelta(hours=1)))
    usual = {
        kind
        for code in ("x", "x" * 61)
        for kind in Seen(client.post(address, {"code": code}).content.decode()).kinds
    }
    for text in TELLING:
        answer = client.post(address, {"code": text, "comment": text})
        assert answer.status_code == 200
        assert not intruders(answer.content.decode(), usual), text


def test_a_comment_that_is_asked_again_is_text(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "TRIES", Limit("rating", 10_000, timedelta(hours=1)))
    [payment] = paid(toy.a_counter(), at=timezone.now())
    code = invitation(payment.pk).code
    usual = Seen(client.post("/avis/donner/", {"code": code, "comment": "x"}).content.decode()).kinds
    for text in TELLING:
        page = client.post("/avis/donner/", {"code": code, "comment": text}).content.decode()
        assert not intruders(page, usual), text
