"""Access tokens for organisations' own software: shown once, kept as a digest, revocable."""

from datetime import datetime

from django.utils import timezone

from directory.audit import acting
from directory.digests import digest, new_secret
from directory.models import ApiToken, Organization, User

MARK = "aptic_"
PURPOSE = "api_token"
SHOWN_OF_IT = 12


def create_token(
    *, organization: Organization | None, name: str, scopes: list[str], by: User, at: datetime
) -> tuple[ApiToken, str]:
    """The token, and its secret that cannot be read again. No organisation: for the whole account."""
    secret = MARK + new_secret()
    with acting(by):
        token = ApiToken.objects.create(
            organization=organization,
            user=by,
            name=name,
            scopes=scopes,
            prefix=secret[:SHOWN_OF_IT],
            digest=digest(PURPOSE, secret),
            created_at=at,
        )
    return token, secret


def revoke_token(*, token: ApiToken, by: User, at: datetime) -> None:
    """For good; doing it twice keeps the first instant."""
    with acting(by):
        ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


def find_token(secret: str) -> ApiToken | None:
    """The live token of an active account."""
    if not secret.startswith(MARK):
        return None
    live = ApiToken.objects.filter(revoked_at=None, user__is_active=True)
    return live.select_related("user").filter(digest=digest(PURPOSE, secret)).first()


def note_use(token: ApiToken, at: datetime) -> None:
    """One write a day at most."""
    today = timezone.localdate(at)
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
