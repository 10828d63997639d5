"""Invented offers and names of the demonstration venues."""

from typing import NamedTuple


class Offer(NamedTuple):
    """One service as demonstration venues offer it; each venue picks one of `prices_cents`."""

    category: str
    name: str
    description: str
    duration_min: int
    prices_cents: tuple[int, ...]
    audiences: tuple[str, ...] = ()
    modes: tuple[str, ...] = ("on_site",)
    # What the price depends on: it is proposed, and may be changed at the counter.
    price_note: str = ""


OFFERS = (
    Offer(
        "utiliser",
        "Allumer et utiliser un ordinateur",
        "La souris, le clavier, les dossiers : pas à pas.",
        90,
        (0, 500, 1000),
    ),
    Offer(
        "utiliser",
        "Premiers pas avec un smartphone",
        "Appeler, écrire un message, prendre une photo.",
        60,
        (0, 500, 1000),
        ("seniors",),
    ),
    Offer(
        "utiliser",
        "Envoyer et recevoir des e-mails",
        "Créer son adresse, écrire, joindre un document.",
        90,
        (0, 1000, 1500),
    ),
    Offer(
        "utiliser",
        "Chercher sur internet",
        "Trouver une adresse, un horaire, une information sûre.",
        60,
        (0, 500),
    ),
    Offer(
        "utiliser",
        "Ranger et garder ses photos",
        "Copier, trier et sauvegarder les photos du téléphone.",
        90,
        (500, 1000, 1500),
    ),
    Offer(
        "utiliser",
        "Appels en visio avec ses proches",
        "Installer l'application, appeler, raccrocher.",
        45,
        (0, 500),
        ("seniors", "families"),
        ("on_site", "at_home"),
    ),
    Offer(
        "demarches",
        "Faire une démarche avec un conseiller",
        "Impôts, santé, retraite, logement : une personne vous aide.",
        45,
        (0,),
    ),
    Offer(
        "demarches",
        "Apprendre à faire ses démarches seul",
        "Créer ses comptes et retrouver ses documents.",
        120,
        (0, 1000, 1500),
    ),
    Offer(
        "demarches",
        "Suivre ses dossiers de santé en ligne",
        "Rendez-vous, remboursements, documents.",
        60,
        (0, 500),
        ("seniors",),
    ),
    Offer(
        "demarches",
        "Aide aux démarches par téléphone",
        "On vous guide au téléphone ou en visio.",
        30,
        (0, 500),
        (),
        ("remote",),
    ),
    Offer(
        "equipement",
        "Accès libre à un ordinateur et à internet",
        "Un poste, une connexion, une imprimante.",
        60,
        (0, 100, 200),
    ),
    Offer(
        "equipement",
        "Réparer plutôt que jeter",
        "Diagnostic et petite réparation avec un bénévole.",
        60,
        (0, 1000, 2000),
    ),
    Offer(
        "s-informer",
        "Les écrans en famille",
        "Parler des écrans avec ses enfants, trouver un équilibre.",
        90,
        (0, 500),
        ("families",),
    ),
    Offer(
        "s-informer",
        "Reconnaître les arnaques",
        "Faux messages, faux sites : les bons réflexes.",
        60,
        (0, 500),
    ),
    Offer("comprendre", "Comment marche internet ?", "Ce qui se passe quand on clique.", 90, (500, 1000)),
    Offer(
        "comprendre",
        "Comprendre l'intelligence artificielle",
        "À quoi ça sert, ce que ça ne sait pas faire.",
        120,
        (1000, 1500),
    ),
    Offer(
        "identite",
        "Protéger ses mots de passe",
        "Choisir, retenir et ranger ses mots de passe.",
        60,
        (0, 500, 1000),
    ),
    Offer(
        "identite",
        "Maîtriser son image en ligne",
        "Régler ses comptes, effacer ce qui gêne.",
        90,
        (500, 1000),
        ("young",),
    ),
    Offer(
        "donnees",
        "Régler la confidentialité de son téléphone",
        "Qui voit quoi ? On règle ensemble.",
        60,
        (500, 1000),
    ),
    Offer(
        "contribuer",
        "Contribuer à une carte ou une encyclopédie libre",
        "Ajouter ce que l'on connaît de son quartier.",
        120,
        (0, 500),
    ),
    Offer(
        "explorer",
        "Découvrir l'impression 3D",
        "Dessiner et fabriquer un petit objet.",
        120,
        (1500, 2000, 3000),
        price_note="selon la taille de l'objet",
    ),
    Offer("explorer", "Monter une vidéo", "Filmer, couper, ajouter un titre.", 150, (1000, 2000), ("young",)),
    Offer(
        "explorer",
        "Initiation à la programmation",
        "Créer un premier jeu.",
        120,
        (1000, 1500),
        ("young", "students"),
        price_note="selon la durée",
    ),
    Offer(
        "emploi",
        "Faire son CV et postuler en ligne",
        "Mettre en page, envoyer, suivre ses candidatures.",
        120,
        (0, 1000),
        ("job_seekers",),
    ),
    Offer(
        "emploi",
        "Se préparer à un entretien en visio",
        "Le matériel, le cadre, un essai.",
        60,
        (0, 1000),
        ("job_seekers",),
        ("on_site", "remote"),
    ),
    Offer(
        "emploi",
        "Le numérique pour créer son activité",
        "Se rendre visible, facturer, vendre.",
        180,
        (2000, 3000),
        price_note="selon le temps passé",
    ),
)

# kind of venue -> (words that begin its name, how often it is drawn)
NAMES = {
    "epn": ("Espace numérique", 24),
    "maison-services-public": ("Maison des services", 22),
    "mediatheque": ("Médiathèque", 16),
    "tiers-lieu": ("Tiers-lieu", 10),
    "fablab": ("Fablab", 7),
    "repair-cafe": ("Repair café", 6),
    "coworking": ("Bureaux partagés", 5),
    "classe-numerique": ("Classe numérique", 4),
    "infolab": ("Infolab", 3),
}
ITINERANT_NAME = "Bus numérique"

LANGUAGES = ("Français", "Anglais", "Arabe", "Espagnol", "Langue des signes française")


def of_commune(name: str) -> str:
    """ "Le Havre" -> "du Havre", "Aubusson" -> "d'Aubusson", "La Souterraine" -> "de La Souterraine"."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if name[0] in "AEIOUYÀÂÉÈÊÎÔ":
        return f"d'{name}"
    return f"de {name}"
