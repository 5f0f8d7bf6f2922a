"""Production: every secret, host and key comes from the environment, or the start is refused."""

import json
import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from common.crypto import is_key
from portal.settings.base import *  # noqa: F403
from portal.settings.base import (
    CORPORATE_SOURCE,
    MAP_LINK,
    MESSAGE_GATEWAY,
    REST_FRAMEWORK,
    STORAGES,
    VERIFICATION_SOURCE,
)
from portal.settings.courier import SANDBOX as COURIER_SANDBOX
from portal.settings.courier import courier_from_environment
from portal.settings.payment import SANDBOX, payment_from_environment
from portal.settings.storage import s3_from_environment
from portal.settings.upstream import upstream_from_environment

_REQUIRED = {
    "ONESTOP_SECRET_KEY": "Django's secret key, 50 random characters or more",
    "ONESTOP_HOSTS": "host names this site answers to, separated by spaces",
    "ONESTOP_PUBLIC_URL": "the https address printed in QR codes, e.g. https://zwfw.example.gov.cn",
    "DATABASE_URL": "postgresql://user:password@host:5432/name, PostgreSQL 15 or newer",
    "ONESTOP_FIELD_KEYS": 'JSON object {"key id": "32 bytes in base64"}; the last key encrypts, all decrypt',
    "ONESTOP_BLIND_INDEX_KEY": "32 bytes in base64 for the keyed index of ID numbers",
    "ONESTOP_KEY_DIR": "directory with the e-seal's PKCS#12 file and its passphrase file",
    "ONESTOP_MEDIA_ROOT": "directory for encrypted files",
}
_missing = [f"  {name}: {meaning}" for name, meaning in _REQUIRED.items() if not os.environ.get(name)]
if _missing:
    raise ImproperlyConfigured("OneStop will not start; these are not set:\n" + "\n".join(_missing))

SECRET_KEY = os.environ["ONESTOP_SECRET_KEY"]
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("ONESTOP_SECRET_KEY is shorter than 50 characters.")
ALLOWED_HOSTS = os.environ["ONESTOP_HOSTS"].split()
PUBLIC_BASE_URL = os.environ["ONESTOP_PUBLIC_URL"].rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
if not PUBLIC_BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("ONESTOP_PUBLIC_URL must begin with https://: it is printed on certificates.")
MAP_LINK = os.environ.get("ONESTOP_MAP_LINK") or MAP_LINK
if not MAP_LINK.startswith(("geo:", "https://")):
    raise ImproperlyConfigured("ONESTOP_MAP_LINK must begin with geo: or https://.")
UPSTREAM = upstream_from_environment()
if UPSTREAM and not UPSTREAM["issuer"].startswith("https://"):
    raise ImproperlyConfigured("ONESTOP_UPSTREAM_ISSUER must begin with https://.")
PAYMENT_GATEWAY, PAYMENT = payment_from_environment()
if PAYMENT and (not PAYMENT["url"].startswith("https://") or PAYMENT["merchant"].startswith(SANDBOX)):
    raise ImproperlyConfigured("ONESTOP_PAYMENT_URL is a sandbox: production takes real payments over https only.")
COURIER, COURIER_SERVICE = courier_from_environment()
if COURIER_SERVICE and (
    not COURIER_SERVICE["url"].startswith("https://") or COURIER_SERVICE["customer"].startswith(COURIER_SANDBOX)
):
    raise ImproperlyConfigured("ONESTOP_COURIER_URL is a sandbox: production sends real parcels over https only.")
CLAMD_URL = os.environ.get("ONESTOP_CLAMD_URL", "")
BREACHED_PASSWORDS_FILE = os.environ.get("ONESTOP_BREACHED_PASSWORDS", "")
if BREACHED_PASSWORDS_FILE and not os.access(BREACHED_PASSWORDS_FILE, os.R_OK):
    raise ImproperlyConfigured("ONESTOP_BREACHED_PASSWORDS names a file that cannot be read.")
VERIFICATION_SOURCE = os.environ.get("ONESTOP_VERIFICATION_SOURCE", "") or VERIFICATION_SOURCE
CORPORATE_SOURCE = os.environ.get("ONESTOP_CORPORATE_SOURCE", "") or CORPORATE_SOURCE
FACE_SOURCE = os.environ.get("ONESTOP_FACE_SOURCE", "")
MESSAGE_GATEWAY_CHOSEN = bool(os.environ.get("ONESTOP_MESSAGE_GATEWAY", ""))
MESSAGE_GATEWAY = os.environ.get("ONESTOP_MESSAGE_GATEWAY", "") or MESSAGE_GATEWAY
if os.environ.get("ONESTOP_EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["ONESTOP_EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("ONESTOP_EMAIL_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("ONESTOP_EMAIL_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("ONESTOP_EMAIL_PASSWORD", "")
    EMAIL_USE_TLS = True
    DEFAULT_FROM_EMAIL = os.environ.get("ONESTOP_EMAIL_FROM", EMAIL_HOST_USER)
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=600, conn_health_checks=True)}
try:
    FIELD_KEYS: dict[str, str] = json.loads(os.environ["ONESTOP_FIELD_KEYS"])
except ValueError as error:
    raise ImproperlyConfigured("ONESTOP_FIELD_KEYS is not a JSON object.") from error
BLIND_INDEX_KEY = os.environ["ONESTOP_BLIND_INDEX_KEY"]
for _name, _key in {**FIELD_KEYS, "ONESTOP_BLIND_INDEX_KEY": BLIND_INDEX_KEY}.items():
    if not is_key(_key):
        raise ImproperlyConfigured(f"{_name} is not 32 bytes in base64 (openssl rand -base64 32 makes one).")
KEY_DIR = Path(os.environ["ONESTOP_KEY_DIR"])
if os.environ.get("ONESTOP_PKCS11_MODULE"):
    _module = {name: os.environ.get(f"ONESTOP_PKCS11_{name.upper()}", "") for name in ("module", "token", "pin_file")}
    if not all(_module.values()):
        raise ImproperlyConfigured("ONESTOP_PKCS11_MODULE is set, so _TOKEN and _PIN_FILE are needed too.")
    PKCS11 = _module
TIMESTAMPS = os.environ.get("ONESTOP_TIMESTAMP_URL", "")  # without an authority, signatures carry no trusted time
MEDIA_ROOT = Path(os.environ["ONESTOP_MEDIA_ROOT"])
if _object_store := s3_from_environment(os.environ):
    STORAGES = {**STORAGES, "default": _object_store}
DEMO = False
REST_FRAMEWORK = {**REST_FRAMEWORK, "NUM_PROXIES": 1}  # the reverse proxy in front, see deploy/nginx.conf

SECURE_SSL_REDIRECT = os.environ.get("ONESTOP_SSL_REDIRECT", "1") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUST_FORWARDED_FOR = True  # deploy/nginx.conf replaces the header
ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else all visitors share the proxy's address, and its limit of wrong passwords
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
