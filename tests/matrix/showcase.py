"""Public pages of campaigns, for anybody; their leaflet, for the sponsor."""

from coupons.models import Campaign
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import AT, World


def ordered(world: World) -> Campaign:
    """Whose rule is final."""
    found, _new = Campaign.objects.get_or_create(
        organization=world.organization, slug="commandee", defaults={"name": "Commandée", "frozen_at": AT}
    )
    return found


ARGUMENTS = {"campaign_slug": lambda world: ordered(world).slug}
OWN = {"campaign_id": lambda world: ordered(world).pk}
# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
READS = "L 404 200 200 404 200 404 404 200 200 404 404"
# Without a place, it is asked for again.
ASKED_AGAIN = "L 404 302 302 404 302 404 404 302 302 404 404"
ACTS = "L 404 403 403 404 403 404 404 302 403 404 404"

LINES: dict[str, Line] = {
    "showcase:campaign": everybody("200", "405"),
    "showcase:nearest": everybody("200", "405"),
    # It names no territory, and has no logo.
    "showcase:outline": everybody("404", "405"),
    "showcase:logo": everybody("404", "405"),
    "showcase:leaflets": line(READS, NEVER, arguments=OWN),
    "showcase:leaflet": line(ASKED_AGAIN, NEVER, arguments=OWN),
    "showcase:publish": line(NEVER, ACTS, arguments=OWN),
}
