"""Rules about the whole code that no other tool checks."""

import re
import tomllib
from pathlib import Path

import allauth
import pytest
from django.contrib import admin

ROOT = Path(__file__).resolve().parent.parent
MADE = {".venv", ".local", ".git", "node_modules", "staticfiles"}
LONGEST_MODULE = 400


def ours(pattern: str) -> list[Path]:
    """Files of the project, without what is installed or made."""
    return [
        path
        for path in ROOT.rglob(pattern)
        if not MADE & set(path.relative_to(ROOT).parts) and path.is_file()
    ]


def test_no_module_is_too_long_to_read_at_once() -> None:
    modules = [path for path in ours("*.py") if "migrations" not in path.parts]
    long = {
        str(path.relative_to(ROOT)): n
        for path in modules
        if (n := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    assert modules
    assert not long


def test_lock_files_hold_no_download_address() -> None:
    for name in ("requirements.txt", "package-lock.json"):
        assert not re.search(r"https?://", (ROOT / name).read_text()), name


def test_requirements_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    locked = re.findall(r"^(\S+==[^\s;]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert {re.sub(r"\[.*\]", "", pin) for pin in pinned} <= set(locked)


@pytest.mark.parametrize(
    "inline", [r"\son[a-z]+=", r"<style\b", r"\sstyle=", r"<script(?![^>]*\bsrc=)(?![^>]*json)"]
)
def test_templates_keep_to_the_content_security_policy(inline: str) -> None:
    templates = [path for path in ours("*.html") if "docs" not in path.parts]
    assert not [str(path.relative_to(ROOT)) for path in templates if re.search(inline, path.read_text())]


def test_every_day_is_written_by_the_one_who_knows_of_firsts() -> None:
    """« 1er août »: by `wording.dated`, in templates a filter."""
    templates = [path for suffix in ("*.html", "*.txt") for path in ours(suffix) if "templates" in path.parts]
    by_django = [path for path in templates if re.search(r'\|date:"[^"]*\bj\b', path.read_text())]
    sources = [path for path in ours("*.py") if not {"tests", "migrations"} & set(path.parts)]
    by_django += [path for path in sources if "date_format(" in path.read_text()]
    assert templates
    assert {path.relative_to(ROOT).as_posix() for path in by_django} <= {"directory/wording.py"}


def test_every_template_is_used() -> None:
    """By a view, another template, or in the place of a package's own, or as a page looked for by name."""
    sources = "\n".join(path.read_text() for path in [*ours("*.py"), *ours("*.html")])
    names = [
        path.relative_to(ROOT).as_posix().split("templates/", 1)[1]
        for path in ours("*.html")
        if "templates" in path.parts
    ]
    by_name = {"400.html", "403.html", "404.html", "429.html", "500.html"}
    unused = [
        name
        for name in names
        if f'"{name}"' not in sources and name not in by_name and not is_in_a_package(name)
    ]
    assert not unused


def is_in_a_package(template: str) -> bool:
    """It takes the place of one of Django's or allauth's own."""
    packages = (allauth, admin)
    return any((Path(package.__file__).parent / "templates" / template).is_file() for package in packages)
