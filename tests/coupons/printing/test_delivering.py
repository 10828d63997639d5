"""Parcels: each line of an order gets booklets of its own, sent once, received once."""

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from coupons import issuing
from coupons.choices import OrderStatus
from coupons.models import Booklet, Delivery, DeliveryPoint, Order
from coupons.printing import delivering, slips
from directory.accounts.refusals import Refused
from directory.models import Membership, Organization, User
from tests.coupons import toy

pytestmark = pytest.mark.django_db


def a_point(organization: Organization, name: str) -> DeliveryPoint:
    return DeliveryPoint.objects.create(
        organization=organization,
        name=name,
        address="1 rue",
        postcode="19000",
        commune="Tulle",
        contact="Accueil",
    )


@pytest.fixture
def parcels() -> list[Delivery]:
    """Of a printed order of six booklets: one, three, two."""
    order = toy.an_order(booklets=6, status=OrderStatus.FUNDED)
    issuing.issue(order=order, at=toy.AT)
    order.status = OrderStatus.PRINTED
    order.save()
    sponsor = order.campaign.organization
    return [
        Delivery.objects.create(order=order, delivery_point=a_point(sponsor, f"Point {n}"), booklets=n)
        for n in (1, 3, 2)
    ]


def order_of(parcels: list[Delivery]) -> Order:
    return Order.objects.get(pk=parcels[0].order_id)


def positions(parcel: Delivery) -> list[int]:
    return list(delivering.booklets_of(parcel).values_list("position", flat=True))


def test_lines_share_the_booklets_out(parcels: list[Delivery]) -> None:
    assert [positions(parcel) for parcel in parcels] == [[1], [2, 3, 4], [5, 6]]


def test_ranges_of_numbers_stop_at_a_cancelled_booklet(parcels: list[Delivery]) -> None:
    booklets = list(Booklet.objects.order_by("position"))
    Booklet.objects.filter(pk=booklets[2].pk).update(status="cancelled")
    numbers = delivering.numbers_by_delivery([parcels[0].order_id])
    told = [[(one.first, one.last, one.booklets) for one in numbers[parcel.pk]] for parcel in parcels]
    name = [booklet.number for booklet in booklets]
    assert told == [
        [(name[0], name[0], 1)],
        [(name[1], name[1], 1), (name[3], name[3], 1)],
        [(name[4], name[5], 2)],
    ]
    assert positions(parcels[1]) == [2, 4]


def test_what_is_received_is_in_stock_and_the_last_line_delivers(
    parcels: list[Delivery], operator: User
) -> None:
    for parcel in parcels:
        assert order_of(parcels).status == OrderStatus.PRINTED
        delivering.send(delivery=parcel, tracking="1Z", by=operator, at=toy.AT)
        assert not parcel.delivery_point.stock.exists()
        delivering.receive(delivery=parcel, by=operator, at=toy.AT)
        assert parcel.delivery_point.stock.count() == parcel.booklets
    order = order_of(parcels)
    assert (order.status, order.delivered_at) == (OrderStatus.DELIVERED, toy.AT)


def test_a_parcel_is_sent_before_it_is_received_and_each_once(
    parcels: list[Delivery], operator: User
) -> None:
    with pytest.raises(Refused, match="pas encore parti"):
        delivering.receive(delivery=parcels[0], by=operator, at=toy.AT)
    delivering.send(delivery=parcels[0], tracking="", by=operator, at=toy.AT)
    with pytest.raises(Refused, match="déjà noté"):
        delivering.send(delivery=parcels[0], tracking="", by=operator, at=toy.AT)
    delivering.receive(delivery=parcels[0], by=operator, at=toy.AT)
    with pytest.raises(Refused, match="déjà confirmée"):
        delivering.receive(delivery=parcels[0], by=operator, at=toy.AT)


def test_what_is_not_printed_is_not_sent(operator: User) -> None:
    order = toy.an_order(status=OrderStatus.FUNDED)
    parcel = Delivery.objects.create(
        order=order, delivery_point=a_point(order.campaign.organization, "Point"), booklets=2
    )
    with pytest.raises(Refused, match="commande imprimée"):
        delivering.send(delivery=parcel, tracking="", by=operator, at=toy.AT)


def test_what_was_moved_elsewhere_stays_there(parcels: list[Delivery], operator: User) -> None:
    """A booklet that the sponsor has already put in another stock is not taken out of it."""
    [first] = delivering.booklets_of(parcels[0])
    elsewhere = parcels[1].delivery_point
    Booklet.objects.filter(pk=first.pk).update(delivery_point=elsewhere)
    delivering.send(delivery=parcels[0], tracking="", by=operator, at=toy.AT)
    delivering.receive(delivery=parcels[0], by=operator, at=toy.AT)
    first.refresh_from_db()
    assert first.delivery_point == elsewhere


def test_the_slip_says_the_numbers_and_no_code(parcels: list[Delivery]) -> None:
    slip = pypdfium2.PdfDocument(slips.pdf(parcels[1], toy.AT.date()))
    told = " ".join(slip[0].get_textpage().get_text_range().split())
    first, _second, last = delivering.booklets_of(parcels[1])
    for expected in ("Point 3", first.number, last.number, "3 carnets de 10 chèques", "19000 Tulle"):
        assert expected in told


def test_the_operator_sends_and_the_sponsor_confirms(
    client: Client, parcels: list[Delivery], operator: User
) -> None:
    client.force_login(operator)
    page = client.get(reverse("printing:order_deliveries", args=[parcels[0].order_id]))
    assert "Noter l&#x27;envoi" in page.text or "Noter l'envoi" in page.text
    client.post(reverse("printing:send", args=[parcels[0].pk]), {"tracking": "1Z999"})
    sponsor = parcels[0].order.campaign.organization
    distributor = User.objects.create_user("remise@exemple.test")
    Membership.objects.create(user=distributor, organization=sponsor, role="sponsor-distributor")
    client.force_login(distributor)
    assert "1Z999" in client.get(reverse("printing:own_deliveries", args=[sponsor.pk])).text
    client.post(reverse("printing:own_receive", args=[sponsor.pk, parcels[0].pk]))
    parcels[0].refresh_from_db()
    assert parcels[0].received_by == distributor


def test_a_sponsor_confirms_its_own_parcels_only(
    client: Client, parcels: list[Delivery], operator: User
) -> None:
    delivering.send(delivery=parcels[0], tracking="", by=operator, at=toy.AT)
    other = toy.a_sponsor("Un autre commanditaire")
    foreigner = User.objects.create_user("autre@exemple.test")
    Membership.objects.create(user=foreigner, organization=other, role="sponsor-distributor")
    client.force_login(foreigner)
    assert client.post(reverse("printing:own_receive", args=[other.pk, parcels[0].pk])).status_code == 404


@pytest.mark.parametrize("lines", [1, 20])
def test_the_page_of_an_order_asks_as_much_for_one_line_as_for_twenty(
    client: Client, operator: User, django_assert_max_num_queries: object, lines: int
) -> None:
    order = toy.an_order(booklets=lines, booklet_size=1, status=OrderStatus.FUNDED)
    issuing.issue(order=order, at=toy.AT)
    for n in range(lines):
        Delivery.objects.create(
            order=order, delivery_point=a_point(order.campaign.organization, f"P{n}"), booklets=1
        )
    client.force_login(operator)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get(reverse("printing:order_deliveries", args=[order.pk]))
