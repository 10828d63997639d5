"""What sponsors and distributors type is shown as text: at the counter, in the stock, on a cheque, in letters."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coupons.distribution import bulk
from coupons.distribution.handing import hand_over
from coupons.distribution.reminding import remind
from coupons.models import Booklet, BulkHandOver, Campaign, Delivery, DeliveryPoint
from directory.models import Organization, User
from tests.coupons import toy
from tests.coupons.distribution.conftest import NOON, Sponsor, a_point, build
from tests.hostile import (
    HEADS,
    LONG,
    TELLING,
    Seen,
    assert_inert,
    assert_plain_letter,
    intruders,
)
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db


def fill(text: str) -> None:
    """Every text of delivery points, parcels, hand-overs in number, and of people and sponsors."""
    DeliveryPoint.objects.update(
        name=text[:120],
        address=text[:250],
        commune=text[:120],
        contact=text[:120],
        phone=text[:40],
        opening=text[:200],
    )
    Delivery.objects.update(tracking=text[:100])
    BulkHandOver.objects.update(name=text[:200], refused=[{"number": text[:200], "reason": text[:200]}])
    Organization.objects.update(name=text[:250])
    User.objects.update(name=text[:120])
    Campaign.objects.update(summary=text[:600])


@pytest.fixture
def furnished(sponsor: Sponsor) -> tuple[Sponsor, DeliveryPoint, BulkHandOver]:
    point = a_point(sponsor.organization)
    Booklet.objects.filter(order=sponsor.order).update(delivery_point=point)
    Delivery.objects.create(order=sponsor.order, delivery_point=point, booklets=3, sent_at=NOON)
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON, delivery_point=point)
    told = bulk.circumstances(point, "person", "", timezone.now())
    numbers = [sponsor.booklets[1].pk, 10**6]
    planned = bulk.plan(
        organization=sponsor.organization, name="x", numbers=numbers, unread=[], told=told, by=sponsor.manager
    )
    return sponsor, point, planned


def test_typed_texts_are_text(furnished: tuple[Sponsor, DeliveryPoint, BulkHandOver]) -> None:
    sponsor, point, planned = furnished
    given, inert, _other = (booklet.pk for booklet in sponsor.booklets)

    def at(name: str, *args: int) -> str:
        return reverse(f"distribution:{name}", args=[sponsor.organization.pk, *args])

    client = SignedInClient()
    client.force_login(sponsor.manager)
    client.post(at("place"), {"point": point.pk})
    addresses = [
        at("booklets"),
        at("booklet", given),
        at("lost", inert),
        at("counter"),
        at("counter") + f"?carnet={given}",
        at("counter") + f"?carnet={inert}",
        at("place"),
        at("points"),
        at("point", point.pk),
        at("point_edit", point.pk),
        at("bulk_new"),
        at("bulk", planned.pk),
    ]
    assert_inert(fill, [(client, addresses)], [*TELLING, *LONG])


def test_what_is_said_of_a_cheque_is_text(client: Client) -> None:
    """Names of campaigns are final once ordered: each hostile one has a campaign of its own."""
    usual: set[str] = set()
    for text in ["Campagne", *TELLING]:
        made = build(1, campaign=toy.a_campaign(name=text[:120], summary=text[:600]))
        hand_over(booklets=made.booklets, by=made.distributor, at=NOON)
        page = client.post("/cheque/", {"code": made.codes[0]}).content.decode()
        usual = usual or Seen(page).kinds
        assert not intruders(page, usual), text


@pytest.mark.parametrize("page", ["counter", "booklets", "cheque"])
def test_what_is_typed_in_vain_is_text(client: Client, sponsor: Sponsor, page: str) -> None:
    client.force_login(sponsor.distributor)
    own = [sponsor.organization.pk]
    address = "/cheque/" if page == "cheque" else reverse(f"distribution:{page}", args=own)
    field = "code" if page == "cheque" else "number"
    usual = Seen(client.post(address, {field: "x"}).content.decode()).kinds
    for text in TELLING:
        answer = client.post(address, {field: text})
        assert answer.status_code == 200
        assert not intruders(answer.content.decode(), usual), text


@pytest.mark.parametrize("payload", [*TELLING, *HEADS])
def test_letters_are_plain_and_keep_their_heads(
    payload: str, django_capture_on_commit_callbacks: Any
) -> None:
    sponsor = build(2, campaign=toy.a_campaign(name=payload[:120]))
    point = a_point(sponsor.organization, payload[:120])
    Booklet.objects.filter(order=sponsor.order).update(delivery_point=point)
    hand_over(booklets=sponsor.booklets[:1], by=sponsor.distributor, at=NOON)
    sponsor.order.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        remind(NOON.replace(year=2027, month=10))
    [letter] = mail.outbox
    assert_plain_letter(letter, [sponsor.manager.email])
    assert " ".join(payload.split())[:40] in " ".join(letter.body.split()) + letter.subject
