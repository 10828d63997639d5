"""Three requests for the label in the demonstration, at three steps: what reviewers find on their desk."""

from datetime import datetime, timedelta

import typst
from django.db import transaction

from directory.demo.accounts import demonstration_organization, person
from directory.label import applying, deciding, documents, questionnaire
from directory.label.uploads import Checked
from directory.models import LabelApplication, User, Venue

# So many days ago; the oldest is being examined, the second was asked for more, the last has just come in.
DAYS_AGO = (12, 6, 2)
PAPER = b"""#set page(width: 148mm, height: 105mm)
#set text(lang: "fr")
= Document de demonstration
Statuts de la structure. Rien de tout cela n'existe."""


@transaction.atomic
def build(*, at: datetime) -> int:
    """Made once, by the verbs that everybody goes through. Returns how many there are."""
    organization = demonstration_organization()
    made = LabelApplication.objects.filter(organization=organization).count()
    if made:
        return made
    manager, reviewer = person("provider-manager", at=at), person("reviewer", at=at)
    venues = Venue.objects.filter(organization=organization, published=True, labellings=None).order_by("pk")
    for step, (venue, days) in enumerate(zip(venues, DAYS_AGO, strict=False)):
        then = at - timedelta(days=days)
        application = handed_in(venue, manager, then)
        made += 1
        if step < 2:
            deciding.take(application=application, by=reviewer, at=then + timedelta(days=1))
        if step == 1:
            message = "Il manque la grille des prix : ajoutez-la, puis envoyez de nouveau votre candidature."
            deciding.ask_more(
                application=application, message=message, by=reviewer, at=then + timedelta(days=2)
            )
    return made


def handed_in(venue: Venue, manager: User, at: datetime) -> LabelApplication:
    application = applying.start(venue=venue, by=manager, at=at)
    for question in questionnaire.CURRENT.questions:
        best = max(question.choices, key=lambda choice: choice.points).code
        choice = [each.code for each in question.choices] if question.several else best
        applying.answer(application=application, question=question, choice=choice, by=manager)
    paper = Checked(typst.compile(PAPER), "application/pdf", "statuts.pdf")
    documents.attach(application=application, document=paper, label="Statuts", by=manager, at=at)
    applying.sign(application=application, name=manager.name, by=manager, at=at)
    application.refresh_from_db()
    applying.submit(application=application, by=manager, at=at)
    return application
