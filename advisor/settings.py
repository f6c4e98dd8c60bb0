"""All settings, grouped. The difference between embedded and production is environment variables only.

Embedded (no DATABASE_URL): SQLite in ADVISOR_HOME, served on the loopback address. Production (DATABASE_URL
set, or ADVISOR_MODE=production): secrets and host names must be given; none has a working default.
"""

import contextlib
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from advisor.embedded.home import broker_socket
from advisor.env import (
    database_from_url,
    env_bool,
    env_int,
    env_list,
    env_path,
    env_secret,
    env_text,
    package_folder,
)

# --- where we are ---
BASE_DIR = Path(__file__).resolve().parent.parent
ADVISOR_HOME = env_path("ADVISOR_HOME", BASE_DIR / "var")
DATABASE_URL = env_text("DATABASE_URL")
ADVISOR_MODE = env_text("ADVISOR_MODE", "production" if DATABASE_URL else "embedded")
if ADVISOR_MODE not in ("embedded", "production"):
    raise ImproperlyConfigured(f"ADVISOR_MODE={ADVISOR_MODE!r}: write embedded or production")
EMBEDDED = ADVISOR_MODE == "embedded"
DEBUG = env_bool("DEBUG", default=False)

# --- secrets and hosts ---
SECRET_KEY_FILE = ADVISOR_HOME / "secret_key"  # written by `manage.py up`, mode 600, embedded only
SECRET_KEY = env_secret("SECRET_KEY")
if EMBEDDED and not SECRET_KEY and SECRET_KEY_FILE.is_file():
    SECRET_KEY = SECRET_KEY_FILE.read_text(encoding="utf-8").strip()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if EMBEDDED else "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
PORT = env_int("PORT", default=8000, minimum=1, maximum=65535)

# --- the application ---
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "advisor.admin_app.AdvisorAdminConfig",
    "axes",
    "csp",
    "django_celery_beat",
    "advisor",
]
ROOT_URLCONF = "advisor.urls"
WSGI_APPLICATION = "advisor.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "advisor.web.middleware.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "advisor.web.middleware.NoNulMiddleware",
    "advisor.accounts.middleware.MembersOnlyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "advisor.web.middleware.ErrorPagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it answers for a sign-in that was locked out
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "advisor.web.context.site",
            ]
        },
    }
]

# --- people ---
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
PUBLIC_CATALOGUE = env_bool("PUBLIC_CATALOGUE", default=EMBEDDED)  # prices may be read without signing in
SITE_URL = env_text("SITE_URL", f"http://127.0.0.1:{PORT}" if EMBEDDED else "").rstrip("/")
PASSWORD_RESET_TIMEOUT = 24 * 3600  # a sign-in link that was printed; it works once
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or anybody could keep a name locked for ever
AXES_CLIENT_IP_CALLABLE = "advisor.accounts.middleware.address_of"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "advisor.web.errors.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "advisor.web.errors.form_expired"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- what a page may load: files of ours, nothing inline but the editor's styles, which carry a nonce ---
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- storage ---
SQLITE_FILE = ADVISOR_HOME / "quartermaster.sqlite3"
if DATABASE_URL:
    DATABASES: dict[str, dict[str, Any]] = {"default": database_from_url(DATABASE_URL)}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": SQLITE_FILE}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    with contextlib.suppress(OSError):  # the first question to the database says what is wrong
        ADVISOR_HOME.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a write that starts as a read would fail instead of waiting
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
            "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864"
        ),
    }
else:
    DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)

# --- language and time ---
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- static files ---
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    package_folder("ninja") / "static"
]  # as an installed app it would slow every command down
WHITENOISE_USE_FINDERS = EMBEDDED  # no collectstatic on a laptop
STATIC_ROOT = None if EMBEDDED else env_path("STATIC_ROOT", ADVISOR_HOME / "static")
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if EMBEDDED
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {"staticfiles": {"BACKEND": _STATIC_STORAGE}}

# --- transport security (production stands behind a proxy that ends TLS) ---
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", default=not EMBEDDED)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by the container platform, inside the network
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", default=0 if EMBEDDED else 31_536_000)
# Both bind more than this host, and browsers forget them slowly: only the owner of the whole domain may ask.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env_bool("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",
    "security.W021",
]  # so their being off is a decision, not an oversight
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not EMBEDDED
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- prices ---
PRICE_MAX_AGE_HOURS = env_int("PRICE_MAX_AGE_HOURS", default=24 * 90, minimum=1)  # older is marked stale
RATES_MAX_AGE_DAYS = env_int("RATES_MAX_AGE_DAYS", default=10, minimum=1)  # of exchange rates, likewise

# --- work in the background ---
BROKER_SOCKET = broker_socket(ADVISOR_HOME)  # of the broker that `manage.py up` starts
REDIS_URL = env_text("REDIS_URL", "" if EMBEDDED else "redis://127.0.0.1:6379/0")
EMBEDDED_BROKER = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}?virtual_host=0"
JOB_LEASE_SECONDS = env_int("JOB_LEASE_SECONDS", default=15, minimum=2)  # a silent worker loses its job then
JOB_WATCH_SECONDS = env_int("JOB_WATCH_SECONDS", default=3, minimum=1)  # between two looks for lost jobs
JOB_RESEND_SECONDS = env_int("JOB_RESEND_SECONDS", default=30, minimum=2)  # a waiting job is sent again then
JOB_MAX_ATTEMPTS = env_int("JOB_MAX_ATTEMPTS", default=12, minimum=1)  # a job that kills its worker ends then
CELERY_RESULT_BACKEND = None  # what a task did is a row in the database
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True  # a killed worker's task is done by another
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,  # above every time limit, or a task would run twice
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,  # without one, a black-holed Redis hangs for ever
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 30,
    "global_keyprefix": "quartermaster:",
    "max_retries": 1,
    "interval_step": 0.2,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "advisor.beat:Scheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_TIME_LIMIT = 5 * 3600  # jobs bring their own, shorter one
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- what is written down ---
LOG_LEVEL = env_text("LOG_LEVEL", "WARNING" if EMBEDDED else "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
