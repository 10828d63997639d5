"""The search inside other people's pages, and oEmbed."""

import html
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ROOT = "http://testserver"


def attributes(page: str, wanted: str) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == wanted:
                found.append(dict(attrs))

    Reader().feed(page)
    return found


def told(client: Client, url: str, **more: Any) -> Any:
    return client.get("/oembed?" + urlencode({"url": url, **more}))


def test_the_frame_may_stand_anywhere_and_leaves_nothing(client: Client) -> None:
    answer = client.get("/integrer/lieux/?lon=2.5&lat=48.5&category=demarches")
    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    page = answer.content.decode()
    assert 'action="/integrer/lieux/"' in page
    assert 'action="/lieux/"' not in page
    assert 'href="/lieux/?' not in page


@pytest.mark.parametrize("address", ["/", "/lieux/", "/cheque/", "/espace/"])
def test_nothing_else_may_be_framed(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors *" not in answer["Content-Security-Policy"]


def test_the_page_offers_its_own_search_to_copy(client: Client) -> None:
    page = client.get("/lieux/?lon=2.5&lat=48.5&accessible=true").content.decode()
    [link] = [one for one in attributes(page, "link") if one.get("type") == "application/json+oembed"]
    address = urlsplit(link["href"] or "")
    assert address.path == "/oembed"
    [url] = parse_qs(address.query)["url"]
    assert parse_qs(urlsplit(url).query) == {"lon": ["2.5"], "lat": ["48.5"], "accessible": ["true"]}
    data = client.get(link["href"]).json()
    assert (data["version"], data["type"], data["provider_name"]) == ("1.0", "rich", "#APTIC")
    [frame] = attributes(data["html"], "iframe")
    source = urlsplit(frame["src"] or "")
    assert source.path == "/integrer/lieux/"
    assert parse_qs(source.query) == parse_qs(urlsplit(url).query)
    assert client.get(f"{source.path}?{source.query}").status_code == 200
    assert data["html"].split(" title=")[0] in html.unescape(page)


def test_it_is_no_larger_than_asked(client: Client) -> None:
    small = told(client, f"{ROOT}/lieux/", maxwidth=300, maxheight=200).json()
    assert (small["width"], small["height"]) == (300, 200)
    assert 'width="300" height="200"' in small["html"]
    for wrong in ("-1", "x", "9" * 5000, "٣"):
        assert told(client, f"{ROOT}/lieux/", maxwidth=wrong).json()["width"] == 800


def test_in_english(client: Client) -> None:
    [frame] = attributes(told(client, f"{ROOT}/en/lieux/?q=wifi").json()["html"], "iframe")
    assert (frame["src"] or "").startswith(f"{ROOT}/en/integrer/lieux/?q=wifi")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://[",
        f"{ROOT}/",
        f"{ROOT}/cheque/",
        f"{ROOT}/lieux/?category=nonsense",
        f"{ROOT}/campagnes/inconnue/",
        "http://ailleurs.test/lieux/",
        "https://testserver/lieux/",
    ],
)
def test_what_is_not_ours_is_not_found(client: Client, url: str) -> None:
    assert told(client, url).status_code == 404


def test_json_only(client: Client) -> None:
    assert told(client, f"{ROOT}/lieux/", format="xml").status_code == 501
    assert told(client, f"{ROOT}/lieux/", format="json").status_code == 200


def test_what_was_typed_stays_text(client: Client) -> None:
    url = f"{ROOT}/lieux/?" + urlencode({"q": '"><script>window.xss=1</script>', "place": "</iframe><b>"})
    code = told(client, url).json()["html"]
    assert "<script" not in code
    assert code.count("<") == 2
