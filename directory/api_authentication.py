"""`Authorization: Token aptic_…`: the API on behalf of an organisation's own software."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from directory.models import ApiToken, User
from directory.tokens import find_token, note_use

KEYWORD = "Token"


class TokenAuthentication(BaseAuthentication):
    """`request.auth` is the ApiToken; `request.user` carries it, which cuts its rights down to the scopes."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        keyword, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if keyword.lower() != KEYWORD.lower():
            return None
        token = find_token(secret.strip())
        if token is None:
            raise AuthenticationFailed(_("Ce jeton n'existe pas, ou il a été révoqué."))
        note_use(token, timezone.now())
        token.user.token = token
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Token aptic_…",
        }
