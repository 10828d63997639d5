"""Loads a file of the national standard (v0.1.1 or v1.0.2, CSV or JSON) and says what became of every row."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.importing import FileRefused, import_venues


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or JSON, any encoding and delimiter")
        parser.add_argument("--dry-run", action="store_true", help="report, and write nothing")
        parser.add_argument("--json", action="store_true", help="the report as JSON")
        parser.add_argument("--source", help="origin of the rows that name none (default: the file's name)")
        parser.add_argument(
            "--labelled-until",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="label until that day the venues that accept the Pass numérique or #APTIC",
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        today = timezone.localdate()
        until = options["labelled_until"]
        if until and until < today:
            raise CommandError(_("--labelled-until : ce jour est passé."))
        try:
            report = import_venues(
                file,
                source=(options["source"] or file.stem)[:120],
                today=today,
                labelled_until=until,
                dry_run=options["dry_run"],
            )
        except FileRefused as refused:
            raise CommandError(str(refused)) from None
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(report.as_text())
            if options["dry_run"]:
                self.stdout.write(_("\nEssai : rien n’a été écrit."))
