"""Dashboards of a sponsor, of a provider, of the platform; open data."""

from coupons.models import Campaign
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import World


def campaign(world: World) -> Campaign:
    return Campaign.objects.get_or_create(organization=world.organization, name="Essai", slug="essai")[0]


# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
SEES = "L 404 200 200 404 200 404 404 200 200 404 404"
DONE = SEES.replace("200", "302")
MANAGES = "L 404 403 403 404 403 404 404 302 403 404 404"
STAFF = "L 403 403 403 403 403 200 200 403 403 200 200"
OF = {"campaign_id": lambda world: campaign(world).pk}

PAGES = {
    "overview": line(SEES, NEVER),
    "refresh": line(NEVER, DONE),
    "campaign": line(SEES, NEVER, arguments=OF),
    "map": line(SEES, NEVER, arguments=OF),
    "white_zones": line(SEES, NEVER, arguments=OF),
    "what_if": line(SEES, NEVER, arguments=OF),
    "report": line(SEES, NEVER, arguments=OF),
    "let_open": line(NEVER, MANAGES, arguments=OF),
    "lines": line(SEES, NEVER, arguments={**OF, "figure": "mois"}),
    "export": line(SEES, NEVER, arguments={**OF, "figure": "mois", "form": "csv"}),
    "activity": line(SEES, NEVER),
    "platform": line(STAFF, NEVER),
    # nobody has said that they are open
    "open_data": everybody(
        "404", "405", arguments={"slug": lambda world: campaign(world).slug, "form": "csv"}
    ),
}
LINES: dict[str, Line] = {f"dashboards:{name}": found for name, found in PAGES.items()}
