"""The offer: venues, places, hours, services, spreadsheets, the desk of services, and the API."""

from datetime import date

from directory.models import BulkEdit, Closure, Place, Service, Venue
from tests.matrix.lines import Line, line
from tests.matrix.world import AT, World


def closure(world: World) -> int:
    return Closure.objects.create(venue=world.venue, during=(date(2027, 1, 1), date(2027, 1, 2))).pk


def bus(world: World) -> Venue:
    return Venue.objects.get_or_create(
        organization=world.organization, name="Bus", slug="bus", itinerant=True
    )[0]


def stop(world: World) -> int:
    return Place.objects.create(venue=bus(world), is_stop=True, name="Marché").pk


def submitted(world: World) -> int:
    return Service.objects.create(
        venue=world.venue, category=world.service.category, name="Cours", status="submitted", submitted_at=AT
    ).pk


def bulk_edit(world: World) -> int:
    return BulkEdit.objects.create(organization=world.organization, name="x.csv").pk


ARGUMENTS = {
    "closure_id": closure,
    "edit_id": bulk_edit,
    "kind": "csv",
    "service_id": lambda world: world.service.pk,
    "stop_id": stop,
}
BUS = {"venue_id": lambda world: bus(world).pk}
SUBMITTED = {"service_id": submitted}

# anonymous member agent manager foreign viewer reviewer administrator
NEVER = "405 405 405 405 405 405 405 405"
READS = "L 404 403 200 404 403 404 404"
ACTS = "L 404 403 302 404 403 404 404"
# An empty form is shown again.
REFUSED = READS
DESK_READS = "L 403 403 403 403 403 200 200"
DESK_ACTS = "L 403 403 403 403 403 302 302"
API_READS = "401 404 200 200 404 200 404 404"
API_LISTS = "401 200 200 200 200 200 200 200"
# 403: seen, but not to be changed.
API_ACTS = "401 404 403 {} 404 403 404 404"
API_WRITES = API_ACTS.format("415")
API_NEVER = "401 405 405 405 405 405 405 405"

PAGES = {
    "venues": line(READS, NEVER),
    "venue_new": line(READS, REFUSED),
    "venue": line(READS, NEVER),
    "venue_edit": line(READS, REFUSED),
    "venue_preview": line(READS, NEVER),
    "venue_publish": line(NEVER, ACTS),
    "venue_hide": line(NEVER, ACTS),
    "venue_place": line(READS, REFUSED),
    "venue_hours": line(READS, REFUSED),
    "closures": line(READS, REFUSED),
    "closure_remove": line(NEVER, ACTS),
    "stops": line(READS, NEVER, arguments=BUS),
    "stop_new": line(READS, REFUSED, arguments=BUS),
    "stop": line(READS, REFUSED, arguments=BUS),
    "stop_remove": line(NEVER, ACTS, arguments=BUS),
    "services": line(READS, NEVER),
    "service_new": line(READS, REFUSED),
    "service": line(READS, REFUSED),
    "service_submit": line(NEVER, ACTS),
    "service_withdraw": line(NEVER, ACTS),
    "service_delete": line(NEVER, ACTS),
    "service_move": line(NEVER, ACTS),
    "service_hours": line(READS, REFUSED),
    "service_coverage": line(READS, ACTS),
    "download": line(READS, NEVER),
    "bulk": line(READS, REFUSED),
    "bulk_edit": line(READS, NEVER),
    "bulk_confirm": line(NEVER, ACTS),
    "bulk_cancel": line(NEVER, ACTS),
    "desk": line(DESK_READS, DESK_ACTS),
    "desk_service": line(DESK_READS, NEVER, arguments=SUBMITTED),
    "desk_approve": line(NEVER, DESK_ACTS, arguments=SUBMITTED),
    "desk_return": line(NEVER, "L 403 403 403 403 403 400 400", arguments=SUBMITTED),
}
API = {
    # A form is no JSON, whoever sends it.
    "venues": line(API_LISTS, "401 415 415 415 415 415 415 415"),
    "venue": line(API_READS, API_NEVER),
    "venue_place": line(API_NEVER, API_NEVER),
    "venue_hours": line(API_NEVER, API_NEVER),
    "venue_publish": line(API_NEVER, API_ACTS.format("409")),
    "venue_hide": line(API_NEVER, API_ACTS.format("200")),
    "stops": line(API_READS, API_WRITES, arguments=BUS),
    "stop": line(API_READS, API_NEVER, arguments=BUS),
    "closures": line(API_READS, API_WRITES),
    "closure": line(API_NEVER, API_NEVER),
    "coverage": line(API_READS, API_NEVER),
    "coverage_zone": line(API_NEVER, API_NEVER),
    "coverage_area": line(API_NEVER, API_NEVER),
    "services": line(API_LISTS, "401 415 415 415 415 415 415 415"),
    "service": line(API_READS, API_NEVER),
    "service_submit": line(API_NEVER, API_ACTS.format("409")),
    "service_withdraw": line(API_NEVER, API_ACTS.format("200")),
}
LINES: dict[str, Line] = {
    **{f"offer:{name}": found for name, found in PAGES.items()},
    **{f"offer-api:{name}": found for name, found in API.items()},
}
