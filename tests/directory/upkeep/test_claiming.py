"""An imported venue is claimed, a reviewer decides, once."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory.accounts.refusals import Refused
from directory.models import Claim, Membership, Organization, User, Venue
from directory.upkeep import claiming
from tests.directory.upkeep.conftest import NOON, person

pytestmark = pytest.mark.django_db
PROOF = "Notre site le dit : ateliers.example.org"


@pytest.fixture
def claim(free: Venue, organization: Organization, manager: User) -> Claim:
    return claiming.claim(venue=free, organization=organization, proof=PROOF, by=manager, at=NOON)


@pytest.fixture
def rival(db: None) -> Organization:
    return Organization.objects.create(name="Une autre", is_provider=True)


def test_from_the_sheet_to_the_form(
    client: Client, free: Venue, manager: User, organization: Organization
) -> None:
    assert (
        reverse("upkeep:claim_which", args=[free.pk]) in client.get(free.get_absolute_url()).content.decode()
    )
    client.force_login(manager)
    to_form = client.get(reverse("upkeep:claim_which", args=[free.pk])).headers["Location"]
    assert to_form == reverse("upkeep:claim", args=[organization.pk, free.pk])
    client.post(to_form, {"proof": PROOF, "status": "accepted", "organization": "0"})
    claim = Claim.objects.get()
    assert (claim.status, claim.organization, claim.proof) == ("submitted", organization, PROOF)


def test_from_the_space_by_its_name(
    client: Client, free: Venue, venue: Venue, manager: User, organization: Organization
) -> None:
    client.force_login(manager)
    page = client.get(
        reverse("upkeep:claims", args=[organization.pk]), {"q": "médiathèque gare"}
    ).content.decode()
    assert reverse("upkeep:claim", args=[organization.pk, free.pk]) in page
    assert (
        "Atelier du port"
        not in client.get(reverse("upkeep:claims", args=[organization.pk]), {"q": "atelier"}).content.decode()
    )


def test_whoever_has_several_organisations_chooses(
    client: Client, free: Venue, manager: User, rival: Organization
) -> None:
    Membership.objects.create(user=manager, organization=rival, role="provider-manager")
    client.force_login(manager)
    which = reverse("upkeep:claim_which", args=[free.pk])
    assert "Une autre" in client.get(which).content.decode()
    assert client.post(which, {"organization": rival.pk}).headers["Location"] == reverse(
        "upkeep:claim", args=[rival.pk, free.pk]
    )
    foreign = Organization.objects.create(name="Étrangère")
    assert client.post(which, {"organization": foreign.pk}).status_code == 200


def test_a_venue_with_its_organisation_cannot_be_claimed(
    client: Client, venue: Venue, rival: Organization
) -> None:
    other = person("rival", rival)
    client.force_login(other)
    assert client.get(reverse("upkeep:claim", args=[rival.pk, venue.pk])).status_code == 404
    assert "C'est votre lieu" not in client.get(venue.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="déjà une structure"):
        claiming.claim(venue=venue, organization=rival, proof=PROOF, by=other, at=NOON)


def test_asked_twice_it_is_one_claim(
    claim: Claim, free: Venue, organization: Organization, manager: User
) -> None:
    assert (
        claiming.claim(venue=free, organization=organization, proof="encore une fois", by=manager, at=NOON)
        == claim
    )


def test_accepted_the_venue_is_theirs_and_the_others_are_told(
    claim: Claim, free: Venue, rival: Organization, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    other = claiming.claim(venue=free, organization=rival, proof=PROOF, by=person("rival", rival), at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        claiming.accept(claim=claim, by=reviewer, at=NOON)
    free.refresh_from_db()
    other.refresh_from_db()
    assert (free.organization, free.verified_on) == (claim.organization, NOON.date())
    assert (other.status, other.decided_by) == ("refused", reviewer)
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert "gère maintenant la fiche" in letters["responsable@example.org"].body
    assert "Une autre structure a prouvé" in letters["rival@example.org"].body


def test_refused_with_its_reason(
    claim: Claim, free: Venue, reviewer: User, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(reviewer)
    page = client.get(reverse("upkeep:desk_claim", args=[claim.pk])).content.decode()
    assert PROOF in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("upkeep:desk_claim_refuse", args=[claim.pk]), {"reason": "Le site ne le dit pas."}
        )
    claim.refresh_from_db()
    free.refresh_from_db()
    assert (claim.status, free.organization) == ("refused", None)
    assert "Le site ne le dit pas." in mail.outbox[0].body


def test_nobody_decides_for_their_own_organisation(claim: Claim, reviewer: User, client: Client) -> None:
    Membership.objects.create(user=reviewer, organization=claim.organization, role="sponsor-viewer")
    client.force_login(reviewer)
    assert (
        "une autre personne doit décider"
        in client.get(reverse("upkeep:desk_claim", args=[claim.pk])).content.decode()
    )
    client.post(reverse("upkeep:desk_claim_accept", args=[claim.pk]))
    claim.refresh_from_db()
    assert claim.status == "submitted"


def test_decided_once(claim: Claim, reviewer: User) -> None:
    claiming.accept(claim=claim, by=reviewer, at=NOON)
    with pytest.raises(Refused, match="déjà décidé"):
        claiming.refuse(claim=claim, reason="Non", by=reviewer, at=NOON)
