"""Texts that become something else where a page, a file or a letter forgets that they are text; and what sees it.

Every one that runs in a browser leaves a trace there: `window.xss` (see RAN). A room's test fills every text one
can write with a harmless word, keeps what its pages are made of, fills in the hostile ones and compares.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.test import Client

HARMLESS = "Un mot\nsur deux lignes\n\net un de plus"
RAN = "window.xss || 0"  # asked of the browser
X = "window.xss=1"

ELEMENTS = [
    f"<script>{X}</script>",
    f"<ScRiPt>{X}</sCrIpT>",
    f"<script\t>{X}</script\t>",
    f"<script/x>{X}</script>",
    "<script src=//example.org/x.js></script>",
    "<script type=module src=data:text/javascript,xss=1></script>",
    f"<<script>{X}//<</script>",
    f"<img src=x onerror={X}>",
    f"<img/src='x'/onerror={X}>",
    f'<img src="x" onerror="{X}" />',
    f"<img src=x:x onerror\n={X}>",
    "<img src=x onerror=&#119;indow.xss=1>",
    f"<image href=x onerror={X}>",
    f"<svg onload={X}>",
    f"<svg/onload={X}>",
    f"<svg><script>{X}</script></svg>",
    f"<svg><animate onbegin={X} attributeName=x></svg>",
    f"<svg><a xlink:href='javascript:{X}'><text>x</text></a></svg>",
    f"<svg><use href='data:image/svg+xml,<svg onload={X}>'></svg>",
    f"<math><mtext></table></math><img src=x onerror={X}>",
    f"<math href='javascript:{X}'>x</math>",
    f"<body onload={X}>",
    f"<iframe src='javascript:{X}'></iframe>",
    f"<iframe srcdoc='<script>parent.{X}</script>'>",
    f"<object data='data:text/html,<script>{X}</script>'>",
    "<embed src=//example.org/x.swf>",
    "<applet code=x></applet>",
    "<base href=//example.org/>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<style>*{display:none}</style>",
    "<style>@import'//example.org/x.css';</style>",
    f"<video><source onerror={X}></video>",
    f"<audio src=x onerror={X}>",
    f"<input autofocus onfocus={X}>",
    f"<select autofocus onfocus={X}></select>",
    f"<textarea autofocus onfocus={X}></textarea>",
    f"<details open ontoggle={X}>x</details>",
    f"<marquee onstart={X}>x</marquee>",
    f"<xss tabindex=1 autofocus onfocusin={X}>",
    f"<template><script>{X}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={X}>'>",
    "<form action=//example.org><input type=submit></form>",
    "<button formaction=//example.org>x</button>",
    "<b>gras</b><!-- -->",
    "<h1>Titre</h1></main></body></html>",
    "<plaintext>",
    "<xmp><p></xmp>",
    "<![CDATA[<b>x</b>]]>",
    "<!--<script>",
    "--><b>x</b><!--",
    "<?php echo 1 ?><?xml version='1.0'?>",
]
ENDS = [
    f"</script><script>{X}</script>",
    f"</SCRIPT\n><script>{X}</script>",
    f"</title><script>{X}</script>",
    f"</textarea><script>{X}</script>",
    f"</style><script>{X}</script>",
    f"</option></select><img src=x onerror={X}>",
    f"</pre></code><svg onload={X}>",
    f"\u2028</script>\u2029<svg onload={X}>",
    f'"}}</script><script>{X}</script>{{"',
    '{"@type":"Event","url":"javascript:0"}',
]
ATTRIBUTES = [
    f'" onmouseover="{X}" x="',
    f"' onfocus={X} autofocus='",
    f'" autofocus onfocus="{X}',
    f'"><script>{X}</script>',
    f"'><img src=x onerror={X}>",
    f"'\"><svg/onload={X}>",
    f'" style="animation:x" onanimationstart="{X}',
    '" style="position:fixed;inset:0',
    f'" srcdoc="<script>{X}</script>',
    f"` onload={X} `",
    f"\\\" onerror={X} \\'",
    f"x onclick={X} y",
    "&quot; onload=window.xss=1 &quot;",
    "&#34;&gt;&lt;script&gt;window.xss=1&lt;/script&gt;",
    "&lt;img src=x onerror=window.xss=1&gt;",
    "&amp;lt;b&amp;gt;",
    "%3Cscript%3Ewindow.xss=1%3C/script%3E",
    "\\u003cscript\\u003ewindow.xss=1\\u003c/script\\u003e",
    "\\x3cimg src=x onerror=window.xss=1\\x3e",
    "+ADw-script+AD4-window.xss=1+ADw-/script+AD4-",
    "\uff1cscript\uff1ewindow.xss=1\uff1c/script\uff1e",
]
ADDRESSES = [
    f"javascript:{X}",
    f"JaVaScRiPt:{X}",
    f"java\tscript:{X}",
    f" javascript:{X}",
    f"\x01javascript:{X}",
    f"javascript://example.org/%0a{X}",
    f"javascript&colon;{X}",
    "vbscript:msgbox(1)",
    f"data:text/html,<script>{X}</script>",
    "data:text/html;base64,PHNjcmlwdD54c3M9MTwvc2NyaXB0Pg==",
    "//example.org/x.js",
    "\\\\example.org\\x",
    'https://example.org/"onclick=window.xss=1//',
    "https://example.org/<script>window.xss=1</script>",
    "blob:https://example.org/x",
    "file:///etc/passwd",
]
TEMPLATES = [
    "{{ 7|add:7 }}",
    "{% debug %}",
    "{% load static %}{% include 'base.html' %}",
    "{{ settings.SECRET_KEY }}{{ request.user.password }}",
    "{# x #}{% comment %}",
    "%(name)s %s %d {0} {name}",
    "${window.xss=1} `${window.xss=1}`",
    "{{constructor.constructor('window.xss=1')()}}",
    "<%= 7*7 %> #{7*7} ${{7*7}}",
    '#import "/config/settings.py": *',
    '#read("/config/settings.py")',
    "#sys.inputs #{ panic() } \\#",
    "*gras* _italique_ $x^2$ <label> @ref = titre",
    '"; panic("x") //',
    "[[[ ]]] {{{ }}} ((( )))",
    "'); window.xss=1; //",
    "\\'; window.xss=1; //",
    "';window.xss=1;'",
    "'; DROP TABLE directory_venue; --",
    "*/window.xss=1/*",
    '__proto__":{"xss":1},"',
]
SIGNS = [
    "\u202eerrevne\u202c \u2067x\u2069 \u200f",
    "a\u200bb\u200cc\u200dd\u2060e\ufeff",
    "\x1b[31mrouge\x1b[0m \x07\x08\x0b\x7f",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334 zalgo",
    "🎉🐙👩‍👩‍👧‍👧 🇫🇷",
    "العربية עברית 漢字 ไทย",
    "\U000e0041\U000e0042 \ue000 \ufffe",
]
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("//example.org")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
]
# Heads of a letter, where a name enters its subject.
HEADS = [
    "x\nBcc: autre@example.org",
    "x\r\nBcc: autre@example.org",
    "x\r\n\r\n<script>window.xss=1</script>",
    "x\rBcc: autre@example.org",
    "Nom\n\nCorps",
    "x\u2028Bcc: autre@example.org",
    "=?utf-8?q?x=0ABcc:autre@example.org?=",
    "autre@example.org, b@example.org",
    "<autre@example.org>",
]
LONG = [
    "W" * 20_000,
    "<b>" * 5_000,
    "&lt;" * 5_000,
    "é " * 10_000,
    f"<img src=x onerror={X}>" * 500,
]
PAYLOADS = [*ELEMENTS, *ENDS, *ATTRIBUTES, *ADDRESSES, *TEMPLATES, *SIGNS, *FORMULAS[:6]]
LOADS = {"src", "action", "formaction", "data", "poster", "background", "code", "srcset", "xlink:href"}
JSON_TYPES = {"application/json", "application/ld+json"}
# Each breaks out of one place where text may stand, several at once: what rooms of many pages are asked with.
# All PAYLOADS go through what anybody may look at, and through a browser.
TELLING = [
    f"<script>{X}</script> <img src=x onerror={X}> <svg/onload={X}> <!--<script>",
    f"</script><script>{X}</script> </title></textarea></option></select></style><svg onload={X}>",
    f'" onmouseover="{X}" x=" "><img src=x onerror={X}>',
    f"' onfocus={X} autofocus=' '><img src=x onerror={X}>",
    f'"}}</script><script>{X}</script>{{" \\" \u2028</script>',
    f"x onclick={X} y ` onload={X} `",
    f"javascript:{X}",
    f"data:text/html,<script>{X}</script>",
    "&lt;img src=x onerror=window.xss=1&gt; %3Cscript%3E \\u003cscript\\u003e",
    "{{ 7|add:7 }} {% debug %} {# x #} %(name)s %s {0} ${window.xss=1}",
    "#panic(1) \\#{ } $x^2$ *gras* <label> @ref '); window.xss=1; //",
    "\u202eerrevne\u202c a\u200bb\ufeff \x1b[31m \U000e0041",
    "=cmd|'/c calc'!A0",
]


def batches(limit: int = 118) -> list[str]:
    """All of PAYLOADS, as many together as a text of that length holds; each is whole."""
    made: list[str] = []
    for payload in PAYLOADS:
        if made and len(made[-1]) + len(payload) + 1 <= limit:
            made[-1] += f" {payload}"
        else:
            made.append(payload)
    return made


class Seen(HTMLParser):
    """What a page is made of: kinds of elements with the names of their attributes, addresses, text, data."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.kinds: set[str] = set()
        self.addresses: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.data: list[str] = []
        self.is_data = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        # One each: the same attributes need not come together to be what the house writes.
        self.kinds |= {tag, *(f"{tag} {name}" for name in given)}
        self.addresses += [(name, value) for name, value in given.items() if name in LOADS or name == "href"]
        self.texts += given.values()
        self.is_data = tag == "script" and given.get("type") in JSON_TYPES
        if tag == "script" and not (self.is_data or given.get("src") or given.get("nonce")):
            self.kinds.add("script of its own")

    def handle_data(self, data: str) -> None:
        (self.data if self.is_data else self.texts).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_data = False

    def handle_comment(self, data: str) -> None:
        self.kinds.add(f"comment {data[:40]}")

    def handle_decl(self, decl: str) -> None:
        self.kinds.add(f"declaration {decl[:40]}")

    def unknown_decl(self, data: str) -> None:
        self.kinds.add(f"declaration {data[:40]}")

    def handle_pi(self, data: str) -> None:
        self.kinds.add(f"instruction {data[:40]}")

    @property
    def shown(self) -> str:
        """Its texts and the values of its attributes, with what JSON in it says; white space squeezed."""
        return squeezed(" ".join([*self.texts, *map(spelt_out, self.data)]))


def spelt_out(data: str) -> str:
    """Data of a page must be JSON, and cannot end their script."""
    assert "<" not in data, data[:200]
    return json.dumps(json.loads(data), ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\")


def squeezed(text: str) -> str:
    return " ".join(re.sub(r"[\s\x1c-\x1f\x85\u2028\u2029\u200b]+", " ", text).split())


def intruders(page: str | Seen, usual: set[str]) -> list[str]:
    """What a page has that it would not have without hostile text: elements, attributes, addresses."""
    seen = Seen(page) if isinstance(page, str) else page
    for data in seen.data:
        spelt_out(data)
    return [*sorted(seen.kinds - usual), *foreign_addresses(seen)]


def foreign_addresses(seen: Seen) -> Iterator[str]:
    for name, value in seen.addresses:
        plain = html.unescape(re.sub(r"[\x00-\x20]", "", value)).lower()
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", plain)
        if (
            scheme
            and scheme[1] not in {"http", "https", "tel", "mailto", "geo"}
            and not plain.startswith("data:image/")
        ):
            yield f"{name}={value}"
        if name in LOADS and (urlsplit(plain).netloc or plain.startswith(("//", "\\"))):
            yield f"{name}={value}"


def assert_inert(
    fill: Callable[[str], None], readers: Iterable[tuple[Client, Iterable[str]]], texts: Iterable[str]
) -> None:
    """`fill(text)` writes a text wherever people can; then nobody's pages are made of anything new.

    Each text must be readable on one page at least: a test of pages that do not show it would prove nothing.
    """
    readers = [(client, list(addresses)) for client, addresses in readers]
    fill(HARMLESS)
    usual = {
        address: Seen(page).kinds
        for client, addresses in readers
        for address, page in read(client, addresses)
    }
    for text in texts:
        fill(text)
        pages = [
            (address, Seen(page))
            for client, addresses in readers
            for address, page in read(client, addresses)
        ]
        found = {address: intruders(seen, usual[address]) for address, seen in pages}
        strange = {address: what for address, what in found.items() if what}
        assert not strange, f"{text[:200]!r}: {strange}"
        assert any(squeezed(text[:60]) in seen.shown for _address, seen in pages), text[:200]


def read(client: Client, addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        yield address, answer.content.decode()


def assert_plain_letter(letter: EmailMessage, to: Iterable[str]) -> None:
    """A letter in plain text to these people only, whose heads are those the site writes."""
    assert sorted(letter.recipients()) == sorted(to)
    assert letter.content_subtype == "plain"
    assert not getattr(letter, "alternatives", [])
    assert not re.search(r"[\r\n]", letter.subject), letter.subject
    sent: Message = letter.message()
    assert sent["Bcc"] is None
    assert sent["Cc"] is None
    assert sent.get_all("To") == [", ".join(letter.to)]
    assert len(sent.get_all("Subject") or []) == 1
