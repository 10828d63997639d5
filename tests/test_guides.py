"""The guides say where to click in the very words of the interface."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
# What a person's own data are called.
OWN = {"votre lieu"}


@pytest.fixture(scope="module")
def interface() -> str:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "directory").rglob("*.py")]
    files += (ROOT / "coupons").rglob("*.py")
    return " ".join(" ".join(path.read_text().split()) for path in files)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_what_is_in_bold_can_be_found_on_the_screen(guide: Path, interface: str) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", " ".join(guide.read_text().split()))
    words = {word.strip(" .") for phrase in bold for word in phrase.split("→")} - OWN
    assert len(words) > 10
    assert not [word for word in words if word not in interface]


def test_the_readme_leads_to_each() -> None:
    readme = (ROOT / "README.md").read_text()
    assert GUIDES
    assert not [path.name for path in GUIDES if f"docs/guides/{path.name}" not in readme]
