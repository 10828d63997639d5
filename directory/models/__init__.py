from directory.models.applications import (
    ApplicationDocument,
    ApplicationEvent,
    Claim,
    LabelApplication,
    NotDuplicate,
)
from directory.models.freshness import DuplicatePair, Freshness, PostCount
from directory.models.labels import Labelling
from directory.models.listing import Listing, ListingWords
from directory.models.offer import Category, Service
from directory.models.people import Invitation, JoinRequest, Membership, Organization, StaffRole, User
from directory.models.reviews import Feedback, Review
from directory.models.upkeep import ApiToken, BulkEdit, Change, ErrorReport
from directory.models.venues import Closure, OpeningDay, Place, Venue, VenueType

__all__ = [
    "ApiToken",
    "ApplicationDocument",
    "ApplicationEvent",
    "BulkEdit",
    "Category",
    "Change",
    "Claim",
    "Closure",
    "DuplicatePair",
    "ErrorReport",
    "Feedback",
    "Freshness",
    "Invitation",
    "JoinRequest",
    "LabelApplication",
    "Labelling",
    "Listing",
    "ListingWords",
    "Membership",
    "NotDuplicate",
    "OpeningDay",
    "Organization",
    "Place",
    "PostCount",
    "Review",
    "Service",
    "StaffRole",
    "User",
    "Venue",
    "VenueType",
]
