"""Signing up and in, the second factor, sessions; the space, its members and tokens."""

from datetime import timedelta

from django.utils.crypto import get_random_string

from directory.digests import digest
from directory.models import ApiToken, Invitation, JoinRequest, StaffRole
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import AT, World


def invitation(world: World) -> int:
    return Invitation.objects.create(
        organization=world.organization,
        email="nouveau@example.org",
        role="provider-agent",
        digest=digest("invitation", get_random_string(9)),
        expires_at=AT + timedelta(days=3650),
    ).pk


def token(world: World) -> int:
    return ApiToken.objects.create(
        organization=world.organization,
        user=world.users["manager"],
        name="x",
        scopes=["read"],
        digest=get_random_string(9).encode(),
    ).pk


def staff_role(world: World) -> int:
    return StaffRole.objects.get(user=world.users["reviewer"]).pk


def join_request(world: World) -> int:
    return JoinRequest.objects.create(
        organization=world.organization,
        user=world.users["member"],
        message="J'y travaille.",
        expires_at=AT + timedelta(days=3650),
    ).pk


ARGUMENTS = {
    "org_id": lambda world: world.organization.pk,
    "membership_id": lambda world: world.memberships["agent"].pk,
    "invitation_id": invitation,
    "request_id": join_request,
    "token_id": token,
    "staff_role_id": staff_role,
    "secret": "secret",
    "pk": 1,
    "key": "x-y",
    "uidb36": "1",
}

LINES: dict[str, Line] = {
    # columns: anonymous member agent manager foreign viewer reviewer administrator
    "account_login": line("200 302 302 302 302 302 302 302", "200 302 302 302 302 302 302 302"),
    "account_signup": line("200 302 302 302 302 302 302 302", "200 302 302 302 302 302 302 302"),
    "account_logout": line("302 200 200 200 200 200 200 200", "302 302 302 302 302 302 302 302"),
    "account_inactive": everybody("200", "405"),
    "account_reauthenticate": line("L 200 200 200 200 200 200 200", "L 200 200 200 200 200 200 200"),
    "account_email": line("L 200 200 200 200 200 200 200", "L 302 302 302 302 302 302 302"),
    "account_email_verification_sent": everybody("200", "405"),
    "account_confirm_email": everybody("200", "404"),
    "account_change_password": line("L 200 200 200 200 200 200 200", "L 200 200 200 200 200 200 200"),
    "account_set_password": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "account_reset_password": everybody("200", "200"),
    "account_reset_password_done": everybody("200", "405"),
    "account_reset_password_from_key": everybody("200", "200"),
    "account_reset_password_from_key_done": everybody("200", "405"),
    "account_confirm_login_code": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_index": line("L 200 200 200 200 200 200 200", "L 405 405 405 405 405 405 405"),
    "mfa_authenticate": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_reauthenticate": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    # 302: the password is asked again
    "mfa_activate_totp": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_deactivate_totp": line("L 404 404 404 404 404 404 404", "L 404 404 404 404 404 404 404"),
    "mfa_view_recovery_codes": line("L 404 404 404 404 404 404 404", "L 405 405 405 405 405 405 405"),
    "mfa_generate_recovery_codes": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_download_recovery_codes": line("L 404 404 404 404 404 404 404", "L 404 404 404 404 404 404 404"),
    "mfa_list_webauthn": line("L 200 200 200 200 200 200 200", "L 405 405 405 405 405 405 405"),
    "mfa_add_webauthn": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_reauthenticate_webauthn": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_remove_webauthn": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_edit_webauthn": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "mfa_login_webauthn": line("L 302 302 302 302 302 302 302", "L 302 302 302 302 302 302 302"),
    "usersessions_list": line("L 200 200 200 200 200 200 200", "L 302 302 302 302 302 302 302"),
    "accounts:space": line("L 200 200 200 200 200 200 200", "405 405 405 405 405 405 405 405"),
    "accounts:new_organization": line("L 200 200 200 200 200 200 200", "L 200 200 200 200 200 200 200"),
    "accounts:join": line("L 200 200 200 200 200 200 200", "L 200 200 200 200 200 200 200"),
    "accounts:invited": everybody("302", "405"),
    "accounts:invitation": everybody("404", "404"),
    "accounts:organization": line("L 404 200 200 404 200 404 404", "405 405 405 405 405 405 405 405"),
    "accounts:members": line("L 404 200 200 404 200 404 404", "L 404 200 200 404 200 404 404"),
    "accounts:member": line("L 404 200 200 404 200 404 404", "405 405 405 405 405 405 405 405"),
    "accounts:member_role": line("405 405 405 405 405 405 405 405", "L 404 403 302 404 403 404 404"),
    # leaving is for everybody; removing another is refused in words
    "accounts:member_remove": line("405 405 405 405 405 405 405 405", "L 404 302 302 404 302 404 404"),
    "accounts:invitation_resend": line("405 405 405 405 405 405 405 405", "L 404 403 302 404 403 404 404"),
    "accounts:invitation_revoke": line("405 405 405 405 405 405 405 405", "L 404 403 302 404 403 404 404"),
    "accounts:join_accept": line("405 405 405 405 405 405 405 405", "L 404 403 302 404 403 404 404"),
    "accounts:join_refuse": line("405 405 405 405 405 405 405 405", "L 404 403 302 404 403 404 404"),
    "team:people": line(
        "L 403 403 403 403 403 403 200 403 403 403 403", "L 403 403 403 403 403 403 200 403 403 403 403"
    ),
    "team:take": line(
        "L 403 403 403 403 403 403 200 403 403 403 403", "L 403 403 403 403 403 403 302 403 403 403 403"
    ),
    "accounts:tokens": line("L 404 403 200 404 403 404 404", "L 404 403 200 404 403 404 404"),
    "accounts:token_revoke": line("405 405 405 405 405 405 405 405", "L 404 403 302 404 403 404 404"),
}
