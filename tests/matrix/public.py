"""What anybody may read, signed in or not."""

from tests.matrix.lines import Line, everybody, line

ARGUMENTS = {
    "venue_id": lambda world: world.venue.pk,
    "slug": "atelier",
    "level": "commune",
    "code": "00000",
    "version": "0",
    "z": "0",
    "x": "0",
    "y": "0",
}

LINES: dict[str, Line] = {
    "healthz": everybody("200", "200", address="/healthz"),
    "readyz": everybody("200", "200", address="/readyz"),
    "set_language": everybody("302", "302"),
    "schema": everybody("200", "405"),
    "api-docs": everybody("200", "405"),
    "api-places": everybody("400", "405"),
    "api-areas": everybody("200", "405"),
    "api-organizations": line("401 200 200 200 200 200 200 200", "401 405 405 405 405 405 405 405"),
    "^api/": everybody("404", "404", address="/api/nowhere"),
    "directory-api:venues": everybody("200", "405"),
    "directory-api:venue": everybody("200", "405"),
    "directory-api:map": everybody("400", "405"),
    "basemap-tile": everybody("200", "405"),
    "basemap-file": everybody("404", "405"),
    "directory:home": everybody("200", "405"),
    "directory:results": everybody("200", "405"),
    "directory:framed": everybody("200", "405"),
    # No address was given.
    "directory:oembed": everybody("404", "405"),
    "directory:venue": everybody("200", "405"),
    "directory:area": everybody("404", "405"),
    "directory:area_map": everybody("404", "405"),
    "directory:how": everybody("200", "405"),
    "directory:how_beneficiary": everybody("200", "405"),
    "directory:how_provider": everybody("200", "405"),
    "directory:how_sponsor": everybody("200", "405"),
    "directory:about": everybody("200", "405"),
    "directory:accessibility": everybody("200", "405"),
}
