"""The published criteria of the label: families, weights, questions, and what each answer is worth.

Pure: answers are `{question code: choice code or list of them}`. A draft keeps the questionnaire it was
begun with; `QUESTIONNAIRES` therefore never loses one, and a changed question is a new version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """One answer. `excludes`: with it the label cannot be given, and why."""

    code: str
    text: Text
    points: int
    excludes: Text = ""


@dataclass(frozen=True)
class Question:
    code: str
    text: Text
    choices: tuple[Choice, ...]
    help: Text = ""
    several: bool = False

    @cached_property
    def most(self) -> int:
        """The points of the best answer."""
        points = [choice.points for choice in self.choices]
        return sum(points) if self.several else max(points)

    def chosen(self, answers: Answers) -> list[Choice]:
        """The choices made, in the order of the question; unknown codes are nobody's."""
        answer = answers.get(self.code)
        codes = answer if isinstance(answer, list) else [answer]
        return [choice for choice in self.choices if choice.code in codes]

    def is_answered(self, answers: Answers) -> bool:
        """Several choices may be none at all, once the question was seen."""
        return bool(self.chosen(answers)) or (self.several and answers.get(self.code) == [])

    def points(self, answers: Answers) -> int:
        return sum(choice.points for choice in self.chosen(answers))


@dataclass(frozen=True)
class Family:
    code: str
    name: Text
    aim: Text
    icon: str
    questions: tuple[Question, ...]

    @cached_property
    def weight(self) -> int:
        return sum(question.most for question in self.questions)

    def points(self, answers: Answers) -> int:
        return sum(question.points(answers) for question in self.questions)


@dataclass(frozen=True)
class Questionnaire:
    """Six families whose weights make 100. Eligible: all answered, nothing excluded, enough points."""

    version: str
    needed: int
    families: tuple[Family, ...]

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for family in self.families for question in family.questions)

    def family_of(self, question: Question) -> Family:
        return next(family for family in self.families if question in family.questions)

    def score(self, answers: Answers) -> int:
        return sum(family.points(answers) for family in self.families)

    def unanswered(self, answers: Answers) -> list[int]:
        """Numbers, from 1, of the questions that still wait."""
        return [n for n, question in enumerate(self.questions, 1) if not question.is_answered(answers)]

    def exclusions(self, answers: Answers) -> list[Text]:
        """Why the label cannot be given whatever the points: one sentence each."""
        chosen = (choice for question in self.questions for choice in question.chosen(answers))
        return [choice.excludes for choice in chosen if choice.excludes]


RECEPTION = Family(
    "reception",
    _("Qualité de l'accueil"),
    _("La personne est attendue, écoutée et tranquille."),
    "person-raised-hand",
    (
        Question(
            "reception-who",
            _("Qui accueille les personnes ?"),
            (
                Choice("always", _("Quelqu'un accueille pendant toutes les heures d'ouverture."), 10),
                Choice("partly", _("Quelqu'un accueille à certaines heures, affichées."), 6),
                Choice(
                    "nobody",
                    _("Personne : les machines sont en libre-service."),
                    0,
                    _("Un lieu labellisé accueille : quelqu'un doit être présent à des heures affichées."),
                ),
            ),
        ),
        Question(
            "reception-need",
            _("Comment commencez-vous avec une nouvelle personne ?"),
            (
                Choice("interview", _("Par un entretien, pour comprendre son besoin et son niveau."), 8),
                Choice("questions", _("Par quelques questions à l'accueil."), 4),
                Choice("none", _("L'atelier ou la démarche commence tout de suite."), 0),
            ),
        ),
        Question(
            "reception-discretion",
            _("Où se font les démarches personnelles ?"),
            (
                Choice("room", _("Dans un bureau fermé, ou derrière une cloison."), 7),
                Choice("apart", _("À un poste à l'écart."), 4),
                Choice("open", _("Dans la salle commune."), 0),
            ),
            _("Impôts, santé, banque : les voisins ne doivent ni voir ni entendre."),
        ),
    ),
)

SKILLS = Family(
    "skills",
    _("Compétences"),
    _("Les personnes qui accompagnent sont formées, et continuent d'apprendre."),
    "mortarboard",
    (
        Question(
            "skills-who",
            _("Qui accompagne le public ?"),
            (
                Choice("mediator", _("Un médiateur ou une médiatrice numérique de métier."), 10),
                Choice("employee", _("Un salarié ou un agent, formé à l'accompagnement."), 7),
                Choice("volunteer", _("Des bénévoles formés à l'accompagnement."), 5),
                Choice(
                    "untrained",
                    _("Des personnes qui n'ont pas encore été formées."),
                    0,
                    _("Un chèque paie un accompagnement : au moins une personne doit y avoir été formée."),
                ),
            ),
        ),
        Question(
            "skills-upkeep",
            _("Qui a suivi une formation depuis deux ans ?"),
            (
                Choice("all", _("Toute l'équipe."), 5),
                Choice("some", _("Une partie de l'équipe."), 3),
                Choice("none", _("Personne."), 0),
            ),
        ),
        Question(
            "skills-network",
            _("Travaillez-vous avec un réseau de la médiation numérique ?"),
            (
                Choice("yes", _("Oui : nous en sommes membres."), 5),
                Choice("soon", _("Pas encore : une demande est en cours."), 3),
                Choice("no", _("Non."), 0),
            ),
            _("Par exemple un hub territorial, Aidants Connect, les conseillers numériques ou Pix."),
        ),
    ),
)

EQUIPMENT = Family(
    "equipment",
    _("Équipement"),
    _("Les machines marchent, et la connexion aussi."),
    "pc-display",
    (
        Question(
            "equipment-machines",
            _("Combien d'ordinateurs ou de tablettes le public peut-il utiliser ?"),
            (
                Choice("many", _("Cinq ou plus."), 8),
                Choice("some", _("De deux à quatre."), 6),
                Choice("one", _("Un seul."), 3),
                Choice("own", _("Aucun : chacun vient avec son appareil."), 1),
            ),
        ),
        Question(
            "equipment-web",
            _("Quelle connexion à Internet offrez-vous au public ?"),
            (
                Choice("wifi", _("Une connexion rapide, avec un wifi ouvert au public."), 7),
                Choice("wired", _("Une connexion sur nos postes seulement."), 4),
                Choice(
                    "none",
                    _("Aucune."),
                    0,
                    _("Le public doit pouvoir aller sur Internet dans un lieu labellisé."),
                ),
            ),
        ),
    ),
)

PRICES = Family(
    "prices",
    _("Politique de prix"),
    _("Les prix sont connus d'avance, et les mêmes pour tous."),
    "cash-coin",
    (
        Question(
            "prices-known",
            _("Où vos prix sont-ils écrits ?"),
            (
                Choice("everywhere", _("Dans le lieu et sur Internet."), 8),
                Choice("place", _("Dans le lieu seulement."), 5),
                Choice("asked", _("Nous les donnons à qui les demande."), 0),
            ),
            _("La gratuité est un prix : elle s'affiche aussi."),
        ),
        Question(
            "prices-same",
            _("Que paie une personne qui vient avec un chèque ?"),
            (
                Choice("same", _("Le même prix que les autres."), 7),
                Choice(
                    "more",
                    _("Un autre prix que les autres."),
                    0,
                    _("Le prix doit être le même avec ou sans chèque."),
                ),
            ),
        ),
    ),
)

ACCESSIBILITY = Family(
    "accessibility",
    _("Accessibilité"),
    _("Chacun peut venir, entrer, voir, entendre et comprendre."),
    "universal-access",
    (
        Question(
            "accessibility-wheelchair",
            _("Peut-on venir en fauteuil roulant ?"),
            (
                Choice("alone", _("Oui, sans aide."), 8),
                Choice("helped", _("Oui, avec l'aide de l'équipe."), 5),
                Choice("elsewhere", _("Non, mais nous allons chez la personne ou aidons à distance."), 3),
                Choice("no", _("Non."), 0),
            ),
        ),
        Question(
            "accessibility-needs",
            _("De quoi disposez-vous ?"),
            (
                Choice("sight", _("Écran agrandi, lecteur d'écran ou gros clavier."), 2),
                Choice("hearing", _("Boucle magnétique ou langue des signes."), 2),
                Choice("easy", _("Documents en français facile à lire."), 2),
                Choice("languages", _("Accueil dans une autre langue que le français."), 1),
            ),
            _("Cochez tout ce que vous avez. Rien à cocher : continuez."),
            several=True,
        ),
    ),
)

OPENING = Family(
    "opening",
    _("Ouverture"),
    _("Le lieu est souvent ouvert, et aussi quand on ne travaille pas."),
    "clock",
    (
        Question(
            "opening-hours",
            _("Combien d'heures par semaine recevez-vous le public ?"),
            (
                Choice("20", _("Vingt heures ou plus."), 6),
                Choice("10", _("De dix à dix-neuf heures."), 4),
                Choice("4", _("De quatre à neuf heures."), 2),
                Choice("less", _("Moins de quatre heures."), 0),
            ),
            _("Pour un service itinérant, comptez tous les arrêts."),
        ),
        Question(
            "opening-late",
            _("Ouvrez-vous en dehors des heures de bureau ?"),
            (
                Choice("weekly", _("Oui, chaque semaine : le soir, le midi ou le samedi."), 4),
                Choice("asked", _("Sur rendez-vous."), 2),
                Choice("no", _("Non."), 0),
            ),
        ),
    ),
)

CURRENT = Questionnaire(
    "2026-1", needed=50, families=(RECEPTION, SKILLS, EQUIPMENT, PRICES, ACCESSIBILITY, OPENING)
)
QUESTIONNAIRES = {questionnaire.version: questionnaire for questionnaire in (CURRENT,)}
