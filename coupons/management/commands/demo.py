import json
from typing import Any
from urllib.parse import quote

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coupons.demo import handing_out
from directory.demo import accounts


class Command(BaseCommand):
    help = (
        "Prints the accounts of the demonstration, and the codes of a booklet just given. "
        "Refused when the site is not a demonstration."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(
                "Ce site n'est pas une démonstration (DEMONSTRATION=0) : il n'a pas de comptes d'essai."
            )
        people = accounts.all_accounts(at=timezone.now())
        # First the booklet: it makes the campaign where there is none yet.
        coupons = handing_out.fresh_booklet()
        if options["json"]:
            printed = {"accounts": people, "campaigns": handing_out.campaigns(), "coupons": coupons}
            self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"Comptes d'essai, sur {settings.PUBLIC_URL}/espace/\n")
        for account in people:
            self.stdout.write(f"  {account['role']}: {account['email']}  {account['password']}")
            if account["totp_secret"]:
                self._second_factor(account["email"], account["totp_secret"])
        self.stdout.write("\nUn carnet de 10 chèques de démonstration, remis à l'instant (sans valeur)\n")
        for coupon in coupons:
            self.stdout.write(f"  {coupon['code']}")

    def _second_factor(self, email: str, secret: str) -> None:
        """For an authenticator app, and the code of this very moment for who has none."""
        now = list(yield_hotp_counters_from_time())[-1]
        code = format_hotp_value(hotp_value(secret, now))
        self.stdout.write(f"      code à l'instant: {code} (valable une minute ; relancez la commande)")
        self.stdout.write(f"      otpauth://totp/{quote(email)}?secret={secret}&issuer=%23APTIC")
