"""What makes the counter an application of the phone: its manifest, and the worker that opens it without network."""

import hashlib
import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coupons.counter.views.entering import for_agents
from directory.entry import SignedInRequest
from directory.models import Organization

# All that the page is drawn with; the reader of squares too, so that the camera works without network.
SHELL = (
    "vendor/bootstrap/css/bootstrap.min.css",
    "directory/css/tokens.css",
    "directory/css/aptic.css",
    "directory/css/account.css",
    "directory/css/offer.css",
    "coupons/css/cheque.css",
    "coupons/css/distribution.css",
    "coupons/css/counter.css",
    "directory/js/ready.js",
    "directory/svg/mark.svg",
    "directory/svg/favicon.svg",
    "vendor/font/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "coupons/js/scan.js",
    "coupons/js/counter.js",
    "coupons/js/queue.js",
    "vendor/zxing/index.js",
    "vendor/zxing/zxing_reader.wasm",
)
ICONS = (("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"))


@require_safe
@for_agents
def worker(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """Below the counter's own address, so that it can serve nothing else of the site."""
    files = [static(name) for name in SHELL]
    page = reverse("counter:counter", args=[organization.pk])
    version = hashlib.sha256("\n".join(files).encode()).hexdigest()[:12]
    shell = {"page": page, "files": files, "version": f"aptic-counter-{organization.pk}-{version}"}
    context = {"shell": json.dumps(shell)}
    return render(request, "counter/worker.js", context, content_type="text/javascript; charset=utf-8")


@require_safe
@for_agents
def manifest(request: SignedInRequest, organization: Organization) -> JsonResponse:
    page = reverse("counter:counter", args=[organization.pk])
    said: dict[str, Any] = {
        "name": _("Encaisser des chèques #APTIC"),
        "short_name": _("Caisse #APTIC"),
        "lang": get_language(),
        "id": page,
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "background_color": "#f5f0e6",
        "theme_color": "#0e4f4b",
        "icons": [icon(size, purpose) for size, purpose in ICONS],
    }
    return JsonResponse(said, content_type="application/manifest+json")


def icon(size: str, purpose: str) -> dict[str, str]:
    side = size.partition("x")[0]
    name = f"coupons/icons/counter-{side}.png"
    return {"src": static(name), "sizes": size, "type": "image/png", "purpose": purpose}
