"""Who may do what: one table of capabilities, asked row by row (`may`) and set-wise (`for_user` of querysets).

Platform staff act through their staff roles. A member acts through the role held in one organisation.
Whatever belongs to another organisation does not exist for a member: views answer 404, not 403.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet

if TYPE_CHECKING:
    from directory.models import Organization, User


class Capability(StrEnum):
    """What a member may do in an organisation."""

    SEE = "see"
    CONFIRM = "confirm"
    EDIT_OFFER = "edit_offer"
    APPLY = "apply"
    MANAGE_MEMBERS = "manage_members"
    USE_TOKENS = "use_tokens"
    MANAGE_CAMPAIGNS = "manage_campaigns"
    ORDER = "order"
    HAND_OVER = "hand_over"
    TAKE_PAYMENTS = "take_payments"
    SEE_MONEY = "see_money"
    MANAGE_BANK = "manage_bank"


class StaffCapability(StrEnum):
    """What a member of the platform's staff may do."""

    REVIEW = "review"
    SEE_ORDERS = "see_orders"
    FUND = "fund"
    PRINT = "print"
    SEE_BOOKS = "see_books"
    SETTLE = "settle"
    APPROVE = "approve"
    WATCH = "watch"
    MODERATE = "moderate"
    SEE_AUDIT = "see_audit"
    MANAGE_STAFF = "manage_staff"


ROLES_WITH: dict[Capability, frozenset[str]] = {
    Capability.SEE: frozenset(
        {"provider-manager", "provider-agent", "sponsor-manager", "sponsor-distributor", "sponsor-viewer"}
    ),
    Capability.CONFIRM: frozenset({"provider-manager", "provider-agent"}),
    Capability.EDIT_OFFER: frozenset({"provider-manager"}),
    Capability.APPLY: frozenset({"provider-manager"}),
    Capability.MANAGE_MEMBERS: frozenset({"provider-manager", "sponsor-manager"}),
    Capability.USE_TOKENS: frozenset({"provider-manager", "sponsor-manager"}),
    Capability.MANAGE_CAMPAIGNS: frozenset({"sponsor-manager"}),
    Capability.ORDER: frozenset({"sponsor-manager"}),
    Capability.HAND_OVER: frozenset({"sponsor-manager", "sponsor-distributor"}),
    Capability.TAKE_PAYMENTS: frozenset({"provider-manager", "provider-agent"}),
    # What is due and was paid; a colleague at the counter or handing out sees the cheques, not the accounts.
    Capability.SEE_MONEY: frozenset({"provider-manager", "sponsor-manager", "sponsor-viewer"}),
    Capability.MANAGE_BANK: frozenset({"provider-manager", "sponsor-manager"}),
}
STAFF_ROLES_WITH: dict[StaffCapability, frozenset[str]] = {
    StaffCapability.REVIEW: frozenset({"reviewer", "administrator"}),
    StaffCapability.SEE_ORDERS: frozenset({"operator", "accountant", "approver", "administrator"}),
    StaffCapability.FUND: frozenset({"accountant"}),
    StaffCapability.PRINT: frozenset({"operator"}),
    StaffCapability.SEE_BOOKS: frozenset({"accountant", "approver", "administrator"}),
    StaffCapability.SETTLE: frozenset({"accountant"}),
    StaffCapability.APPROVE: frozenset({"accountant", "approver"}),
    StaffCapability.WATCH: frozenset({"operator", "accountant", "administrator"}),
    StaffCapability.MODERATE: frozenset({"reviewer", "administrator"}),
    StaffCapability.SEE_AUDIT: frozenset({"reviewer", "operator", "accountant", "approver", "administrator"}),
    StaffCapability.MANAGE_STAFF: frozenset({"administrator"}),
}
# What a token may do of what its account may do, by its scopes.
SCOPES_WITH: dict[str, frozenset[Capability]] = {
    "read": frozenset({Capability.SEE, Capability.SEE_MONEY}),
    "offer": frozenset({Capability.SEE, Capability.CONFIRM, Capability.EDIT_OFFER}),
    "orders": frozenset({Capability.SEE, Capability.MANAGE_CAMPAIGNS, Capability.ORDER}),
    "hand_over": frozenset({Capability.SEE, Capability.HAND_OVER}),
    "payments": frozenset({Capability.SEE, Capability.TAKE_PAYMENTS}),
}
# Managers and the platform's staff hold other people's data or money: a password alone is not enough.
ROLES_NEEDING_MFA = frozenset({"provider-manager", "sponsor-manager"})


def organization_ids(user: Any, capability: Capability) -> QuerySet:
    """Identifiers of the organisations in which the account holds the capability: a subquery, none if anonymous."""
    memberships = apps.get_model("directory.Membership").objects
    if not user.is_authenticated or not _token_allows(user, capability):
        return memberships.none().values("organization")
    held = memberships.filter(user=user, role__in=ROLES_WITH[capability])
    token = _token(user)
    if token is not None and token.organization_id is not None:
        held = held.filter(organization=token.organization_id)
    return held.values("organization")


def may(user: "User", capability: Capability, organization: "Organization") -> bool:
    return organization_ids(user, capability).filter(organization=organization).exists()


def staff_may(user: Any, capability: StaffCapability) -> bool:
    """Never through a token of an organisation."""
    token = _token(user)
    if not user.is_authenticated or (token is not None and token.organization_id is not None):
        return False
    return _staff_roles(user) & STAFF_ROLES_WITH[capability] != frozenset()


def belongs_to(user: "User", organization: "Organization | None") -> bool:
    """A member, in whatever role: nobody decides on their own organisation."""
    return organization is not None and organization.memberships.filter(user=user).exists()


def needs_mfa(user: "User") -> bool:
    if user.is_staff or user.is_superuser or _staff_roles(user):
        return True
    return user.memberships.filter(role__in=ROLES_NEEDING_MFA).exists()


def _token(user: Any) -> Any:
    """The ApiToken through which the account acts; nobody anonymous has one."""
    return getattr(user, "token", None)


def _token_allows(user: Any, capability: Capability) -> bool:
    token = _token(user)
    return token is None or any(capability in SCOPES_WITH.get(scope, ()) for scope in token.scopes)


def _staff_roles(user: "User") -> frozenset[str]:
    """Read once per account object: a page asks several times."""
    if user.staff_role_names is None:
        roles: Iterable[str] = user.staff_roles.values_list("role", flat=True)
        user.staff_role_names = frozenset(roles) | ({"administrator"} if user.is_superuser else frozenset())
    return user.staff_role_names
