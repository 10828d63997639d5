"""Two thousand venues on a spiral around 2.5, 46.5, ever farther: enough for the search to look more than once."""

from django.db import connection

VENUES = 2_000
# Every 40th is accessible, every 300th for women; one in twenty has two services.
SPIRAL = """
INSERT INTO directory_venue (
    id, name, slug, summary, description, phone, emails, websites, booking_url, languages, audiences,
    accessible, accessibility, access_url, access_modes, support_modes, fees, programmes, trainings, other_labels,
    parent_structure, typologies, itinerant, source, source_id, pivot, extra, published, demo, created_at)
SELECT n, 'Lieu ' || n, 'lieu', '', '', '', '{}', '{}', '', '{}',
       (CASE WHEN n %% 300 = 0 THEN '{women}' ELSE '{}' END)::varchar[],
       n %% 40 = 0, '{}', '', '{}', '{}', '{}', '{}', '{}', '{}', '', '{}', n %% 50 = 0, 'test', n::text, '', '{}',
       true, true, now() FROM generate_series(1, %(venues)s) n;
INSERT INTO directory_labelling (venue_id, during, created_at, withdrawal_reason)
SELECT n, '[2026-01-01,2027-01-01)', now(), '' FROM generate_series(1, %(venues)s) n WHERE n %% 7 > 0;
INSERT INTO directory_service (venue_id, category_id, name, description, price_cents, price_note, audiences, modes,
    status, position, schedule, review_note)
SELECT n, (SELECT id FROM directory_category WHERE slug = 'emploi'), 'Atelier', '', n %% 60 / 20 * free.e, '',
       (CASE WHEN n %% 40 = 0 THEN '{women}' ELSE '{}' END)::varchar[], '{}', 'approved', 0, '', ''
FROM generate_series(20, %(venues)s, 20) n, generate_series(0, 1) free(e);
INSERT INTO directory_place (venue_id, is_stop, name, address, address_extra, postcode, commune, commune_code,
    ban_key, timezone, hours, source_id, point, week)
SELECT n, n %% 50 = 0, '', '', '', '', '', '', '', 'Europe/Paris', '', stop::text,
       ST_SetSRID(ST_Point(2.5 + cos(n + stop) * n / 1000.0, 46.5 + sin(n + stop) * n / 1500.0), 4326),
       CASE WHEN n %% 5 < 4 THEN int4multirange(int4range(n %% 1440, n %% 1440 + 60)) END
FROM generate_series(1, %(venues)s) n, generate_series(0, CASE WHEN n %% 50 = 0 THEN 1 ELSE 0 END) stop
"""


def fill() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SPIRAL, {"venues": VENUES})
        cursor.execute("SELECT directory_fresh_statistics()")
