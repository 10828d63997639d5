"""Managers and the platform's staff go nowhere on a password alone.

The proof of a second factor is kept in the session, with whose it is. A session without it reaches only the
pages where one is set up or given, and the way out.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from directory.models import User
from directory.rights import needs_mfa
from geodata.problems import MEDIA_TYPE, problem

PROOF = "aptic.second_factor"
ALWAYS = frozenset({"account_logout", "account_confirm_email", "set_language", "healthz", "readyz"})
# Only for who has none yet: with a password alone, one that exists must be neither read nor removed.
TO_SET_UP = frozenset(
    {
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    }
)
TO_GIVE = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})


def prove(session: Any, user: User) -> None:
    session[PROOF] = user.pk


def is_proven(request: HttpRequest) -> bool:
    return request.session.get(PROOF) == request.user.pk


@receiver(authentication_step_completed)
def _signed_in_with_it(request: HttpRequest, user: User, method: str, **details: Any) -> None:
    if method == "mfa":
        prove(request.session, user)


@receiver(authenticator_added)
def _set_up(request: HttpRequest, user: User, **details: Any) -> None:
    """Its first code was checked to set it up, after the password was asked again."""
    prove(request.session, user)


@receiver(authenticator_removed)
def _removed(request: HttpRequest, user: User, **details: Any) -> None:
    if not is_mfa_enabled(user):
        request.session.pop(PROOF, None)


class SecondFactorMiddleware:
    """Asks nothing of visitors without a session: their pages stay the same for everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and _is_missing(request):
            set_up = is_mfa_enabled(request.user)
            request.second_factor_missing = True  # type: ignore[attr-defined]
            if _address_name(request) not in ALWAYS | (TO_GIVE if set_up else TO_SET_UP):
                return _turned_away(request, "mfa_reauthenticate" if set_up else "mfa_index")
        return self.get_response(request)


def _is_missing(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and not is_proven(request) and needs_mfa(user)


def _address_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _turned_away(request: HttpRequest, page: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        body = problem(HTTPStatus.FORBIDDEN, _("Ce compte doit d'abord donner son second facteur."))
        return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)
    return HttpResponseRedirect(add_query_params(reverse(page), {"next": request.get_full_path()}))
