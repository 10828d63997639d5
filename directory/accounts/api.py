"""The API about organisations: which ones the caller acts for, and with what rights."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from directory.models import ApiToken, Membership, User
from directory.rights import Capability, organization_ids


class OrganizationSerializer(serializers.Serializer):
    """`scopes` are those of the token; null for a person, whose roles say everything."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    siret = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Membership.Role.choices))
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices), allow_null=True
    )


class OrganizationsView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Organizations the caller acts for",
        responses=inline_serializer("Organizations", {"results": OrganizationSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        user = cast(User, request.user)
        memberships = Membership.objects.filter(
            user=user, organization__in=organization_ids(user, Capability.SEE)
        ).select_related("organization")
        found: dict[int, dict[str, Any]] = {}
        for membership in memberships.order_by("organization__name", "organization_id", "pk"):
            organization = membership.organization
            row: dict[str, Any] = {
                "id": organization.pk,
                "name": organization.name,
                "siret": organization.siret,
                "roles": [],
                "scopes": user.token.scopes if user.token else None,
            }
            found.setdefault(organization.pk, row)["roles"].append(membership.role)
        return Response({"results": OrganizationSerializer(found.values(), many=True).data})
