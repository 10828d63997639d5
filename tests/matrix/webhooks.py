"""Endpoints of an organisation, what was sent to them."""

from coupons.models import WebhookDelivery, WebhookEndpoint
from coupons.webhooks import endpoints, signing
from tests.matrix.lines import Line, line
from tests.matrix.world import AT, World


def endpoint(world: World) -> WebhookEndpoint:
    known = WebhookEndpoint.objects.filter(organization=world.organization).first()
    return known or WebhookEndpoint.objects.create(
        organization=world.organization,
        url="https://exemple.test/",
        slot=1,
        fingerprint=signing.fingerprint(b"x"),
        created_by=world.users["manager"],
        created_at=AT,
    )


def sending(world: World) -> WebhookDelivery:
    return endpoints.test(endpoint=endpoint(world), by=world.users["manager"], at=AT)


ARGUMENTS = {
    "endpoint_id": lambda world: endpoint(world).pk,
    "sending_id": lambda world: sending(world).pk,
}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
MANAGED = "L 404 403 200 404 403 404 404 200 403 404 404"
DONE = MANAGED.replace("200", "302")

PAGES = {
    # asked again: no address was typed
    "endpoints": line(MANAGED, MANAGED),
    "endpoint": line(MANAGED, NEVER),
    # the secret is in the answer
    "rotate": line(NEVER, MANAGED),
    "test": line(NEVER, DONE),
    "disable": line(NEVER, DONE),
    "delivery": line(MANAGED, NEVER),
    "again": line(NEVER, DONE),
}
LINES: dict[str, Line] = {f"webhooks:{name}": found for name, found in PAGES.items()}
