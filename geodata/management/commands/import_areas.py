"""`import_areas`: the official territories and the gazetteer; `import_areas --level qpv FILE`: other ones."""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from geodata import basemap
from geodata.boundaries import import_france
from geodata.layers import LayerRefused, import_layer
from geodata.models import Area, BasemapBuild, BasemapTile
from geodata.naming import import_toponyms
from geodata.registry import RegistryMissing, read_france

LEVELS_FROM_FILE = [Area.Level.QPV, Area.Level.CUSTOM]


class Command(BaseCommand):
    help = "Territoires officiels et noms de lieux, depuis les deux paquets des registres (ou un fichier)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="GeoJSON, GeoPackage… (avec --level)")
        parser.add_argument("--level", choices=LEVELS_FROM_FILE)
        parser.add_argument("--code-field", default="", help="colonne du code, si elle n'est pas reconnue")
        parser.add_argument("--name-field", default="", help="colonne du nom, si elle n'est pas reconnue")
        parser.add_argument("--json", action="store_true", help="compte rendu en JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) != bool(options["level"]):
            raise CommandError(
                _("Un fichier se charge avec --level (qpv ou custom), et --level avec un fichier.")
            )
        try:
            report = self.layer(options) if options["file"] else self.france()
        except (RegistryMissing, LayerRefused) as error:
            raise CommandError(str(error)) from error
        lines = [f"  {name} : {value}" for name, value in report.items() if value]
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else "\n".join(lines))

    def france(self) -> dict[str, Any]:
        with self.step(_("Lecture des paquets")) as done:
            france = read_france()
            done(len(france.communes))
        with transaction.atomic():
            outcome = import_france(france, step=self.step)
            report = outcome.as_dict() | {"toponyms": import_toponyms(france, step=self.step)}
        if outcome.created or outcome.updated or outcome.closed or not BasemapBuild.objects.exists():
            with self.step(_("Fond de carte")) as done:
                basemap.build()
                done(BasemapTile.objects.count())
        return report

    def layer(self, options: dict[str, Any]) -> dict[str, Any]:
        with self.step(_("Lecture de %s") % options["file"].name) as done:
            outcome = import_layer(
                options["file"],
                level=options["level"],
                code_field=options["code_field"],
                name_field=options["name_field"],
            )
            done(outcome.rows)
        return outcome.as_dict()

    @contextmanager
    def step(self, label: str) -> Iterator[Callable[[int], None]]:
        """One line on stderr: what is being done, then how many and how long."""
        started, counts = time.monotonic(), list[int]()
        sys.stderr.write(f"{label} … ")
        sys.stderr.flush()
        yield counts.append
        sys.stderr.write(f"{sum(counts):,} ({time.monotonic() - started:.1f} s)\n".replace(",", "\u202f"))
