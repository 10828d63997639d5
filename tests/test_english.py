"""The English pages say in English all that the code says in French."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import translation

from directory import vocabulary
from directory.models import Category, VenueType

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
FLOORS = ("config", "coupons", "directory", "geodata", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)\d*[a-z]|%[a-z]|\{\w*\}|<[^>]+>")


class Message(NamedTuple):
    """One entry: `ids` are its singular and plural, `words` their translations, `flags` such as fuzzy."""

    ids: tuple[str, ...]
    words: tuple[str, ...]
    flags: str


def messages(path: Path) -> Iterator[Message]:
    """Entries of a .po file, without its header."""
    for entry in path.read_text().strip().split("\n\n")[1:]:
        texts: dict[str, str] = {}
        name = ""
        for line in entry.splitlines():
            if found := re.match(r'(?:(msg\S+) )?"(.*)"$', line):
                name = found[1] or name
                texts[name] = texts.get(name, "") + found[2]
        yield Message(
            tuple(text for name, text in texts.items() if name.startswith("msgid")),
            tuple(text for name, text in texts.items() if name.startswith("msgstr")),
            " ".join(re.findall(r"^#, (.*)$", entry, re.MULTILINE)),
        )


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `makemessages` finds in the code, as a catalogue with nothing translated yet."""
    copy = tmp_path_factory.mktemp("code")
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, copy / floor, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-wrap"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"})
    return copy / "locale" / "en" / "LC_MESSAGES" / "django.po"


def test_every_text_of_the_code_is_translated_and_no_other(extracted: Path) -> None:
    """If it fails: `manage.py makemessages -l en --no-wrap --no-obsolete --add-location file -i node_modules
    -i .venv -i staticfiles`, translate, `bin/setup`."""
    in_code = {message.ids for message in messages(extracted)}
    in_english = {message.ids for message in messages(ENGLISH)}
    assert len(in_code) > 300
    assert in_code - in_english == set()
    assert in_english - in_code == set()


def test_no_translation_is_empty_or_doubtful() -> None:
    assert "#~" not in ENGLISH.read_text()
    for message in messages(ENGLISH):
        assert len(message.words) == len(message.ids), message.ids
        assert all(message.words), message.ids
        assert "fuzzy" not in message.flags, message.ids


def test_translations_fill_in_what_the_french_fills_in() -> None:
    for message in messages(ENGLISH):
        for french, english in zip(message.ids, message.words, strict=True):
            assert sorted(PLACEHOLDER.findall(french)) == sorted(PLACEHOLDER.findall(english)), french


@pytest.mark.django_db
def test_every_name_of_the_referential_is_listed_for_translation() -> None:
    assert set(Category.objects.values_list("name", flat=True)) == set(vocabulary.CATEGORIES)
    assert set(VenueType.objects.values_list("name", flat=True)) == set(vocabulary.VENUE_TYPES)
    main = Category.objects.filter(parent=None).values_list("slug", flat=True)
    assert set(main) == set(vocabulary.PLAIN_WORDS)


@pytest.mark.django_db
def test_pages_follow_the_language_of_their_address(client: Client) -> None:
    """The browser's own preference does not count: a link reads the same for whoever opens it."""
    english = client.get("/en/", headers={"accept-language": "fr"}).content.decode()
    french = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "Find a place" in english
    assert "Get confident with digital tools" in english
    assert "Trouver un lieu" in french
    with translation.override("en"):
        assert Category.objects.get(slug="maitriser").plain_words.startswith("Use a computer")
