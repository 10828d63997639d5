from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from coupons import reporting
from coupons.demo import accounting, answering, applying, rhone
from directory.demo import france
from geodata.models import Area


class Command(BaseCommand):
    help = (
        "Creates the demonstration's venues and campaign, once. Refused when the site is not a demonstration."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Ce site n'est pas une démonstration (DEMONSTRATION=0) : rien n'a été créé.")
        if not Area.objects.at_level("commune").exists():
            raise CommandError("Il n'y a pas encore de territoires. Lancez d'abord : manage.py import_areas")
        venues = france.build(on=timezone.localdate(), progress=self.stderr.write)
        campaign = rhone.build(progress=self.stderr.write)
        now = timezone.now()
        answers = answering.build(at=now)
        statements = accounting.build(at=now)
        reporting.refresh()
        applications = applying.build(at=timezone.now())
        self.stdout.write(
            f"{venues} lieux de démonstration, campagne « {campaign.name} », {answers} avis, {statements} relevés, "
            f"{applications} candidatures au label"
        )
