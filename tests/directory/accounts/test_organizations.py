"""An organisation enters by its SIRET; who is in one that is known stays unknown."""

import pytest
from django.core import mail
from django.test import Client

from directory.models import Change, Organization, StaffRole, User
from tests.directory.accounts.conftest import committed
from tests.matrix.world import account

pytestmark = pytest.mark.django_db
SIRET = "443 061 841 00047"


def write(client: Client, **more: object) -> object:
    data = {"name": "Association du port", "siret": SIRET, "is_provider": "on", **more}
    return client.post("/espace/nouvelle-structure/", {key: value for key, value in data.items() if value})


def test_who_creates_it_manages_it(client: Client) -> None:
    user = account("ana")
    client.force_login(user)
    answer = write(client, is_sponsor="on")
    created = Organization.objects.get(siret="44306184100047")
    assert answer.headers["Location"] == f"/espace/{created.pk}/"
    roles = set(created.memberships.filter(user=user).values_list("role", flat=True))
    assert roles == {"provider-manager", "sponsor-manager"}
    assert Change.objects.filter(table="organization", action="insert").first().actor == user


@pytest.mark.parametrize(
    "siret", ["443 061 841 00048", "12345678901234", "44306184100", "<b>", "", "٤٤٣٠٦١٨٤١٠٠٠٤٧"]
)
def test_a_number_that_is_no_siret(client: Client, siret: str) -> None:
    client.force_login(account("ana"))
    assert write(client, siret=siret).context["form"].errors["siret"]
    assert not Organization.objects.exists()


def test_either_provider_or_sponsor(client: Client) -> None:
    client.force_login(account("ana"))
    assert "is_provider" in write(client, is_provider="").context["form"].errors


def test_nothing_else_is_taken_from_the_form(client: Client) -> None:
    client.force_login(account("ana"))
    write(client, demo="on", id="77", created_at="2000-01-01", is_staff="on")
    created = Organization.objects.get()
    assert (created.demo, created.pk == 77, created.created_at.year) == (
        False,
        False,
        created.created_at.year,
    )
    assert created.created_at.year > 2000
    assert not User.objects.get().is_staff


def test_a_known_one_is_joined_on_demand_without_learning_who_is_in_it(
    client: Client, organization: Organization, manager: User
) -> None:
    asker = account("zoe")
    client.force_login(asker)
    answer = client.post(
        "/espace/nouvelle-structure/",
        {"name": "X", "siret": organization.siret, "is_provider": "on"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == "/espace/rejoindre/"
    page = answer.content.decode()
    assert organization.siret in page
    assert manager.email not in page
    assert organization.name not in page
    asked = {"siret": organization.siret, "message": "J'y travaille."}
    with committed():
        known = client.post("/espace/rejoindre/", asked, follow=True)
        unknown = client.post("/espace/rejoindre/", {**asked, "siret": SIRET}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert [str(m) for m in known.context["messages"]] == [str(m) for m in unknown.context["messages"]]
    [letter] = mail.outbox
    assert letter.to == [manager.email]
    assert "J'y travaille." in letter.body
    assert f"/espace/{organization.pk}/membres/" in letter.body
    assert not asker.memberships.exists()


def test_one_without_anybody_in_charge_goes_to_the_reviewers(
    client: Client, organization: Organization
) -> None:
    reviewer = account("instruction")
    StaffRole.objects.create(user=reviewer, role="reviewer")
    client.force_login(account("zoe"))
    with committed():
        client.post("/espace/rejoindre/", {"siret": organization.siret, "message": "Bonjour"})
    assert mail.outbox[-1].to == [reviewer.email]


def test_the_empty_space_says_what_to_do(client: Client) -> None:
    client.force_login(account("ana"))
    page = client.get("/espace/").content.decode()
    assert "Inscrire ma structure" in page
    assert "déjà sur la carte" in page


def test_the_space_asks_the_same_number_of_queries(client: Client, django_assert_num_queries) -> None:
    user = account("ana")
    client.force_login(user)

    def give(count: int) -> None:
        for number in range(count):
            organization = Organization.objects.create(name=f"Structure {number}", is_provider=True)
            organization.memberships.create(user=user, role="provider-manager")

    give(1)
    client.get("/espace/")
    with django_assert_num_queries(4) as few:
        client.get("/espace/")
    give(20)
    with django_assert_num_queries(len(few)):
        client.get("/espace/")
