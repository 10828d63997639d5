"""Which of our ten kinds a venue is: by its typologies, else by what its name says outright."""

import re

from directory.standard.columns import fold_column
from geodata.folding import fold

# Only words that name the kind itself; who runs the place (a town, an association) says nothing.
NAMES = [
    ("itinerance", r"\bitinerante?s?\b|\b(medi|biblio|ludo|numeri)?bus\b|\bcamion\b|\bcaravane\b"),
    ("fablab", r"\bfab ?labs?\b"),
    ("repair-cafe", r"\brepair ?cafes?\b"),
    ("infolab", r"\binfolabs?\b"),
    ("classe-numerique", r"\bclasses? numeriques?\b"),
    ("mediatheque", r"\b(media|biblio|ludo)theques?\b"),
    ("coworking", r"\bco ?working\b"),
    ("tiers-lieu", r"\btiers ?lieux?\b"),
    (
        "epn",
        r"\bepns?\b|\bespaces? publics? (?:du )?numeriques?\b|\bcyber ?(base|espace|centre|case|cafe)s?\b",
    ),
    (
        "maison-services-public",
        r"\bfrances? services?\b|\bmaisons? de services? au public\b|\bmsap\b|\bpimms\b",
    ),
]
ITINERANT = re.compile(NAMES[0][1])


def kind_of(name: str, typologies: list[str], by_typology: dict[str, str]) -> str:
    """Slug of the venue type, or "". `by_typology`: typology of the standard → slug."""
    typed = next((by_typology[typology] for typology in typologies if typology in by_typology), "")
    folded = fold(name)
    named = next((slug for slug, words in NAMES if re.search(words, folded)), "")
    return typed if typed and typed != "autre" else named or typed


def says_itinerant(column: str, *texts: str) -> bool:
    """By the column of the standard, else by a name or summary that says so."""
    return "itinerant" in fold_column(column) or any(ITINERANT.search(fold(text)) for text in texts)
