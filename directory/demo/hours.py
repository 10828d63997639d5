"""Opening hours of town halls, from the registry's JSON to OpenStreetMap's syntax."""

import json

DAYS = {
    "lundi": "Mo",
    "mardi": "Tu",
    "mercredi": "We",
    "jeudi": "Th",
    "vendredi": "Fr",
    "samedi": "Sa",
    "dimanche": "Su",
}


def to_osm(source: str) -> str:
    """[["lundi","mardi",[["09:00:00","12:00:00"]]]] -> "Mo-Tu 09:00-12:00; PH off"; nothing usable -> ""."""
    try:
        rules = [_rule(*row) for row in json.loads(source)]
    except (ValueError, KeyError, TypeError):
        return ""
    return "; ".join([*rules, "PH off"]) if rules else ""


def _rule(first: str, last: str, spans: list[list[str]]) -> str:
    days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
    return f"{days} {','.join(f'{start[:5]}-{end[:5]}' for start, end in spans)}"
