"""Measures the reviewers' desk and an organisation's pages among 20,000 organisations that all apply.

Half of them wait for a reviewer: a queue longer than it should ever be.
"""

from collections.abc import Callable

from tests.bench.stopwatch import Row, timed

ORGANIZATIONS = 20_000
TABLES = "directory_organization, directory_user, directory_venue"
# Everything is drawn from a row's number. Half wait for a reviewer: a queue longer than it should ever be.
ROWS = """
INSERT INTO directory_organization (id, name, siret, is_provider, is_sponsor, demo, created_at)
SELECT n, 'Structure ' || n, '', true, false, true, now() FROM generate_series(1, %(n)s) n;

INSERT INTO directory_venue (
    id, organization_id, name, slug, summary, description, phone, emails, websites, booking_url, languages,
    audiences, accessibility, access_url, access_modes, support_modes, fees, programmes, trainings,
    other_labels, parent_structure, typologies, itinerant, source, source_id, pivot, extra, published, demo,
    created_at)
SELECT n, n, 'Lieu ' || n, 'lieu', '', '', '', '{}', '{}', '', '{}',
       '{}', '{}', '', '{}', '{}', '{}', '{}', '{}', '{}',
       '', '{}', false, 'bench', n::text, '', '{}', true, true, now() FROM generate_series(1, %(n)s) n;

INSERT INTO directory_place (
    venue_id, is_stop, name, address, address_extra, postcode, commune, commune_code, ban_key, timezone,
    hours, source_id, point)
SELECT n, false, '', n || ' rue', '', '35000', 'Commune ' || n %% 900, lpad((n %% 95000)::text, 5, '0'), '',
       'Europe/Paris', '', '', ST_SetSRID(ST_Point(-1 + sqrt(n) / 40, 44 + (n %% 700) / 200.0), 4326)
FROM generate_series(1, %(n)s) n;

INSERT INTO directory_labelapplication (
    organization_id, venue_id, status, renewal, answers, score, charter_version, charter_signed_by_id,
    charter_signed_name, charter_signed_at, created_at, submitted_at, decided_by_id, decided_at, checklist)
SELECT n, n, status, false, jsonb_build_object('version', %(version)s::text, 'values', %(answers)s::jsonb),
       40 + n %% 60, '2026-1', %(user)s, 'Signature ' || n, now(), now(), now() - n * interval '13 minutes',
       CASE WHEN status IN ('accepted', 'refused') THEN %(user)s END,
       CASE WHEN status IN ('accepted', 'refused') THEN now() END, '{}'
FROM generate_series(1, %(n)s) n
CROSS JOIN LATERAL (
    SELECT (ARRAY['submitted', 'submitted', 'submitted', 'in_review', 'in_review', 'more_information',
                  'accepted', 'accepted', 'accepted', 'refused'])[1 + n %% 10] AS status
) drawn;

INSERT INTO directory_applicationevent (application_id, status, note, by_id, at)
SELECT id, 'submitted', '', %(user)s, submitted_at FROM directory_labelapplication
"""


def prepare() -> None:
    """Fill an empty database. Some ten seconds."""
    import json

    from django.db import connection

    from directory.label.questionnaire import CURRENT
    from directory.models import Membership, Organization, StaffRole, User

    if Organization.objects.count() == ORGANIZATIONS:
        return
    answers = {q.code: [] if q.several else q.choices[0].code for q in CURRENT.questions}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE directory_change DISABLE TRIGGER directory_change_final")
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        cursor.execute("ALTER TABLE directory_change ENABLE TRIGGER directory_change_final")
        user = User.objects.create_user("banc@example.org", name="Banc d'essai")
        values = {
            "n": ORGANIZATIONS,
            "user": user.pk,
            "version": CURRENT.version,
            "answers": json.dumps(answers),
        }
        for statement in ROWS.split(";\n"):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    StaffRole.objects.create(user=user, role="reviewer")
    for organization in (1, 10_000, 20_000):
        Membership.objects.create(user=user, organization_id=organization, role="provider-manager")


def asking() -> Callable[[str], bytes]:
    """GET as the reviewer, through the whole of Django."""
    from directory.models import User
    from tests.signing_in import SignedInClient

    client = SignedInClient(headers={"host": "localhost"})
    client.force_login(User.objects.get())

    def ask(address: str) -> bytes:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer.content

    return ask


def measure(requests: int) -> list[Row]:
    from directory.models import LabelApplication

    ask, queue = asking(), "/plateforme/candidatures/"
    waiting = LabelApplication.objects.filter(status="submitted").values_list("pk", flat=True)[:200]
    following = queue + next_page(ask(queue).decode())
    cases = {
        "queue": [queue],
        "queue, second page": [following],
        "queue, one department": [f"{queue}?department={n:02}" for n in range(10, 40)],
        "queue, by name": [f"{queue}?name=structure+{n}" for n in range(100, 130)],
        "queue, mine": [f"{queue}?mine=on"],
        "an application": [f"{queue}{pk}/" for pk in waiting],
        "labels in force": ["/plateforme/labels/"],
        "an organisation's labels": [f"/espace/{n}/label/" for n in (1, 10_000, 20_000)],
    }
    return [timed(name, ask, addresses, requests) for name, addresses in cases.items()]


def next_page(page: str) -> str:
    import re
    from html import unescape

    [address] = re.findall(r'href="(\?[^"]*after=[^"]+)"', page)
    return unescape(address)
