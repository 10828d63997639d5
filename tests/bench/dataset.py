"""A France of venues to measure on: spread like its people, the same at every run.

Everything is drawn by hashing a row's number, so neither the plan nor the machine changes a row. The names
say that it is all invented. `import_areas` must have run: places are drawn around the real town halls.
"""

from collections.abc import Callable
from itertools import product

from django.db import connection
from django.utils import timezone

from directory.hours import refresh_hours
from directory.models import Place

SERVICES_PER_VENUE = 5
STOPS_PER_BUS = 5

# roll(row, salt): a number in [0, 1). pick(list, row, salt): one of the list.
DICE = """
CREATE OR REPLACE FUNCTION pg_temp.roll(row_number bigint, salt text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashtextextended(salt, row_number) >> 11) & 4503599627370495) / 4503599627370496.0 $$;
CREATE OR REPLACE FUNCTION pg_temp.pick(list text[], row_number bigint, salt text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT list[1 + floor(pg_temp.roll(row_number, salt) * cardinality(list))::int]
$$;
"""

# A venue stands in the commune where the draw falls: the more people, the more often.
HOMES = """
CREATE TEMPORARY TABLE home AS
SELECT id AS area_id, code, name, point, epci_id, parent_id AS departement_id,
       sqrt(coalesce(ST_Area(geom::geography), 3e6) / pi()) AS radius_m,
       (sum(population) OVER (ORDER BY code))::float8 AS people_until
FROM geodata_area WHERE level = 'commune' AND population > 0;
CREATE UNIQUE INDEX ON home (people_until);
CREATE TEMPORARY TABLE drawn AS
SELECT n, home.* FROM generate_series(1, %(places)s) n
CROSS JOIN LATERAL (
    SELECT * FROM home
    WHERE people_until > pg_temp.roll(n, 'home') * (SELECT max(people_until) FROM home)
    ORDER BY people_until LIMIT 1
) home;
CREATE UNIQUE INDEX ON drawn (n);
ANALYZE drawn
"""

VENUES = """
INSERT INTO directory_venue (
    id, name, slug, venue_type_id, summary, description, phone, emails, websites, booking_url, languages,
    audiences, accessible, accessibility, access_url, access_modes, support_modes, fees, programmes,
    trainings, other_labels, parent_structure, typologies, itinerant, source, source_id, pivot, extra,
    published, demo, updated_on, created_at)
SELECT n, kind.name || ' ' || pg_temp.pick(%(words)s, n, 'name') || ' ' || n, 'banc-' || n, kind.id,
       (SELECT string_agg(pg_temp.pick(%(words)s, n * 31 + w, 'summary'), ' ' ORDER BY w)
        FROM generate_series(1, 25) w),
       '', '01 99 00 00 00', '{}', '{}', '', '{}',
       CASE WHEN pg_temp.roll(n, 'audience?') < 0.2 THEN ARRAY[pg_temp.pick(%(audiences)s, n, 'audience')]
            ELSE '{}' END,
       CASE WHEN pg_temp.roll(n, 'wheels?') < 0.6 THEN pg_temp.roll(n, 'wheels') < 0.6 END,
       '{}', '', '{}', '{}', '{}', '{}', '{}', '{}', '', '{}', n %% 100 = 0, 'bench', n::text, '', '{}',
       pg_temp.roll(n, 'published') < 0.98, true, DATE '2026-01-01' + (pg_temp.roll(n, 'day') * 300)::int,
       now()
FROM generate_series(1, %(venues)s) n
JOIN directory_venuetype kind ON kind.slug = pg_temp.pick(%(kinds)s, n, 'kind')
"""

SERVICES = """
INSERT INTO directory_service (
    venue_id, category_id, name, description, price_cents, price_note, duration_min, audiences, modes,
    status, position, schedule, review_note)
SELECT venue, category.id, category.name || ' ' || pg_temp.pick(%(words)s, n, 'service'), '',
       CASE WHEN pg_temp.roll(n, 'free?') < 0.5 THEN 0
            WHEN pg_temp.roll(n, 'price?') < 0.6 THEN 100 * (1 + pg_temp.roll(n, 'price') * 40)::int END,
       '', CASE WHEN pg_temp.roll(n, 'duration?') < 0.5 THEN 60 END,
       CASE WHEN pg_temp.roll(n, 'for?') < 0.15 THEN ARRAY[pg_temp.pick(%(audiences)s, n, 'for')] ELSE '{}'
       END, CASE WHEN pg_temp.roll(n, 'mode') < 0.80 THEN '{on_site}'
            WHEN pg_temp.roll(n, 'mode') < 0.92 THEN '{on_site,remote}'
            WHEN pg_temp.roll(n, 'mode') < 0.95 THEN '{remote}' ELSE '{at_home}' END::varchar[],
       CASE WHEN pg_temp.roll(n, 'status') < 0.95 THEN 'approved' ELSE 'draft' END, n %% 5,
       '', ''
FROM generate_series(1, %(venues)s) venue
CROSS JOIN generate_series(1, %(services)s) k
CROSS JOIN LATERAL (SELECT venue::bigint * 10 + k AS n) row
JOIN directory_category category ON category.slug = CASE WHEN pg_temp.roll(n, 'rare') < 0.0003 THEN 'donnees'
    ELSE pg_temp.pick(%(categories)s, n, 'category') END
"""

COVERAGE = """
INSERT INTO directory_service_coverage (service_id, area_id)
SELECT service.id, CASE WHEN service.id %% 3 = 0 THEN coalesce(epci_id, area_id) ELSE area_id END
FROM directory_service service JOIN drawn ON drawn.n = service.venue_id
WHERE service.modes = '{at_home}' AND service.id %% 10 <> 0
"""

LABELLINGS = """
INSERT INTO directory_labelling (venue_id, during, created_at, withdrawal_reason)
SELECT n, daterange('2025-06-01', '2030-06-01'), now(), ''
FROM generate_series(1, %(venues)s) n WHERE pg_temp.roll(n, 'label') < 0.7
"""

# A fixed venue has one place (its own number); the stops of a bus lie in five communes of the draw's
# neighbours.
PLACES = """
INSERT INTO directory_place (venue_id, is_stop, name, address, address_extra, postcode, commune,
commune_code, ban_key,
                             timezone, hours, source_id, point)
SELECT venue.id, venue.itinerant, CASE WHEN venue.itinerant THEN 'Arrêt ' || stop ELSE '' END,
       draw || ' rue ' || pg_temp.pick(%(words)s, draw, 'street'), '', '00000', drawn.name, drawn.code, '',
       CASE left(drawn.code, 3) WHEN '971' THEN 'America/Guadeloupe' WHEN '972' THEN 'America/Martinique'
            WHEN '973' THEN 'America/Cayenne' WHEN '974' THEN 'Indian/Reunion' WHEN '976' THEN
            'Indian/Mayotte' ELSE 'Europe/Paris' END,
       CASE WHEN pg_temp.roll(draw, 'hours?') < 0.8 THEN pg_temp.pick(%(hours)s, draw, 'hours') ELSE '' END,
       stop::text,
       ST_Project(drawn.point::geography, drawn.radius_m * sqrt(pg_temp.roll(draw, 'far')) * CASE WHEN stop >
       1 THEN 4 ELSE 0.9 END,
                  2 * pi() * pg_temp.roll(draw, 'side'))::geometry
FROM directory_venue venue
CROSS JOIN generate_series(1, %(stops)s) stop
CROSS JOIN LATERAL (SELECT venue.id * 10 + stop AS draw) row
JOIN drawn ON drawn.n = venue.id
WHERE stop = 1 OR venue.itinerant
"""

WORDS = """
    accueil adresse agenda aide ami appareil apprendre arbre atelier avenir balade banque bureau
    cahier calme carte chemin ciel clavier cloud code colline conseil couleur courrier cuisine
    dessin dossier droit eau école écran emploi enfant entraide entreprise envie équipe espace
    étoile famille fenêtre fichier fleur fontaine forêt formation formulaire fruit galerie gare
    horizon image impôt imprimante internet jardin jeu jour journal lettre lien lieu livre logiciel
    logement loisir lumière machine maison marché mémoire message métier montagne musique nature
    navigation nuage numérique outil ordinateur papier parc parcours partage passage pause pêche
    photo place plaine plume pont port porte pratique projet quartier question radio rencontre
    réparer réseau retraite rivière route sable santé savoir seniors site soleil son soutien
    tablette téléphone temps terre théâtre toit travail tuile usage vallée vent verger vidéo village
    ville visage visite voisin voix voyage
""".split()  # noqa: SIM905
KINDS = (
    ["epn"] * 20
    + ["mediatheque"] * 25
    + ["maison-services-public"] * 25
    + ["tiers-lieu"] * 10
    + ["autre"] * 12
    + ["fablab", "coworking", "classe-numerique", "repair-cafe", "repair-cafe", "infolab", "itinerance"]
)
CATEGORIES = (
    ["demarches"] * 30
    + ["utiliser"] * 25
    + ["equipement"] * 15
    + ["emploi"] * 10
    + ["s-informer"] * 6
    + ["comprendre"] * 5
    + ["identite"] * 4
    + ["contribuer"] * 3
    + ["explorer"] * 2
)
AUDIENCES = [
    "seniors",
    "seniors",
    "young",
    "adults",
    "families",
    "job_seekers",
    "women",
    "disabled",
    "illiteracy",
]


def hours() -> list[str]:
    """Two hundred weeks as venues write them."""
    days = ["Mo-Fr", "Tu-Sa", "Mo,Tu,Th,Fr", "We,Sa", "Mo-Sa", "Tu,Th", "Mo-We,Fr"]
    mornings = ["09:00-12:00", "09:00-12:30", "08:30-12:00", "10:00-12:30"]
    afternoons = [",14:00-17:00", ",13:30-17:30", ",14:00-18:00", ""]
    return [f"{d} {m}{a}{ph}" for d, m, a, ph in product(days, mornings, afternoons, ["", "; PH off"])]


def make(venues: int, tell: Callable[[str], None]) -> None:
    """Fill an empty directory. 100,000 venues take about two minutes."""
    values = {
        "venues": venues,
        "places": venues,
        "services": SERVICES_PER_VENUE,
        "stops": STOPS_PER_BUS,
        "words": WORDS,
        "kinds": KINDS,
        "categories": CATEGORIES,
        "audiences": AUDIENCES,
        "hours": hours(),
    }
    # Each listing is made once, at the end; nobody changed anything, so nothing goes to the audit trail.
    steps = {
        "dice": DICE,
        "communes drawn by population": HOMES,
        "venues": VENUES,
        "services": SERVICES,
        "territories of services at home": COVERAGE,
        "labels": LABELLINGS,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '256MB', false)")
        for table in ("venue", "service", "labelling", "place"):
            cursor.execute(f"ALTER TABLE directory_{table} DISABLE TRIGGER USER")
        for name, sql in steps.items():
            tell(name)
            cursor.execute(sql, values)
        cursor.execute("ANALYZE")
        tell("places")
        cursor.execute(PLACES, values)
        tell("opening hours")
        refresh_hours(Place.objects.all(), timezone.localdate())
        for table in ("venue", "service", "labelling", "place"):
            cursor.execute(f"ALTER TABLE directory_{table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE directory_place, directory_openingday")
        tell("listings")
        cursor.execute("SELECT directory_relist(array_agg(id)) FROM directory_place")
    tell("statistics")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('directory_venue_id_seq', (SELECT max(id) FROM directory_venue))")
        cursor.execute("VACUUM ANALYZE")
