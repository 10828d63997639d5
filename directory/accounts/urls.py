"""Addresses of the space, below /espace/."""

from django.urls import path

from directory.accounts.views import invited, members, space, tokens

app_name = "accounts"

urlpatterns = [
    path("", space.space, name="space"),
    path("nouvelle-structure/", space.new_organization, name="new_organization"),
    path("rejoindre/", space.join, name="join"),
    path("invitation/", invited.invitation, name="invitation"),
    path("invitation/<str:secret>/", invited.invited, name="invited"),
    path("<int:org_id>/", space.organization, name="organization"),
    path("<int:org_id>/membres/", members.members, name="members"),
    path("<int:org_id>/membres/<int:membership_id>/", members.member, name="member"),
    path("<int:org_id>/membres/<int:membership_id>/role/", members.member_role, name="member_role"),
    path("<int:org_id>/membres/<int:membership_id>/retirer/", members.member_remove, name="member_remove"),
    path(
        "<int:org_id>/invitations/<int:invitation_id>/renvoyer/",
        members.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "<int:org_id>/invitations/<int:invitation_id>/annuler/",
        members.invitation_revoke,
        name="invitation_revoke",
    ),
    path("<int:org_id>/demandes/<int:request_id>/accepter/", members.join_accept, name="join_accept"),
    path("<int:org_id>/demandes/<int:request_id>/refuser/", members.join_refuse, name="join_refuse"),
    path("<int:org_id>/jetons/", tokens.tokens, name="tokens"),
    path("<int:org_id>/jetons/<int:token_id>/revoquer/", tokens.token_revoke, name="token_revoke"),
]
