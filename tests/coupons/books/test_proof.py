"""The proof of reserve: recomputed, signed, chained, published once a day; anybody can verify it."""

import json
import shutil
import subprocess
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from coupons import ledger
from coupons.books import drawing, proving
from coupons.choices import AccountKind, EntryKind
from coupons.models import Coupon, Proof
from coupons.taking import give_back
from tests.coupons import toy
from tests.coupons.books import made
from tests.coupons.books.made import Story

pytestmark = pytest.mark.django_db
PAGE = "/preuve-de-reserve/"


def test_before_the_first_one_the_page_says_when(client: Client) -> None:
    assert "Pas encore de preuve" in client.get(PAGE).content.decode()


def test_all_that_is_held_is_somebody_s(story: Story) -> None:
    found = proving.standing()
    assert found.covered
    assert found.counted
    assert found.bank == found.owed_in_all + found.revenue == story.order.due_cents
    assert found.owed["providers"] == 3500
    assert found.owed["coupons"] == found.live_face == 1000
    assert found.owed["funds"] == 40
    made.refunded(story)
    after = proving.standing()
    assert (after.covered, after.counted, after.owed["coupons"], after.live_coupons) == (True, True, 0, 0)


def test_a_debt_to_one_is_not_covered_by_what_another_owes_us(story: Story) -> None:
    provider = ledger.account(
        AccountKind.PROVIDER_PAYABLE, organization=story.counter.service.venue.organization
    )
    legs = {provider: 3500, ledger.account(AccountKind.BANK): -3500}
    ledger.post(EntryKind.PAYOUT, key="essai", legs=legs, at=toy.AT, by=None)
    assert proving.standing().covered
    give_back(story.payment, by=story.accountant, reason="", at=toy.AT)
    found = proving.standing()
    assert (found.covered, found.to_recover) == (False, 3500)
    assert found.owed_in_all - found.bank == 3500


def test_a_coupon_too_many_is_seen(story: Story) -> None:
    toy.in_state(Coupon.objects.filter(state="active"), "redeemed")
    assert not proving.standing().counted


def test_one_a_day_signed_and_naming_the_one_before(story: Story) -> None:
    first = proving.publish(at=toy.AT)
    assert proving.publish(at=toy.AT + timedelta(hours=1)).pk == first.pk
    second = proving.publish(at=toy.AT + timedelta(days=1))
    assert proving.verified(first)
    assert proving.verified(second)
    assert json.loads(second.content)["previous_sha256"] == proving.digest(first)
    second.content = second.content.replace('"covered":true', '"covered":false')
    assert not proving.verified(second)


@pytest.mark.parametrize(
    "verb", ["UPDATE coupons_proof SET content = ''", "DELETE FROM coupons_proof", "TRUNCATE coupons_proof"]
)
def test_what_was_published_stays(verb: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(verb)


def test_the_command_of_the_page_verifies_it(story: Story, client: Client, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("OpenSSL is not installed here")
    proof = proving.publish(at=toy.AT)
    told = client.get(f"{PAGE}{proof.on}.json").json()
    (tmp_path / "texte").write_text(told["content"])
    (tmp_path / "signature").write_bytes(b64decode(told["signature"]))
    (tmp_path / "cle.pem").write_text(told["public_key"])
    command = "pkeyutl -verify -pubin -inkey cle.pem -rawin -in texte -sigfile signature"
    assert f"openssl {command}" in client.get(PAGE).content.decode()

    def asked() -> str:
        done = subprocess.run(
            [openssl, *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.stdout

    assert "Verified Successfully" in asked()
    (tmp_path / "texte").write_text(told["content"].replace("0", "1", 1))
    assert "Verified Successfully" not in asked()


def test_the_page_says_it_in_words_and_figures(story: Story, client: Client) -> None:
    for day in range(3):
        proving.publish(at=toy.AT + timedelta(days=day))
    page = client.get(PAGE).content.decode()
    assert "Oui, l'argent est là." in page
    assert page.count("polyline") == 4
    first = Proof.objects.last()
    assert first is not None
    assert client.get(f"{PAGE}{first.on}/").status_code == 200
    for address in ("2026-01-01/", "2026-01-01.json", "2026-13-45/"):
        assert client.get(PAGE + address).status_code == 404


def test_a_chart_needs_two_days_and_stays_inside() -> None:
    day = toy.AT.date()
    assert drawing.chart([(day, 1, 1)]) is None
    found = drawing.chart([(day, 0, 0), (day + timedelta(days=4), 1000, 500)])
    assert found is not None
    assert found.held == "8,192 632,8"
    assert found.owed == "8,192 632,100"
    empty = drawing.chart([(day, 0, 0), (day + timedelta(days=1), 0, 0)])
    assert empty is not None
    assert empty.held == empty.owed == "8,192 632,192"
