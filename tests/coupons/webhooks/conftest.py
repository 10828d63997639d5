"""An organisation with a receiver on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from coupons.models import WebhookDelivery, WebhookEndpoint
from coupons.webhooks import endpoints
from directory.models import Membership, Organization, User
from tests.coupons import toy
from tests.coupons.webhooks.receiver import Receiver, receiving


@dataclass
class Shop:
    counter: toy.Counter
    manager: User
    endpoint: WebhookEndpoint
    secret: str

    @property
    def organization(self) -> Organization:
        return self.counter.service.venue.organization

    def deliveries(self) -> list[WebhookDelivery]:
        return list(self.endpoint.deliveries.select_related("event").order_by("pk"))


def a_manager(organization: Organization) -> User:
    user = User.objects.create_user(f"m{organization.pk}@exemple.test", name="Une personne")
    Membership.objects.create(user=user, organization=organization, role="provider-manager")
    return user


def build(url: str) -> Shop:
    counter = toy.a_counter()
    manager = a_manager(counter.service.venue.organization)
    endpoint, secret = endpoints.register(
        organization=counter.service.venue.organization, url=url, by=manager, at=toy.AT
    )
    return Shop(counter, manager, endpoint, secret)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOCALHOST = True
    with receiving() as made:
        yield made


@pytest.fixture
def shop(db: None, receiver: Receiver) -> Shop:
    return build(receiver.url)
