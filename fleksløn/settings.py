"""Wiring. What differs between machines comes from the environment; see the README's table of settings."""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from fleksløn.single_sign_on import oidc_settings, saml_settings

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(os.environ.get("FLEKSLON_LOCAL", BASE_DIR / ".local"))
LOCAL_DIR.mkdir(parents=True, exist_ok=True)

PRODUCTION = os.environ.get("FLEKSLON_ENV", "demo") == "production"
DEMO_KEY = "demo-key-for-invented-citizens-only-never-in-production"
SECRET_KEY = os.environ.get("FLEKSLON_SECRET_KEY", DEMO_KEY)
DEBUG = os.environ.get("FLEKSLON_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("FLEKSLON_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
SHORTEST_KEY = 50
if PRODUCTION and (SECRET_KEY == DEMO_KEY or len(SECRET_KEY) < SHORTEST_KEY or DEBUG):
    raise ImproperlyConfigured(
        "I drift skal FLEKSLON_SECRET_KEY være sat til en hemmelig nøgle på mindst 50 tegn, og FLEKSLON_DEBUG slukket."
    )

INSTALLED_APPS = [
    "cases",
    "fleksløn.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_q",
    "simple_history",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cases.middleware.CompressPages",
    "cases.middleware.content_security_policy",
    "cases.middleware.size_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cases.middleware.session_time_out",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "cases.middleware.second_factor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "fleksløn.urls"
WSGI_APPLICATION = "fleksløn.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cases.context_processors.portal",
            ],
            "builtins": ["cases.templatetags.danish"],
        },
    },
]


PLANNER = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"
"""For PostgreSQL on a disk without a head that moves, and many short queries at once: an index is as good as reading
on, and compiling a query, or starting processes for it, takes longer than a page may.
"""


def _database() -> dict:
    """SQLite needs IMMEDIATE and WAL, or the worker fails; the broker needs a connection that stays open."""
    config = dj_database_url.config(default=f"sqlite:///{LOCAL_DIR / 'flekslon.sqlite3'}", conn_max_age=600)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
        }
        config["TEST"] = {"NAME": os.environ.get("FLEKSLON_TEST_FILE")}
    else:
        config["CONN_HEALTH_CHECKS"] = True
        config.setdefault("OPTIONS", {}).setdefault("options", PLANNER)
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "cases.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "cases.views.sign_in.locked"
AXES_CLIENT_IP_CALLABLE = "cases.access.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
PROXIES = int(os.environ.get("FLEKSLON_PROXIES", "0"))
"""So many proxies of our own stand in front; each adds an address to X-Forwarded-For."""

CODE_ROLES = [one for one in os.environ.get("FLEKSLON_CODE_ROLES", "").split(",") if one]
OTP_TOTP_ISSUER = "Fleksløn"
globals().update(oidc_settings())
if OIDC_NAME:  # noqa: F821 - from the line above
    AUTHENTICATION_BACKENDS.append("cases.oidc.OidcBackend")
globals().update(saml_settings())
if SAML_NAME:  # noqa: F821
    AUTHENTICATION_BACKENDS.append("cases.saml.SamlBackend")
    INSTALLED_APPS.append("djangosaml2")
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.common.CommonMiddleware"), "djangosaml2.middleware.SamlSessionMiddleware"
    )

LANGUAGE_CODE = "da"
TIME_ZONE = "Europe/Copenhagen"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
LOCALE_PATHS = [BASE_DIR / "cases" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = LOCAL_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_BACKEND = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_BACKEND},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = LOCAL_DIR / "media"

IDLE_SECONDS = 60 * int(os.environ.get("FLEKSLON_IDLE_MINUTES", "60"))
SESSION_SECONDS = SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(sund|klar|maalinger)/$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_LIMIT = 50 * 1024 * 1024
"""Of an uploaded file; more is refused before it is read."""
DATA_UPLOAD_MAX_NUMBER_FILES = 20

SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True

METRICS_TOKEN = os.environ.get("FLEKSLON_METRICS_TOKEN", "")
EINDKOMST_URL = os.environ.get("FLEKSLON_EINDKOMST_URL", "")
DIGITAL_POST_URL = os.environ.get("FLEKSLON_DIGITAL_POST_URL", "")
DIGITAL_POST_CERTIFICATE = os.environ.get("FLEKSLON_DIGITAL_POST_CERTIFICATE", "")
DIGITAL_POST_AGREEMENT = os.environ.get("FLEKSLON_DIGITAL_POST_AGREEMENT", "")

WORKERS = int(os.environ.get("FLEKSLON_WORKERS", os.cpu_count() or 2))
Q_CLUSTER = {
    "name": "flekslon",
    "orm": "default",
    "broker_class": "cases.broker.TwoLanes",
    "workers": WORKERS,
    "queue_limit": WORKERS * 2,
    "bulk": 2,
    "timeout": 300,
    "retry": 1500,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,
    "recycle": 200,
    "max_rss": 600_000,
    "poll": 0.5,
    "label": "Baggrundsjob",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "fleksløn.logs.LineFormatter", "format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "fleksløn.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if os.environ.get("FLEKSLON_LOG") == "json" else "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"cases": {"level": "INFO"}, "django_q": {"level": "WARNING"}},
}
