"""A sponsor's campaigns, and their API."""

from coupons.models import Campaign
from tests.matrix.lines import Line, line
from tests.matrix.world import World


def campaign(world: World) -> int:
    return Campaign.objects.get_or_create(
        organization=world.organization, slug="table", defaults={"name": "Campagne"}
    )[0].pk


ARGUMENTS = {"campaign_id": campaign}

# anonymous member agent manager foreign viewer reviewer administrator, sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
READS = "L 404 200 200 404 200 404 404 200 200 404 404"
# The manager of the table manages its venues; its sponsor manages the campaigns.
MANAGES = "L 404 403 403 404 403 404 404 200 403 404 404"
ACTS = "L 404 403 403 404 403 404 404 302 403 404 404"
NO_JSON = "401 " + " ".join(["415"] * 11)
NEVER_SIGNED_IN = "401 " + " ".join(["405"] * 11)

LINES: dict[str, Line] = {
    "campaigns:campaigns": line(READS, NEVER),
    # An empty form is shown again.
    "campaigns:new": line(MANAGES, MANAGES),
    "campaigns:campaign": line(READS, NEVER),
    "campaigns:sheet": line(MANAGES, MANAGES),
    "campaigns:rule": line(MANAGES, MANAGES),
    "campaigns:preview": line(NEVER, MANAGES),
    "campaigns:logo": line(MANAGES, MANAGES),
    "campaigns:logo_png": line("L " + " ".join(["404"] * 11), NEVER),
    "campaigns:copy": line(NEVER, ACTS),
    "campaigns:archive": line(NEVER, ACTS),
    "campaigns-api:campaigns": line("401 " + " ".join(["200"] * 11), NO_JSON),
    "campaigns-api:campaign": line("401 404 200 200 404 200 404 404 200 200 404 404", NEVER_SIGNED_IN),
    "campaigns-api:coverage": line(NEVER_SIGNED_IN, NO_JSON),
}
