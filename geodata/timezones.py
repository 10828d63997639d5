"""Local time of a French place, from the beginning of its INSEE code or postcode.

Source: IANA time zone database.
"""

METROPOLE = "Europe/Paris"
OVERSEAS = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
TIMEZONES = (METROPOLE, *sorted(OVERSEAS.values()))


def timezone_of(code: str) -> str:
    """The IANA name: "97411" -> "Indian/Reunion", "69123" or "" -> "Europe/Paris"."""
    return OVERSEAS.get(code[:3], METROPOLE)
