"""The #APTIC referential (3 categories, 10 sub-categories) and the kinds of venue, mapped to the national standard.

Names follow the published referential of #APTIC; "Se connecter et s'équiper" is added, because the standard has
services (connection, equipment) that none of its nine published sub-categories holds. An imported service goes to
the first sub-category whose list holds it; an export writes the first value of the list.
"""

from typing import Any

from django.db import migrations

CATEGORIES = [
    ("decouvrir", "Découvrir les enjeux du numérique", "compass"),
    ("maitriser", "Maîtriser le numérique", "laptop"),
    ("augmenter", "Augmenter son pouvoir d'agir grâce au numérique", "stars"),
]

# parent, slug, name, icon, services of the standard v0.1.1, of v1.0.2
SUBCATEGORIES = [
    (
        "decouvrir",
        "s-informer",
        "S'informer",
        "info-circle",
        ["Soutenir la parentalité et l'éducation avec le numérique"],
        ["Parentalité et éducation avec le numérique"],
    ),
    (
        "decouvrir",
        "comprendre",
        "Comprendre",
        "lightbulb",
        ["Approfondir ma culture numérique"],
        ["Compréhension du monde numérique"],
    ),
    (
        "maitriser",
        "utiliser",
        "Utiliser",
        "phone",
        [
            "Utiliser le numérique au quotidien",
            "Prendre en main un smartphone ou une tablette",
            "Prendre en main un ordinateur",
        ],
        ["Maîtrise des outils numériques du quotidien"],
    ),
    (
        "maitriser",
        "demarches",
        "Faire ses démarches en ligne",
        "file-earmark-check",
        [
            "Réaliser des démarches administratives avec un accompagnement",
            "Devenir autonome dans les démarches administratives",
            "Accompagner les démarches de santé",
        ],
        ["Aide aux démarches administratives"],
    ),
    (
        "maitriser",
        "equipement",
        "Se connecter et s'équiper",
        "wifi",
        [
            "Accéder à une connexion internet",
            "Accéder à du matériel",
            "S'équiper en matériel informatique",
        ],
        [
            "Accès internet et matériel informatique",
            "Acquisition de matériel informatique à prix solidaire",
        ],
    ),
    (
        "augmenter",
        "identite",
        "Identité numérique",
        "person-badge",
        [],
        ["Utilisation sécurisée du numérique"],
    ),
    (
        "augmenter",
        "contribuer",
        "Contribuer",
        "people",
        ["Promouvoir la citoyenneté numérique"],
        ["Compréhension du monde numérique"],
    ),
    (
        "augmenter",
        "donnees",
        "Contrôler ses données",
        "shield-lock",
        [],
        ["Utilisation sécurisée du numérique"],
    ),
    (
        "augmenter",
        "explorer",
        "Explorer de nouvelles possibilités",
        "palette",
        ["Créer avec le numérique"],
        ["Loisirs et créations numériques"],
    ),
    (
        "augmenter",
        "emploi",
        "S'insérer professionnellement",
        "briefcase",
        ["Favoriser mon insertion professionnelle", "Créer et développer mon entreprise"],
        ["Insertion professionnelle via le numérique"],
    ),
]

# slug, name, icon, typologies of the standard (each in one kind only)
VENUE_TYPES = [
    ("epn", "Espace public numérique", "pc-display", ["EPN"]),
    ("fablab", "Fablab", "printer", ["FABLAB"]),
    ("tiers-lieu", "Tiers-lieu", "house-heart", ["TIERS_LIEUX"]),
    ("coworking", "Espace de coworking", "person-workspace", []),
    ("maison-services-public", "Maison de services au public", "building-check", ["RFS", "MSAP", "PIMMS"]),
    ("itinerance", "Médiation itinérante", "bus-front", []),
    ("infolab", "Infolab", "bar-chart", []),
    ("classe-numerique", "Classe numérique", "easel", ["OF", "E2C", "AFPA"]),
    ("repair-cafe", "Repair café", "tools", ["RESSOURCERIE"]),
    ("mediatheque", "Médiathèque", "book", ["BIB"]),
    ("autre", "Autre lieu", "geo-alt", ["Autre"]),
]


def seed(apps: Any, schema_editor: Any) -> None:
    category = apps.get_model("directory", "Category")
    for position, (slug, name, icon) in enumerate(CATEGORIES, start=1):
        category.objects.create(slug=slug, name=name, icon=icon, position=position)
    parents = {row.slug: row for row in category.objects.all()}
    for position, (parent, slug, name, icon, services_v0, services_v1) in enumerate(SUBCATEGORIES, start=1):
        category.objects.create(
            parent=parents[parent],
            slug=slug,
            name=name,
            icon=icon,
            standard_services_v0=services_v0,
            standard_services_v1=services_v1,
            position=position,
        )
    venue_type = apps.get_model("directory", "VenueType")
    for position, (slug, name, icon, typologies) in enumerate(VENUE_TYPES, start=1):
        venue_type.objects.create(slug=slug, name=name, icon=icon, typologies=typologies, position=position)


def unseed(apps: Any, schema_editor: Any) -> None:
    category = apps.get_model("directory", "Category")
    category.objects.exclude(parent=None).delete()
    category.objects.all().delete()
    apps.get_model("directory", "VenueType").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_listing")]

    operations = [migrations.RunPython(seed, unseed)]
