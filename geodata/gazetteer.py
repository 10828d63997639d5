"""Text → places, from our own names alone: what a person types to say where they are.

Understands accents and typing mistakes, "st" for "saint", arrondissements ("paris 11e", "69003"), INSEE
codes, postcodes however short, town halls, and what tells homonyms apart ("Saint-Denis, Réunion",
"Saint-Denis 93"). Cheapest question first: the beginning of a name (b-tree), then words inside it, then what
looks like it (trigrams).
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.gis.geos import Point
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Case, Expression, F, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Length, Ln, Lower

from geodata.folding import TOWN_HALL, fold
from geodata.models import Area, Toponym

TEXT_LENGTH = 200
# Fewer answers than this, and the next, costlier question is asked.
ENOUGH = 3
LAST_WORDS = 4
EVERYWHERE = {"saint", "sainte", "les", "des", "sur", "sous", "communaute", "communes", "agglomeration"}

Kind = Toponym.Kind
# What people add that names no place.
BEFORE = re.compile(r"^(?:commune|ville|village|departement|region) (?:de la |de l |du |des |de |d )")
AFTER = re.compile(r"(?: cedex(?: \d+)?| france| arrondissement)$")
ARRONDISSEMENT = re.compile(r"^(\d{1,2}) (?:arrondissement )?(?:de |d )?(paris|lyon|marseille)$")
MAIRIE = re.compile(r"^(?:mairie|hotel de ville) (?:de la |de l |du |des |de |d |le |la |les |l )?(?=.)")
# A street is not for the gazetteer: no use looking for a town that resembles its name.
STREET = re.compile(r"\d|^(?:rue|avenue|av|boulevard|bd|place|chemin|impasse|allee|route|quai|cours|square) ")
HINT_SEPARATOR = re.compile(r"\s*[,;(–—]\s*|\s+-\s+")
POSTCODE = re.compile(r"\b\d{5}\b")
DEPARTEMENT_CODE = re.compile(r"^(?:\d{2,3}|2[ab])$")
CODE_START = re.compile(r"^(?:\d{2,5}|2[ab]\d{0,3})$")

# How a suggestion answers the text. All but VAGUE are sure enough to go ahead without asking.
EXACT, BEGINNING, WORDS, CLOSE, VAGUE = "exact", "beginning", "words", "close", "vague"


@dataclass(frozen=True)
class Suggestion:
    """`label` is the place's name, `context` what tells it from its homonyms, `point` is WGS 84."""

    label: str
    kind: str
    code: str
    context: str
    point: Point
    postcode: str
    area_id: int | None = None
    match: str = EXACT

    @property
    def lon(self) -> float:
        return self.point.x

    @property
    def lat(self) -> float:
        return self.point.y

    @property
    def full_label(self) -> str:
        """Unambiguous, and understood when it comes back: "Saint-Denis — La Réunion"."""
        return f"{self.label} — {self.context}"


def suggest(text: str, *, limit: int = 8) -> list[Suggestion]:
    """The places that `text` may mean, likeliest first; empty when none. Any text will do."""
    name, hint = _name_and_hint(text[:TEXT_LENGTH])
    if not name:
        return []
    if CODE_START.match(name):
        return _by_code(name, limit)
    if postcode := POSTCODE.search(f"{name} {hint}"):
        return _by_postcode_and_name(postcode[0], f"{name} {hint}", limit)
    found = _by_name(name, hint, limit)
    if len(found) < ENOUGH and not hint:
        found = _merged(found, _with_words(name, limit), limit)
    if not found and not hint:
        found = _by_name_and_last_words(name, limit)
    if len(found) < ENOUGH and not any(place.match == EXACT for place in found) and not STREET.search(name):
        found = _merged(found, _close_to(name, hint, limit), limit)
    return found


def resolve(text: str) -> Suggestion | None:
    """The one place that `text` names; None when it names none, or something finer such as a street."""
    first = next(iter(suggest(text)), None)
    return first if first and first.match != VAGUE else None


def town_of(address: str) -> Suggestion | None:
    """The town of a street address: that of its postcode, else the longest name of a commune that ends it."""
    folded = fold(address[:TEXT_LENGTH])
    if postcode := POSTCODE.search(folded):
        return next(iter(_by_postcode_and_name(postcode[0], folded, limit=1)), None)
    words = folded.split()
    endings = [" ".join(words[start:]) for start in range(len(words))]
    towns = Toponym.objects.filter(folded__in=endings, kind__in=[Kind.COMMUNE, Kind.ARRONDISSEMENT])
    longest_first = towns.order_by(Length("folded").desc(), "-weight")
    return next(iter(_suggestions(longest_first, VAGUE, 1)), None)


def areas(text: str = "", *, level: str = "", limit: int = 20) -> "QuerySet[Area]":
    """Official territories named `text` (all, without a text), the most populous first, without outlines."""
    found = Area.objects.current().exclude(level=Area.Level.CUSTOM).select_related("parent")
    found = found.defer("geom", "parent__geom").order_by(F("population").desc(nulls_last=True), "name", "pk")
    if level:
        found = found.filter(level=level)
    if text.strip():
        found = found.filter(pk__in=_ids_named(text[:TEXT_LENGTH].strip(), level))
    return found[:limit]


def _ids_named(text: str, level: str) -> "QuerySet[Any, Any]":
    """Each part walks its own index: one condition with OR would read every area."""
    ids = Area.objects.current().filter(code__in={text, text.upper()}).values("pk")
    quarters = Area.objects.filter(level=Area.Level.QPV, name__unaccent__icontains=text)
    if not (name := fold(text)):
        return ids
    names = _named(Toponym.objects.all()).filter(Q(folded__startswith=name) | Q(folded__contains=f" {name}"))
    names = names.filter(kind=level) if level in Kind.values else names
    return ids.union(quarters.values("pk"), names.filter(area__isnull=False).values("area_id"))


def _name_and_hint(text: str) -> tuple[str, str]:
    """ "Saint-Denis (La Réunion)" → ("saint denis", "la reunion")."""
    ours = text.rsplit(" — ", maxsplit=1)
    first, *rest = ours if len(ours) > 1 else HINT_SEPARATOR.split(text.strip(), maxsplit=1)
    name = AFTER.sub("", BEFORE.sub("", fold(first)))
    hint = AFTER.sub("", fold(rest[0])) if rest else ""
    if reversed_order := ARRONDISSEMENT.match(name):
        name = f"{reversed_order[2]} {reversed_order[1]}"
    if ARRONDISSEMENT.match(f"{hint} {name}"):
        return f"{name} {hint}", ""
    return name, "" if hint == "france" else hint


def _by_name(name: str, hint: str, limit: int) -> list[Suggestion]:
    # "Le Saint" is no exact answer to "saint": it is spelled with two letters more at most.
    whole_name = Q(folded=_spelling(name), name_length__lte=len(name) + 2)
    rows = _rows(name, hint).filter(folded__startswith=_spelling(name)).alias(name_length=Length("name"))
    order = [_first(whole_name), F("weight").desc()]
    if hint:
        rows = rows.alias(spelled=_folded_context())
        order.insert(1, _first(Q(spelled=hint)))
    found = _suggestions(rows.order_by(*order), BEGINNING, limit)
    return [replace(place, match=EXACT) if fold(place.label) == name else place for place in found]


def _first(condition: Q) -> Case:
    return Case(When(condition, then=0), default=1, output_field=IntegerField())


def _with_words(name: str, limit: int) -> list[Suggestion]:
    """Names in which each word of `name` begins a word; words that are everywhere are not looked for."""
    words = [word for word in name.split() if len(word) > 2 and word not in EVERYWHERE]
    if not words:
        return []
    rows = _named(_rows(name, ""))
    for word in words:
        rows = rows.filter(folded__contains=word, folded__regex=rf"\m{word}")
    return _suggestions(rows.order_by("-weight"), WORDS, limit)


def _by_name_and_last_words(name: str, limit: int) -> list[Suggestion]:
    """ "saint denis reunion", "bron 69": the last words may say where."""
    words = name.split()
    for count in range(1, min(LAST_WORDS, len(words) - 1) + 1):
        if found := _by_name(" ".join(words[:-count]), " ".join(words[-count:]), limit):
            return found
    return []


def _close_to(name: str, hint: str, limit: int) -> list[Suggestion]:
    """Names that look like it, a big town winning over a hamlet that looks a little more like it."""
    name = MAIRIE.sub("", name)
    rows = _named(_rows(name, hint)).filter(folded__trigram_similar=name)
    score = TrigramSimilarity("folded", name) + Ln(F("weight") + 1.0) / 60
    closest_first = rows.alias(score=score).order_by("-score")
    # Every "Saint-…" looks like every other: ask for more than that one word in common.
    threshold = 0.25 if len(name) < 5 else 0.55 if name.startswith("saint") else 0.4
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(threshold)])
        return _suggestions(closest_first, CLOSE, limit)


def _by_code(code: str, limit: int) -> list[Suggestion]:
    """A département, a postcode or its beginning, an INSEE code; of a company's postcode, the département."""
    code = code.upper()
    named = Q(code=code, kind__in=[Kind.DEPARTEMENT, Kind.COMMUNE, Kind.ARRONDISSEMENT])
    rows = Toponym.objects.filter(named | Q(kind=Kind.POSTCODE, folded__startswith=code))
    order = Case(When(kind=Kind.DEPARTEMENT, then=0), When(kind=Kind.POSTCODE, then=1), default=2)
    found = _suggestions(rows.alias(order=order).order_by("order", "-weight"), BEGINNING, limit)
    found = [
        replace(place, match=EXACT) if code in {place.code, place.postcode} else place for place in found
    ]
    if not found and len(code) == 5:
        departement = code[:3] if code.startswith("97") else code[:2]
        found = [replace(place, match=VAGUE) for place in _by_code(departement, limit=1)]
    return found


def _by_postcode_and_name(postcode: str, text: str, limit: int) -> list[Suggestion]:
    """What the postcode covers: the place that the other words name, or everything when they name none."""
    words = " ".join(fold(text).replace(postcode, " ").split())
    rows = Toponym.objects.filter(kind=Kind.POSTCODE, postcode=postcode)
    named = rows.filter(Q(folded__startswith=f"{postcode} {words}") | Q(folded__contains=f" {words}"))
    if found := _suggestions(named.order_by("-weight"), EXACT, limit):
        return found
    everything = _suggestions(rows.order_by("-weight"), VAGUE, limit)
    return sorted(everything, key=lambda place: fold(place.label)[6:] not in words) or [
        replace(place, match=VAGUE) for place in _by_code(postcode, limit)
    ]


def _rows(name: str, hint: str) -> "QuerySet[Toponym]":
    """Rows of the kind asked for, narrowed by a département's code, a postcode or words of the context."""
    town_hall = bool(MAIRIE.match(name))
    rows = Toponym.objects.filter(Q(kind=Kind.TOWN_HALL) if town_hall else ~Q(kind=Kind.TOWN_HALL))
    if not hint:
        return rows
    if hint in (kinds := {fold(str(kind.label)): kind for kind in Kind}):
        return rows.filter(kind=kinds[hint])
    if DEPARTEMENT_CODE.match(hint):
        return rows.filter(code__startswith=hint.upper())
    return rows.alias(spelled=_folded_context()).filter(spelled__contains=hint)


def _named(rows: "QuerySet[Toponym]") -> "QuerySet[Toponym]":
    """The rows that the trigram index holds, in the very words of its condition."""
    return rows.filter(~Q(kind__in=[Kind.POSTCODE, Kind.TOWN_HALL]))


def _folded_context() -> Expression:
    unaccented = Lower(Func(F("context"), function="unaccent", output_field=TextField()))
    marks, flags = Value("[^a-z0-9]+"), Value("g")
    return Func(unaccented, marks, Value(" "), flags, function="regexp_replace", output_field=TextField())


def _spelling(name: str) -> str:
    return MAIRIE.sub(TOWN_HALL, name)


def _suggestions(rows: "QuerySet[Toponym]", match: str, limit: int) -> list[Suggestion]:
    """The first `limit` places: one that is found under two spellings counts once."""
    found = dict[tuple[Any, ...], Suggestion]()
    columns = rows.values_list("name", "kind", "code", "context", "point", "postcode", "area_id")
    for label, kind, code, context, point, postcode, area_id in columns[: 2 * limit]:
        context = context or str(Kind(kind).label)
        place = Suggestion(label, kind, code, context, point, postcode, area_id, match)
        found.setdefault((kind, code, label), place)
    return list(found.values())[:limit]


def _merged(first: list[Suggestion], more: list[Suggestion], limit: int) -> list[Suggestion]:
    known = {(place.kind, place.code, place.label) for place in first}
    return (first + [place for place in more if (place.kind, place.code, place.label) not in known])[:limit]
