"""Charts: said in words, legible without colour, inert, and within a strict Content-Security-Policy."""

import re
from xml.etree import ElementTree

import pytest

from coupons.charts import Mark, bars, columns
from tests.hostile import TELLING

MARKS = [Mark("Guéret", 12, "12"), Mark("Aubusson", None, "non montré"), Mark("Felletin", 0, "0")]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("draw", [bars, columns])
def test_a_drawing_is_named_described_and_needs_no_style(draw: object) -> None:
    svg = draw("essai", "Où", "Le plus : Guéret, 12.", MARKS)  # type: ignore[operator]
    root = ElementTree.fromstring(svg)
    names = root.get("aria-labelledby", "").split()
    said = {one.get("id"): one.text for one in root if one.get("id")}
    assert [said[name] for name in names] == ["Où", "Le plus : Guéret, 12."]
    assert root.get("role") == "img"
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", svg)
    hatched = [one for one in root.iter(f"{SVG}rect") if one.get("fill") == "url(#essai-few)"]
    assert len(hatched) == 1


@pytest.mark.parametrize("draw", [bars, columns])
def test_hostile_words_are_words(draw: object) -> None:
    for payload in TELLING:
        visible = "".join(char for char in payload if char.isprintable())
        svg = draw("essai", visible, visible, [Mark(visible, 1, visible)])  # type: ignore[operator]
        kinds = {one.tag.removeprefix(SVG) for one in ElementTree.fromstring(svg).iter()}
        assert kinds <= {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text"}


def test_nothing_to_draw() -> None:
    for draw in (bars, columns):
        assert ElementTree.fromstring(draw("essai", "Où", "", [])) is not None
