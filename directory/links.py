"""Addresses of searches: one search has one address, whatever page wrote it."""

from urllib.parse import urlencode

from django.urls import reverse

from directory.criteria import Criteria

# The page of results, and the same to be shown inside a page of another site.
RESULTS, FRAMED = "directory:results", "directory:framed"
# The map adds its own rectangle; a page of the list is no business of its own.
OF_THE_LIST_ONLY = {"lon", "lat", "radius_km", "bbox", "limit", "cursor"}


def parameters(criteria: Criteria, place: str = "") -> dict[str, str]:
    """GET parameters of a search page; `place` is what the person typed, shown again in the field."""
    return {"place": place, **criteria.parameters()} if place else criteria.parameters()


def search_url(criteria: Criteria, place: str = "", page: str = RESULTS) -> str:
    query = urlencode(parameters(criteria, place))
    return reverse(page) + (f"?{query}" if query else "")


def map_url(criteria: Criteria) -> str:
    """Where the map asks for the venues of the rectangle it shows, with the same filters."""
    kept = {name: value for name, value in criteria.parameters().items() if name not in OF_THE_LIST_ONLY}
    return reverse("directory-api:map") + (f"?{urlencode(kept)}" if kept else "")
