"""Settings, read from the environment; `deploy/env.example` says what each variable means.

Development and production differ by `ZHITONG_ENV` alone: production refuses to start when a secret is missing or a
wall is down (`zhitong.config.checks`).
"""

from pathlib import Path

import environ

PROJECT_ROOT = Path(__file__).resolve().parents[3]
env = environ.Env()

ENVIRONMENT = env.str("ZHITONG_ENV", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("ZHITONG_DEBUG", default=False)
SECRET_KEY = env.str("ZHITONG_SECRET_KEY", default="")
BASE_DOMAIN = env.str("ZHITONG_BASE_DOMAIN", default="localhost")
HTTPS = env.bool("ZHITONG_HTTPS", default=PRODUCTION)
# In links that are written outside a request: mails, the command line. None behind a proxy on the usual ports.
PORT = env.str("ZHITONG_PORT", default="")
HOME = Path(env.str("ZHITONG_HOME", default=str(PROJECT_ROOT / ".zhitong")))

ALLOWED_HOSTS = [BASE_DOMAIN, f".{BASE_DOMAIN}"]
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "[::1]"]
TRUSTED_PROXIES = env.list("ZHITONG_TRUSTED_PROXIES", default=[])

# --- applications: public schema, unit schemas -------------------------------------------------------------------

SHARED_APPS = [
    "zhitong.core.apps.CoreConfig",
    "zhitong.units.apps.UnitsConfig",
    "django_tenants",
    "zhitong.people.apps.PeopleConfig",
    "zhitong.exchange.apps.ExchangeConfig",
    "zhitong.ranking.apps.RankingConfig",
    "zhitong.monitor.apps.MonitorConfig",
    "zhitong.documents.apps.DocumentsConfig",
    "zhitong.exports.apps.ExportsConfig",
    "zhitong.web.apps.WebConfig",
    "zhitong.demo.apps.DemoConfig",
    "search.apps.SearchConfig",
    "tenants.accounts.apps.AccountsConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
TENANT_APPS = [
    "tenants.accounts.apps.AccountsConfig",
    "tenants.items.apps.ItemsConfig",
    "tenants.review.apps.ReviewConfig",
    "tenants.desk.apps.DeskConfig",
    "tenants.handling.apps.HandlingConfig",
    "tenants.notices.apps.NoticesConfig",
    "tenants.papers.apps.PapersConfig",
    "tenants.circulars.apps.CircularsConfig",
    "tenants.duties.apps.DutiesConfig",
    "tenants.proposals.apps.ProposalsConfig",
    "api.apps.ApiConfig",
    "django.contrib.sessions",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]

TENANT_MODEL = "units.Unit"
TENANT_DOMAIN_MODEL = "units.Host"
TENANT_LIMIT_SET_CALLS = True
PG_EXTRA_SEARCH_PATHS = ["extensions"]
# Units' schemas are generated as t_ and digits, so the library need not ask the database at every start whether one
# is called "extensions": commands such as collectstatic run with no server in reach.
SKIP_PG_EXTRA_VALIDATION = True
PUBLIC_SCHEMA_URLCONF = "zhitong.config.urls_public"
ROOT_URLCONF = "zhitong.config.urls_unit"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains is the ingress's decision, not ours
    "security.W021",  # and so is the preload list
    "axes.W003",  # UnitBackend is our own subclass of the axes backend
    "staticfiles.W004",  # the vendor folder is filled at set-up, not committed
]

# --- requests ----------------------------------------------------------------------------------------------------

MIDDLEWARE = [
    "zhitong.web.middleware.ProxyMiddleware",
    "zhitong.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhitong.units.middleware.UnitMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "zhitong.web.middleware.BrokenTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.accounts.middleware.UnitSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhitong.web.middleware.RefusalMiddleware",
    "tenants.accounts.middleware.ClosedUnitMiddleware",
    "axes.middleware.AxesMiddleware",
]
WSGI_APPLICATION = "zhitong.config.wsgi.application"
CSRF_FAILURE_VIEW = "zhitong.web.views.csrf_failure"
APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# The largest attachment a unit may take, in bytes; `documents` checks it while the file streams in.
ATTACHMENT_LIMIT = 50 * 1024 * 1024

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhitong.web.context_processors.shell",
            ],
            "builtins": ["zhitong.web.templatetags.zt"],
        },
    }
]
FORM_RENDERER = "zhitong.web.forms.ZhitongRenderer"

# --- data --------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://localhost/zhitong")}
DATABASES["default"] |= {
    "ENGINE": "django_tenants.postgresql_backend",
    # Each connection remembers every schema it has touched; its age bounds that memory.
    "CONN_MAX_AGE": 300,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    # What `zhitong.core.rows` says more often is prepared on the connection; Django's own statements never are.
    "OPTIONS": {**DATABASES["default"].get("OPTIONS", {}), "prepare_threshold": 5},
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "zhitong.units.cache.unit_key",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- files -------------------------------------------------------------------------------------------------------

S3_BUCKET = env.str("S3_BUCKET", default="")
FILES_FOLDER = Path(env.str("ZHITONG_FILES", default=str(HOME / "files")))
_FILES: dict[str, object] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": FILES_FOLDER, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
}
if S3_BUCKET:
    _FILES = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            "access_key": env.str("S3_ACCESS_KEY_ID", default=""),
            "secret_key": env.str("S3_SECRET_ACCESS_KEY", default=""),
            "signature_version": "s3v4",
            "addressing_style": "path",
            "default_acl": None,
            "querystring_expire": 60,
            "file_overwrite": True,
        },
    }
STATIC_URL = "/static/"
# Outside production nothing is collected: files come from the folders of the apps.
_COLLECTED = str(PROJECT_ROOT / "build" / "static") if PRODUCTION else ""
STATIC_ROOT = env.str("ZHITONG_STATIC", default=_COLLECTED) or None
STORAGES = {
    "default": _FILES,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# --- people ------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "tenants.accounts.backends.UnitBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# GB/T 22239-2019 (等级保护) asks for length, complexity and renewal; NIST asks for a list of bad ones.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tenants.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tenants.accounts.passwords.ThreeKindsValidator"},
]
PASSWORD_MAX_AGE_DAYS = env.int("ZHITONG_PASSWORD_MAX_AGE_DAYS", default=180)
INVITATION_HOURS = 72
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "tenants.accounts.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "tenants.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False

# --- work in the background --------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
OUTBOX_LEASE_SECONDS = 60
OUTBOX_MAX_ATTEMPTS = 8

SEARCH_BACKEND = env.str("ZHITONG_SEARCH_BACKEND", default="postgres")
ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
# The alias of the index in use; the indices behind it are called by it and the time they were begun.
SEARCH_INDEX = env.str("ZHITONG_SEARCH_INDEX", default="zhitong")
# Whether PostgreSQL answers while the engine is down; the page says so.
SEARCH_FALLBACK = env.bool("ZHITONG_SEARCH_FALLBACK", default=True)

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST", "")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env.str("ZHITONG_MAIL_FROM", default=f"zhitong@{BASE_DOMAIN}")

# --- words -------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.problem_response",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "直通 API",
    "VERSION": "1",
    "DESCRIPTION": "本单位的信息、去向和排名，权限与调用者在页面上的相同。程序用的密钥在"
    "[程序密钥](/accounts/keys/)里建立；在这一页直接试用时，用的是您自己的登录。[回首页](/)",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.openapi.for_callers",
    ],
    "ENUM_NAME_OVERRIDES": {"ItemStateEnum": "tenants.items.models.State"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Who may read /metrics of the bare host, beside operators; empty: nobody else.
METRICS_TOKEN = env.str("ZHITONG_METRICS_TOKEN", default="")
LOG_LEVEL = env.str("ZHITONG_LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "zhitong.core.logs.configure"
LOGGING = {"level": LOG_LEVEL, "json": PRODUCTION}
