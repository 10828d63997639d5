"""Who may open a page: signed in, then of the organisation (else 404), then in the right role (else 403)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from directory.models import Organization, User
from directory.rights import Capability, StaffCapability, may, staff_may

View = Callable[..., HttpResponseBase]


class SignedInRequest(HttpRequest):
    """What a guarded view is given."""

    user: User


def for_members(capability: Capability) -> Callable[[View], View]:
    """The view takes `(request, organization, …)` where its address says `org_id`."""

    def decorate(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: SignedInRequest, org_id: int, **rest: Any) -> HttpResponseBase:
            organization = get_object_or_404(Organization.objects.for_user(request.user), pk=org_id)
            if not may(request.user, capability, organization):
                raise PermissionDenied
            return view(request, organization, **rest)

        return guarded

    return decorate


def for_staff(capability: StaffCapability) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not staff_may(request.user, capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
