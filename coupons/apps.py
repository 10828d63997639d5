from django.apps import AppConfig


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = "#APTIC"

    def ready(self) -> None:
        """The search of the directory knows campaigns by their names from now on."""
        from coupons.eligible import scheme
        from directory.schemes import register

        register(scheme)
