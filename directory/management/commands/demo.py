import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from directory.demo import accounts


class Command(BaseCommand):
    help = "Prints the accounts of the demonstration. Refused when the site is not a demonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(
                "Ce site n'est pas une démonstration (DEMONSTRATION=0) : il n'a pas de comptes d'essai."
            )
        printed = {"accounts": [accounts.administrator()], "campaigns": [], "coupons": []}
        if options["json"]:
            self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=2))
            return
        for account in printed["accounts"]:
            self.stdout.write(f"{account['role']}: {account['email']}  {account['password']}")
