"""What a manager does with the endpoints of an organisation. A secret is in the answer of the verb that makes it."""

from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from coupons.choices import DeliveryStatus, EventKind
from coupons.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from coupons.models.webhooks import MOST_ENDPOINTS
from coupons.webhooks import signing, targets
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Organization, User

# As many test events and second sendings may wait at one endpoint: the button is no way to flood a stranger.
MOST_WAITING = 10


def register(*, organization: Organization, url: str, by: User, at: datetime) -> tuple[WebhookEndpoint, str]:
    """The endpoint, and its secret that is not shown again. Raises Refused."""
    require_reachable(url)
    with acting(by):
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        in_use = WebhookEndpoint.objects.filter(organization=organization, disabled_at=None)
        taken = dict(in_use.values_list("slot", "url"))
        if url in taken.values():
            raise Refused(_("Cette adresse est déjà dans la liste."))
        free = [slot for slot in range(1, MOST_ENDPOINTS + 1) if slot not in taken]
        if not free:
            words = {"most": MOST_ENDPOINTS}
            raise Refused(_("Vous avez déjà %(most)s points de réception : arrêtez-en un d'abord.") % words)
        made = WebhookEndpoint.objects.create(
            organization=organization, url=url, slot=free[0], created_by=by, created_at=at
        )
        secret = signing.new_secret(made.pk, made.rotation)
        made.fingerprint = signing.fingerprint(secret)
        made.save(update_fields=["fingerprint"])
    return made, signing.written(secret)


def require_reachable(url: str) -> None:
    """What the sending will ask again, told to who types it. Raises Refused."""
    try:
        targets.addresses_of(targets.read(url))
    except targets.BadAddress as bad:
        raise Refused(sentence(bad.code)) from None


def sentence(code: str) -> str:
    return {
        "written": _("Cette adresse n'est pas bien écrite. Exemple : https://exemple.fr/aptic"),
        "https": _("L'adresse doit commencer par https:// : ce qui passe doit être chiffré."),
        "port": _("Utilisez le port 443 ou 8443 : les autres sont fermés."),
        "unknown": _("Personne ne connaît cette adresse : vérifiez le nom du serveur."),
        "private": _("Cette adresse est celle d'un réseau privé : donnez une adresse publique."),
    }[code]


def rotate(*, endpoint: WebhookEndpoint, by: User, at: datetime) -> str:
    """The new secret. The former one goes on signing beside it for a day. Raises Refused."""
    with acting(by):
        current = locked(endpoint)
        current.rotation += 1
        secret = signing.new_secret(current.pk, current.rotation)
        current.fingerprint, current.rotated_at = signing.fingerprint(secret), at
        current.save(update_fields=["rotation", "fingerprint", "rotated_at"])
    return signing.written(secret)


def disable(*, endpoint: WebhookEndpoint, by: User, at: datetime) -> None:
    """For good: nothing more goes there. What waited is given up. Raises Refused."""
    with acting(by):
        current = locked(endpoint)
        current.disabled_at = at
        current.save(update_fields=["disabled_at"])
        waiting = WebhookDelivery.objects.filter(endpoint=current, status=DeliveryStatus.PENDING)
        waiting.update(status=DeliveryStatus.FAILED, next_at=None)


def test(*, endpoint: WebhookEndpoint, by: User, at: datetime) -> WebhookDelivery:
    """An event that tells nothing, to see it arrive. Raises Refused."""
    with acting(by):
        current = locked(endpoint)
        require_room(current)
        event = WebhookEvent.objects.create(
            id=uuid4(), organization_id=current.organization_id, kind=EventKind.TEST, at=at
        )
        return WebhookDelivery.objects.create(event=event, endpoint=current, next_at=at)


def send_again(*, delivery: WebhookDelivery, by: User, at: datetime) -> None:
    """Now, with the same identifier, as if for the first time. Raises Refused."""
    with acting(by):
        current = locked(delivery.endpoint)
        require_room(current)
        again = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        again.status, again.tries, again.next_at = DeliveryStatus.PENDING, 0, at
        again.save(update_fields=["status", "tries", "next_at"])


def require_room(endpoint: WebhookEndpoint) -> None:
    due = WebhookDelivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.PENDING, tries=0)
    if due.count() >= MOST_WAITING:
        raise Refused(_("Des envois attendent déjà leur tour : patientez une minute."))


def locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    current = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    if current.disabled_at:
        raise Refused(_("Ce point de réception est arrêté : créez-en un autre."))
    return current
