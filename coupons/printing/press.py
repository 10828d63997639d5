"""The press: a process of its own that reads a file's content as JSON and answers with its PDF, then ends.

Codes come in by the pipe and go out by the pipe: never as an argument, never on a disk, never in a message. When
the worker dies the pipe breaks, and the press with it. What it took of memory goes with the process.

    python -m coupons.printing.press FONTS < content.json > sheets.pdf
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import segno
import typst

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates" / "printing"
FACE = "Atkinson Hyperlegible Next"
# Looking for the best of the eight masks takes four fifths of the time; readers read any of them.
MASK = 3
DARK = re.compile(rb"\x01+")


def main() -> None:
    content, fonts = json.load(sys.stdin.buffer), sys.argv[1]
    ground = pdf("ground.typ", {**content, "booklets": []}, fonts=fonts)
    sheets = pdf("sheets.typ", {**with_qr_codes(content), "ground": list(ground)}, fonts=fonts)
    sys.stdout.buffer.write(sheets)


def pdf(template: str, content: dict[str, Any], *, fonts: str, tags: bool = False) -> bytes:
    """What people wrote enters as one JSON text: typst reads it as strings, never as markup.

    `tags` are for readers' ears: sheets go to a printer.
    """
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    if FACE not in faces.families():
        raise FileNotFoundError(f"no {FACE} in {fonts}: the sheets would have no words")
    return typst.compile(
        FOLDER / template,
        root=ROOT,
        font_paths=faces,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        pdf_tags=tags,
    )


def with_qr_codes(content: dict[str, Any]) -> dict[str, Any]:
    """The same, each text to be read by a camera drawn beside its words."""
    address = content["code_address"]
    return {
        **content,
        "places_qr": qr_code(content["places_address"]),
        "booklets": [
            {
                **booklet,
                "qr": qr_code(booklet["number"].replace(" ", "")),
                "coupons": [
                    {**coupon, "qr": qr_code(address + coupon["code"])} for coupon in booklet["coupons"]
                ],
            }
            for booklet in content["booklets"]
        ],
    }


def qr_code(text: str) -> str:
    """An SVG of one path, its quiet zone left to the template. 15 % of it may be damaged."""
    matrix = segno.make_qr(text, error="m", boost_error=False, mask=MASK).matrix
    path = "".join(
        f"M{run.start()} {y + 0.5}h{run.end() - run.start()}"
        for y, row in enumerate(matrix)
        for run in DARK.finditer(row)
    )
    size = len(matrix)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}" stroke="#000"/></svg>'


if __name__ == "__main__":
    main()
