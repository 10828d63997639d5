"""What one may do, as the space shows it: each room adds its doors here."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from directory.models import Organization
from directory.rights import Capability, StaffCapability


@dataclass(frozen=True)
class OrganizationDoor:
    """`address` is a named URL that takes the organisation's number as `org_id`, its first argument."""

    needs: Capability
    address: str
    title: str | Promise
    text: str | Promise
    icon: str
    for_providers: bool = True
    for_sponsors: bool = True

    def concerns(self, organization: Organization) -> bool:
        as_provider = self.for_providers and organization.is_provider
        return as_provider or (self.for_sponsors and organization.is_sponsor)


@dataclass(frozen=True)
class PlatformDoor:
    """`address` is a named URL without arguments."""

    needs: StaffCapability
    address: str
    title: str | Promise
    text: str | Promise
    icon: str


ORGANIZATION_DOORS: tuple[OrganizationDoor, ...] = (
    OrganizationDoor(
        Capability.SEE,
        "campaigns:campaigns",
        _("Les campagnes"),
        _("Dessiner un territoire, choisir la règle, voir qui elle atteint."),
        "map",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.TAKE_PAYMENTS,
        "counter:counter",
        _("Encaisser des chèques"),
        _("Au comptoir, sur un téléphone : scanner, confirmer, donner le reçu."),
        "qr-code-scan",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.SEE,
        "dashboards:overview",
        _("Le tableau de bord"),
        _("Ce qui est remis et utilisé, où, par qui ; le rapport."),
        "bar-chart-line",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.SEE,
        "dashboards:activity",
        _("Notre activité"),
        _("Les chèques reçus, ce qui est dû, qui vient."),
        "graph-up",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.EDIT_OFFER,
        "offer:venues",
        _("Les lieux"),
        _("Fiche, adresse, horaires, fermetures, arrêts."),
        "shop",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.EDIT_OFFER,
        "offer:services",
        _("Les services et les prix"),
        _("Ce que le public peut payer avec un chèque."),
        "tags",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.SEE,
        "label:labels",
        _("Le label"),
        _("Demander le label, suivre une candidature, imprimer le kit."),
        "patch-check",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.CONFIRM,
        "upkeep:venues",
        _("Vérifier nos lieux"),
        _("Dire en un clic que tout est encore juste."),
        "check2-circle",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.CONFIRM,
        "upkeep:reports",
        _("Les signalements"),
        _("Lire ce que des visiteurs disent faux, et répondre."),
        "flag",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.CONFIRM,
        "ratings:own",
        _("Les avis"),
        _("Lire ce que disent les personnes venues, et répondre."),
        "chat-left-text",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.EDIT_OFFER,
        "upkeep:claims",
        _("Rattacher un lieu"),
        _("Dire qu'un lieu déjà sur la carte est le vôtre."),
        "house-check",
        for_sponsors=False,
    ),
    OrganizationDoor(
        Capability.SEE,
        "orders:orders",
        _("Les commandes"),
        _("Demander un devis, commander des carnets, suivre une commande."),
        "cart",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.SEE_MONEY,
        "books:refunds",
        _("Les remboursements"),
        _("Ce qui n'a pas servi et vous revient, campagne par campagne."),
        "arrow-counterclockwise",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.HAND_OVER,
        "distribution:counter",
        _("Remettre un carnet"),
        _("Scanner ou écrire son numéro : ses chèques sont utilisables."),
        "hand-index",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.SEE,
        "distribution:booklets",
        _("Les carnets"),
        _("Ce qui est remis et ce qui reste. Chercher un carnet, l'annuler s'il est perdu."),
        "journals",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.SEE,
        "distribution:points",
        _("Les points de remise"),
        _("Où les carnets sont livrés et remis, et combien il en reste."),
        "geo-alt",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.HAND_OVER,
        "printing:own_deliveries",
        _("Les colis de carnets"),
        _("Voir ce qui arrive, confirmer la réception."),
        "box-seam",
        for_providers=False,
    ),
    OrganizationDoor(
        Capability.SEE_MONEY,
        "settlement:payouts",
        _("Les versements"),
        _("Ce qui vous est dû, ce qui est payé, vos relevés."),
        "cash-coin",
    ),
    OrganizationDoor(
        Capability.MANAGE_BANK,
        "settlement:bank",
        _("Les coordonnées bancaires"),
        _("Le compte où la plateforme vous verse l'argent."),
        "credit-card",
    ),
    OrganizationDoor(
        Capability.SEE,
        "accounts:members",
        _("Les membres"),
        _("Voir qui travaille ici. Inviter un collègue."),
        "people",
    ),
    OrganizationDoor(
        Capability.USE_TOKENS,
        "accounts:tokens",
        _("Les jetons d'accès"),
        _("Relier votre logiciel à l'annuaire."),
        "key",
    ),
    OrganizationDoor(
        Capability.USE_TOKENS,
        "webhooks:endpoints",
        _("Prévenir votre logiciel"),
        _("Envoyer un message signé à chaque paiement."),
        "broadcast",
    ),
    OrganizationDoor(
        Capability.SEE,
        "upkeep:journal",
        _("Le journal"),
        _("Qui a changé quoi, et quand."),
        "journal-text",
    ),
)
PLATFORM_DOORS: tuple[PlatformDoor, ...] = (
    PlatformDoor(
        StaffCapability.SEE_AUDIT,
        "upkeep:desk",
        _("Ce qui attend"),
        _("Candidatures, services, rattachements, doublons, signalements."),
        "house-door",
    ),
    PlatformDoor(
        StaffCapability.SEE_AUDIT,
        "dashboards:platform",
        _("Le tableau de bord"),
        _("Ce qui attend, les comptes, les tâches, la couverture de la France."),
        "speedometer2",
    ),
    PlatformDoor(
        StaffCapability.SEE_ORDERS,
        "orders:desk",
        _("Les commandes de carnets"),
        _("Ce qui est à financer, à imprimer, à livrer."),
        "cart",
    ),
    PlatformDoor(
        StaffCapability.SEE_ORDERS,
        "printing:desk",
        _("Imprimer"),
        _("Les commandes financées, les impressions, leurs fichiers."),
        "printer",
    ),
    PlatformDoor(
        StaffCapability.SEE_ORDERS,
        "printing:deliveries",
        _("Livrer"),
        _("Noter les envois, imprimer les bordereaux."),
        "truck",
    ),
    PlatformDoor(
        StaffCapability.SEE_ORDERS,
        "counter:desk",
        _("Les paiements"),
        _("Chercher un paiement par son numéro, l'annuler avec un motif."),
        "receipt",
    ),
    PlatformDoor(
        StaffCapability.FUND,
        "orders:bank",
        _("La banque"),
        _("Noter un virement, importer un relevé, rapprocher."),
        "bank",
    ),
    PlatformDoor(
        StaffCapability.SEE_BOOKS,
        "settlement:desk",
        _("Les versements"),
        _("Établir les relevés, préparer et approuver un lot, importer la réponse de la banque."),
        "cash-coin",
    ),
    PlatformDoor(
        StaffCapability.APPROVE,
        "orders:bank_returns",
        _("Les virements à rendre"),
        _("Confirmer, à deux, ce que la banque a renvoyé."),
        "arrow-return-left",
    ),
    PlatformDoor(
        StaffCapability.SEE_BOOKS,
        "books:balance",
        _("Les comptes"),
        _("Balance, journal, grand livre, fichiers pour l'expert-comptable."),
        "journal-check",
    ),
    PlatformDoor(
        StaffCapability.SEE_BOOKS,
        "books:desk_funds",
        _("Les fonds de coopération"),
        _("Ouvrir un fonds, voir ce qu'il a reçu, son compte."),
        "piggy-bank",
    ),
    PlatformDoor(
        StaffCapability.WATCH,
        "signals:desk",
        _("Les signaux"),
        _("Ce qui étonne parmi les paiements : expliquer, ou retenir un versement."),
        "eye",
    ),
    PlatformDoor(
        StaffCapability.REVIEW,
        "offer:desk",
        _("Les services à relire"),
        _("Approuver ou renvoyer ce que les lieux proposent."),
        "tags",
    ),
    PlatformDoor(
        StaffCapability.REVIEW,
        "label:desk",
        _("Les candidatures"),
        _("Examiner les demandes de label, la plus ancienne d'abord."),
        "inbox",
    ),
    PlatformDoor(
        StaffCapability.REVIEW,
        "label:desk_labels",
        _("Les labels en cours"),
        _("Chercher un lieu labellisé, retirer un label."),
        "patch-check",
    ),
    PlatformDoor(
        StaffCapability.MODERATE,
        "ratings:desk",
        _("Les avis à relire"),
        _("Publier ou refuser un commentaire. Voir les lieux mal notés."),
        "chat-left-text",
    ),
)
