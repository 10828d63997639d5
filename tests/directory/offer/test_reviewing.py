"""What is public was reviewed: the life of a service, and two reviewers at once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory.accounts.refusals import Refused
from directory.models import Change, Listing, Membership, Service
from directory.offer.publishing import (
    create_service,
    delete_service,
    edit_service,
    move_service,
    submit,
    withdraw,
)
from directory.offer.reviewing import Seen, approve, approve_many, send_back
from tests.at_once import at_once as together
from tests.at_once import slow_writes, take_locks_away
from tests.directory.offer.conftest import MORNING, World, build

LATER = MORNING + timedelta(hours=1)
at_once = partial(together, refusals=(Refused,))


def seen(service: Service) -> Seen:
    service.refresh_from_db()
    return Seen(service.pk, service.submitted_at)


def offered(world: World) -> list[int]:
    return sorted(set(Listing.objects.get(venue=world.venue.pk).categories))


def test_from_draft_to_public(world: World) -> None:
    fields = {"name": "Cours", "category_id": world.category.pk, "price_cents": 500, "status": "approved"}
    service = create_service(venue=world.venue, fields=fields, by=world.manager)
    assert (service.status, offered(world)) == ("draft", [])
    with pytest.raises(Refused):
        approve(seen=Seen(service.pk, MORNING), by=world.reviewer, at=MORNING)
    submit(service=service, by=world.manager, at=MORNING)
    assert offered(world) == []
    approve(seen=seen(service), by=world.reviewer, at=LATER)
    service.refresh_from_db()
    assert (service.status, service.reviewed_by) == ("approved", world.reviewer)
    assert world.category.pk in offered(world)
    withdraw(service=service, by=world.manager)
    assert offered(world) == []


def test_a_new_price_waits_beside_the_public_one(world: World) -> None:
    service = world.service()
    fields = {"price_cents": 2500, "category_id": world.other_category.pk, "name": "Cours du soir"}
    revision = edit_service(service=service, fields=fields, by=world.manager, at=MORNING)
    service.refresh_from_db()
    assert (service.name, service.price_cents, service.category) == ("Cours du soir", 1000, world.category)
    assert (revision.status, revision.price_cents) == ("submitted", 2500)
    assert Listing.objects.get().price_min_cents == 1000
    approve(seen=seen(revision), by=world.reviewer, at=LATER)
    service.refresh_from_db()
    assert (service.price_cents, service.category) == (2500, world.other_category)
    assert Service.objects.count() == 1
    assert Listing.objects.get().price_min_cents == 2500
    assert Change.objects.filter(
        table="service", row=service.pk, after__price_cents=2500, actor=world.reviewer
    )


def test_the_former_price_again_drops_the_revision(world: World) -> None:
    service = world.service()
    edit_service(service=service, fields={"price_cents": 2500}, by=world.manager, at=MORNING)
    edit_service(service=service, fields={"price_cents": 1000}, by=world.manager, at=LATER)
    assert Service.objects.get() == service


def test_other_edits_apply_at_once_and_keep_the_revision(world: World) -> None:
    service = world.service()
    revision = edit_service(service=service, fields={"price_cents": 2500}, by=world.manager, at=MORNING)
    edit_service(service=service, fields={"description": "Nouveau"}, by=world.manager, at=LATER)
    service.refresh_from_db()
    revision.refresh_from_db()
    assert service.description == revision.description == "Nouveau"
    assert (revision.submitted_at, revision.price_cents) == (MORNING, 2500)


def test_sent_back_with_its_reason(world: World, django_capture_on_commit_callbacks: Any) -> None:
    service = world.service()
    revision = edit_service(service=service, fields={"price_cents": 2500}, by=world.manager, at=MORNING)
    with django_capture_on_commit_callbacks(execute=True):
        send_back(seen=seen(revision), note="Trop cher.\nPourquoi ?", by=world.reviewer, at=LATER)
    service.refresh_from_db()
    assert service.status == "approved"
    assert mail.outbox[0].to == [world.manager.email]
    assert "Trop cher." in mail.outbox[0].body
    assert f"/services/{service.pk}/" in mail.outbox[0].body
    edit_service(service=service, fields={"price_cents": 2000}, by=world.manager, at=LATER)
    revision.refresh_from_db()
    assert (revision.status, revision.price_cents) == ("submitted", 2000)


def test_what_changed_since_it_was_seen_is_not_approved(world: World) -> None:
    service = world.service(status="submitted")
    on_screen = seen(service)
    edit_service(service=service, fields={"price_cents": 9900}, by=world.manager, at=LATER)
    with pytest.raises(Refused, match="a changé"):
        approve(seen=on_screen, by=world.reviewer, at=LATER)


def test_nobody_decides_on_their_own_organisation(world: World) -> None:
    service = world.service(status="submitted")
    Membership.objects.create(user=world.reviewer, organization=world.organization, role="provider-agent")
    with pytest.raises(Refused, match="votre structure"):
        approve(seen=seen(service), by=world.reviewer, at=LATER)


def test_many_at_once_each_on_its_own(world: World) -> None:
    good, gone = world.service("Un", "submitted"), world.service("Deux", "submitted")
    both = [seen(good), seen(gone)]
    withdraw(service=gone, by=world.manager)
    decided = approve_many(seen=both, by=world.reviewer, at=LATER)
    assert (decided.done, len(decided.refused)) == (1, 1)


def test_order_and_deletion(world: World) -> None:
    first, second, third = (world.service(name, "draft") for name in "abc")
    move_service(service=third, up=True, by=world.manager)
    move_service(service=first, up=True, by=world.manager)
    assert "".join(world.venue.services.values_list("name", flat=True)) == "acb"
    delete_service(service=second, by=world.manager)
    with pytest.raises(Refused):
        delete_service(service=world.service(), by=world.manager)


def test_the_desk(as_reviewer: Client, world: World) -> None:
    service = world.service()
    revision = edit_service(service=service, fields={"price_cents": 2500}, by=world.manager, at=MORNING)
    other = world.service("Autre", "submitted")
    assert as_reviewer.get(reverse("offer:desk")).context["queue"].total == 2
    page = as_reviewer.get(reverse("offer:desk_service", args=[revision.pk]))
    assert page.status_code == 200
    assert as_reviewer.post(reverse("offer:desk_return", args=[revision.pk]), {"note": ""}).status_code == 400
    as_reviewer.post(reverse("offer:desk_approve", args=[revision.pk]), {"seen": page.context["seen"]})
    service.refresh_from_db()
    assert service.price_cents == 2500
    as_reviewer.post(
        reverse("offer:desk"), {"seen": [f"{other.pk}@{MORNING.isoformat()}", "x", "1@", "9@nope"]}
    )
    other.refresh_from_db()
    assert other.status == "approved"
    assert as_reviewer.get(reverse("offer:desk"), {"after": "WyJ4IiwxXQ"}).status_code == 200


def refusals_of_two_decisions(world: World, service: Service) -> int:
    on_screen = seen(service)
    with slow_writes("directory_service"):
        answers = at_once(
            lambda: approve(seen=on_screen, by=world.reviewer, at=LATER),
            lambda: send_back(seen=on_screen, note="Non.", by=world.other_reviewer, at=LATER),
        )
    return sum(isinstance(answer, Refused) for answer in answers)


@pytest.mark.django_db(transaction=True)
def test_without_locks_there_would_be_two_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build()
    take_locks_away(monkeypatch)
    assert refusals_of_two_decisions(world, world.service(status="submitted")) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("revised", [False, True])
def test_two_reviewers_one_decision(revised: bool) -> None:
    world = build()
    service = world.service(status="submitted")
    if revised:
        public = world.service("Public")
        Service.objects.filter(pk=service.pk).update(replaces=public, price_cents=2500)
    assert refusals_of_two_decisions(world, service) == 1
    returned = Service.objects.filter(status="returned").exists()
    if not revised:
        service.refresh_from_db()
        assert service.reviewed_by == (world.other_reviewer if returned else world.reviewer)
    else:
        public.refresh_from_db()
        assert public.price_cents == (1000 if returned else 2500)


@pytest.mark.django_db(transaction=True)
def test_a_price_changed_twice_at_once_has_one_revision() -> None:
    world = build()
    service = world.service()
    at_once(
        *[
            lambda cents=cents: edit_service(
                service=service, fields={"price_cents": cents}, by=world.manager, at=LATER
            )
            for cents in (2000, 3000, 4000)
        ]
    )
    assert Service.objects.filter(replaces=service).count() == 1
