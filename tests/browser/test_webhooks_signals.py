"""A manager registers an endpoint, tests it and reads its log; staff look at a signal and hold a payout.

Every page at two widths: axe finds nothing, nothing is cut off sideways. SHOTS names a folder for pictures.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from coupons.models import Signal
from coupons.signals.watching import watch
from coupons.taking import take
from coupons.webhooks.delivering import deliver
from directory.models import Membership, User
from tests.browser.conftest import Axe, OpenPage, SignIn
from tests.coupons import toy
from tests.coupons.webhooks import receiver as answers
from tests.coupons.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")
WIDTHS = (320, 1280)
Look = Callable[[Page, str], None]


@pytest.fixture
def look(axe: Axe) -> Look:
    def looked_at(page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page) == [], (name, width)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, (name, width)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)

    return looked_at


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOCALHOST = True
    with receiving() as made:
        yield made


def test_an_endpoint(open_page: OpenPage, sign_in: SignIn, look: Look, receiver: Receiver) -> None:
    counter = toy.a_counter("Médiathèque de démonstration")
    organization = counter.service.venue.organization
    manager = User.objects.create_user("responsable@exemple.test", name="Responsable")
    Membership.objects.create(user=manager, organization=organization, role="provider-manager")
    page = open_page()
    sign_in(page, manager)
    page.goto(reverse("webhooks:endpoints", args=[organization.pk]))
    look(page, "webhooks-empty")
    page.get_by_label("Adresse de votre logiciel").fill("http://exemple.fr/")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("L'adresse doit commencer par https://")).to_be_visible()
    page.get_by_label("Adresse de votre logiciel").fill(receiver.url)
    page.get_by_role("button", name="Ajouter").click()
    expect(page.locator("code.secret")).to_contain_text("whsec_")
    look(page, "webhooks-secret")
    page.get_by_role("link", name=receiver.url).click()
    look(page, "webhooks-endpoint-empty")
    page.get_by_role("button", name="Envoyer un essai").click()
    expect(page.get_by_text("L'essai part dans un instant")).to_be_visible()
    receiver.answers = [answers.status(204), answers.status(500, b"panne")]
    deliver()
    take(counter.passage([toy.coupons_in_hand(1)[0].pk]), at=toy.AT)
    deliver()
    page.reload()
    expect(page.get_by_text("réponse 204")).to_be_visible()
    expect(page.get_by_text("réponse 500")).to_be_visible()
    look(page, "webhooks-endpoint")
    page.get_by_role("link", name="Paiement accepté").click()
    look(page, "webhooks-delivery")


def test_a_signal(open_page: OpenPage, sign_in: SignIn, look: Look) -> None:
    counter = toy.a_counter("Atelier de démonstration")
    for _twice in range(2):
        take(counter.passage([c.pk for c in toy.coupons_in_hand(10)], price_cents=10_000), at=toy.AT)
    operator, accountant = (
        User.objects.create_user(f"{role}@exemple.test", name=role.title())
        for role in ("operator", "accountant")
    )
    for user in (operator, accountant):
        user.staff_roles.create(role=user.email.partition("@")[0])
    page = open_page()
    sign_in(page, operator)
    page.goto(reverse("signals:desk"))
    look(page, "signals-empty")
    watch(toy.AT + timedelta(hours=1))
    page.reload()
    look(page, "signals-desk")
    page.get_by_role("link", name="Beaucoup de chèques en une minute").click()
    look(page, "signals-signal")
    page.get_by_label("Pourquoi ?").fill("Vingt chèques en même temps : nous appelons l'atelier.")
    page.get_by_role("button", name="Retenir les versements").click()
    expect(page.get_by_text("une autre personne doit les libérer")).to_be_visible()
    look(page, "signals-held")
    other = open_page()
    sign_in(other, accountant)
    other.goto(reverse("signals:signal", args=[Signal.objects.get(kind="burst").pk]))
    look(other, "signals-release")
    other.get_by_role("button", name="Libérer les versements").click()
    expect(other.get_by_text("Libérés par Accountant")).to_be_visible()
