"""What people say after a passage: means from five answers on, and honest about how many."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coupons import reporting
from coupons.books import proving
from coupons.dashboards import report
from coupons.dashboards.figures import Figures
from coupons.invitations import invitation
from coupons.ratings.rating import rate
from coupons.signals.watching import watch
from coupons.taking import give_back
from directory.models import StaffRole
from tests.coupons import toy
from tests.coupons.dashboards.life import Life

pytestmark = pytest.mark.django_db


def answer(life: Life, many: int) -> None:
    """Marks of the payments that stand, in order: reception 1, 2, 3 …, usefulness 4, progress 5."""
    for rank, payment in enumerate(life.payments[1 : many + 1]):
        marks = {"reception": 1 + rank % 5, "usefulness": 4, "progress": 5}
        rate(code=invitation(payment.pk).code, marks=marks, comment="", at=payment.at + timedelta(days=1))
    reporting.refresh()


def shown(client: Client, life: Life) -> str:
    client.force_login(life.viewer)
    address = reverse("dashboards:campaign", args=[life.organization.pk, life.campaign.pk])
    return client.get(address).content.decode()


def test_means_only_of_enough_answers(client: Client, life: Life) -> None:
    assert "Personne n'a encore répondu." in shown(client, life).replace("&#x27;", "'")
    answer(life, 4)
    html = shown(client, life)
    assert "4 réponses pour le moment. Il en manque 1" in html
    assert "<meter" not in html
    assert report.told(life.campaign, timezone.now())["satisfaction"]["marks"] == []


def test_means_of_a_campaign_are_those_of_its_payments(client: Client, life: Life) -> None:
    answer(life, 5)
    # Of another campaign: neither counted here, nor is this one's there.
    counter, coupons = toy.a_counter("Ailleurs", 2.9, 46.1), toy.coupons_in_hand(1)
    payment, _replayed = toy.take(counter.passage([coupons[0].pk]), at=toy.AT)
    marks = {"reception": 1, "usefulness": 1, "progress": 1}
    rate(code=invitation(payment.pk).code, marks=marks, comment="", at=toy.AT)
    echo = Figures([life.campaign]).satisfaction
    assert (echo.answers, echo.reception, echo.usefulness, echo.progress) == (
        5, Decimal("3.0"), Decimal("4.0"), Decimal("5.0"),
    )  # fmt: skip
    assert Figures([coupons[0].booklet.order.campaign]).satisfaction.answers == 1
    html = shown(client, life)
    assert "Moyennes de 5 réponses" in html
    assert "Il y a eu 26 passages" in html
    told = report.told(life.campaign, timezone.now())["satisfaction"]
    assert [one["value"] for one in told["marks"]] == ["3,0", "4,0", "5,0"]


def test_a_payment_taken_back_says_nothing(life: Life) -> None:
    answer(life, 5)
    payment = life.payments[1]
    give_back(payment, by=life.manager, reason="Erreur", at=payment.at + timedelta(days=2))
    assert Figures([life.campaign]).satisfaction.answers == 4


def test_a_provider_reads_its_own(client: Client, life: Life) -> None:
    answer(life, 6)
    client.force_login(life.agent)
    html = client.get(reverse("dashboards:activity", args=[life.provider.pk])).content.decode()
    own = sum(payment.organization_id == life.provider.pk for payment in life.payments[1:7])
    assert f"{own} réponse" in html
    assert reverse("ratings:own", args=[life.provider.pk]) in html


def test_the_platform_sees_the_proof_and_the_signals(client: Client, life: Life) -> None:
    accountant = toy.User.objects.create_user("comptable@exemple.test")
    StaffRole.objects.create(user=accountant, role="accountant")
    client.force_login(accountant)
    address = reverse("dashboards:platform")
    html = client.get(address).content.decode()
    assert "Aucune n'est publiée" in html.replace("&#x27;", "'")
    assert "Les paiements n'ont pas encore été relus" in html.replace("&#x27;", "'")
    now = timezone.now()
    proving.publish(at=now)
    watch(now)
    html = client.get(address).content.decode()
    assert "Publiée le" in html
    assert "Paiements relus jusqu" in html
    assert reverse("signals:desk") in html
    reviewer = toy.User.objects.create_user("relectrice@exemple.test")
    StaffRole.objects.create(user=reviewer, role="reviewer")
    client.force_login(reviewer)
    assert reverse("signals:desk") not in client.get(address).content.decode()
