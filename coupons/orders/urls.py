"""Addresses of the orders: a sponsor's own, the platform's queue, the bank."""

from django.urls import include, path

from coupons.orders.views import bank, desk, sponsor

app_name = "orders"

of_sponsor = [
    path("", sponsor.orders, name="orders"),
    path("nouvelle/", sponsor.new, name="new"),
    path("<int:order_id>/", sponsor.order, name="order"),
    path("<int:order_id>/accepter/", sponsor.accept, name="accept"),
    path("<int:order_id>/annuler/", sponsor.cancel, name="cancel"),
    path("<int:order_id>/clore/", sponsor.close, name="close"),
    path("<int:order_id>/pieces/<int:paper_id>.pdf", sponsor.paper, name="paper"),
]
of_bank = [
    path("", bank.bank, name="bank"),
    path("virement/", bank.note, name="bank_note"),
    path("releve/", bank.bring_in, name="bank_statement"),
    path("releves/<int:statement_id>/", bank.report, name="bank_report"),
    path("virements/<int:transfer_id>/", bank.transfer, name="bank_transfer"),
    path("virements/<int:transfer_id>/defaire/", bank.undo, name="bank_undo"),
    path("a-rendre/", bank.returns, name="bank_returns"),
]
urlpatterns = [
    path("conditions-de-commande/<slug:version>/", sponsor.terms, name="terms"),
    path("espace/<int:org_id>/commandes/", include(of_sponsor)),
    path("plateforme/commandes/", desk.queue, name="desk"),
    path("plateforme/commandes/<int:order_id>/", desk.order, name="desk_order"),
    path("plateforme/commandes/<int:order_id>/trop-percu/", desk.pay_back, name="desk_pay_back"),
    path("plateforme/commandes/<int:order_id>/pieces/<int:paper_id>.pdf", desk.paper, name="desk_paper"),
    path("plateforme/banque/", include(of_bank)),
]
