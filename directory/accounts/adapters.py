"""Where the house differs from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.accounts.invitations import kept_in
from directory.digests import fernet_key
from directory.rights import needs_mfa


class AccountAdapter(DefaultAccountAdapter):
    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Whoever opened an invitation reads the letters of the address it was sent to."""
        invitation = kept_in(request.session, timezone.now())
        return invitation is not None and invitation.email.lower() == email.lower()

    def send_account_already_exists_mail(self, email: str) -> None:
        """As slow as a true sign-up, which hashes a password: how long it takes tells nothing."""
        make_password(email)
        super().send_account_already_exists_mail(email)


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
