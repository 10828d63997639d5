"""Columns and closed lists of the standard, as its schemas v0.1.1 and v1.0.2 write them, and our codes."""

import re
from collections.abc import Mapping
from functools import lru_cache

from directory.choices import Accessibility, AccessMode, Audience, Fee, SupportMode
from geodata.folding import fold

REQUIRED = frozenset({"id", "nom", "commune", "code_postal", "adresse"})

# v1.0.2, in its order.
COLUMNS_V1 = [
    "id",
    "pivot",
    "nom",
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "typologie",
    "telephone",
    "courriels",
    "site_web",
    "horaires",
    "presentation_resume",
    "presentation_detail",
    "source",
    "itinerance",
    "structure_parente",
    "date_maj",
    "services",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "autres_formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "fiche_acces_libre",
    "prise_rdv",
]
# Ours, after the standard's: the venue a row belongs to, its services in full, what the standard cannot say.
COLUMN_VENUE, COLUMN_SERVICES, COLUMN_REST = "aptic_lieu", "aptic_services", "aptic_complement"
COLUMN_LABEL = "aptic_labellise_jusqu_au"
OWN_COLUMNS = (COLUMN_VENUE, COLUMN_SERVICES, COLUMN_LABEL, COLUMN_REST)

# v0.1.1 and misspelled columns that mean a v1 one (lists are read in the words of both versions).
ALIASES = {
    "courriel": "courriels",
    "publics_accueillis": "publics_specifiquement_adresses",
    "conditions_acces": "frais_a_charge",
    "conditions_access": "frais_a_charge",
    "labels_nationaux": "dispositif_programmes_nationaux",
    "labels_autres": "autres_formations_labels",
    "accessibilite": "fiche_acces_libre",
    "siret": "pivot",
}

AUDIENCES = {
    "Jeunes (16-26 ans)": Audience.YOUNG,
    "Jeunes": Audience.YOUNG,
    "Étudiants": Audience.STUDENTS,
    "Adultes": Audience.ADULTS,
    "Familles/enfants": Audience.FAMILIES,
    "Familles et/ou enfants": Audience.FAMILIES,
    "Seniors (+ 65 ans)": Audience.SENIORS,
    "Seniors": Audience.SENIORS,
    "Uniquement femmes": Audience.WOMEN,
    "Femmes": Audience.WOMEN,
    "Personnes en situation d'illettrisme": Audience.ILLITERACY,
    "Illettrisme": Audience.ILLITERACY,
    "Public langues étrangères": Audience.FOREIGN_LANGUAGE,
    "Langues étrangères (autres)": Audience.FOREIGN_LANGUAGE,
}
ACCESSIBILITY = {
    "Surdité": Accessibility.HEARING,
    "Déficience visuelle": Accessibility.VISUAL,
    "Handicaps moteurs": Accessibility.MOTOR,
    "Handicaps mentaux : déficiences limitant les activités d'une personne": Accessibility.MENTAL,
    "Handicaps mentaux": Accessibility.MENTAL,
    "Handicaps psychiques : troubles psychiatriques donnant lieu à des atteintes comportementales": (
        Accessibility.PSYCHIC
    ),
}
ENGLISH = "Langues étrangères (anglais)"
FEES = {
    "Gratuit : Je peux accéder gratuitement au lieu et à ses services": Fee.FREE,
    "Gratuit": Fee.FREE,
    "Gratuit sous condition : La gratuité est conditionnée à des critères (situation familiale, "
    "convention avec un organisme social...)": Fee.CONDITIONAL,
    "Gratuit sous condition": Fee.CONDITIONAL,
    "Payant : L'accès au lieu et/ou à ses services est payant": Fee.PAYING,
    "Payant": Fee.PAYING,
    "Accepte le Pass numérique : Il est possible d'utiliser un Pass numérique pour accéder au lieu": (
        Fee.PASS_NUMERIQUE
    ),
    "Adhésion : L'accès au lieu et/ou à ses services nécessite d'y adhérer": Fee.MEMBERSHIP,
}
ACCESS_MODES = {
    "Se présenter": AccessMode.WALK_IN,
    "Téléphoner": AccessMode.PHONE,
    "Contacter par mail": AccessMode.EMAIL,
    "Prendre un RDV en ligne": AccessMode.BOOKING,
    "Ce lieu n'accueille pas de public": AccessMode.NO_PUBLIC,
    "Envoyer un mail avec une fiche de prescription": AccessMode.PRESCRIPTION,
}
SUPPORT_MODES = {
    "Seul : j'ai accès à du matériel et une connexion": SupportMode.AUTONOMOUS,
    "En autonomie": SupportMode.AUTONOMOUS,
    "Avec de l'aide : je suis accompagné seul dans l'usage du numérique": SupportMode.INDIVIDUAL,
    "Accompagnement individuel": SupportMode.INDIVIDUAL,
    "Dans un atelier : j'apprends collectivement à utiliser le numérique": SupportMode.WORKSHOP,
    "Dans un atelier collectif": SupportMode.WORKSHOP,
    "À distance": SupportMode.REMOTE,
    "A ma place : une personne habilitée fait les démarches à ma place": SupportMode.ON_BEHALF,
}
# National programmes: v1 words, and the v0 labels that mean one of them. Other labels keep their own words.
PROGRAMMES_V1 = [
    "Aidants Connect",
    "Bibliothèques numérique de référence",
    "Certification PIX",
    "Conseillers numériques",
    "Emmaüs Connect",
    "France Services",
    "Grande école du numérique",
    "La Croix Rouge",
    "Point d'accès numérique CAF",
    "Promeneurs du net",
    "Relais numérique (Emmaüs Connect)",
]
PROGRAMMES = {name: name for name in PROGRAMMES_V1} | {
    "CNFS": "Conseillers numériques",
    "Grandes écoles du numérique": "Grande école du numérique",
    "Point numérique CAF": "Point d'accès numérique CAF",
}
TRAININGS_V1 = [
    "Formé à « Mon Espace Santé »",
    "Formé à « DUPLEX » (illettrisme)",
    "Arnia/MedNum BFC (Bourgogne-Franche-Comté)",
    "Collectif ressources et acteurs réemploi (Normandie)",
    "Étapes numériques(La Poste)",
    "Fabriques de Territoire",
    "Les Éclaireurs du numérique (Drôme)",
    "Mes Papiers (Métropole de Lyon)",
    "ORDI 3.0",
    "SUD LABS (PACA)",
]
ACCEPTING_PROGRAMME = "APTIC"

# What v1.0.2 writes for our codes; a code that is missing here is written in our own columns only.
WRITTEN_AUDIENCES = {
    Audience.YOUNG: "Jeunes",
    Audience.STUDENTS: "Étudiants",
    Audience.FAMILIES: "Familles et/ou enfants",
    Audience.SENIORS: "Seniors",
    Audience.WOMEN: "Femmes",
}
WRITTEN_SPECIFIC = {
    Accessibility.HEARING: "Surdité",
    Accessibility.MOTOR: "Handicaps moteurs",
    Accessibility.MENTAL: "Handicaps mentaux",
    Accessibility.VISUAL: "Déficience visuelle",
    Audience.ILLITERACY: "Illettrisme",
    Audience.FOREIGN_LANGUAGE: "Langues étrangères (autres)",
}
WRITTEN_FEES = {Fee.FREE: "Gratuit", Fee.CONDITIONAL: "Gratuit sous condition", Fee.PAYING: "Payant"}
WRITTEN_ACCESS_MODES = {code: words for words, code in ACCESS_MODES.items()}
WRITTEN_SUPPORT_MODES = {
    SupportMode.AUTONOMOUS: "En autonomie",
    SupportMode.INDIVIDUAL: "Accompagnement individuel",
    SupportMode.WORKSHOP: "Dans un atelier collectif",
    SupportMode.REMOTE: "À distance",
}


@lru_cache(maxsize=1_000)
def canonical(column: str) -> str:
    """The v1 name of a column, however it is written; an unknown column keeps its name."""
    name = column.strip().lstrip("\ufeff").strip()
    folded = re.sub(r"[^a-z0-9]+", "_", fold_column(name)).strip("_")
    return ALIASES.get(folded, folded if folded in KNOWN else name)


def fold_column(name: str) -> str:
    return fold(name.replace("_", " ")).replace(" ", "_")


def vocabulary(words: Mapping[str, str]) -> dict[str, str]:
    """Folded words → code: both versions' full wording, and what stands before its colon."""
    short = {fold(word.split(" : ")[0]): str(code) for word, code in words.items()}
    return short | {fold(word): str(code) for word, code in words.items()}


COLUMN_OPENING = "ouverture"  # of itinerant rounds: "Semaine paire", "Semaine impaire"
KNOWN = frozenset(COLUMNS_V1) | {"cle_ban", COLUMN_OPENING} | frozenset(OWN_COLUMNS)
