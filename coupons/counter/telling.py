"""What the counter's script needs to know, and what it says: so that the page works once the network is gone."""

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from coupons.counter.offering import is_fixed
from directory.models import Organization, Place, Service


def for_script(organization: Organization, place: Place, services: Iterable[Service]) -> dict[str, Any]:
    """Read by counter.js from a JSON element of the page. No code, nothing about a person."""
    own = organization.pk
    return {
        "place": place.pk,
        "services": [service_told(service) for service in services],
        "queue": static("coupons/js/queue.js"),
        "store": f"aptic-counter-{own}",
        "pay": reverse("api-payments"),
        "look": reverse("api-coupons-look"),
        "receipt": reverse("counter:payment", args=[own, 0]),
        "worker": reverse("counter:worker", args=[own]),
        "scope": reverse("counter:counter", args=[own]),
        "words": words(),
    }


def service_told(service: Service) -> dict[str, Any]:
    return {
        "id": service.pk,
        "name": service.name,
        "price_cents": service.price_cents,
        "fixed": is_fixed(service),
    }


def words() -> dict[str, str]:
    return {
        "checking": _("On vérifie…"),
        "unchecked": _("Pas encore vérifié : pas de réseau."),
        "coupon": _("Chèque %(n)s"),
        "twice": _("Ce chèque est déjà dans ce paiement : passez au suivant."),
        "no_price": _("Écrivez le prix demandé, par exemple 12,50."),
        "no_coupon": _("Scannez ou tapez au moins un chèque."),
        "refused": _("Des chèques sont refusés : retirez-les, puis confirmez."),
        "sending": _("On enregistre le paiement…"),
        "kept": _("Pas de réseau : le paiement est en attente. Il n'est pas validé. Gardez les chèques."),
        "again": _("La réponse s'est perdue : confirmez encore une fois. Rien n'est payé deux fois."),
        "signed_out": _("Reconnectez-vous : les paiements en attente partiront ensuite."),
        "waiting": _("En attente"),
        "accepted": _("Validé"),
        "not_paid": _("Refusé : rien n'est payé"),
        "line": _("%(service)s, %(price)s, %(n)s chèque(s)"),
        "unanswered": _("Le site ne répond pas comme prévu. Réessayez dans un instant."),
        "error": _("Le site ne répond pas comme prévu. Le paiement reste en attente, il sera renvoyé."),
    }
