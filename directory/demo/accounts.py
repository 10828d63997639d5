"""Accounts of the demonstration: stable on one installation, unknown to the next; tokens always new."""

from base64 import b32encode
from datetime import datetime
from typing import NotRequired, TypedDict

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.crypto import salted_hmac

from directory.models import ApiToken, Membership, Organization, Service, StaffRole, User
from directory.tokens import create_token

PURPOSE = "Démonstration"
SCOPES = list(ApiToken.Scope.values)
MEMBERS = {
    "provider-manager": ("responsable@example.org", "Responsable de lieu (démonstration)"),
    "provider-agent": ("accueil@example.org", "Agent d'accueil (démonstration)"),
}
SPONSOR_MEMBERS = {
    "sponsor-manager": ("commanditaire@example.org", "Responsable commanditaire (démonstration)"),
    "sponsor-distributor": ("distribution@example.org", "Distribution (démonstration)"),
    "sponsor-viewer": ("lecture@example.org", "Lecture (démonstration)"),
}
STAFF = {
    "reviewer": ("instruction@example.org", "Instruction (démonstration)"),
    "operator": ("impression@example.org", "Impression (démonstration)"),
    "accountant": ("comptabilite@example.org", "Comptabilité (démonstration)"),
    "approver": ("validation@example.org", "Validation (démonstration)"),
    "administrator": ("administration@example.org", "Administration (démonstration)"),
}


class Account(TypedDict):
    """`organization` and `service` are identifiers; `totp_secret` is base 32, None where no code is asked."""

    role: str
    email: str
    password: str
    token: str
    totp_secret: str | None
    organization: int | None
    service: NotRequired[int]


@transaction.atomic
def all_accounts(*, at: datetime) -> list[Account]:
    """One for each role. Passwords and codes come from SECRET_KEY: printing them again shows the same."""
    provider, sponsor = demonstration_organization(), demonstration_sponsor()
    return [
        *[_member(role, provider, at) for role in MEMBERS],
        *[_member(role, sponsor, at) for role in SPONSOR_MEMBERS],
        *[_staff(role, at) for role in STAFF],
    ]


def demonstration_organization() -> Organization:
    first = Organization.objects.filter(demo=True, is_provider=True).order_by("pk").first()
    return first or Organization.objects.create(
        name="Structure de démonstration", is_provider=True, demo=True
    )


def demonstration_sponsor() -> Organization:
    first = Organization.objects.filter(demo=True, is_provider=False, is_sponsor=True).order_by("pk").first()
    return first or Organization.objects.create(
        name="Commanditaire de démonstration", is_sponsor=True, demo=True
    )


def person(role: str, *, at: datetime) -> User:
    """Who has that role in the demonstration."""
    if role in STAFF:
        user = _user(*STAFF[role])
        is_administrator = role == "administrator"
        User.objects.filter(pk=user.pk).update(is_staff=is_administrator, is_superuser=is_administrator)
        StaffRole.objects.get_or_create(user=user, role=role, defaults={"since": at})
        return user
    user = _user(*{**MEMBERS, **SPONSOR_MEMBERS}[role])
    organization = demonstration_organization() if role in MEMBERS else demonstration_sponsor()
    Membership.objects.get_or_create(user=user, organization=organization, role=role, defaults={"since": at})
    return user


def _member(role: str, organization: Organization, at: datetime) -> Account:
    user = person(role, at=at)
    account = _account(role, user, organization, at, second_factor=role.endswith("-manager"))
    service = payable_service(organization, at) if role == "provider-agent" else None
    if service is not None:
        account["service"] = service.pk
    return account


def _staff(role: str, at: datetime) -> Account:
    return _account(role, person(role, at=at), None, at, second_factor=True)


def _user(email: str, name: str) -> User:
    """Without a password until accounts are asked for: one is slow to make, and nobody knows it before."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def _account(
    role: str, user: User, organization: Organization | None, at: datetime, *, second_factor: bool
) -> Account:
    _let_in(user)
    user.tokens.filter(name=PURPOSE, revoked_at=None).update(revoked_at=at)
    _token, secret = create_token(organization=organization, name=PURPOSE, scopes=SCOPES, by=user, at=at)
    return Account(
        role=role,
        email=user.email,
        password=_password(user.email),
        token=secret,
        totp_secret=_second_factor(user) if second_factor else None,
        organization=organization.pk if organization else None,
    )


def _let_in(user: User) -> None:
    password = _password(user.email)
    if not (user.has_usable_password() and user.check_password(password)):
        user.set_password(password)
        user.save(update_fields=["password"])


def payable_service(organization: Organization, at: datetime) -> Service | None:
    """Approved, rendered on the spot, in a venue that holds the label; rather one whose price may be changed."""
    fixed = ExpressionWrapper(Q(price_note=""), BooleanField())
    return (
        Service.objects.exclude(price_cents=0)
        .filter(
            venue__organization=organization,
            venue__labellings__during__contains=at.date(),
            status="approved",
            modes__contains=["on_site"],
        )
        .order_by(fixed, "pk")
        .first()
    )


def _second_factor(user: User) -> str:
    secret = b32encode(_derived("second factor", user.email)[:20]).decode()
    Authenticator.objects.update_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(secret)}}
    )
    return secret


def _password(email: str) -> str:
    return b32encode(_derived("password", email))[:16].decode().lower()


def _derived(purpose: str, email: str) -> bytes:
    return salted_hmac(f"directory.demo.accounts.{purpose}", email, algorithm="sha256").digest()
