"""Whatever a provider writes is shown as text: on its own pages, the desk and the public sheet."""

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from psycopg.types.range import DateRange

from directory.models import Closure, Place, Service, Venue
from directory.offer import notices
from geodata.models import Area
from tests.directory.label.payloads import PAYLOADS
from tests.directory.offer.conftest import World, square

ACTIVE = {"iframe", "base", "object", "embed", "math", "template", "style"}


class Watched(HTMLParser):
    """Elements and attributes that only a payload could have brought."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ACTIVE or (
            tag == "script" and not given.get("src") and given.get("type") != "application/ld+json"
        ):
            self.found.append(tag)
        if "example.org" in (given.get("src") or "") or (given.get("href") or "").startswith("javascript:"):
            self.found.append(f"{tag} {attrs}")
        self.found += [
            name for name in given if name.startswith("on") or name in ("style", "autofocus", "srcdoc")
        ]
        if given.get("http-equiv"):
            self.found.append("http-equiv")


def fill(world: World, payload: str) -> tuple[Service, Service]:
    Venue.objects.filter(pk=world.venue.pk).update(
        **dict.fromkeys(("name", "summary", "description", "booking_url", "access_url"), payload),
        emails=[payload],
        websites=[payload],
        phone=payload[:40],
        languages=[payload[:40]],
        published=True,
    )
    Place.objects.filter(venue=world.venue).update(
        name=payload, address=payload, address_extra=payload, commune=payload, hours=payload
    )
    Closure.objects.create(
        venue=world.venue, during=DateRange(date(2030, 1, 1), date(2030, 1, 3)), reason=payload
    )
    texts = {"name": payload, "description": payload, "price_note": payload, "schedule": payload}
    service = world.service(**texts, modes=["at_home"])
    revision = world.service(**texts, status="submitted", replaces=service, review_note=payload)
    returned = world.service(**texts, status="returned", review_note=payload)
    service.coverage.add(
        Area.objects.create(
            level="custom", code="x", name=payload, geom=square(2, 46), point=world.commune.point
        )
    )
    return revision, returned


@pytest.mark.parametrize("payload", PAYLOADS)
def test_pages(client: Client, world: World, payload: str) -> None:
    revision, returned = fill(world, payload)
    bus = Venue.objects.create(organization=world.organization, name=payload, itinerant=True)
    stop = Place.objects.create(venue=bus, is_stop=True, name=payload, address=payload, hours=payload)
    own = [world.organization.pk]
    client.force_login(world.manager)
    addresses = [
        reverse("offer:venues", args=own),
        reverse("offer:services", args=own),
        reverse("offer:stops", args=[*own, bus.pk]),
        reverse("offer:stop", args=[*own, bus.pk, stop.pk]),
        reverse("offer:service_coverage", args=[*own, revision.replaces_id]) + "?q=<script>alert(1)</script>",
        reverse("offer:service_hours", args=[*own, returned.pk]),
        *[reverse("offer:service", args=[*own, pk]) for pk in (revision.replaces_id, returned.pk)],
        *[
            reverse(f"offer:{name}", args=[*own, world.venue.pk])
            for name in ("venue", "venue_edit", "venue_preview", "venue_place", "venue_hours", "closures")
        ],
        Venue.objects.get(pk=world.venue.pk).get_absolute_url(),
    ]
    for address in addresses:
        check(client, address)
    client.force_login(world.reviewer)
    check(client, reverse("offer:desk"))
    check(client, reverse("offer:desk_service", args=[revision.pk]))


def check(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = answer.content.decode()
    watched = Watched()
    watched.feed(page)
    assert not watched.found, f"{address}: {watched.found}"
    for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
        json.loads(data)


@pytest.mark.parametrize("payload", [*PAYLOADS, "x\nBcc: autre@example.org"])
def test_letters_are_plain(world: World, payload: str) -> None:
    service = world.service(name=payload, status="returned", review_note=payload, submitted_by=world.manager)
    notices.returned(service)
    [letter] = mail.outbox
    assert letter.to == [world.manager.email]
    assert not letter.alternatives
    assert payload in letter.body
    assert "\n" not in letter.subject
    assert letter.message()["Bcc"] is None
