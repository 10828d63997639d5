"""The one settings file: every difference between machines is an environment variable.

`bin/setup` writes those of the private cluster to `.local/env`; the real environment always wins over it.
"""

import os
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
NODE_MODULES = BASE_DIR / "node_modules"

env = environ.Env()
OWN_DATABASE = "DATABASE_URL" in os.environ and "DATABASE_OWNER_URL" not in os.environ
env.read_env(BASE_DIR / ".local" / "env")

# web, worker, command or tests: decides time limits, pooling and which static files are served.
PROCESS = env.str("PROCESS", default="tests" if "pytest" in sys.modules else "command")
SECRET_KEY = env.str("SECRET_KEY", default="")
# Former ones: links already sent and webhooks already set up stay good while the new key takes over.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# The codes of coupons are kept as digests under this key (coupons/codes.py): lose it and no coupon can be paid,
# let it out together with the database and codes can be tried. Not derived from SECRET_KEY, which may be changed.
COUPON_KEY = env.str("COUPON_KEY", default="tests" if PROCESS == "tests" else "").encode()
DEBUG = env.bool("DEBUG", default=False)
DEMONSTRATION = env.bool("DEMONSTRATION", default=False)
HTTPS = env.bool("HTTPS", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people reach the site: written in e-mails and on printed QR codes, never taken from a request.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{env.int('PORT', default=8000)}").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "geodata",
    "directory",
    "coupons",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.bodies.RefuseLongBodies",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "directory.accounts.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database(url: str) -> dict[str, object]:
    """Django's settings of one `postgresql://` URL; a socket is given libpq's way, as `?host=/dir&port=n`."""
    parsed = environ.Env.db_url_config(url, engine="django.contrib.gis.db.backends.postgis")
    options = parsed.pop("OPTIONS", {})
    parsed["HOST"] = options.pop("host", parsed["HOST"])
    parsed["PORT"] = options.pop("port", parsed["PORT"])
    # JIT trips on PostGIS' cost estimates, and so does parallelism: starting workers takes longer than most
    # answers. A person waits five seconds at most; a command may take its time.
    limits = "-c jit=off"
    if PROCESS == "tests":
        # What a test commits need not outlive a power cut; the one that kills PostgreSQL has processes of its own.
        limits += " -c synchronous_commit=off"
    if PROCESS == "web":
        limits += " -c max_parallel_workers_per_gather=0 -c statement_timeout=5s -c lock_timeout=3s"
    parsed["OPTIONS"] = {"options": limits, **options}
    if PROCESS == "web":
        parsed["OPTIONS"]["pool"] = {"min_size": 1, "max_size": WEB_THREADS + 1, "timeout": 5}
        # For the statements of directory/statements.py alone: those of Django's cursors are never prepared.
        parsed["OPTIONS"]["prepare_threshold"] = env.int("PREPARE_THRESHOLD", default=2)
    parsed["TEST"] = {"NAME": env.str("TEST_DATABASE_NAME", default="test_aptic")}
    return parsed


WEB_THREADS = env.int("WEB_THREADS", default=4)
# Two roles: the site owns nothing; migrations, the loaders and the tests' set-up connect as the owner.
SITE_URL = env.str("DATABASE_URL", default="postgresql:///aptic")
OWNER_URL = SITE_URL if OWN_DATABASE else env.str("DATABASE_OWNER_URL", default=SITE_URL)
DATABASE_ROLE = env.str("DATABASE_ROLE", default="owner" if PROCESS == "tests" else "site")
DATABASES = {"default": database(OWNER_URL if DATABASE_ROLE == "owner" else SITE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Debian 12's GDAL 3.6 cannot be kept from fetching a reference system that a file names: geodata/geometry.py
# refuses every `crs` of a stranger before GDAL sees it, and files are loaded by administrators only.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

CACHES = {
    # Shared by all processes, since it counts attempts: one million guesses are one million on any of them.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # What each process may well keep for itself.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

AUTH_USER_MODEL = "directory.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:space"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "directory.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "directory.accounts.entrance.SignInForm",
    "signup": "directory.accounts.entrance.SignUpForm",
    "add_email": "directory.accounts.entrance.NewAddressForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[#APTIC] "
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Beside allauth's own: how often one may write to other people, or try a secret.
ACCOUNT_RATE_LIMITS = {
    "ask_to_join": "5/h/user",
    "create_organization": "10/d/user",
    "invite": "60/h/user",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# How many proxies of one's own stand before gunicorn: the address of a visitor is read that far from the end.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

MFA_ADAPTER = "directory.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "directory.accounts.codes.CodeForm",
    "reauthenticate": "directory.accounts.codes.CodeAgainForm",
    "add_webauthn": "directory.accounts.passkeys.AddPasskeyForm",
    "edit_webauthn": "directory.accounts.passkeys.RenamePasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "#APTIC"
# A telephone's clock may be half a minute wrong.
MFA_TOTP_TOLERANCE = 1
# Nobody signs in before their address is verified, so nobody locks out the owner of another's address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Without HTTPS the site is somebody's own machine, and browsers offer passkeys on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# smtp+tls://user:password@host:587, or consolemail://; by default letters are laid in a folder.
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{BASE_DIR / '.local' / 'mail'}"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("FROM_EMAIL", default="#APTIC <ne-pas-repondre@localhost>")

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    ("vendor/bootstrap", NODE_MODULES / "bootstrap" / "dist"),
    ("vendor/geoman", NODE_MODULES / "@geoman-io" / "leaflet-geoman-free" / "dist"),
    ("vendor/font", NODE_MODULES / "@fontsource-variable" / "atkinson-hyperlegible-next"),
    ("vendor/leaflet", NODE_MODULES / "leaflet" / "dist"),
    ("vendor/protomaps-leaflet", NODE_MODULES / "protomaps-leaflet" / "dist"),
    ("vendor/zxing", NODE_MODULES / "zxing-wasm" / "dist" / "iife" / "reader"),
    ("vendor/zxing", NODE_MODULES / "zxing-wasm" / "dist" / "reader"),
]
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
HASHED_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Documents of applicants: below no public address, written for the site's own user only.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("PRIVATE_FILES", default=str(BASE_DIR / ".local" / "private")),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": PLAIN_STATIC if DEBUG or PROCESS == "tests" else HASHED_STATIC},
}

# Bytes that a request may send, and where files are handed in more (patterns of paths): config/bodies.py.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
LARGER_BODIES = dict.fromkeys(
    [
        r"/candidatures/\d+/documents/$",
        r"/modifications/$",
        r"/plateforme/banque/releve/$",
        r"/plateforme/versements/banque/$",
    ],
    10 * 1024 * 1024,
)
# Printed coupons that nobody fetched are destroyed after so many days; they can be printed again, with new codes.
PRINT_FILES_DAYS = env.int("PRINT_FILES_DAYS", default=14)

# The base map: "own" (our boundaries, no outside request), "ign", "osm" or "pmtiles:<path>".
BASEMAP = env.str("BASEMAP", default="own")
BASEMAP_HOSTS = {"ign": ["https://data.geopf.fr"], "osm": ["https://tile.openstreetmap.org"]}.get(BASEMAP, [])
# Full addresses: the Base Adresse Nationale, or an addok of one's own. No domain, no outside geocoding.
BAN_DOMAIN = env.str("BAN_DOMAIN", default="")
BAN_SCHEME = env.str("BAN_SCHEME", default="https")
BAN_TIMEOUT = env.float("BAN_TIMEOUT", default=2.0)

# Procrastinate finds `tasks` of each app by itself; those of a room are named here.
PROCRASTINATE_IMPORT_PATHS = [
    "coupons.books.tasks",
    "coupons.dashboards.tasks",
    "coupons.distribution.tasks",
    "coupons.orders.tasks",
    "coupons.signals.tasks",
    "coupons.webhooks.tasks",
    "directory.accounts.tasks",
    "directory.label.tasks",
    "directory.offer.tasks",
    "directory.upkeep.tasks",
    "coupons.printing.tasks",
]

# Where webhooks are received: https on the public internet only. A receiver on this very machine, without https, is
# for whoever writes one; never on a site that others use.
WEBHOOKS_TO_LOCALHOST = env.bool("WEBHOOKS_TO_LOCALHOST", default=False)

# Who sells the coupons, and where sponsors send their transfers: printed on quotes and invoices. The account of the
# demonstration is the example of the French banks' own documents: nobody's.
SELLER = {
    "name": env.str("SELLER_NAME", default="#APTIC (démonstration)" if DEMONSTRATION else "#APTIC"),
    "address": env.str("SELLER_ADDRESS", default="").replace("\\n", "\n"),
    "siret": env.str("SELLER_SIRET", default=""),
    "vat_number": env.str("SELLER_VAT_NUMBER", default=""),
    # Legal form, capital, register.
    "legal": env.str("SELLER_LEGAL", default=""),
    "iban": env.str("SELLER_IBAN", default="FR7630006000011234567890189" if DEMONSTRATION else ""),
    "bic": env.str("SELLER_BIC", default=""),
}
# The platform's fees for an order, before tax: a fixed amount, and a share of the face value in ten-thousandths.
ORDER_FEE_FIXED_CENTS = env.int("ORDER_FEE_FIXED_CENTS", default=0)
ORDER_FEE_BP = env.int("ORDER_FEE_BP", default=0)
# Of the fees only: the face value is not a supply (multi-purpose voucher). 0: no VAT (article 293 B of the CGI).
ORDER_FEE_VAT_BP = env.int("ORDER_FEE_VAT_BP", default=2000)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *BASEMAP_HOSTS],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "directory.api_authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "geodata.problems.handle",
    # Each process counts for itself: this stops a runaway program, not an attack (that is the proxy's work).
    "DEFAULT_THROTTLE_RATES": {"public": env.str("API_RATE", default="600/min")},
    "NUM_PROXIES": env.int("PROXIES", default=0),
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "#APTIC",
    "DESCRIPTION": _("Les lieux et services d’inclusion numérique, et où dépenser un chèque #APTIC."),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "BookletStatus": "coupons.choices.BookletStatus",
        "Public": "coupons.choices.Public",
        "Situation": "coupons.choices.Situation",
        "OrderStatus": "coupons.choices.OrderStatus",
        "ReviewStatus": "directory.choices.ReviewStatus",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Its own handler repeats a mail-to-admins and a console of its own.
        "django": {"handlers": [], "propagate": True},
        "procrastinate": {"level": "WARNING"},
    },
}

if PROCESS == "tests":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
