"""The figures: for anybody."""

from tests.matrix.lines import Line, everybody

LINES: dict[str, Line] = {"impact:impact": everybody("200", "405")}
