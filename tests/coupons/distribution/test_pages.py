"""The counter and its neighbours, over HTTP: who enters, what is told, how many queries."""

from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coupons.distribution import bulk as bulk_verbs
from coupons.distribution.handing import hand_over
from coupons.models import Booklet, BulkHandOver, Campaign, Delivery, DeliveryPoint, HandOver
from geodata.models import Area
from tests.coupons.distribution.conftest import NOON, Sponsor, a_point, build, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune(db: None) -> Area:
    outline = MultiPolygon(Polygon.from_bbox((1, 46, 2, 47)), srid=4326)
    return Area.objects.create(
        level="commune", code="23096", name="Guéret", geom=outline, point=Point(1.5, 46.5)
    )


def at(name: str, sponsor: Sponsor, *args: Any) -> str:
    return reverse(f"distribution:{name}", args=[sponsor.organization.pk, *args])


@pytest.fixture
def counter(client: Client, sponsor: Sponsor) -> Client:
    client.force_login(sponsor.distributor)
    return client


def given(client: Client, sponsor: Sponsor, booklet: Booklet, **profile: str) -> Any:
    typed = client.post(at("counter", sponsor), {"number": booklet.number})
    assert typed.status_code == 302
    return client.post(typed.headers["Location"], {"confirm": "1", **profile}, follow=True)


def test_a_number_then_a_tap(counter: Client, sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    page = given(
        counter, sponsor, booklet, public="person", age_band="75+", situation="retired"
    ).content.decode()
    assert "Remis." in page
    assert f"{booklet.number} : utilisable jusqu" in page
    assert "1 carnet remis par vous aujourd" in page
    done = HandOver.objects.get()
    assert (done.by, done.public, done.age_band, done.situation) == (
        sponsor.distributor,
        "person",
        "75+",
        "retired",
    )


def test_a_reload_hands_nothing_over_again(counter: Client, sponsor: Sponsor) -> None:
    answer = given(counter, sponsor, sponsor.booklets[0])
    last = answer.redirect_chain[-1][0]
    assert "Remis." in counter.get(last).content.decode()
    assert HandOver.objects.count() == 1


def test_the_same_booklet_again_is_told_before_anything_is_asked(counter: Client, sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    given(counter, sponsor, booklet)
    page = counter.post(at("counter", sponsor), {"number": booklet.number}, follow=True).content.decode()
    assert "est déjà remis, le" in page
    assert 'name="confirm"' not in page


@pytest.mark.parametrize("typed", ["CN 0000 0001 00", "12", "x" * 60, "CN 9999 9999 9999 99"])
def test_a_wrong_number(counter: Client, sponsor: Sponsor, typed: str) -> None:
    answer = counter.post(at("counter", sponsor), {"number": typed})
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()


def test_a_foreign_booklet_is_as_unknown_as_none(counter: Client, sponsor: Sponsor) -> None:
    other = build(1, "Une autre mairie")
    pages = []
    for number in (other.booklets[0].number, Booklet(pk=other.booklets[0].pk + 1000).number):
        page = counter.post(at("counter", sponsor), {"number": number}).content.decode()
        pages.append(page.replace(number, "").split("</form>")[0].split("csrfmiddlewaretoken")[0])
        assert "Aucun de vos carnets" in page
    assert pages[0] == pages[1]
    chosen = f"{at('counter', sponsor)}?carnet={other.booklets[0].pk}"
    assert other.booklets[0].number not in counter.get(chosen).content.decode()
    counter.post(chosen, {"confirm": "1"})
    assert not HandOver.objects.exists()
    for name in ("booklet", "lost"):
        counter.force_login(sponsor.manager)
        assert counter.get(at(name, sponsor, other.booklets[0].pk)).status_code == 404


@pytest.mark.parametrize("page", ["counter", "booklets"])
def test_a_secret_code_typed_by_mistake_goes_no_further(counter: Client, sponsor: Sponsor, page: str) -> None:
    code = sponsor.codes[0]
    for typed in (code, f"https://example.org/cheque/#{code}"):
        answer = counter.post(at(page, sponsor), {"number": typed})
        assert answer.status_code == 200
        assert "il reste secret" in answer.content.decode()
        assert code not in answer.content.decode() + str(answer.headers)


def test_two_booklets_for_one_person(counter: Client, sponsor: Sponsor) -> None:
    first, second, _third = sponsor.booklets
    address = counter.post(at("counter", sponsor), {"number": first.number}).headers["Location"]
    address = counter.post(address, {"number": second.number}).headers["Location"]
    page = counter.post(address, {"confirm": "1"}, follow=True).content.decode()
    assert first.number in page
    assert second.number in page
    assert HandOver.objects.get().booklets.count() == 2


def test_where_one_is_is_remembered(counter: Client, sponsor: Sponsor, commune: Area) -> None:
    point = a_point(sponsor.organization)
    counter.post(at("place", sponsor), {"point": point.pk})
    given(counter, sponsor, sponsor.booklets[0])
    assert HandOver.objects.get().delivery_point == point
    assert "pas trouvée" in counter.post(at("place", sponsor), {"commune": "Nulle part"}).content.decode()


def test_a_foreign_point_is_no_place(counter: Client, sponsor: Sponsor) -> None:
    other = a_point(build(1, "Ailleurs").organization)
    assert counter.post(at("place", sponsor), {"point": other.pk}).status_code == 200
    assert "point" not in str(counter.session.get(f"coupons.here.{sponsor.organization.pk}", ""))


def test_the_rule_is_asked_for_and_told(counter: Client, sponsor: Sponsor) -> None:
    Campaign.objects.filter(pk=sponsor.campaign.pk).update(
        publics=["employee"], situations=["working", "student"]
    )
    address = counter.post(at("counter", sponsor), {"number": sponsor.booklets[0].number}).headers["Location"]
    page = counter.get(address).content.decode()
    assert "Salariés" in page
    assert "Particuliers" not in page
    assert "choisissez" in counter.post(address, {"confirm": "1", "public": "employee"}).content.decode()
    assert (
        "Remis."
        in counter.post(
            address, {"confirm": "1", "public": "employee", "situation": "student"}, follow=True
        ).content.decode()
    )


@pytest.mark.parametrize(
    ("role", "sees", "hands_over", "cancels"),
    [
        ("sponsor-manager", 200, 200, 200),
        ("sponsor-distributor", 200, 200, 403),
        ("sponsor-viewer", 200, 403, 403),
        ("provider-agent", 200, 403, 403),
    ],
)
def test_who_may(
    client: Client, sponsor: Sponsor, role: str, sees: int, hands_over: int, cancels: int
) -> None:
    people = {"sponsor-manager": sponsor.manager, "sponsor-distributor": sponsor.distributor}
    client.force_login(people.get(role) or member(sponsor.organization, role))
    booklet, point = sponsor.booklets[0], a_point(sponsor.organization)
    for name, args in {"booklets": [], "booklet": [booklet.pk], "points": [], "point": [point.pk]}.items():
        assert client.get(at(name, sponsor, *args)).status_code == sees, name
    for name in ("counter", "place", "bulk_new"):
        assert client.get(at(name, sponsor)).status_code == hands_over, name
    for name, args in {"lost": [booklet.pk], "point_new": [], "point_edit": [point.pk]}.items():
        assert client.get(at(name, sponsor, *args)).status_code == cancels, name


def test_a_lost_booklet_is_replaced(client: Client, sponsor: Sponsor) -> None:
    booklet = sponsor.booklets[0]
    hand_over(booklets=[booklet], by=sponsor.distributor, at=NOON)
    client.force_login(sponsor.manager)
    page = client.post(
        at("lost", sponsor, booklet.pk), {"loss": "stolen", "replace": "yes"}, follow=True
    ).content.decode()
    made = Booklet.objects.get(replaces=booklet)
    assert made.number in page
    for words in ("Remis", "Annulé", "volé", "Annulé : 10"):
        assert words in page
    again = client.post(at("lost", sponsor, booklet.pk), {"loss": "lost", "replace": "no"})
    assert "déjà annulé" in again.content.decode()


def test_a_point_is_placed_edited_and_closed(client: Client, sponsor: Sponsor, commune: Area) -> None:
    client.force_login(sponsor.manager)
    fields = {
        "name": "Accueil",
        "address": "1 place de la Mairie",
        "address_extra": "Bâtiment B",
        "postcode": "23000",
    }
    where = {"lon": "1.5", "lat": "46.5"}
    client.post(at("point_new", sponsor), {**fields, **where, "phone": "05 55 00 00 00"})
    point = DeliveryPoint.objects.get()
    assert (point.address, point.commune, point.commune_code) == (
        "1 place de la Mairie, Bâtiment B",
        "Guéret",
        "23096",
    )
    assert point.phone == "+33555000000"
    assert "a déjà ce nom" in client.post(at("point_new", sponsor), {**fields, **where}).content.decode()
    at_sea = client.post(at("point_new", sponsor), {**fields, "name": "Mer", "lon": "-20", "lat": "46"})
    assert "commune" in at_sea.content.decode()
    client.post(at("point_edit", sponsor, point.pk), {**fields, **where, "name": "Accueil du CCAS"})
    Booklet.objects.filter(pk=sponsor.booklets[0].pk).update(delivery_point=point)
    page = client.post(at("point_close", sponsor, point.pk), follow=True).content.decode()
    assert "Il reste des carnets" in page
    Booklet.objects.filter(pk=sponsor.booklets[0].pk).update(status="cancelled")
    client.post(at("point_close", sponsor, point.pk))
    point.refresh_from_db()
    assert (point.name, point.closed_at is not None) == ("Accueil du CCAS", True)


def test_a_point_that_waits_for_a_parcel_stays_open(client: Client, sponsor: Sponsor) -> None:
    point = a_point(sponsor.organization)
    Delivery.objects.create(order=sponsor.order, delivery_point=point, booklets=3, sent_at=NOON)
    client.force_login(sponsor.manager)
    page = client.post(at("point_close", sponsor, point.pk), follow=True).content.decode()
    assert "attend d&#x27;être livrée" in page
    assert "Bien reçue" in page


def test_stock_is_counted_where_it_is(client: Client, sponsor: Sponsor) -> None:
    here, there = a_point(sponsor.organization), a_point(sponsor.organization, "Médiathèque")
    first, second, third = sponsor.booklets
    Booklet.objects.filter(pk__in=[first.pk, second.pk]).update(delivery_point=here)
    Booklet.objects.filter(pk=third.pk).update(delivery_point=there)
    hand_over(booklets=[first], by=sponsor.distributor, at=NOON, delivery_point=here)
    client.force_login(sponsor.manager)
    page = client.get(at("booklets", sponsor)).content.decode()
    assert page.index("Maison des associations") < page.index("Médiathèque")
    listed = client.get(at("booklets", sponsor), {"point": here.pk, "etat": "inert"}).content.decode()
    assert second.number in listed
    assert first.number not in listed
    assert third.number not in listed


@pytest.mark.parametrize("page", ["booklets", "points", "booklet", "counter"])
def test_as_many_queries_for_twenty_as_for_one(client: Client, page: str) -> None:
    def queries(n: int) -> int:
        sponsor = build(n, f"Mairie {n}")
        for rank, booklet in enumerate(sponsor.booklets):
            point = a_point(sponsor.organization, f"Point {rank}")
            Booklet.objects.filter(pk=booklet.pk).update(delivery_point=point)
            Delivery.objects.create(order=sponsor.order, delivery_point=point, booklets=1, sent_at=NOON)
        hand_over(booklets=sponsor.booklets, by=sponsor.distributor, at=NOON)
        client.force_login(sponsor.distributor)
        args = [sponsor.booklets[0].pk] if page == "booklet" else []
        query = {"carnet": [b.pk for b in sponsor.booklets]} if page == "counter" else {}
        with CaptureQueriesContext(connection) as seen:
            assert client.get(at(page, sponsor, *args), query).status_code == 200
        return len(seen)

    queries(1)
    assert queries(1) == queries(20)


def a_csv(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("carnets.csv", "\n".join(lines).encode(), "text/csv")


def test_in_number_by_file_is_told_first_and_done_after(counter: Client, sponsor: Sponsor) -> None:
    first, second, third = sponsor.booklets
    hand_over(booklets=[third], by=sponsor.manager, at=NOON)
    other = build(1, "Autre").booklets[0]
    file = a_csv(
        "carnet;nom", f"{first.number};", second.number, third.number, other.number, sponsor.codes[0], "x"
    )
    page = counter.post(
        at("bulk_new", sponsor), {"file": file, "public": "person"}, follow=True
    ).content.decode()
    assert "<strong>2</strong> carnets peuvent être remis" in page
    for words in ("est déjà remis", other.number, "code secret", "ligne 7"):
        assert words in page
    assert sponsor.codes[0] not in page
    found = BulkHandOver.objects.get()
    assert HandOver.objects.count() == 1
    page = counter.post(at("bulk_confirm", sponsor, found.pk), follow=True).content.decode()
    assert "C'est fait" in page
    assert set(Booklet.objects.filter(order=sponsor.order).values_list("status", flat=True)) == {"active"}


def test_in_number_by_range(counter: Client, sponsor: Sponsor) -> None:
    first, *_others, last = sponsor.booklets
    told = {"first": first.number, "last": last.number}
    page = counter.post(at("bulk_new", sponsor), told, follow=True).content.decode()
    assert "<strong>3</strong> carnets" in page
    wrong = [
        {"first": last.number, "last": first.number},
        {"first": first.number},
        {"first": first.number, "last": "12"},
        {"first": first.number, "last": Booklet(pk=first.pk + 20_000).number},
        {"point": ""},
    ]
    for given_ in wrong:
        answer = counter.post(at("bulk_new", sponsor), given_)
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()


def test_in_number_what_changed_meanwhile_is_told(counter: Client, sponsor: Sponsor) -> None:
    first, second, third = sponsor.booklets
    counter.post(at("bulk_new", sponsor), {"first": first.number, "last": third.number})
    found = BulkHandOver.objects.get()
    hand_over(booklets=[second], by=sponsor.manager, at=NOON)
    counter.post(at("bulk_confirm", sponsor, found.pk))
    found.refresh_from_db()
    assert [row["number"] for row in found.refused] == [second.number]
    assert (found.status, found.done) == ("done", 3)
    counter.post(at("bulk_confirm", sponsor, found.pk))
    assert HandOver.objects.count() == 2


def test_many_are_the_worker_s_and_go_on_where_they_stopped(
    counter: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sponsor = build(7, "Grande", booklet_size=1)
    monkeypatch.setattr(bulk_verbs, "AT_ONCE", 3)
    monkeypatch.setattr(bulk_verbs, "CHUNK", 2)
    counter.force_login(sponsor.distributor)
    counter.post(
        at("bulk_new", sponsor), {"first": sponsor.booklets[0].number, "last": sponsor.booklets[-1].number}
    )
    found = BulkHandOver.objects.get()
    page = counter.post(at("bulk_confirm", sponsor, found.pk), follow=True).content.decode()
    assert "data-running" in page
    assert bulk_verbs.apply_chunk(found.pk, NOON)
    page = counter.get(at("bulk", sponsor, found.pk)).content.decode()
    assert "2 carnets faits sur 7" in page
    while bulk_verbs.apply_chunk(found.pk, NOON):
        pass
    assert Booklet.objects.filter(order=sponsor.order, status="active").count() == 7
    assert not bulk_verbs.apply_chunk(found.pk, NOON)


def test_who_no_longer_hands_over_hands_nothing_over(sponsor: Sponsor) -> None:
    told = bulk_verbs.circumstances(None, "", "", NOON)
    numbers = range(sponsor.booklets[0].pk, sponsor.booklets[-1].pk + 1)
    found = bulk_verbs.plan(
        organization=sponsor.organization,
        name="x",
        numbers=numbers,
        unread=[],
        told=told,
        by=sponsor.distributor,
    )
    bulk_verbs.confirm(bulk=found, at=NOON)
    sponsor.distributor.memberships.all().delete()
    assert not bulk_verbs.apply_chunk(found.pk, NOON)
    found.refresh_from_db()
    assert (found.status, HandOver.objects.count()) == ("failed", 0)


def test_a_stopped_one_does_no_more(counter: Client, sponsor: Sponsor) -> None:
    counter.post(
        at("bulk_new", sponsor), {"first": sponsor.booklets[0].number, "last": sponsor.booklets[-1].number}
    )
    found = BulkHandOver.objects.get()
    counter.post(at("bulk_cancel", sponsor, found.pk))
    counter.post(at("bulk_confirm", sponsor, found.pk))
    assert not HandOver.objects.exists()
