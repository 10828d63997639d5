"""`build_basemap`: draw the base map again from the current areas."""

from typing import Any

from django.core.management.base import BaseCommand

from geodata import basemap


class Command(BaseCommand):
    help = "Redessine le fond de carte d'après les territoires actuels."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(basemap.build(self.stderr.write))
