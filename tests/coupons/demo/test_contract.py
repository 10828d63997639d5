"""`manage.py demo --json` says enough to pay: the agent's token, the agent's service, a printed code."""

import json
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.test import Client

from coupons.models import Payment
from directory.models import Labelling, Service
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


@pytest.fixture
def provider() -> None:
    """The demonstration's, in the valley where its coupons are accepted."""
    built = world.build()
    built.organization.demo, built.organization.is_sponsor = True, False
    built.organization.save()
    built.place.point = Point(4.9, 44.9, srid=4326)
    built.place.save()
    Service.objects.filter(pk=built.service.pk).update(price_cents=3500)
    Labelling.objects.update(during=(date(2020, 1, 1), date(2040, 1, 1)))


def test_what_is_printed_pays(provider: None) -> None:
    out = StringIO()
    call_command("demo", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert [account["role"] for account in told["accounts"]] == ROLES
    assert all(
        {"role", "email", "password", "token", "organization"} <= set(account) for account in told["accounts"]
    )
    assert [set(one) for one in told["campaigns"]] == [{"slug", "name", "near"}]
    assert len(told["coupons"]) == 10
    assert all(set(one) == {"code", "campaign", "usable_at_demo_provider"} for one in told["coupons"])
    agent = next(account for account in told["accounts"] if account["role"] == "provider-agent")
    for coupon in told["coupons"][:2]:
        assert coupon["usable_at_demo_provider"]
        answer = Client().post(
            "/api/v1/payments/",
            json.dumps({"service": agent["service"], "coupons": [coupon["code"]]}),
            content_type="application/json",
            headers={"Authorization": f"Token {agent['token']}", "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 201, answer.json()
        assert answer.json()["covered_cents"] == 1000
    assert Payment.objects.count() == 2
