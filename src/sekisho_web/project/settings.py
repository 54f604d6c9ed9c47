"""The only place that reads the environment.

SEKISHO_HOME                state directory (database, keys, investigations)
DATABASE_URL                the database as the application's role; absent: embedded, of the home
SEKISHO_DATABASE_OWNER_URL  the same as its owner, for migrations
SEKISHO_ROLE                app (pages) or owner (migrations)
SEKISHO_SECRET_KEY          absent: a file of the home
SEKISHO_HOSTS               names under which the site is reached, with commas
SEKISHO_PROXY               1 where a proxy of ours ends TLS, sets X-Forwarded-Proto and adds the
                            client to X-Forwarded-For
SEKISHO_POOL                1 in the web server: connections are kept
SEKISHO_AUTHENTICATORS      folder with the company's authenticators.csv and the roots named in it
SEKISHO_CARDS               folder with root.pem and revoked.pem of the PKI cards; with
                            SEKISHO_PROXY=1 their certificates are a factor
SEKISHO_MAIL                mail server for reminders: smtp://host:25, smtp+tls://user:password@host
                            or smtps://…; absent: nothing is mailed
SEKISHO_MAIL_FROM           whose name they bear; absent: sekisho@ and the first of SEKISHO_HOSTS
SEKISHO_DEMO                1 for invented people on loopback, without TLS
SEKISHO_INVENTED            1 where every record is invented: drills (訓練) open something here only
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from sekisho_links import shipped
from sekisho_links.postgres import default_home
from sekisho_web.project.database import database
from sekisho_web.project.mail import mail
from sekisho_web.project.secret import secret_key

env = environ.Env()
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

SEKISHO_HOME = Path(env.str("SEKISHO_HOME", default="") or default_home())
SEKISHO_DEMO = env.bool("SEKISHO_DEMO", default=False)
SEKISHO_INVENTED = SEKISHO_DEMO or env.bool("SEKISHO_INVENTED", default=False)
SEKISHO_PROXY = env.bool("SEKISHO_PROXY", default=False)
SEKISHO_ROLE = env.str("SEKISHO_ROLE", default="app")
SEKISHO_AUTHENTICATORS = env.str("SEKISHO_AUTHENTICATORS", default="")
SEKISHO_CARDS = env.str("SEKISHO_CARDS", default="")

DEBUG = False
SECRET_KEY = env.str("SEKISHO_SECRET_KEY", default="") or secret_key(
    SEKISHO_HOME, make="SEKISHO_HOME" in env.ENVIRON
)
ALLOWED_HOSTS = LOOPBACK if SEKISHO_DEMO else env.list("SEKISHO_HOSTS", default=LOOPBACK)
DATABASES = {
    "default": database(
        home=SEKISHO_HOME,
        url=env.str("DATABASE_URL", default=""),
        owner_url=env.str("SEKISHO_DATABASE_OWNER_URL", default=""),
        role=SEKISHO_ROLE,
        pooled=env.bool("SEKISHO_POOL", default=False),
    )
}

INSTALLED_APPS = [
    "sekisho_web.project",
    "sekisho_web.frame",
    "sekisho_web.ledger",
    "sekisho_web.accounts",
    "sekisho_web.campaigns",
    "sekisho_web.policy",
    "sekisho_web.terminals",
    "sekisho_web.grants",
    "sekisho_web.trace",
    "sekisho_web.proof",
    "sekisho_web.replay",
    "sekisho_web.gate",
    "sekisho_web.reports",
    "sekisho_web.world",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sekisho_web.frame.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sekisho_web.frame.middleware.loopback_only",
    "sekisho_web.frame.middleware.from_its_client",
    "sekisho_web.ledger.middleware.answering",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sekisho_web.terminals.middleware.KnownTerminal",
    "sekisho_web.accounts.middleware.Steps",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "sekisho_web.project.urls"
WSGI_APPLICATION = "sekisho_web.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["axes.W003"]  # ModelBackend stands behind our own backend

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "sekisho_web.frame.context.page",
                "sekisho_web.accounts.context.signed_in",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    ("vendor", shipped("vendor", "tokens")),
    ("vendor/scan", shipped("vendor", "scan")),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # served from where they lie: no step between wheel and page
WHITENOISE_MAX_AGE = 3600

# --- mail, which names nobody -----------------------------------------------------------------
SEKISHO_MAIL = "" if SEKISHO_DEMO else env.str("SEKISHO_MAIL", default="")
globals().update(mail(SEKISHO_MAIL))
_HOST = next(iter(ALLOWED_HOSTS), "localhost").lstrip(".")
SEKISHO_SITE = f"https://{_HOST}/"  # where a letter says that one signs in
DEFAULT_FROM_EMAIL = env.str("SEKISHO_MAIL_FROM", default="") or f"sekisho@{_HOST}"

# --- who somebody is -------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "sekisho_web.accounts.backends.Password",
]
PASSWORD_HASHERS = ["sekisho_web.accounts.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []  # the rules of sekisho.accounts.passwords
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "grants:start"

ACCOUNT_ADAPTER = "sekisho_web.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "5/900s/key",  # second factors of a person; passwords are counted by axes
    "reauthenticate": "10/m/user",
}

SOCIALACCOUNT_ADAPTER = "sekisho_web.accounts.sign_on.SignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_LOGIN_ON_GET = False

IDP_OIDC_ADAPTER = "sekisho_web.grants.oidc.Adapter"
IDP_OIDC_AUTH_METHODS = ["client_secret_basic"]
IDP_OIDC_ID_TOKEN_EXPIRES_IN = 300
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 60  # opens nothing: there is no endpoint for it
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = 60

MFA_ADAPTER = "sekisho_web.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn"]  # no one-time codes, no recovery codes
MFA_PASSKEY_LOGIN_ENABLED = False  # it would skip the password
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TRUST_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no mail is used

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "sekisho_web.accounts.lockout.locked_out"
AXES_USERNAME_CALLABLE = "sekisho_web.accounts.lockout.tried_as"
AXES_DISABLE_ACCESS_LOG = True  # sign-ins stand in the ledger
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "sekisho_web.frame.addresses.client_address"

CACHES = {
    "default": {
        "BACKEND": "sekisho_web.frame.cache.JsonTable",
        "LOCATION": "frame_cache",  # rate limits are counted over all workers
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- sessions and cookies --------------------------------------------------------------------
SESSION_ENGINE = "sekisho_web.accounts.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_NAME = "__Host-sekisho_session"
SESSION_COOKIE_AGE = 43_200
SESSION_COOKIE_SECURE = SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_SAVE_EVERY_REQUEST = False
SEKISHO_IDLE_SECONDS = 1_800
SEKISHO_IDLE_SECONDS_LENT = 600
SEKISHO_FRESH_SECONDS = 300
SEKISHO_USE_SECONDS = 28_800
SEKISHO_TERMINAL_COOKIE = "__Host-sekisho_terminal"
CSRF_COOKIE_NAME = "__Host-sekisho_csrf"
CSRF_COOKIE_SECURE = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sekisho_web.frame.errors.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- the wire --------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not SEKISHO_DEMO
SECURE_HSTS_SECONDS = 0 if SEKISHO_DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not SEKISHO_DEMO
SECURE_HSTS_PRELOAD = not SEKISHO_DEMO
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SEKISHO_PROXY else None
USE_X_FORWARDED_HOST = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
FILE_UPLOAD_PERMISSIONS = 0o640
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_details": {"()": "sekisho_web.frame.logs.NoDetails"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["no_details"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "axes": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
