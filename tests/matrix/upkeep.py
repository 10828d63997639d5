"""Reports, claims, duplicates, freshness, journals."""

from django.utils.crypto import get_random_string

from directory.models import Claim, ErrorReport, Venue
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import World


def free(world: World) -> int:
    return Venue.objects.create(
        name="Lieu importé", slug="lieu-importe", source="x", source_id=get_random_string(9)
    ).pk


def report(world: World) -> int:
    return ErrorReport.objects.create(venue=world.venue, kind="hours", message="Fermé").pk


def claim(world: World) -> int:
    return Claim.objects.create(
        venue_id=free(world),
        organization=world.organization,
        proof="Voir notre site.",
        created_by=world.users["manager"],
    ).pk


def second(world: World) -> int:
    return Venue.objects.create(name="Atelier bis", slug="atelier-bis").pk


ARGUMENTS = {
    "report_id": report,
    "claim_id": claim,
    "first_id": lambda world: world.venue.pk,
    "second_id": second,
}
FREE = {"venue_id": free}

# anonymous member agent manager foreign viewer reviewer administrator
NEVER = "405 405 405 405 405 405 405 405"
OF_AGENTS = "L 404 200 200 404 403 404 404"
OF_MANAGERS = "L 404 403 200 404 403 404 404"
OF_MEMBERS = "L 404 200 200 404 200 404 404"
REVIEWS = "L 403 403 403 403 403 200 200"
DECIDES = "L 403 403 403 403 403 302 302"
# A decision without its reason or choice is asked again.
ASKED_AGAIN = "L 403 403 403 403 403 422 422"

PAGES = {
    "report": everybody("200", "200"),
    "report_thanks": everybody("200", "405"),
    # whoever manages one organisation only goes straight to its form
    "claim_which": line("L 200 200 302 302 200 200 200", "L 200 200 200 200 200 200 200", arguments=FREE),
    "venues": line(OF_AGENTS, NEVER),
    "confirm": line(NEVER, "L 404 302 302 404 403 404 404"),
    "reports": line(OF_AGENTS, NEVER),
    "report_answer": line(OF_AGENTS, OF_AGENTS),
    "claims": line(OF_MANAGERS, NEVER),
    "claim": line(OF_MANAGERS, OF_MANAGERS, arguments=FREE),
    "journal": line(OF_MEMBERS, NEVER),
    "journal_csv": line(OF_MEMBERS, NEVER),
    "desk": line(REVIEWS, NEVER),
    "desk_stale": line(REVIEWS, NEVER),
    "desk_reports": line(REVIEWS, NEVER),
    "desk_report": line(REVIEWS, REVIEWS),
    "desk_claims": line(REVIEWS, NEVER),
    "desk_claim": line(REVIEWS, NEVER),
    "desk_claim_accept": line(NEVER, DECIDES),
    "desk_claim_refuse": line(NEVER, ASKED_AGAIN),
    "desk_joins": line(REVIEWS, NEVER),
    "desk_join_accept": line(NEVER, DECIDES),
    "desk_join_refuse": line(NEVER, DECIDES),
    "desk_duplicates": line(REVIEWS, NEVER),
    "desk_pair": line(REVIEWS, NEVER),
    "desk_merge": line(NEVER, ASKED_AGAIN),
    "desk_two": line(NEVER, DECIDES),
    "desk_journal": line(REVIEWS, NEVER),
    "desk_journal_csv": line(REVIEWS, NEVER),
}
LINES: dict[str, Line] = {f"upkeep:{name}": found for name, found in PAGES.items()}
