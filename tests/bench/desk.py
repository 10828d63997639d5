"""Measures the platform's desk and an organisation's pages among 20,000 organisations that all apply.

Half of them wait for a reviewer, and 10,000 services too: queues longer than they should ever be. One organisation
has 2,000 venues, and one venue 2,000 services.
"""

from collections.abc import Callable

from config.serving import post_worker_init
from tests.bench.stopwatch import Row, timed

ORGANIZATIONS = 20_000
# Numbers of organisations; each has the venue of the same number.
USUAL = (1, 10_000, 20_000)
LARGE = 2
# Everything is drawn from a row's number.
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

INSERT INTO directory_service (
    venue_id, category_id, name, description, price_cents, price_note, duration_min, audiences, modes, status,
    position, schedule, submitted_at, submitted_by_id, review_note)
SELECT CASE WHEN n <= %(n)s * 2 THEN 1 + n %% %(n)s ELSE %(large)s END, category.id, 'Service ' || n, '',
       500 + n %% 900,
       '', 60, '{}', '{on_site}', CASE WHEN n %% 4 = 0 THEN 'submitted' ELSE 'approved' END, 1 + n %% 2000, '',
       CASE WHEN n %% 4 = 0 THEN now() - n * interval '1 minute' END, %(user)s, ''
FROM generate_series(1, %(n)s * 2 + 2000) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank, count(*) OVER () AS ranks
      FROM directory_category WHERE parent_id IS NOT NULL) category ON category.rank = n %% category.ranks;

UPDATE directory_venue SET organization_id = %(large)s WHERE id BETWEEN 3 AND 2001;

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
SELECT id, 'submitted', '', %(user)s, submitted_at FROM directory_labelapplication;

INSERT INTO directory_labelling (venue_id, during, created_at, application_id, withdrawal_reason)
SELECT venue_id, daterange(current_date - 100, current_date + 900), now(), id, ''
FROM directory_labelapplication WHERE status = 'accepted';

INSERT INTO directory_duplicatepair
    (first_id, second_id, distance_m, likeness, same_address, same_number, found_at)
SELECT n, n + 1, 50, 0.5 + (n %% 100) / 200.0, false, false, now() FROM generate_series(1, 5000) n;

INSERT INTO directory_joinrequest (organization_id, user_id, message, status, role, created_at, expires_at)
SELECT n, %(user)s, 'Bonjour', 'waiting', '', now(), now() + interval '9 days' FROM generate_series(3, 9000) n
"""


PAGES = ("", "membres/", "lieux/", "services/", "label/", "verifier/", "journal/", "jetons/")


def prepare() -> None:
    """Fill an empty database, wholly or not at all. Some ten seconds."""
    import json

    from django.db import connection, transaction

    from directory.label.questionnaire import CURRENT
    from directory.models import Membership, Organization, StaffRole, User

    if Organization.objects.count() == ORGANIZATIONS:
        return
    answers = {q.code: [] if q.several else q.choices[0].code for q in CURRENT.questions}
    with transaction.atomic(), connection.cursor() as cursor:
        user = User.objects.create_user("banc@example.org", name="Banc d'essai")
        values = {
            "n": ORGANIZATIONS,
            "user": user.pk,
            "version": CURRENT.version,
            "answers": json.dumps(answers),
            "large": LARGE,
        }
        for statement in ROWS.split(";\n"):
            cursor.execute(statement, values)
        StaffRole.objects.create(user=user, role="reviewer")
        for organization in (*USUAL, LARGE):
            Membership.objects.create(user=user, organization_id=organization, role="provider-manager")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


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
    names = [f"structure+{n}" for n in range(100, 130)]
    waiting = LabelApplication.objects.filter(status="submitted").values_list("pk", flat=True)[:200]
    following = queue + next_page(ask(queue).decode())
    cases = {
        "queue": [queue],
        "queue, second page": [following],
        "queue, one department": [f"{queue}?department={n:02}" for n in range(10, 40)],
        "queue, by name": [f"{queue}?name={name}" for name in names],
        "queue, mine": [f"{queue}?mine=on"],
        "an application": [f"{queue}{pk}/" for pk in waiting],
        "labels in force": ["/plateforme/labels/"],
        "labels, by name": [f"/plateforme/labels/?name=lieu+{n}" for n in range(100, 130)],
        "what waits": ["/plateforme/"],
        "services to read": ["/plateforme/services/"],
        "duplicates": ["/plateforme/doublons/"],
        "asking to join": ["/plateforme/adhesions/"],
        "journal": ["/plateforme/journal/"],
        "journal, by venue": [f"/plateforme/journal/?venue=lieu+{n}" for n in range(100, 130)],
        "journal, by person": ["/plateforme/journal/?person=banc"],
        "the space": ["/espace/"],
        **{f"organisation: {page or 'home'}": [f"/espace/{n}/{page}" for n in USUAL] for page in PAGES},
        **{f"2,000 venues: {page or 'home'}": [f"/espace/{LARGE}/{page}"] for page in PAGES},
        "2,000 venues, by name": [f"/espace/{LARGE}/lieux/?nom=lieu+{n}" for n in range(100, 130)],
        "2,000 services: the venue": [f"/espace/{LARGE}/lieux/{LARGE}/"],
        "2,000 services: preview": [f"/espace/{LARGE}/lieux/{LARGE}/apercu/?page={n}" for n in (1, 20, 40)],
        "2,000 services: public sheet": [f"/lieux/{LARGE}/lieu/?page={n}" for n in (1, 20, 40)],
    }
    for addresses in cases.values():
        ask(addresses[0])
    # As a worker of the site does once it has started.
    post_worker_init(None)
    return [timed(name, ask, addresses, requests) for name, addresses in cases.items()]


def next_page(page: str) -> str:
    import re
    from html import unescape

    [address] = re.findall(r'href="(\?[^"]*after=[^"]+)"', page)
    return unescape(address)
