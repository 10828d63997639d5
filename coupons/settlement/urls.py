"""Addresses of the payouts: a payee's own, and the accountants' desk."""

from django.urls import include, path

from coupons.settlement.views import accounts, desk, lots, member

app_name = "settlement"

of_payee = [
    path("", member.payouts, name="payouts"),
    path("<int:payout_id>/", member.payout, name="payout"),
    path("<int:payout_id>/releve.<slug:kind>", member.file, name="payout_file"),
]
of_desk = [
    path("", desk.desk, name="desk"),
    path("arreter/", desk.settle, name="settle"),
    path("preparer/", desk.prepare, name="prepare"),
    path("releves/<int:payout_id>/", desk.payout, name="desk_payout"),
    path("releves/<int:payout_id>/releve.<slug:kind>", desk.file, name="desk_payout_file"),
    path("releves/<int:payout_id>/retenir/", desk.hold, name="hold"),
    path("releves/<int:payout_id>/liberer/", desk.let_go, name="let_go"),
    path("releves/<int:payout_id>/tout-retenir/", desk.hold_payee, name="hold_payee"),
    path("releves/<int:payout_id>/tout-liberer/", desk.release_payee, name="release_payee"),
    path("lots/<int:batch_id>/", lots.batch, name="batch"),
    path("lots/<int:batch_id>/approuver/", lots.approve, name="approve"),
    path("lots/<int:batch_id>/annuler/", lots.cancel, name="cancel"),
    path("lots/<int:batch_id>/fichier/", lots.file, name="batch_file"),
    path("lots/<int:batch_id>/lignes/<int:line_id>/", lots.put_aside, name="put_aside"),
    path("banque/", lots.bring_in, name="bring_in"),
    path("banque/<int:answer_id>/", lots.answer, name="answer"),
    path("comptes/", accounts.to_verify, name="to_verify"),
    path("comptes/<int:details_id>/", accounts.details, name="details"),
    path("comptes/<int:details_id>/verifier/", accounts.verify, name="verify"),
    path("comptes/<int:details_id>/refuser/", accounts.refuse, name="refuse"),
    path("fonds/<int:fund_id>/", accounts.fund, name="fund"),
]
urlpatterns = [
    path("espace/<int:org_id>/versements/", include(of_payee)),
    path("espace/<int:org_id>/coordonnees-bancaires/", member.bank, name="bank"),
    path("plateforme/versements/", include(of_desk)),
]
