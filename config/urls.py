"""Which address is whose."""

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import healthz, readyz
from geodata.problems import no_such_address

# The administration is entered by the same door as all the rest, second factor included.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Swagger's own page has a <style> block and sets style attributes; its script comes from our host.
swagger_styles = csp_update({"style-src": [SELF, UNSAFE_INLINE]})
swagger = swagger_styles(SpectacularSwaggerSplitView.as_view(url_name="schema"))

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", swagger, name="api-docs"),
    path("api/v1/", include("geodata.api_urls")),
    path("api/v1/", include("directory.api_urls")),
    path("api/v1/offer/", include("directory.offer.api_urls")),
    path("api/v1/", include("directory.accounts.api_urls")),
    path("api/v1/", include("coupons.campaigns.api_urls")),
    path("api/v1/orders/", include("coupons.orders.api_urls")),
    path("api/v1/", include("coupons.cheque.api_urls")),
    path("api/v1/", include("coupons.distribution.api_urls")),
    path("api/v1/payouts/", include("coupons.settlement.api_urls")),
    path("api/v1/", include("coupons.counter.api_urls")),
    re_path(r"^api/", no_such_address),
    path("", include("geodata.urls")),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("compte/", include("allauth.urls")),
        path("espace/", include("directory.accounts.urls")),
        path("plateforme/equipe/", include("directory.accounts.team_urls")),
        path("", include("coupons.books.urls")),
        path("", include("coupons.campaigns.urls")),
        path("", include("coupons.orders.urls")),
        path("", include("coupons.printing.urls")),
        path("", include("directory.label.urls")),
        path("", include("directory.upkeep.urls")),
        path("", include("directory.offer.urls")),
        path("", include("coupons.cheque.urls")),
        path("", include("coupons.distribution.urls")),
        path("", include("coupons.settlement.urls")),
        path("", include("coupons.counter.urls")),
        path("", include("coupons.showcase.urls")),
        path("", include("coupons.ratings.urls")),
        path("", include("coupons.impact.urls")),
        path("", include("directory.diagnosis.urls")),
        path("", include("coupons.dashboards.urls")),
        path("", include("coupons.signals.urls")),
        path("", include("coupons.webhooks.urls")),
        path("", include("directory.urls")),
        prefix_default_language=False,
    ),
]

handler500 = "geodata.problems.server_error"
