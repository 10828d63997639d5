"""The search in other people's pages: the frame to copy, and oEmbed (https://oembed.com) for those who paste a link."""

from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language_from_path, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.criteria import Criteria
from directory.forms import SearchForm
from directory.links import FRAMED, RESULTS, search_url
from directory.schemes import scheme_named

WIDTH, HEIGHT = 800, 700
LONGEST_NUMBER = 6
PROVIDER = "#APTIC"


def embedding(root: str, criteria: Criteria, place: str) -> dict[str, Any]:
    """For the page of a search: the code to copy, and the address at which oEmbed tells it."""
    page = root + search_url(criteria.but(), place)
    return {
        "embed_code": frame(root, criteria, place, "100%", HEIGHT),
        "oembed_url": f"{root}{reverse('directory:oembed')}?{urlencode({'url': page, 'format': 'json'})}",
    }


def frame(root: str, criteria: Criteria, place: str, width: int | str, height: int) -> str:
    source = escape(root + search_url(criteria.but(), place, FRAMED))
    title = escape(title_of(criteria))
    return (
        f'<iframe src="{source}" title="{title}" width="{width}" height="{height}" loading="lazy"></iframe>'
    )


def title_of(criteria: Criteria) -> str:
    if criteria.campaign:
        return _("Où utiliser les chèques « %(name)s »") % {"name": criteria.campaign.name}
    return _("Les lieux qui acceptent le chèque #APTIC")


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """For a page of results or of a campaign of this site; 404 for any other, 501 for a format other than JSON."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse(status=501)
    root = request.build_absolute_uri("/").rstrip("/")
    url = request.GET.get("url", "")
    width = most(request.GET.get("maxwidth", ""), WIDTH)
    height = most(request.GET.get("maxheight", ""), HEIGHT)
    with override(get_language_from_path(path_of(url)) or settings.LANGUAGE_CODE):
        answer = told(root, *embedded(url, root), width, height)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def told(root: str, criteria: Criteria, place: str, width: int, height: int) -> JsonResponse:
    return JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": title_of(criteria),
            "provider_name": PROVIDER,
            "provider_url": root + "/",
            "html": frame(root, criteria, place, width, height),
            "width": width,
            "height": height,
            "cache_age": 3600,
        }
    )


def most(asked: str, usual: int) -> int:
    """Not more than what was asked; something else than a number asks for nothing."""
    number = asked if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_NUMBER else ""
    return max(1, min(usual, int(number))) if number else usual


def path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def embedded(url: str, root: str) -> tuple[Criteria, str]:
    """The search that a page of this site shows. Raises Http404."""
    try:
        found = resolve(path_of(url))
    except Resolver404:
        raise Http404 from None
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != root:
        raise Http404
    if scheme := scheme_named(found.kwargs.get("campaign_slug", "")):
        return Criteria(campaign=scheme), ""
    form = SearchForm(QueryDict(parts.query))
    if found.view_name != RESULTS or not form.is_valid():
        raise Http404
    return form.criteria(), form.cleaned_data["place"]
