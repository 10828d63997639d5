"""A recorded change in words: names of fields as the models give them, values as a person writes them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Change
from directory.wording import dated

NOTHING = "–"
# Columns that say who did something: the models leave them without a name of their own.
WHO = {
    "answer_moderated_by": gettext_lazy("réponse relue par"),
    "answered_by": gettext_lazy("répondu par"),
    "charter_signed_by": gettext_lazy("charte signée par"),
    "created_by": gettext_lazy("demandé par"),
    "decided_by": gettext_lazy("décidé par"),
    "handled_by": gettext_lazy("traité par"),
    "invited_by": gettext_lazy("invité par"),
    "ordered_by": gettext_lazy("commandé par"),
    "moderated_by": gettext_lazy("relu par"),
    "received_by": gettext_lazy("reçu par"),
    "reviewed_by": gettext_lazy("relu par"),
    "reviewer": gettext_lazy("suivi par"),
    "submitted_by": gettext_lazy("envoyé par"),
    "withdrawn_by": gettext_lazy("retiré par"),
}
Names = dict[type[models.Model], dict[int, str]]


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """A change, ready to be read. `who` is empty for what nobody did by hand."""

    change: Change
    what: str
    who: str
    differences: list[Difference]


def model_of(table: str) -> type[models.Model] | None:
    """Of whichever floor keeps it; None for a table that is no more."""
    for floor in ("directory", "coupons"):
        try:
            return apps.get_model(floor, table)
        except LookupError:
            continue
    return None


def field_of(model: type[models.Model] | None, column: str) -> models.Field | None:
    """The field kept in a column."""
    if model is None:
        return None
    try:
        field = model._meta.get_field(column.removesuffix("_id"))
    except FieldDoesNotExist:
        field = next((one for one in model._meta.concrete_fields if one.column == column), None)  # type: ignore[assignment]
    return field if isinstance(field, models.Field) else None


def columns(change: Change) -> list[str]:
    """Those that differ; of a row that appears or goes, those that say something."""
    told = {**(change.before or {}), **(change.after or {})}
    if change.action == "update":
        return list(told)
    return [name for name, value in told.items() if value not in (None, "", [], {}) and name != "id"]


def names_of(changes: Iterable[Change]) -> Names:
    """The names of all the rows that these changes point to: one query a model."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for change in changes:
        model = model_of(change.table)
        for side in (change.before or {}, change.after or {}):
            for column, value in side.items():
                field = field_of(model, column)
                if isinstance(field, models.ForeignKey) and isinstance(value, int):
                    wanted[field.related_model].add(value)
    return {model: _named(model, ids) for model, ids in wanted.items()}


def _named(model: type[models.Model], ids: set[int]) -> dict[int, str]:
    fields = [field.name for field in model._meta.concrete_fields if field.name in ("name", "email")]
    if not fields:
        return {}
    rows = model._default_manager.filter(pk__in=ids).values_list("pk", *fields)
    return {pk: next((text for text in texts[::-1] if text), "") for pk, *texts in rows}


def differences(change: Change, names: Names) -> list[Difference]:
    model = model_of(change.table)
    told = []
    for column in columns(change):
        field = field_of(model, column)
        label = str(WHO.get(field.name, field.verbose_name)) if field is not None else column
        before, after = (
            said(side.get(column), field, names) if side and column in side else NOTHING
            for side in (change.before, change.after)
        )
        told.append(Difference(label, before, after))
    return told


def said(value: Any, field: models.Field | None, names: Names) -> str:
    """A value of JSON as a person writes it."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, list):
        base = getattr(field, "base_field", None)
        return ", ".join(said(one, base, names) for one in value)
    if isinstance(field, models.ForeignKey):
        known = names.get(field.related_model, {}).get(value)
        return known or f"n° {value}"
    if isinstance(value, dict):
        return _mapping(value, names)
    return _plain(value, field)


def _mapping(value: dict[str, Any], names: Names) -> str:
    if value.get("type") == "Point":
        lon, lat = value["coordinates"]
        return _("longitude %(lon)s, latitude %(lat)s") % {"lon": lon, "lat": lat}
    return " ; ".join(f"{key} : {said(one, None, names)}" for key, one in value.items())


def _plain(value: Any, field: models.Field | None) -> str:
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField) and (instant := parse_datetime(str(value))):
        return written(instant)
    if isinstance(field, models.DateField) and (day := parse_date(str(value))):
        return dated(day)
    if field is not None and field.name.endswith("_cents"):
        return f"{value / 100:.2f} €".replace(".", ",")
    return str(value)


def written(instant: datetime) -> str:
    return dated(localtime(instant), "j F Y H:i")


def what(change: Change) -> str:
    """The kind of thing, and what happened to it."""
    model = model_of(change.table)
    kind = str(model._meta.verbose_name) if model else change.table
    done = {"insert": _("créé"), "update": _("modifié"), "delete": _("supprimé")}[change.action]
    return f"{kind} n° {change.row} · {done}"
