"""Payments by program: once for each key, every refusal told, nobody else's counter."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from coupons import guessing
from coupons.codes import new_codes, printed
from coupons.models import Coupon, Payment
from directory.models import Place, Service, User
from directory.tokens import create_token
from tests.at_once import at_once
from tests.coupons import toy
from tests.coupons.counter.conftest import Provider, build, coupons

pytestmark = pytest.mark.django_db
PAYMENTS, LOOK = "/api/v1/payments/", "/api/v1/coupons/look/"


def token(provider: Provider, scope: str = "payments", by: User | None = None) -> dict[str, str]:
    _token, secret = create_token(
        organization=provider.organization, name="x", scopes=[scope], by=by or provider.agent, at=toy.AT
    )
    return {"Authorization": f"Token {secret}"}


def asked(headers: dict[str, str], body: Any, key: object = None, address: str = PAYMENTS) -> Any:
    keyed = {**headers, "Idempotency-Key": str(key)} if key else headers
    return Client().post(address, json.dumps(body), content_type="application/json", headers=keyed)


def body(provider: Provider, codes: list[str], **fields: Any) -> dict[str, Any]:
    return {"service": provider.service.pk, "price_cents": 3500, "coupons": codes, **fields}


@pytest.mark.parametrize(
    ("n", "price_cents", "covered", "cash"), [(1, 3500, 1000, 2500), (2, 1500, 1500, 0), (10, 9500, 9500, 0)]
)
def test_paid(provider: Provider, n: int, price_cents: int, covered: int, cash: int) -> None:
    codes, headers, key = coupons(n), token(provider), uuid4()
    answer = asked(headers, body(provider, codes, price_cents=price_cents), key)
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["covered_cents"], told["cash_cents"], told["key"]) == (covered, cash, str(key))
    assert len(told["coupons"]) == n
    assert sum(one["returned_cents"] for one in told["coupons"]) == n * 1000 - covered
    assert not [
        code for code in codes if code in answer.content.decode() or printed(code) in answer.content.decode()
    ]
    again = asked(headers, body(provider, codes, price_cents=price_cents), key)
    assert (again.status_code, again.json()) == (200, told)
    assert Payment.objects.count() == 1


def test_the_price_proposed_when_none_is_told(provider: Provider) -> None:
    given = body(provider, coupons(1))
    del given["price_cents"]
    assert asked(token(provider), given, uuid4()).json()["price_cents"] == 3500


def test_a_fixed_price_is_kept_and_no_price_is_asked_for(provider: Provider) -> None:
    headers, codes, key = token(provider), coupons(2), uuid4()
    Service.objects.update(price_note="")
    answer = asked(headers, body(provider, codes[:1], price_cents=9000), uuid4())
    assert answer.status_code == 422
    assert [(one["position"], one["code"]) for one in answer.json()["refusals"]] == [(-1, "fixed_price")]
    assert asked(headers, body(provider, codes[:1]), key).status_code == 201
    # Its price was reviewed meanwhile: what was paid is still told as paid.
    Service.objects.update(price_cents=4000)
    assert asked(headers, body(provider, codes[:1]), key).status_code == 200
    Service.objects.update(price_cents=None)
    answer = asked(headers, body(provider, codes[1:], price_cents=None), uuid4())
    assert answer.status_code == 400
    assert [error["name"] for error in answer.json()["errors"]] == ["price_cents"]


def test_what_a_square_says_is_understood(provider: Provider) -> None:
    [code] = coupons(1)
    answer = asked(token(provider), body(provider, [f"https://aptic.example/cheque/#{code}"]), uuid4())
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "x", "1234", "é"])
def test_without_a_key(provider: Provider, key: str) -> None:
    headers = {**token(provider), "Idempotency-Key": key} if key else token(provider)
    answer = Client().post(
        PAYMENTS, json.dumps(body(provider, ["x"])), content_type="application/json", headers=headers
    )
    assert answer.status_code == 400
    assert [error["name"] for error in answer.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"service": "x"}, "service"),
        ({"service": 2**63}, "service"),
        ({"coupons": "x"}, "coupons"),
        ({"coupons": ["x" * 201]}, "coupons.0"),
        ({"coupons": ["x"] * 201}, "coupons"),
        ({"price_cents": -1}, "price_cents"),
        ({"price_cents": 10.5}, "price_cents"),
        ({"place": 10**6}, "place"),
        ({"device": "x" * 37}, "device"),
        ({"agent": 1}, "agent"),
    ],
)
def test_what_is_wrong_is_named(provider: Provider, fields: dict[str, Any], name: str) -> None:
    answer = asked(token(provider), body(provider, ["x"], **fields), uuid4())
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert name in {error["name"] for error in answer.json()["errors"]}


def test_refusals_are_told_one_by_one_and_nothing_is_taken(provider: Provider) -> None:
    good, headers = coupons(2), token(provider)
    assert asked(headers, body(provider, good[:1]), uuid4()).status_code == 201
    answer = asked(headers, body(provider, [good[1], good[0], "ABCD", good[1]]), uuid4())
    assert answer.status_code == 422
    told = [(one["position"], one["code"]) for one in answer.json()["refusals"]]
    assert told == [(1, "redeemed"), (2, "unknown"), (3, "twice")]
    assert "déjà été utilisé ici" in answer.json()["refusals"][0]["sentence"]
    assert Coupon.objects.filter(state="redeemed").count() == 1
    answer = asked(headers, body(provider, []), uuid4())
    assert [(one["position"], one["code"]) for one in answer.json()["refusals"]] == [(-1, "no_coupon")]


def test_the_same_key_for_something_else(provider: Provider) -> None:
    codes, headers, key = coupons(2), token(provider), uuid4()
    assert asked(headers, body(provider, codes[:1]), key).status_code == 201
    for other in (body(provider, codes[1:]), body(provider, codes[:1], price_cents=2000)):
        assert asked(headers, other, key).status_code == 409
    assert Payment.objects.count() == 1


def test_foreign_services_and_payments_are_unknown(provider: Provider) -> None:
    other, codes = build("Autre"), coupons(1)
    headers = token(provider)
    unknown = body(provider, codes, service=other.service.pk + 1000)
    answers = {asked(headers, one, uuid4()).content for one in (body(other, codes), unknown)}
    assert len(answers) == 1
    assert asked(headers, body(other, codes), uuid4()).status_code == 404
    paid = asked(token(other), body(other, codes), uuid4()).json()
    assert Client().get(f"{PAYMENTS}{paid['id']}/", headers=headers).status_code == 404
    assert asked(headers, {}, address=f"{PAYMENTS}{paid['id']}/cancel/").status_code == 404
    assert Client().get(PAYMENTS, headers=headers).json()["results"] == []


@pytest.mark.parametrize("scope", ["read", "offer", "hand_over"])
def test_only_with_its_scope(provider: Provider, scope: str) -> None:
    headers = token(provider, scope)
    for answer in (asked(headers, body(provider, ["x"]), uuid4()), Client().get(PAYMENTS, headers=headers)):
        assert answer.status_code == 403
    assert Client().get(PAYMENTS).status_code == 401


def test_a_stop_must_be_told(provider: Provider) -> None:
    Place.objects.filter(pk=provider.place.pk).update(is_stop=True)
    second = Place.objects.create(
        venue=provider.service.venue, is_stop=True, point="SRID=4326;POINT(1.6 1.6)", name="Gare"
    )
    codes, headers = coupons(1), token(provider)
    answer = asked(headers, body(provider, codes), uuid4())
    assert [error["name"] for error in answer.json()["errors"]] == ["place"]
    assert asked(headers, body(provider, codes, place=second.pk), uuid4()).json()["place"] == second.pk


def test_a_look_tells_what_would_be_paid_and_pays_nothing(provider: Provider) -> None:
    codes, headers = coupons(5), token(provider)
    answer = asked(headers, body(provider, [*codes, "ABCD"]), address=LOOK)
    assert answer.status_code == 200
    till = answer.json()
    assert (till["price_cents"], till["covered_cents"], till["cash_cents"], till["returned_cents"]) == (
        3500,
        3500,
        0,
        500,
    )
    assert [one["paid_cents"] for one in till["coupons"]] == [1000, 1000, 1000, 500, 0, 0]
    assert [[reason["code"] for reason in one["refusals"]] for one in till["coupons"][3:]] == [
        [],
        ["one_too_many"],
        ["unknown"],
    ]
    assert not till["accepted"]
    assert not Payment.objects.exists()


def test_a_page_of_payments(provider: Provider, django_assert_num_queries: Any) -> None:
    codes, headers = coupons(4), token(provider)
    for code in codes[:2]:
        asked(headers, body(provider, [code]), uuid4())
    first = Client().get(PAYMENTS, {"limit": 1}, headers=headers).json()
    second = Client().get(PAYMENTS, {"limit": 1, "after": first["next"]}, headers=headers).json()
    assert [first["results"][0]["id"], second["results"][0]["id"]] == sorted(
        Payment.objects.values_list("pk", flat=True)
    )
    assert second["next"] is None
    with django_assert_num_queries(4) as two:
        Client().get(PAYMENTS, headers=headers)
    asked_of_two = len(two)
    for code in codes[2:]:
        asked(headers, body(provider, [code]), uuid4())
    with django_assert_num_queries(asked_of_two):
        assert len(Client().get(PAYMENTS, headers=headers).json()["results"]) == 4


def test_cancelled_by_the_program_that_paid(provider: Provider) -> None:
    codes, headers = coupons(1), token(provider)
    paid = asked(headers, body(provider, codes, device="caisse 2"), uuid4()).json()
    assert Payment.objects.get().device == "api:caisse 2"
    address = f"{PAYMENTS}{paid['id']}/cancel/"
    assert asked(token(provider, by=provider.manager), {}, address=address).status_code == 409
    answer = asked(headers, {}, address=address)
    assert answer.status_code == 200
    assert answer.json()["cancelled_at"]
    assert asked(headers, {}, address=address).status_code == 409
    assert Coupon.objects.get().state == "active"


def test_wrong_codes_shut_the_door_for_good_ones_too(provider: Provider) -> None:
    [good], headers = coupons(1), token(provider)
    for _number in range(guessing.MOST_BY_ACCOUNT):
        assert asked(headers, body(provider, new_codes(1)), uuid4()).status_code == 422
    for codes in ([good], new_codes(1)):
        for address in (PAYMENTS, LOOK):
            answer = asked(headers, body(provider, codes), uuid4(), address=address)
            assert answer.status_code == 429
            assert int(answer.headers["Retry-After"]) > 0
    assert not Payment.objects.exists()


def test_many_guesses_in_one_question_are_told_nothing(provider: Provider) -> None:
    [good], headers = coupons(1), token(provider)
    answer = asked(headers, body(provider, [good, *new_codes(11)]), address=LOOK)
    assert answer.status_code == 429
    assert "serial" not in answer.content.decode()


def test_slips_and_good_codes_are_not_counted(provider: Provider) -> None:
    headers = token(provider)
    for _number in range(3):
        assert (
            asked(
                headers, body(provider, [*coupons(20), "ABCD"], price_cents=90000), address=LOOK
            ).status_code
            == 200
        )
    assert asked(headers, body(provider, coupons(1)), uuid4()).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_key_pay_once() -> None:
    """All are told the same payment: one that it is made, the others that it was."""
    provider = build()
    codes, headers, key = coupons(2), token(provider), uuid4()

    def ask() -> tuple[int, int]:
        answer = asked(headers, body(provider, codes), key)
        return answer.status_code, answer.json().get("id", 0)

    answers = at_once(*[ask] * 50, refusals=())
    assert sorted(status for status, _id in answers) == [200] * 49 + [201]
    assert {number for _status, number in answers} == {Payment.objects.get().pk}
