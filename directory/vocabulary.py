"""Words of the referential.

The database holds the official French names; they are listed here to be found by whoever translates, and each
main category gets a line for those whom its name tells nothing.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

CATEGORIES = (
    gettext_noop("Découvrir les enjeux du numérique"),
    gettext_noop("S'informer"),
    gettext_noop("Comprendre"),
    gettext_noop("Maîtriser le numérique"),
    gettext_noop("Utiliser"),
    gettext_noop("Faire ses démarches en ligne"),
    gettext_noop("Se connecter et s'équiper"),
    gettext_noop("Augmenter son pouvoir d'agir grâce au numérique"),
    gettext_noop("Identité numérique"),
    gettext_noop("Contribuer"),
    gettext_noop("Contrôler ses données"),
    gettext_noop("Explorer de nouvelles possibilités"),
    gettext_noop("S'insérer professionnellement"),
)
VENUE_TYPES = (
    gettext_noop("Espace public numérique"),
    gettext_noop("Fablab"),
    gettext_noop("Tiers-lieu"),
    gettext_noop("Espace de coworking"),
    gettext_noop("Maison de services au public"),
    gettext_noop("Médiation itinérante"),
    gettext_noop("Infolab"),
    gettext_noop("Classe numérique"),
    gettext_noop("Repair café"),
    gettext_noop("Médiathèque"),
    gettext_noop("Autre lieu"),
)
# By the code of the main category; each says what its sub-categories hold.
PLAIN_WORDS = {
    "decouvrir": _("Comprendre internet, les réseaux sociaux, les écrans des enfants."),
    "maitriser": _("Se servir d'un ordinateur ou d'un téléphone. Faire ses démarches. Avoir internet."),
    "augmenter": _("Chercher un emploi. Créer. Protéger ses données et ses mots de passe."),
}
