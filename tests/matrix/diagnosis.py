"""The diagnosis of a département: for anybody."""

from tests.matrix.lines import Line, everybody

LINES: dict[str, Line] = {
    "diagnosis:index": everybody("200", "405"),
    "diagnosis:departement": everybody("404", "405"),
    "diagnosis:map": everybody("404", "405"),
    "diagnosis:data": everybody("404", "405"),
}
