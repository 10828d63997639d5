"""Names are found as people type them, and the answer comes from an index."""

import pytest
from django.db import connection

from directory.models import Organization, Venue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["ecole", "ÉCOLE", "école des l", "cole des LICES", "oe", "d'a"])
def test_any_part_without_accents_or_capitals(typed: str) -> None:
    wanted = Venue.objects.create(name="École des Lices, l'œuvre d'Ana")
    Venue.objects.create(name="Atelier")
    assert Venue.objects.filter(name__named=typed).get() == wanted


@pytest.mark.parametrize("typed", ["%", "_", "\\", "100%", "a_b", "'", "\\%"])
def test_signs_stand_for_themselves(typed: str) -> None:
    Organization.objects.create(name="Sans signe aucun 100 axb")
    assert not Organization.objects.filter(name__named=typed).exists()
    wanted = Organization.objects.create(name=f"Avec {typed} dedans")
    assert Organization.objects.get(name__named=typed) == wanted


@pytest.mark.parametrize(
    ("model", "index"), [(Venue, "venue_by_name"), (Organization, "organization_by_name")]
)
def test_the_trigrams_answer(model: type[Venue] | type[Organization], index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in model.objects.filter(name__named="mediatheque").order_by().explain()
