"""Signing up, securing an account, an organisation and its members, as people do it; with and without scripts."""

import os
import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.utils.text import slugify
from playwright.sync_api import Page, expect

from directory.models import Membership, Organization, User
from tests.matrix.world import account

pytestmark = pytest.mark.django_db(transaction=True)
# A folder for pictures of every page, to look at.
SHOTS = os.environ.get("SHOTS")
PASSWORD = "cheval-agrafe-pile"
WIDTHS = (320, 1280)
Look = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def look(axe: Callable) -> Look:
    """axe finds nothing at any width, and nothing is wider than the screen."""

    def looked(page: Page, name: str) -> None:
        expect(page.locator("main h1")).to_be_visible()
        page.wait_for_load_state()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{slugify(name)}-{width}.png", full_page=True)
            assert axe(page) == [], f"{name} at {width}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"

    return looked


def link_of_last_letter(pattern: str) -> str:
    return re.search(rf"https?://[^/\s]+({pattern}\S+)", mail.outbox[-1].body).group(1)


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/compte/login/")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def set_up_app(page: Page, look: Look) -> None:
    """From the page that asks for a second factor to the recovery codes."""
    page.get_by_role("link", name="Installer une application").click()
    page.wait_for_url(re.compile("/compte/(reauthenticate|2fa/totp)"))
    if page.get_by_label("Mot de passe").count():
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Continuer").click()
    look(page, "app")
    secret = page.locator("#authenticator_secret").input_value()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    page.get_by_label("Code de 6 chiffres").fill(code)
    page.get_by_role("button", name="Terminer").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()


def test_from_signing_up_to_a_colleague(page: Page, open_page: Callable[..., Page], look: Look) -> None:
    page.goto("/espace/")
    look(page, "sign in")
    page.get_by_role("link", name="Créer un compte").click()
    look(page, "sign up")
    page.get_by_label("Votre nom").fill("Ana Lopez")
    page.get_by_label("Adresse e-mail").fill("ana@example.org")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page).to_have_url(re.compile("confirm-email"))
    look(page, "letter sent")
    page.goto(link_of_last_letter("/compte/confirm-email/"))
    look(page, "confirm")
    page.get_by_role("button", name="Confirmer").click()
    sign_in(page, "ana@example.org", PASSWORD)
    expect(page.get_by_text("Vous n'êtes encore dans aucune structure")).to_be_visible()
    look(page, "empty space")

    page.get_by_role("link", name="Inscrire ma structure").click()
    look(page, "new organisation")
    page.get_by_label("Nom de la structure").fill("Les ateliers du port")
    page.get_by_label("SIRET").fill("732 829 320 00075")
    page.get_by_label("Nous recevons du public").check()
    page.get_by_role("button", name="Inscrire").click()
    expect(page.get_by_text("Ce SIRET n'existe pas")).to_be_visible()
    look(page, "refused SIRET")
    page.get_by_label("SIRET").fill("732 829 320 00074")
    page.get_by_role("button", name="Inscrire").click()

    expect(page.get_by_text("Votre rôle demande un second facteur")).to_be_visible()
    look(page, "second factor")
    page.get_by_role("link", name="Installer une application").click()
    look(page, "confirm it is you")
    page.go_back()
    set_up_app(page, look)
    look(page, "recovery codes")
    page.get_by_role("link", name="C'est noté, continuer").click()
    look(page, "space")
    page.get_by_role("link", name="Les ateliers du port").click()
    look(page, "organisation")
    page.get_by_role("link", name="Les membres").click()
    page.get_by_label("Adresse e-mail").fill("nina@example.org")
    page.get_by_label("Rôle").select_option("provider-agent")
    page.get_by_role("button", name="Inviter").click()
    expect(page.get_by_text("L'invitation est envoyée.")).to_be_visible()
    look(page, "members")

    nina = open_page(java_script_enabled=False)
    nina.goto(link_of_last_letter("/espace/invitation/"))
    expect(nina).to_have_url(re.compile(r"/espace/invitation/$"))
    nina.get_by_role("link", name="Créer mon compte").click()
    nina.get_by_label("Votre nom").fill("Nina")
    nina.get_by_label("Adresse e-mail").fill("nina@example.org")
    nina.get_by_label("Mot de passe").fill(PASSWORD)
    nina.get_by_role("button", name="Créer mon compte").click()
    nina.get_by_role("button", name="Accepter l'invitation").click()
    expect(nina.get_by_role("heading", name="Les ateliers du port")).to_be_visible()

    page.reload()
    page.get_by_role("link", name="Modifier nina@example.org").click()
    look(page, "member")
    page.get_by_label("Rôle").select_option("provider-manager")
    page.get_by_role("button", name="Changer le rôle").click()
    expect(page.get_by_text("Le rôle est changé.")).to_be_visible()
    nina.reload()
    expect(nina.get_by_text("Votre rôle demande un second facteur")).to_be_visible()


def test_another_address(page: Page, look: Look) -> None:
    ana = account("ana")
    sign_in(page, ana.email, "mot-de-passe")
    page.goto("/compte/email/")
    page.get_by_label("Nouvelle adresse e-mail").fill("ana.lopez@example.org")
    page.get_by_role("button", name="Changer d'adresse").click()
    look(page, "confirm it is you")
    page.get_by_label("Mot de passe").fill("mot-de-passe")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Changement en attente")).to_be_visible()
    look(page, "changing")
    page.goto(link_of_last_letter("/compte/confirm-email/"))
    page.get_by_role("button", name="Confirmer").click()
    assert User.objects.get(pk=ana.pk).email == "ana.lopez@example.org"


def test_a_passkey_opens_the_door_without_a_password(page: Page, look: Look) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    organization = Organization.objects.create(name="Les ateliers", is_provider=True)
    Membership.objects.create(user=account("ana"), organization=organization, role="provider-manager")
    sign_in(page, "ana@example.org", "mot-de-passe")
    expect(page.get_by_text("Votre rôle demande un second facteur")).to_be_visible()
    page.get_by_role("link", name="Ajouter une clé d'accès").click()
    page.get_by_label("Mot de passe").fill("mot-de-passe")
    page.get_by_role("button", name="Continuer").click()
    look(page, "add a passkey")
    page.get_by_label("Elle suffit pour me connecter").check()
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Clé d'accès ajoutée")).to_be_visible()
    page.goto(f"/espace/{organization.pk}/jetons/")
    page.get_by_label("À quoi sert ce jeton").fill("Agenda")
    page.get_by_label("lire nos données").check()
    page.get_by_role("button", name="Créer").click()
    expect(page.locator(".secret")).to_contain_text("aptic_")
    look(page, "tokens")
    page.goto("/compte/2fa/webauthn/")
    look(page, "passkeys")
    page.goto("/compte/logout/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    page.goto("/compte/login/")
    page.get_by_role("button", name="clé d'accès").click()
    expect(page.get_by_role("heading", name="Mon espace")).to_be_visible()
