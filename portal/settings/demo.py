"""Demonstration: embedded PostgreSQL unless DATABASE_URL is set, generated keys, no MFA demand."""

import os

import dj_database_url

from common.launch import embedded, secrets
from portal.settings.base import *  # noqa: F403
from portal.settings.base import VAR_DIR
from portal.settings.courier import courier_from_environment
from portal.settings.payment import payment_from_environment
from portal.settings.upstream import upstream_from_environment

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *os.environ.get("ONESTOP_HOSTS", "").split()]
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or embedded.url(VAR_DIR), conn_max_age=600, conn_health_checks=True
    )
}
PUBLIC_BASE_URL = os.environ.get("ONESTOP_PUBLIC_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
_secrets = secrets.load_or_create(VAR_DIR)
SECRET_KEY = _secrets["secret_key"]
FIELD_KEYS: dict[str, str] = _secrets["field_keys"]  # key id → 32 bytes, base64; the last one encrypts
BLIND_INDEX_KEY = _secrets["blind_index_key"]
STAFF_MFA_REQUIRED = False
STAFF_STEP_UP_MINUTES = 12 * 60
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
DEMO = True
SSO_ALLOW_LOOPBACK = True
SAMPLE_APP_FILE = VAR_DIR / "department-app.json"  # what deploy/examples/department_app reads
UPSTREAM = upstream_from_environment()
PAYMENT_GATEWAY, PAYMENT = payment_from_environment()
COURIER, COURIER_SERVICE = courier_from_environment()
