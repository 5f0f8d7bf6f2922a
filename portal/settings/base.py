"""Settings shared by every environment. Nothing here is secret and nothing here is unsafe.

``demo``, ``production`` and ``test`` import this module and add what differs:
database, keys, hosts and the strictness of cookies.
"""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.settings.counter import counter_from_environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("ONESTOP_VAR_DIR") or BASE_DIR / "var").absolute()  # everything made at run time

DEBUG = False
ALLOWED_HOSTS: list[str] = []
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

INSTALLED_APPS = [
    "django_linear_migrations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "common",
    "identity",
    "certificates",
    "services",
    "cases",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.TerminalMiddleware",
    "portal.middleware.ActorMiddleware",
    "portal.middleware.StaffMfaMiddleware",
    "portal.middleware.DomainErrorMiddleware",
]

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
                "django.template.context_processors.i18n",
                "portal.context.portal",
            ],
            "builtins": ["common.templatetags.ui", "portal.templatetags.party"],
        },
    }
]

# --- identity ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = [
    "identity.backends.PhoneOrIdBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "identity.passwords.Argon2idHasher",
    # Only to read what an older system stored; the next sign-in writes it anew with the first.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "identity.passwords.BreachedPasswordValidator"},
]
BREACHED_PASSWORDS_FILE = ""  # SHA-1 list ordered by hash; empty: not checked
ANONYMOUS_USER_NAME = None  # guardian: no anonymous account row
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_RAISE_403 = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "identity.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "identity.forms.SignInForm", "reauthenticate": "identity.forms.StepUpForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # a sign-in ends with the browser: many people use a shared computer
ACCOUNT_PRESERVE_USERNAME_CASING = True
UPSTREAM: dict[str, Any] | None = None  # the identity service above this site; see portal.settings.upstream
SOCIALACCOUNT_ADAPTER = "identity.upstream.provider.SocialAccountAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds for each call to it
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "identity.passkeys.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "identity.passkeys.AddPasskeyForm",
    "edit_webauthn": "identity.passkeys.RenamePasskeyForm",
    "login_webauthn": "identity.passkeys.PasskeySignInForm",
    "authenticate_webauthn": "identity.passkeys.PasskeySecondFactorForm",
    "reauthenticate_webauthn": "identity.passkeys.PasskeyStepUpForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a PIN or a finger each time, so a passkey alone is two factors
STAFF_MFA_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # seconds that a step-up lasts
# Minutes after which staff prove again who they are before a decision or before they arrange staff; None never asks.
STAFF_STEP_UP_MINUTES: float | None = 30
# From this real-name level of an item on, applicants prove once more who they are when they sign the declaration.
SIGN_AFRESH_FROM_LEVEL = 4
BREACH_MONTHS = 12  # how long a promise that was not true keeps somebody from promising again
BREACH_HEARING_DAYS = 5  # working days to say something before it is decided
DEFER_REMINDER_DAYS = 2  # working days before the end of a deferral at which the applicant is reminded
REAL_NAME_LEVELS = {0: _("未实名"), 1: _("一级"), 2: _("二级"), 3: _("三级"), 4: _("四级"), 5: _("五级")}
VERIFICATION_SOURCE = "identity.verification.local.LocalRegister"
CORPORATE_SOURCE = "identity.verification.local_corporate.LocalCorporateLibrary"
FACE_SOURCE = ""  # none: level four is not to be had, the counter gives level five
MESSAGE_GATEWAY = "identity.messaging.outbox.OutboxGateway"
QUIET_HOURS = (22, 8)  # from and to this hour no phone rings for what is not urgent
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # no e-mail leaves until a server is named
EMAIL_TIMEOUT = 8  # seconds
MESSAGE_GATEWAY_CHOSEN = False  # whether somebody decided on it: `manage.py check --deploy` asks
PAYMENT_GATEWAY = ""  # none: fees are paid at the counter; cases.fees.gateway says what a class must do
PAYMENT: dict[str, str] = {}  # how cases.fees.signed_http reaches the platform; see portal.settings.payment
COURIER = ""  # none: the counter writes the waybill down by hand; cases.delivery.courier says what a class must do
COURIER_SERVICE: dict[str, str] = {}  # how cases.delivery.signed_courier reaches it; see portal.settings.courier
ADDRESS_KEEP_DAYS = 90  # after a parcel arrived or came back its address is erased
FEE_DUE_DAYS = 15  # a fee is to be paid within so many days; who does not is reminded, the case is kept
IDP_OIDC_ADAPTER = "identity.sso.adapter.SsoAdapter"
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
IDP_OIDC_ID_TOKEN_EXPIRES_IN = 5 * 60
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 10 * 60
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 60 * 60  # each use gives a new one
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = 60
SSO_CONSENT_DAYS = 365  # then the person is asked again
SSO_KEY_DAYS = 90  # how long one key signs
SSO_KEY_KEEP_DAYS = 7  # how long it still verifies afterwards; longer than any signed token lives
SSO_ALLOW_LOOPBACK = False  # http addresses of this machine for redirects and logouts: demonstrations only
# The law says 及时 (个人信息保护法第四十六条); 国信办秘字〔2019〕191号 takes 15 working days as an app's longest.
CORRECTION_WORKDAYS = 15
SHARE_LONGEST_DAYS = 90  # how long a holder may share a certificate at a time
SESSION_ENGINE = "common.sessions"  # the database, see there
SESSION_COOKIE_AGE = 60 * 60 * 2
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"

TERMINAL_IDLE_SECONDS = 60  # at a terminal in a hall: so long nobody touches the screen …
TERMINAL_GRACE_SECONDS = 30  # … then it counts down so long, and the session ends
TERMINAL_LIMIT_MINUTES = 15  # one visit at most

# At a window: how long somebody's consent to be filled in for lasts, how long a screen stays connected (a working day:
# it is connected again the next morning) and its code lives, and after how many working days a paper sheet is entered
# only with a supervisor's leave.
_counter = counter_from_environment()
COUNTER_CONSENT_MINUTES = _counter["COUNTER_CONSENT_MINUTES"]
COUNTER_DISPLAY_HOURS = _counter["COUNTER_DISPLAY_HOURS"]
COUNTER_DISPLAY_CODE_MINUTES = _counter["COUNTER_DISPLAY_CODE_MINUTES"]
COUNTER_LATE_SHEET_DAYS = _counter["COUNTER_LATE_SHEET_DAYS"]

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"  # encrypted at rest; never served directly
STORAGES = {
    "default": {"BACKEND": "common.storage.EncryptedStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
CASE_FILE_YEARS = (
    10  # after its end a case's files stay: the shortest term of 机关文件材料归档范围和文书档案保管期限规定
)
CONSULT_ANSWER_DAYS = 5  # working days a department has to answer a question about a case
CONSULT_CLOSE_DAYS = 15  # after the end of a case nobody asks about it any more; fewer than ARCHIVE_AFTER_DAYS
ARCHIVE_AFTER_DAYS = 30  # after its end a case is sealed for the archive
# 保管期限 of the city's approved table where it differs from services.retention, by type of item (GB/T 39046 A.1);
# "" for types that have none there. An item's version comes first. Y: 永久, D30: 30年, D10: 10年.
ARCHIVE_RETENTION = {"": "D10"}
CLAMD_URL = ""  # a virus scanner, tcp://host:3310 or unix:/run/clamav/clamd.ctl; uploads wait while it is away
UPLOADS_IN_CHILD = True  # open what strangers send in a process of its own, with its limits
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
KEY_DIR = VAR_DIR / "keys"  # signing keys of the demonstration certification authority
PKCS11: dict[str, str] | None = None  # {"module", "token", "pin_file"}: keys in a hardware module, not in files
TIMESTAMPS = "local"  # who stamps the time of signatures: this site's own key, an RFC 3161 address, or nobody ("")
TRUST_FORWARDED_FOR = False  # True only behind a proxy that replaces X-Forwarded-For
LOOKUPS_PER_MINUTE = 30  # of certificates and cases, by one address without sign-in
MAP_LINK = "geo:{latitude},{longitude}"  # what opens a hall on a map; or the https address of the city's own map
PUBLIC_BASE_URL = "http://127.0.0.1:8000"  # printed in QR codes

# --- security ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.SignInSession",
        "portal.api.authentication.ClientBearer",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsing.BoundedJSONParser"],
    "EXCEPTION_HANDLER": "portal.api.problems.exception_handler",
    "DEFAULT_THROTTLE_RATES": {"verify": "60/min"},
    "NUM_PROXIES": 0,  # a caller's address is the connection's, whatever X-Forwarded-For claims
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OneStop 一站通 API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "服务事项、证照核验和本人办件。Errors are problem responses with a stable code (RFC 9457).",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.schema.add_problem_responses",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"TimeUnitEnum": "services.codes.TimeUnit"},
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
}

# --- background work and cache, both on PostgreSQL ----------------------------------------------
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "common_cache"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"failed_jobs": {"()": "common.logs.FailedJobs"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "jobs": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["failed_jobs"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "onestop": {"level": "INFO"},
        "procrastinate": {"level": "INFO", "handlers": ["jobs"], "propagate": False},
    },
}
