"""« Mon chèque » and the check by programs: what they tell, and where the code never goes."""

import json
import logging
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coupons.codes import new_codes, printed
from coupons.distribution.handing import hand_over
from coupons.models import Coupon
from tests.coupons import toy
from tests.coupons.distribution.conftest import NOON, Sponsor, build

pytestmark = pytest.mark.django_db
API = "/api/v1/coupons/check/"


@pytest.fixture
def sponsor() -> Sponsor:
    made = build(2)
    hand_over(booklets=made.booklets[:1], by=made.distributor, at=NOON)
    return made


def test_the_answer(client: Client, sponsor: Sponsor) -> None:
    answer = client.post("/cheque/", {"code": printed(sponsor.codes[0])})
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("10\u00a0€", "Vous pouvez l'utiliser", "23 novembre 2027", sponsor.campaign.name, "Mairie"):
        assert words.replace("'", "&#x27;") in page or words in page, words


@pytest.mark.parametrize(
    ("state", "words"),
    [("redeemed", "déjà utilisé"), ("expired", "trop tard"), ("cancelled", "est annulé")],
)
def test_what_it_no_longer_pays(client: Client, sponsor: Sponsor, state: str, words: str) -> None:
    toy.in_state(Coupon.objects.filter(booklet=sponsor.booklets[0]), state)
    page = client.post("/cheque/", {"code": sponsor.codes[0]}).content.decode()
    assert words in page
    assert "Où l" not in page


def test_what_was_not_handed_over(client: Client, sponsor: Sponsor) -> None:
    page = client.post("/cheque/", {"code": sponsor.codes_of(sponsor.booklets[1])[0]}).content.decode()
    assert "pas encore remis" in page


def test_a_slip_can_be_corrected_and_a_right_code_is_not_shown_again(
    client: Client, sponsor: Sponsor
) -> None:
    code = sponsor.codes[0]
    assert code[:15] in client.post("/cheque/", {"code": code[:15]}).content.decode()
    assert code not in client.post("/cheque/", {"code": code}).content.decode()


def test_too_many_guesses(client: Client, sponsor: Sponsor) -> None:
    for code in new_codes(10):
        assert "Aucun chèque" in client.post("/cheque/", {"code": code}).content.decode()
    pages = []
    for code in [*new_codes(1), sponsor.codes[0]]:
        answer = client.post("/cheque/", {"code": code})
        assert answer.status_code == 429
        pages.append(answer.content.decode().replace(code, ""))
    # But for the token against forged forms.
    assert len({page.split("</form>")[0].split("csrfmiddlewaretoken")[0] for page in pages}) == 1
    assert all("Trop d" in page for page in pages)


def test_the_code_goes_nowhere(client: Client, sponsor: Sponsor, caplog: pytest.LogCaptureFixture) -> None:
    """Found and not found, by page and by program: no log, no header, no statement, no row holds it."""
    known, unknown = sponsor.codes[0], new_codes(1)[0]
    spellings = [form(code) for code in (known, unknown) for form in (str, printed, str.lower)]
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as seen:
        answers = [
            answer
            for code in (known, unknown)
            for answer in (
                client.post("/cheque/", {"code": code}),
                client.post(API, json.dumps({"code": code}), content_type="application/json"),
            )
        ]
    told = [record.getMessage() + str(record.args) for record in caplog.records]
    told += [f"{answer.headers} {answer.cookies}" for answer in answers]
    told += [query["sql"] for query in seen.captured_queries]
    told += list(every_row())
    assert len(told) > 100
    assert not [text for text in told for spelling in spellings if spelling in text]


def every_row() -> list[str]:
    """Of every table, as text: sessions, caches and journals too."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)))
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    assert apps.get_model("sessions.Session")._meta.db_table in tables
    return rows


@pytest.mark.parametrize("address", ["/cheque/", "/en/cheque/"])
def test_it_is_kept_by_nobody_on_the_way(client: Client, sponsor: Sponsor, address: str) -> None:
    for answer in (client.get(address), client.post(address, {"code": sponsor.codes[0]})):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]


def test_a_form_from_elsewhere_is_refused(sponsor: Sponsor) -> None:
    assert Client(enforce_csrf_checks=True).post("/cheque/", {"code": sponsor.codes[0]}).status_code == 403


def asked(client: Client, body: Any) -> Any:
    return client.post(API, json.dumps(body), content_type="application/json")


def test_by_program(client: Client, sponsor: Sponsor) -> None:
    answer = asked(client, {"code": printed(sponsor.codes[1])})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    told = answer.json()
    assert told.pop("rule")
    assert told == {
        "standing": "usable",
        "serial": f"{sponsor.booklets[0].number}-02",
        "face_value_cents": 1000,
        "usable_from": None,
        "usable_until": str(date(2027, 11, 23)),
        "campaign": {
            "slug": sponsor.campaign.slug,
            "name": sponsor.campaign.name,
            "sponsor": sponsor.organization.name,
        },
    }


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "code"),
        ({"code": "abc"}, "code"),
        ({"code": "x" * 61}, "code"),
        ({"code": 1, "more": 1}, "more"),
        ([], ""),
    ],
)
def test_a_program_is_told_what_is_wrong(client: Client, body: Any, name: str) -> None:
    answer = asked(client, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert name in {error["name"] for error in answer.json()["errors"]} or not name


def test_a_program_that_guesses(client: Client, sponsor: Sponsor) -> None:
    for code in new_codes(10):
        assert asked(client, {"code": code}).status_code == 404
    bodies = []
    for code in [*new_codes(1), sponsor.codes[0]]:
        answer = asked(client, {"code": code})
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "3600"
        bodies.append(answer.content)
    assert len(set(bodies)) == 1


def test_few_queries(client: Client, sponsor: Sponsor) -> None:
    with CaptureQueriesContext(connection) as seen:
        asked(client, {"code": sponsor.codes[0]})
    # The ticket, the coupon with its terms, the ticket back; then three lists of the rule.
    assert len(seen) <= 7


def test_what_is_nested_too_deep_is_no_json(client: Client) -> None:
    body = "[" * 100_000
    assert client.post(API, body, content_type="application/json").status_code == 400
