"""Writes the directory as the national standard v1.0.2, with our own columns after its own."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.exporting import exported, write_csv, write_json
from directory.models import Venue

WRITERS = {"csv": write_csv, "json": write_json}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="default: standard output")
        parser.add_argument("--format", choices=WRITERS, help="default: by the file's name, else csv")
        parser.add_argument("--demo", action="store_true", help="with the demonstration venues")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        form = options["format"] or ("json" if file and file.suffix == ".json" else "csv")
        venues = Venue.objects.all() if options["demo"] else Venue.objects.filter(demo=False)
        rows = exported(venues, timezone.localdate())
        if file is None:
            WRITERS[form](rows, sys.stdout)
            return
        try:
            with file.open("w", encoding="utf-8", newline="") as to:
                count = WRITERS[form](rows, to)
        except OSError as error:
            raise CommandError(
                _("Ce fichier ne peut pas être écrit : %(reason)s.") % {"reason": error.strerror}
            ) from None
        self.stdout.write(_("%(count)d lignes écrites dans %(file)s") % {"count": count, "file": file})
