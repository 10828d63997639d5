"""Where the house differs from allauth's defaults."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from directory.accounts.secrets import fernet_key
from directory.rights import needs_mfa


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds are encrypted at rest; whoever must have a second factor cannot remove the last one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Votre rôle demande un second facteur. Ajoutez-en un autre avant de retirer celui-ci."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        has_other = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return has_other or not needs_mfa(authenticator.user)


def _box() -> MultiFernet:
    """The first key writes, all of them read: SECRET_KEY can be changed through SECRET_KEY_FALLBACKS."""
    return MultiFernet(
        [Fernet(fernet_key(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )
