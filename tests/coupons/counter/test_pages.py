"""The counter's pages: looked at, paid, told, taken back; without script."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coupons import guessing
from coupons.codes import new_codes, printed
from coupons.counter import cancelling
from coupons.counter.views.app import SHELL
from coupons.models import Coupon, Payment
from directory.models import Category, Labelling, Organization, Place, Service, StaffRole, User, Venue
from geodata.models import Area
from tests.coupons import toy
from tests.coupons.counter.conftest import Provider, Sign, build, coupons

pytestmark = pytest.mark.django_db


def at(name: str, provider: Provider, *args: Any) -> str:
    return reverse(f"counter:{name}", args=[provider.organization.pk, *args])


def passage(provider: Provider, codes: list[str], **fields: Any) -> dict[str, Any]:
    return {
        "service": provider.service.pk,
        "price": "35",
        "codes": "\n".join(codes),
        "key": uuid4(),
        **fields,
    }


def paid(client: Client, provider: Provider, codes: list[str], **fields: Any) -> Payment:
    client.get(at("counter", provider))
    answer = client.post(at("counter", provider), {**passage(provider, codes, **fields), "pay": "1"})
    found = Payment.objects.latest("pk")
    assert answer.status_code == 302, answer.content.decode()
    assert answer.headers["Location"] == at("payment", provider, found.pk)
    return found


def test_looked_at_then_confirmed(agent: Client, provider: Provider) -> None:
    codes = coupons(3)
    asked = passage(provider, [printed(codes[0]), f"https://aptic.example/cheque/#{codes[1]}", codes[2]])
    looked = agent.post(at("counter", provider), {**asked, "look": "1"})
    page = " ".join(looked.content.decode().split())
    assert "Confirmer le paiement" in page
    assert "30 €" in page
    assert "5 €" in page
    assert str(asked["key"]) in page
    assert not Payment.objects.exists()
    answer = agent.post(at("counter", provider), {**asked, "pay": "1"}, follow=True)
    receipt = answer.content.decode()
    assert "À encaisser autrement" in receipt
    assert not [code for code in codes if code in receipt or printed(code) in receipt]
    again = agent.post(at("counter", provider), {**asked, "pay": "1"})
    assert again.headers["Location"] == answer.redirect_chain[0][0]
    found = Payment.objects.get()
    assert (found.covered_cents, found.cash_cents, found.agent) == (3000, 500, provider.agent)


def test_a_code_is_kept_nowhere(agent: Client, provider: Provider, caplog: Any) -> None:
    codes = coupons(1)
    agent.post(at("counter", provider), {**passage(provider, [*codes, "ABCD"]), "pay": "1"})
    paid(agent, provider, codes)
    kept = [json.dumps(one.get_decoded()) for one in Session.objects.all()]
    assert kept
    assert not [text for text in [*kept, caplog.text] if codes[0] in text or printed(codes[0]) in text]


def test_more_than_the_price_is_said_before(agent: Client, provider: Provider) -> None:
    answer = agent.post(at("counter", provider), passage(provider, coupons(1), price="6,50"))
    page = " ".join(answer.content.decode().split())
    assert "retourne à qui a offert les chèques" in page
    assert "3,50 €" in page


def test_each_refusal_says_why_and_what_to_do(agent: Client, provider: Provider) -> None:
    campaign = toy.a_campaign(booklet_size=1)
    outline = "MULTIPOLYGON(((10 10,11 10,11 11,10 11,10 10)))"
    area = Area.objects.create(level="epci", code="x", name="Pays lointain", geom=outline, point="POINT(1 1)")
    campaign.areas.add(area)
    other = Category.objects.exclude(parent=None).exclude(pk=provider.service.category_id)[0]
    elsewhere = coupons(1, campaign)
    with_category = toy.a_campaign(booklet_size=1)
    with_category.categories.add(other)
    of_category = coupons(1, with_category)
    _booklets, inert = toy.booklets_of(toy.an_order(status=toy.OrderStatus.PRINTED))
    used = coupons(1)
    paid(agent, provider, used)
    asked = [*elsewhere, *of_category, inert[0], *used, "ABCD"]
    page = agent.post(at("counter", provider), passage(provider, asked)).content.decode()
    for words in (
        "Pays lointain",
        other.name,
        "pas été remis",
        "déjà été utilisé ici, le",
        "vérifiez chaque signe",
    ):
        assert words in page
    assert page.count("is-refused") == 5
    assert 'name="pay"' not in page


def test_a_coupon_that_just_went_is_refused_at_the_confirmation(agent: Client, provider: Provider) -> None:
    codes = coupons(2)
    asked = passage(provider, codes)
    assert 'name="pay"' in agent.post(at("counter", provider), asked).content.decode()
    paid(agent, provider, codes[:1])
    answer = agent.post(at("counter", provider), {**asked, "pay": "1"})
    assert answer.status_code == 200
    assert "déjà été utilisé ici" in answer.content.decode()
    assert Payment.objects.count() == 1


def test_a_page_that_has_paid_pays_nothing_else(agent: Client, provider: Provider) -> None:
    codes, key = coupons(2), uuid4()
    paid(agent, provider, codes[:1], key=key)
    page = agent.post(
        at("counter", provider), {**passage(provider, codes[1:], key=key), "pay": "1"}
    ).content.decode()
    assert "a déjà servi" in page
    assert str(key) not in page
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"codes": "", "pay": "1"}, "Scannez ou tapez au moins un chèque."),
        ({"price": "x"}, "Écrivez un prix en euros"),
        ({"price": "0", "pay": "1"}, "gardez les chèques"),
        ({"service": 10**9}, "choisissez-en un autre"),
        ({"key": "x"}, "UUID"),
        ({"codes": "x\n" * 51, "pay": "1"}, "faites-en deux"),
    ],
)
def test_what_is_wrong_is_said(agent: Client, provider: Provider, fields: dict[str, Any], words: str) -> None:
    answer = agent.post(at("counter", provider), {**passage(provider, ["ABCD"]), **fields})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_price_is_asked_for_where_there_is_none_and_ignored_where_it_is_fixed(
    agent: Client, provider: Provider
) -> None:
    codes = coupons(2)
    Service.objects.update(price_cents=None, price_note="")
    asked = passage(provider, codes[:1], price="")
    assert "écrivez le prix demandé" in agent.post(at("counter", provider), asked).content.decode()
    Service.objects.update(price_cents=2000)
    assert paid(agent, provider, codes[1:], price="7").price_cents == 2000


def test_wrong_codes_shut_the_counter(agent: Client, provider: Provider) -> None:
    good = coupons(1)
    agent.post(at("counter", provider), passage(provider, new_codes(guessing.MOST_BY_ACCOUNT)))
    for asked in ({}, {"pay": "1"}):
        answer = agent.post(at("counter", provider), {**passage(provider, good), **asked})
        assert answer.status_code == 429
        assert "Trop de codes faux" in answer.content.decode()
    assert not Payment.objects.exists()


def test_only_what_can_be_paid_is_offered(agent: Client, provider: Provider) -> None:
    own = {"venue": provider.service.venue, "category": provider.service.category}
    Service.objects.create(name="Brouillon", price_cents=100, **own)
    Service.objects.create(name="Sans frais", price_cents=0, status="approved", **own)
    page = agent.get(at("counter", provider)).content.decode()
    assert "Atelier" in page
    assert "Brouillon" not in page
    assert "Sans frais" not in page
    Labelling.objects.update(during=("2020-01-01", "2020-02-01"))
    assert "Aucun service ne se paie ici" in agent.get(at("counter", provider)).content.decode()


def test_the_place_is_chosen_once(agent: Client, provider: Provider) -> None:
    Place.objects.filter(pk=provider.place.pk).update(is_stop=True, name="Mairie")
    Place.objects.create(
        venue=provider.service.venue, is_stop=True, point="SRID=4326;POINT(1.6 1.6)", name="Gare"
    )
    assert agent.get(at("counter", provider)).headers["Location"] == at("place", provider)
    other = build("Autre").place
    assert agent.post(at("place", provider), {"place": other.pk}).status_code == 200
    gare = Place.objects.get(name="Gare")
    assert agent.post(at("place", provider), {"place": gare.pk}).status_code == 302
    assert "Gare" in agent.get(at("counter", provider)).content.decode()
    assert paid(agent, provider, coupons(1)).place == gare
    more = [Place(venue=gare.venue, is_stop=True, point=gare.point, name=f"Arrêt {n}") for n in range(20)]
    Place.objects.bulk_create(more)
    page = agent.get(at("place", provider)).content.decode()
    assert page.count("<option") == 22
    assert f'<option value="{gare.pk}" selected>' in page


def test_taken_back_on_the_same_device_within_a_quarter_of_an_hour(
    agent: Client, provider: Provider, sign: Sign
) -> None:
    found = paid(agent, provider, coupons(1))
    assert found.device
    other = sign(provider.agent)
    other.get(at("counter", provider))
    assert "Oui, annuler" not in other.get(at("payment", provider, found.pk)).content.decode()
    page = other.post(at("cancel", provider, found.pk), follow=True).content.decode()
    assert "sur l'appareil qui l'a fait" in page.replace("&#x27;", "'")
    assert "Oui, annuler" in agent.get(at("payment", provider, found.pk)).content.decode()
    page = agent.post(at("cancel", provider, found.pk), follow=True).content.decode()
    assert "Paiement annulé" in page
    found.refresh_from_db()
    assert found.cancelled_by == provider.agent
    assert Coupon.objects.get().state == "active"
    assert "déjà annulé" in agent.post(at("cancel", provider, found.pk), follow=True).content.decode()


def test_not_a_minute_later(agent: Client, provider: Provider) -> None:
    found = paid(agent, provider, coupons(1))
    told = {"payment": found, "by": provider.agent, "device": found.device}
    with pytest.raises(cancelling.CancelRefused, match="Plus de 15 minutes"):
        cancelling.cancel_here(**told, at=found.at + timedelta(minutes=15))
    cancelling.cancel_here(**told, at=found.at + timedelta(minutes=14, seconds=59))


def test_later_by_the_platform(agent: Client, provider: Provider, sign: Sign) -> None:
    found = paid(agent, provider, coupons(1))
    operator = User.objects.create_user("operator@exemple.test")
    StaffRole.objects.create(user=operator, role="operator")
    desk = sign(operator)
    answer = desk.get(reverse("counter:desk"), {"numero": found.pk})
    assert answer.headers["Location"] == reverse("counter:desk_payment", args=[found.pk])
    assert desk.get(reverse("counter:desk"), {"numero": 10**9}).status_code == 400
    assert desk.get(reverse("counter:desk"), {"numero": "x"}).status_code == 400
    address = reverse("counter:desk_cancel", args=[found.pk])
    assert "obligatoire" in desk.post(address, {"reason": ""}).content.decode()
    provider.organization.memberships.create(user=operator, role="provider-agent")
    assert "un collègue" in desk.post(address, {"reason": "Erreur"}, follow=True).content.decode()
    provider.organization.memberships.filter(user=operator).delete()
    desk.post(address, {"reason": "Erreur de prix"})
    found.refresh_from_db()
    assert (found.cancelled_by, found.cancel_reason) == (operator, "Erreur de prix")
    assert "Erreur de prix" in agent.get(at("payment", provider, found.pk)).content.decode()


def test_who_sees_payments_may_not_all_cancel_them(agent: Client, provider: Provider, sign: Sign) -> None:
    found = paid(agent, provider, coupons(1))
    approver = User.objects.create_user("approver@exemple.test")
    StaffRole.objects.create(user=approver, role="approver")
    desk = sign(approver)
    page = desk.get(reverse("counter:desk_payment", args=[found.pk])).content.decode()
    assert "Motif" not in page
    address = reverse("counter:desk_cancel", args=[found.pk])
    assert desk.post(address, {"reason": "x"}).status_code == 403


def test_the_day_and_its_totals(agent: Client, provider: Provider) -> None:
    codes = coupons(4)
    paid(agent, provider, codes[:3])
    undone = paid(agent, provider, codes[3:])
    agent.post(at("cancel", provider, undone.pk))
    page = " ".join(agent.get(at("payments", provider)).content.decode().split())
    assert "<dt>Paiements</dt><dd>1</dd>" in page
    assert "<dt>Payé par les chèques</dt><dd>30 €</dd>" in page.replace("\xa0", " ")
    assert "<dt>Annulés</dt><dd>1</dd>" in page
    yesterday = timezone.localdate() - timedelta(days=1)
    assert (
        "Aucun paiement ce jour-là"
        in agent.get(at("payments", provider), {"jour": yesterday}).content.decode()
    )
    assert agent.get(at("payments", provider), {"jour": "x"}).status_code == 400


def test_others_payments_are_not_there(agent: Client, provider: Provider, sign: Sign) -> None:
    other = build("Autre")
    found = paid(sign(other.agent), other, coupons(1))
    assert agent.get(at("payment", provider, found.pk)).status_code == 404
    assert agent.post(at("cancel", provider, found.pk)).status_code == 404
    assert agent.get(at("payment", other, found.pk)).status_code == 404
    assert f"n° {found.pk}" not in agent.get(at("payments", provider)).content.decode()


def questions(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert ask().status_code == 200
        return len(asked)


def test_as_many_questions_for_one_row_as_for_twenty(agent: Client, provider: Provider) -> None:
    codes = coupons(21)
    first = paid(agent, provider, codes[:1], price="10")
    lists = [at("payments", provider), at("counter", provider)]
    few = [questions(partial(agent.get, address)) for address in lists]
    one = questions(partial(agent.get, at("payment", provider, first.pk)))
    look_at_one = questions(partial(agent.post, at("counter", provider), passage(provider, codes[1:2])))
    look_at_all = questions(partial(agent.post, at("counter", provider), passage(provider, codes[1:])))
    many = paid(agent, provider, codes[1:5])
    for code in codes[5:]:
        paid(agent, provider, [code], price="10")
    own = {"venue": provider.service.venue, "category": provider.service.category, "price_cents": 100}
    for number in range(20):
        Service.objects.create(name=f"Service {number}", status="approved", **own)
    assert [questions(partial(agent.get, address)) for address in lists] == few
    assert questions(partial(agent.get, at("payment", provider, many.pk))) == one
    assert look_at_all == look_at_one


def test_an_application_that_opens_without_network(agent: Client, provider: Provider) -> None:
    counter = at("counter", provider)
    manifest = agent.get(at("manifest", provider))
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    told = manifest.json()
    assert told["start_url"] == told["scope"] == counter
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    worker = agent.get(at("worker", provider))
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert at("manifest", provider) in agent.get(counter).content.decode()


def test_the_worker_keeps_every_file_the_counter_is_drawn_with(agent: Client, provider: Provider) -> None:
    """What the page asks for, save what only an installed application shows."""
    page = agent.get(at("counter", provider)).content.decode()
    asked = set(re.findall(r'(?:href|src|data-reader|data-wasm)="/static/([^"]+)"', page))
    assert asked - set(SHELL) == {"coupons/icons/counter-192.png"}


def test_a_counter_of_another_organisation(agent: Client) -> None:
    other = Organization.objects.create(name="Autre", is_provider=True)
    Venue.objects.create(name="x", organization=other)
    assert agent.get(reverse("counter:counter", args=[other.pk])).status_code == 404
