"""The base map over HTTP."""

import gzip
import re
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geodata import basemap
from geodata.basemap.sources import pmtiles_path
from geodata.problems import MEDIA_TYPE, problem

TILE_TYPE = "application/vnd.mapbox-vector-tile"
FOREVER = "public, max-age=31536000, immutable"
# A page still open on the former map asks for its version: it gets today's tile, for a short while.
BRIEFLY = "public, max-age=60"
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
# A reader asks for directories and tiles, never for the whole file at once.
MOST_BYTES = 8_000_000


@require_safe
def basemap_tile(request: HttpRequest, version: str, z: str, x: str, y: str) -> HttpResponse:
    """A vector tile. Public data without cookie, so any origin may read it (the framed maps have none)."""
    current = basemap.version()
    etag = f'W/"{current}-{z}-{x}-{y}"'
    try:
        content = basemap.tile(int(z), int(x), int(y))
    except ValueError:
        body = problem(404, _("Cette tuile n’existe pas"))
        return JsonResponse(body, status=404, content_type=MEDIA_TYPE)
    fresh = request.headers.get("If-None-Match") == etag
    response = HttpResponse(status=304) if fresh else packed(request, content)
    response["ETag"] = etag
    response["Cache-Control"] = FOREVER if version == current else BRIEFLY
    response["Access-Control-Allow-Origin"] = "*"
    return response


def packed(request: HttpRequest, content: bytes) -> HttpResponse:
    """The gzipped tile as it is stored, for who understands it."""
    understood = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(content if understood else gzip.decompress(content), content_type=TILE_TYPE)
    if understood:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
def basemap_file(request: HttpRequest) -> HttpResponseBase:
    """The self-hosted PMTiles file, by byte ranges."""
    path = pmtiles_path()
    if path is None or not path.is_file():
        raise Http404
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    response = part(path, int(asked[1]), asked[2]) if asked else FileResponse(path.open("rb"))
    response["Content-Type"] = "application/octet-stream"
    response["Accept-Ranges"] = "bytes"
    # The renderer compares it between two ranges, to notice that the file was replaced.
    response["ETag"] = f'"{path.stat().st_mtime_ns:x}"'
    response["Content-Encoding"] = "identity"
    return response


def part(path: Path, first: int, last: str) -> HttpResponse:
    size = path.stat().st_size
    if first >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    end = min(int(last) if last else size - 1, size - 1, first + MOST_BYTES - 1)
    with path.open("rb") as file:
        file.seek(first)
        body = file.read(max(end + 1 - first, 0))
    return HttpResponse(body, status=206, headers={"Content-Range": f"bytes {first}-{end}/{size}"})
