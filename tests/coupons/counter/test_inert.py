"""What providers, sponsors and the platform type is shown as text at the counter and on receipts."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coupons.counter.cancelling import cancel_by_staff
from coupons.models import Payment
from directory.models import Organization, Place, Service, StaffRole, User, Venue
from tests.coupons import toy
from tests.coupons.counter.conftest import Provider, Sign, coupons
from tests.coupons.counter.test_pages import at, paid, passage
from tests.hostile import LONG, TELLING, Seen, assert_inert, intruders
from tests.signing_in import SignedInClient

pytestmark = pytest.mark.django_db


def fill(text: str) -> None:
    """Every text a provider writes that the counter shows, and people's names."""
    Organization.objects.update(name=text[:250])
    Venue.objects.update(name=text[:250])
    Service.objects.update(name=text[:200], price_note=text[:200])
    Place.objects.update(name=text[:250], address=text[:300], commune=text[:120])
    User.objects.update(name=text[:120])


def test_typed_texts_are_text(agent: SignedInClient, provider: Provider, sign: Sign) -> None:
    codes = coupons(3)
    found, undone = paid(agent, provider, codes[:1]), paid(agent, provider, codes[1:2])
    Place.objects.create(venue=provider.service.venue, is_stop=True, point="SRID=4326;POINT(1.6 1.6)")
    agent.post(at("place", provider), {"place": provider.place.pk})
    operator = User.objects.create_user("operator@exemple.test")
    StaffRole.objects.create(user=operator, role="operator")
    cancel_by_staff(payment=undone, by=operator, reason="Erreur", at=timezone.now())
    own = [
        at("counter", provider),
        at("place", provider),
        at("payments", provider),
        at("payment", provider, found.pk),
        at("payment", provider, undone.pk),
    ]
    desk = [reverse("counter:desk_payment", args=[one.pk]) for one in (found, undone)]
    assert_inert(fill, [(agent, own), (sign(operator), desk)], [*TELLING, *LONG])


def test_a_name_cannot_leave_the_data_of_the_script(agent: SignedInClient, provider: Provider) -> None:
    usual = Seen(agent.get(at("counter", provider)).content.decode()).kinds
    for text in TELLING:
        Service.objects.update(name=text[:200], price_note="x")
        assert not intruders(agent.get(at("counter", provider)).content.decode(), usual), text
    for text in ("</script><script>x", '");x("', "\u2028x"):
        Organization.objects.update(name=text)
        assert text not in agent.get(at("worker", provider)).content.decode()
        assert text not in agent.get(at("manifest", provider)).content.decode()


def test_what_is_typed_in_vain_is_text(agent: SignedInClient, provider: Provider) -> None:
    for field in ("codes", "price", "key", "service"):
        asked = passage(provider, [])
        usual = Seen(agent.post(at("counter", provider), {**asked, field: "x"}).content.decode()).kinds
        for text in TELLING:
            answer = agent.post(at("counter", provider), {**asked, field: text})
            assert answer.status_code == 200
            assert not intruders(answer.content.decode(), usual), (field, text)


def test_a_hostile_reason_and_campaign(agent: SignedInClient, provider: Provider) -> None:
    """Of each payment its own: what is written then is final."""
    operator = User.objects.create_user("operator@exemple.test")
    usual: set[str] = set()
    for text in ["Campagne", *TELLING]:
        campaign = toy.a_campaign(name=text[:120], booklet_size=1)
        found: Payment = paid(agent, provider, coupons(1, campaign))
        cancel_by_staff(payment=found, by=operator, reason=text[:200], at=timezone.now())
        page = agent.get(at("payment", provider, found.pk)).content.decode()
        usual = usual or Seen(page).kinds
        assert not intruders(page, usual), text
