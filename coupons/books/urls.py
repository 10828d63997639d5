"""Addresses of the books: what everybody may read, a sponsor's refunds, the platform's funds and accounts."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from coupons.books.views import accounts, funds, proof, refunds

app_name = "books"


class DayConverter(StringConverter):
    """2026-11-27"""

    regex = r"\d{4}-\d{2}-\d{2}"


class FormConverter(StringConverter):
    regex = "csv|xlsx"


register_converter(DayConverter, "proof_day")
register_converter(FormConverter, "sheet_form")

of_sponsor = [
    path("", refunds.refunds, name="refunds"),
    path("<int:payout_id>/", refunds.refund, name="refund"),
    path("<int:payout_id>/avoir.pdf", refunds.credit_note, name="credit_note"),
]
of_funds = [
    path("", funds.desk, name="desk_funds"),
    path("nouveau/", funds.new, name="new_fund"),
    path("<int:fund_id>/", funds.fund, name="desk_fund"),
    path("<int:fund_id>/nom/", funds.rename, name="rename_fund"),
]
of_accounts = [
    path("", accounts.balance, name="balance"),
    path("balance.<sheet_form:form>", accounts.balance_file, name="balance_file"),
    path("journal/", accounts.journal, name="journal"),
    path("journal.<sheet_form:form>", accounts.journal_file, name="journal_file"),
    path("fec/", accounts.tax_file, name="tax_file"),
    path("ecritures/<int:entry_id>/", accounts.entry, name="entry"),
    path("<int:account_id>/", accounts.account, name="account"),
    path("<int:account_id>.<sheet_form:form>", accounts.account_file, name="account_file"),
    path("avoirs/<int:paper_id>.pdf", accounts.credit_note, name="desk_credit_note"),
]
urlpatterns = [
    path("preuve-de-reserve/", proof.proof, name="proof"),
    path("preuve-de-reserve/<proof_day:day>/", proof.proof_of, name="proof_of"),
    path("preuve-de-reserve/<proof_day:day>.json", proof.proof_json, name="proof_json"),
    path("fonds/", funds.public, name="funds"),
    path("fonds/carte/", funds.chart, name="funds_map"),
    path("espace/<int:org_id>/remboursements/", include(of_sponsor)),
    path("plateforme/fonds/", include(of_funds)),
    path("plateforme/comptes/", include(of_accounts)),
]
