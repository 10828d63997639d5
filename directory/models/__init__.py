from directory.models.labels import Labelling
from directory.models.listing import Listing, ListingWords
from directory.models.offer import Category, Service
from directory.models.people import Membership, Organization, User
from directory.models.venues import OpeningDay, Place, Venue, VenueType

__all__ = [
    "Category",
    "Labelling",
    "Listing",
    "ListingWords",
    "Membership",
    "OpeningDay",
    "Organization",
    "Place",
    "Service",
    "User",
    "Venue",
    "VenueType",
]
