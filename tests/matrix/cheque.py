"""« Mon chèque »: for anybody."""

from tests.matrix.lines import Line, everybody

LINES: dict[str, Line] = {
    "cheque:cheque": everybody("200", "200"),
    "api-coupon-check": everybody("405", "415"),
}
