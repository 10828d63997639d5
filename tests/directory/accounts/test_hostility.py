"""Strangers, and members who would like more than their role."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from directory.accounts.members import remove_member
from directory.accounts.refusals import Refused
from directory.models import ApiToken, Membership, Organization, User
from tests.at_once import at_once, slow_writes, take_locks_away
from tests.directory.accounts.conftest import Join
from tests.matrix.world import account
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db
PASSWORD = "cheval-agrafe-pile"


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


# Requests forged by another site


@pytest.mark.parametrize(
    "address",
    [
        "/compte/login/",
        "/compte/logout/",
        "/compte/signup/",
        "/compte/password/change/",
        "/compte/email/",
        "/compte/sessions/",
        "/compte/2fa/totp/activate/",
        "/espace/nouvelle-structure/",
        "/espace/rejoindre/",
        "/espace/invitation/",
        "/espace/{org}/membres/",
        "/espace/{org}/membres/{membership}/role/",
        "/espace/{org}/membres/{membership}/retirer/",
        "/espace/{org}/jetons/",
    ],
)
def test_a_forged_request_changes_nothing(address: str, organization: Organization, manager: User) -> None:
    client = SignedInClient(enforce_csrf_checks=True)
    client.force_login(manager)
    membership = Membership.objects.get(user=manager).pk
    assert client.post(address.format(org=organization.pk, membership=membership)).status_code == 403


def patterns(resolver: object) -> Iterator[URLPattern]:
    for found in resolver.url_patterns:
        if isinstance(found, URLPattern):
            yield found
        else:
            yield from patterns(found)


def test_only_views_of_the_api_do_without_the_token_of_forms() -> None:
    """Those check it themselves for whoever comes with a session."""
    exempt = [found for found in patterns(get_resolver()) if getattr(found.callback, "csrf_exempt", False)]
    assert exempt
    assert not [found for found in exempt if not hasattr(found.callback, "cls") and found.name != "schema"]


def test_a_forged_request_to_the_api(manager: User) -> None:
    client = SignedInClient(enforce_csrf_checks=True)
    client.force_login(manager)
    assert client.post("/api/v1/organizations/", {}, content_type="application/json").status_code == 403


# Sent elsewhere

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\t//evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_and_out_stays_here(target: str) -> None:
    account("ana")
    client = Client()
    login = {"login": "ana@example.org", "password": "mot-de-passe", "next": target}
    assert client.post("/compte/login/", login).headers["Location"] == "/espace/"
    assert "evil" not in client.get("/compte/password/change/", {"next": target}).headers.get("Location", "")
    assert client.post("/compte/logout/", {"next": target}).headers["Location"] == "/"
    assert "evil" not in client.post("/i18n/setlang/", {"language": "en", "next": target}).headers["Location"]


def test_the_second_factor_leads_back_here_only(manager: User) -> None:
    client = Client()
    client.force_login(manager)
    assert client.get("//evil.example/espace/").headers["Location"].startswith("/compte/2fa/")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b"]
)
def test_an_unknown_host_is_refused(host: str) -> None:
    account("ana")
    answer = Client(headers={"host": host}).post("/compte/password/reset/", {"email": "ana@example.org"})
    assert answer.status_code == 400
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_an_invitation_leads_to_the_public_address(
    organization: Organization, manager: User, settings
) -> None:
    settings.PUBLIC_URL = "https://aptic.example"
    client = SignedInClient(headers={"host": "localhost", "x-forwarded-host": "evil.example"})
    client.force_login(manager)
    client.post(f"/espace/{organization.pk}/membres/", {"email": "n@example.org", "role": "provider-agent"})
    assert "\nhttps://aptic.example/espace/invitation/" in mail.outbox[0].body


# Who has an account


def seen(answer: HttpResponse) -> tuple:
    """All that a stranger sees, but for what changes each time and the address just typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|[\w.]+@example\.org', "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location"), text, sorted(answer.cookies)


def sign_up(email: str) -> tuple[tuple, tuple]:
    client = Client()
    data = {"name": "X", "email": email, "password1": PASSWORD}
    return seen(client.post("/compte/signup/", data)), seen(client.get("/compte/confirm-email/"))


@pytest.mark.parametrize("known", ["ana@example.org", "ANA@example.org"])
def test_signing_up_says_the_same_for_known_and_unknown(known: str) -> None:
    account("ana")
    first = sign_up(known), sign_up("nouvelle@example.org")
    assert first[0] == first[1]
    again = sign_up(known), sign_up("nouvelle@example.org")
    assert again[0] == again[1]
    assert [letter.to[0].lower() for letter in mail.outbox] == ["ana@example.org", "nouvelle@example.org"]


def test_a_reset_says_the_same_for_known_and_unknown() -> None:
    account("ana")
    known, unknown = [
        seen(Client().post("/compte/password/reset/", {"email": email}, follow=True))
        for email in ("ana@example.org", "inconnue@example.org")
    ]
    assert known == unknown


def test_a_wrong_password_says_the_same_for_known_and_unknown() -> None:
    account("ana")
    known, unknown = [
        seen(Client().post("/compte/login/", {"login": email, "password": "faux"}))
        for email in ("ana@example.org", "inconnue@example.org")
    ]
    assert known == unknown
    assert "incorrects" in known[2]


class CountingHasher(MD5PasswordHasher):
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.hashed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("address", ["/compte/signup/", "/compte/login/"])
def test_both_take_as_many_hashes(settings, address: str) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    account("ana")
    taken = []
    for email in ("ana@example.org", "inconnue@example.org"):
        before = CountingHasher.hashed
        fields = {"name": "X", "email": email, "login": email, "password": "x", "password1": PASSWORD}
        Client().post(address, fields)
        taken.append(CountingHasher.hashed - before)
    assert taken[0] == taken[1] > 0


# Guessing


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_count_for_a_hundred() -> None:
    """From a hundred addresses, on connections of their own, as several processes would."""
    account("ana")

    def guess(number: int) -> str:
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        try:
            answer = client.post(
                "/compte/login/", {"login": "ana@example.org", "password": f"essai {number}"}
            )
            return "refused" if "Trop de tentatives" in answer.content.decode() else "tried"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        answers = Counter(pool.map(guess, range(1, 101)))
    assert answers["tried"] <= 5
    assert answers["tried"] + answers["refused"] == 100
    right = Client().post("/compte/login/", {"login": "ana@example.org", "password": "mot-de-passe"})
    assert right.status_code == 200


def test_too_many_letters_are_refused_in_french(
    manager: User, organization: Organization, client: Client, settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"invite": "2/h/user"}
    client.force_login(manager)
    address = f"/espace/{organization.pk}/membres/"
    answers = [
        client.post(address, {"email": f"n{number}@example.org", "role": "provider-agent"})
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Trop de demandes" in answers[-1].content.decode()


# Sessions


def test_the_session_changes_its_name_at_the_door() -> None:
    account("ana")
    client = Client()
    client.cookies["sessionid"] = "planted-by-somebody-else-000000"
    client.get("/espace/invitation/x/")
    before = client.cookies["sessionid"].value
    assert before != "planted-by-somebody-else-000000"
    client.post("/compte/login/", {"login": "ana@example.org", "password": "mot-de-passe"})
    assert client.cookies["sessionid"].value != before
    stale = Client()
    stale.cookies["sessionid"] = before
    assert stale.get("/espace/").status_code == 302


def test_signing_out_elsewhere_ends_the_session_there() -> None:
    account("ana")
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/compte/login/", {"login": "ana@example.org", "password": "mot-de-passe"})
    assert there.get("/espace/").status_code == 200
    here.post(reverse("usersessions_list"))
    assert there.get("/espace/").status_code == 302
    assert here.get("/espace/").status_code == 200


# More than one's role


def test_signing_up_gives_nothing_but_an_account() -> None:
    extra = {"is_staff": "on", "is_superuser": "on", "is_active": "", "id": "1", "role": "administrator"}
    Client().post("/compte/signup/", {"name": "X", "email": "x@example.org", "password1": PASSWORD, **extra})
    user = User.objects.get(email="x@example.org")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert not user.staff_roles.exists()
    assert not user.memberships.exists()


def test_a_foreign_membership_or_token_is_not_found(
    organization: Organization, manager: User, client: Client
) -> None:
    other = Organization.objects.create(name="Autre", is_provider=True)
    theirs = Membership.objects.create(user=account("bob"), organization=other, role="provider-agent")
    token = ApiToken.objects.create(organization=other, user=manager, name="x", scopes=[], digest=b"x")
    client.force_login(manager)
    foreign = (f"membres/{theirs.pk}/role/", f"membres/{theirs.pk}/retirer/", f"jetons/{token.pk}/revoquer/")
    for address in foreign:
        assert client.post(f"/espace/{organization.pk}/{address}").status_code == 404
    theirs.refresh_from_db()
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_managers_leaving_at_once(
    organization: Organization, join: Join, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock both see the other one stay: the race is real."""
    leaving = [join(name, "provider-manager") for name in ("ana", "bob")]
    if not locked:
        take_locks_away(monkeypatch)

    def leave(user: User) -> None:
        remove_member(membership=Membership.objects.get(user=user), by=user)

    with slow_writes("directory_membership"):
        answers = at_once(*[partial(leave, user) for user in leaving], refusals=(Refused,))
    assert sum(isinstance(answer, Refused) for answer in answers) == (1 if locked else 0)
    assert organization.memberships.count() == (1 if locked else 0)
