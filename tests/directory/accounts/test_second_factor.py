"""A password alone opens nothing to managers and staff."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.test import Client
from django.urls import reverse

from directory.models import Membership, Organization, StaffRole, User
from tests.directory.accounts.conftest import Join
from tests.matrix.world import account

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, steps_away: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_away))


def with_app(user: User) -> User:
    Authenticator.objects.create(user=user, type="totp", data={"secret": encrypt(SECRET)})
    return user


def password_only(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sign_in(client: Client, user: User) -> str:
    """Where the password leads."""
    answer = client.post("/compte/login/", {"login": user.email, "password": "mot-de-passe"})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.headers["Location"]


@pytest.mark.parametrize(
    "address", ["/espace/", "/", "/compte/email/", "/compte/2fa/recovery-codes/", "/nowhere/"]
)
def test_a_manager_without_second_factor_is_sent_to_set_one_up(manager: User, address: str) -> None:
    answer = password_only(manager).get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("mfa_index"))


def test_the_set_up_pages_and_the_way_out_stay_open(manager: User) -> None:
    client = password_only(manager)
    page = client.get(reverse("mfa_index"))
    assert page.status_code == 200
    assert "Votre rôle demande un second facteur" in page.content.decode()
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get("/espace/").headers["Location"].startswith(reverse("account_login"))


def test_the_administration_needs_it_too() -> None:
    staff = account("chef", is_staff=True, is_superuser=True)
    assert password_only(staff).get("/admin/").headers["Location"].startswith(reverse("mfa_index"))
    assert Client().get("/admin/login/").headers["Location"].startswith(reverse("account_login"))
    posted = Client().post("/admin/login/", {"username": staff.email, "password": "mot-de-passe"})
    assert posted.headers["Location"].startswith(reverse("account_login"))


def test_a_session_without_it_is_refused_by_the_api(manager: User) -> None:
    answer = password_only(manager).get("/api/v1/areas/")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "second facteur" in answer.json()["title"]


def test_agents_and_visitors_are_not_asked(join: Join) -> None:
    assert password_only(join("accueil", "provider-agent")).get("/espace/").status_code == 200
    assert Client().get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_it_up_opens_the_door_at_once(manager: User) -> None:
    client = Client()
    assert sign_in(client, manager) == "/espace/"
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    if page.redirect_chain:
        page = client.post(page.redirect_chain[-1][0], {"password": "mot-de-passe"}, follow=True)
    secret = re.search(r'value="([A-Z2-7]{32})"', page.content.decode()).group(1)
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done.status_code == 302
    assert client.get("/espace/").status_code == 200
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_signing_in_asks_for_the_code_and_takes_it_once(manager: User) -> None:
    with_app(manager)
    client, thief = Client(), Client()
    assert sign_in(client, manager) == reverse("mfa_authenticate")
    assert client.get("/espace/").headers["Location"].startswith(reverse("account_login"))
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    now = code()
    assert client.post(reverse("mfa_authenticate"), {"code": now}).headers["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200
    sign_in(thief, manager)
    assert thief.post(reverse("mfa_authenticate"), {"code": now}).status_code == 200
    assert thief.get("/espace/").status_code == 302


def test_a_code_half_a_minute_late_is_taken_and_still_only_once(manager: User) -> None:
    with_app(manager)
    late = code(steps_away=-1)
    for taken in (302, 200):
        client = Client()
        sign_in(client, manager)
        assert client.post(reverse("mfa_authenticate"), {"code": late}).status_code == taken


def test_a_session_older_than_the_role_must_give_the_code(organization: Organization) -> None:
    user = with_app(account("promue"))
    client = password_only(user)
    assert client.get("/espace/").status_code == 200
    Membership.objects.create(user=user, organization=organization, role="provider-manager")
    assert client.get("/espace/").headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert client.get(reverse("mfa_index")).headers["Location"].startswith(reverse("mfa_reauthenticate"))
    given = client.post(f"{reverse('mfa_reauthenticate')}?next=/espace/", {"code": code()})
    assert given.headers["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200


def test_whoever_needs_one_keeps_one(manager: User, client: Client) -> None:
    with_app(manager)
    client.force_login(manager)
    client.post(f"{reverse('account_reauthenticate')}?next=/espace/", {"password": "mot-de-passe"})
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert refused.status_code == 200
    assert "Ajoutez-en un autre" in refused.content.decode()
    assert manager.authenticator_set.filter(type="totp").exists()


def test_seeds_are_not_readable_in_the_database(manager: User, settings) -> None:
    stored = with_app(manager).authenticator_set.get().data["secret"]
    assert SECRET not in stored
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert decrypt(stored) == SECRET


def test_staff_roles_count_even_without_the_admin(db: None) -> None:
    reviewer = account("instruction")
    StaffRole.objects.create(user=reviewer, role="reviewer")
    assert password_only(reviewer).get("/espace/").headers["Location"].startswith(reverse("mfa_index"))
