"""The list of devices says what a person would call them."""

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory.models import User
from directory.templatetags.devices import device

GECKO = "Gecko/20100101 Firefox/128.0"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) {GECKO}", "Firefox sur Linux"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/120.0 Safari/537.36",
            "Chrome sur Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/120.0 Safari/537.36 Edg/120.0",
            "Edge sur Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-G991B) {KHTML} Chrome/124.0 Mobile Safari/537.36",
            "Chrome sur Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
            "Safari sur iPhone",
        ),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15", "Safari sur Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
        ("curl/8.5", "curl"),
        ("", "Appareil inconnu"),
        ("<script>alert(1)</script>", "Appareil inconnu"),
    ],
)
def test_a_device_is_named(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


@pytest.mark.django_db
def test_the_list_shows_names_and_never_what_the_browser_sent(client: Client, manager: User) -> None:
    sent = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {GECKO} <b>moi</b>"
    client.force_login(manager)
    UserSession.objects.create(
        user=manager, ip="192.0.2.7", user_agent=sent, session_key=client.session.session_key
    )
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Firefox sur Windows" in page
    assert "192.0.2.7" in page
    assert "moi" not in page
    assert "Mozilla" not in page


@pytest.mark.django_db
def test_a_letter_of_warning_names_the_device(client: Client, manager: User) -> None:
    manager.set_password("un mot de passe pour les essais")
    manager.save()
    client.force_login(manager)
    asked = client.post(reverse("account_reauthenticate"), {"password": "un mot de passe pour les essais"})
    assert asked.status_code == 302
    changed = client.post(
        reverse("account_change_password"),
        {
            "oldpassword": "un mot de passe pour les essais",
            "password1": "encore un autre mot de passe",
            "password2": "encore un autre mot de passe",
        },
        headers={"user-agent": f"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) {GECKO}"},
    )
    assert changed.status_code == 302
    [letter] = mail.outbox
    assert "Appareil : Firefox sur Linux" in letter.body
    assert "Ce n'est pas vous ?" in letter.body
    assert "Mozilla" not in letter.body
