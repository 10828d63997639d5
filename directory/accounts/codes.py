"""A code from an authenticator app opens one door once, during all the time it is valid."""

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from django.core.cache import cache


class OnceOnly(BaseAuthenticateForm):
    """allauth remembers a used code for one period; with the tolerance it is valid for longer."""

    def clean_code(self) -> str:
        code = super().clean_code()
        valid_seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        used = f"directory.accounts.code:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(used, True, timeout=valid_seconds):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceOnly, AuthenticateForm):
    pass


class CodeAgainForm(OnceOnly, ReauthenticateForm):
    pass
