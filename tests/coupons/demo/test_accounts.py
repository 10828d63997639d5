"""The demonstration's accounts open the doors of their roles."""

import json
import time
from datetime import date
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from django.test import Client

from directory.models import ApiToken, Labelling
from tests.matrix import world

pytestmark = pytest.mark.django_db
ROLES = [
    "provider-manager",
    "provider-agent",
    "sponsor-manager",
    "sponsor-distributor",
    "sponsor-viewer",
    "reviewer",
    "operator",
    "accountant",
    "approver",
    "administrator",
]


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def accounts() -> dict[str, dict[str, Any]]:
    return {account["role"]: account for account in json.loads(printed("--json"))["accounts"]}


def test_the_same_each_time_but_for_the_tokens() -> None:
    first, second = accounts(), accounts()
    assert list(first) == ROLES
    for role in ROLES:
        assert first[role] | {"token": ""} == second[role] | {"token": ""}
        for tokens, status in ((first, 401), (second, 200)):
            headers = {"Authorization": f"Token {tokens[role]['token']}"}
            assert Client().get("/api/v1/organizations/", headers=headers).status_code == status
    assert ApiToken.objects.filter(revoked_at=None).count() == len(ROLES)


@pytest.mark.parametrize(
    ("role", "door"),
    [
        ("provider-manager", "/espace/{}/membres/"),
        ("sponsor-manager", "/espace/{}/commandes/nouvelle/"),
        ("accountant", "/plateforme/banque/"),
        ("administrator", "/admin/"),
    ],
)
def test_password_and_code_sign_in(role: str, door: str) -> None:
    account, client = accounts()[role], Client()
    client.post("/compte/login/", {"login": account["email"], "password": account["password"]})
    code = format_hotp_value(hotp_value(account["totp_secret"], int(time.time()) // 30))
    assert client.post("/compte/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get(door.format(account["organization"])).status_code == 200


def test_an_agent_signs_in_with_a_password_and_knows_a_payable_service() -> None:
    built = world.build()
    built.organization.demo = True
    built.organization.save()
    Labelling.objects.update(during=(date(2020, 1, 1), date(2040, 1, 1)))
    agent, client = accounts()["provider-agent"], Client()
    assert agent["totp_secret"] is None
    assert (agent["organization"], agent["service"]) == (built.organization.pk, built.service.pk)
    client.post("/compte/login/", {"login": agent["email"], "password": agent["password"]})
    assert client.get(f"/espace/{agent['organization']}/").status_code == 200


def test_people_read_a_code_that_works() -> None:
    text = printed()
    assert "otpauth://totp/administration%40example.org?secret=" in text
    for role in ROLES:
        assert f"{role}: " in text
