"""Money is whole cents: no floating number in the code that counts it, not even on the way to a page."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOOR = ROOT / "coupons"
# What is measured and not counted: places on Earth, shares of a territory, means of answers, strokes of a drawing,
# seconds.
# A share or a mean of amounts is only told; no amount is made of one.
MEASURES = {
    "campaigns/api_shapes.py",
    "campaigns/shapes.py",
    "campaigns/telling.py",
    "campaigns/zones.py",
    "charts.py",
    "coverage.py",
    "dashboards/figures.py",
    "dashboards/health.py",
    "dashboards/mapping.py",
    "dashboards/names.py",
    "dashboards/paper_map.py",
    "dashboards/reading.py",
    "dashboards/showing.py",
    "dashboards/tables.py",
    "dashboards/views/sponsor.py",
    "dashboards/what_if.py",
    "demo/handing_out.py",
    "demo/living.py",
    "demo/rhone.py",
    "distribution/api.py",
    "impact/measuring.py",
    "impact/views.py",
    "offers.py",
    "printing/press.py",
    "printing/running.py",
    "ratings/moderating.py",
    "reporting.py",
    "showcase/drawing.py",
    "showcase/finding.py",
    "showcase/territory.py",
    "showcase/views/public.py",
    "signals/telling.py",
    "webhooks/delivering.py",
    "webhooks/posting.py",
}


def money_modules() -> list[Path]:
    return [path for path in sorted(FLOOR.rglob("*.py")) if str(path.relative_to(FLOOR)) not in MEASURES]


def a_path(node: ast.AST) -> bool:
    """FOLDER / "name" is no division; the database divides whole columns without a remainder."""
    return isinstance(node, ast.BinOp) and (
        isinstance(node.right, ast.JoinedStr)
        or (isinstance(node.right, ast.Constant) and isinstance(node.right.value, str))
        or (isinstance(node.right, ast.Call) and ast.unparse(node.right.func) == "F")
    )


def floats(source: str) -> list[str]:
    """Literals with a point, calls of float(), true divisions and anything named after a floating column."""
    found = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.append(f"{line}: {node.value}")
        if isinstance(node, ast.Name) and node.id == "float":
            found.append(f"{line}: float")
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and not a_path(node):
            found.append(f"{line}: /")
        if isinstance(node, ast.Attribute) and node.attr in {"FloatField", "truediv", "fsum"}:
            found.append(f"{line}: {node.attr}")
    return found


def test_no_float_in_money_code() -> None:
    modules = money_modules()
    assert len(modules) > 60
    assert all((FLOOR / name).is_file() for name in MEASURES)
    wrong = {str(path.relative_to(ROOT)): found for path in modules if (found := floats(path.read_text()))}
    assert not wrong


def test_the_search_does_find_them() -> None:
    wrong = [
        "x = 0.01",
        "x = float(y)",
        "x = cents / 100",
        "x /= 2",
        "from django.db import models\nmodels.FloatField()",
    ]
    assert [bool(floats(source)) for source in wrong] == [True] * len(wrong)
    assert floats("x = cents // 100 + cents % 100") == []


def test_no_floating_column_holds_money() -> None:
    """Of the database functions and triggers: amounts are integers from the first table to the last trigger."""
    sql = "\n".join(path.read_text().lower() for path in (ROOT / "coupons" / "migrations").glob("*.py"))
    assert "double precision" not in sql
    assert "floatfield" not in sql
    assert "::real" not in sql
