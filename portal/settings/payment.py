"""The payment platform, read from the environment."""

import os
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

SANDBOX = "SANDBOX"  # how the merchant number of the sample platform in deploy/examples begins
_HTTP = "cases.fees.signed_http.SignedHttpGateway"
_OWN = ("http://127.0.0.1:", "http://localhost:")
_LEAST_SECRET = 32


def payment_from_environment(environment: Mapping[str, str] = os.environ) -> tuple[str, dict[str, str]]:
    """Return ``settings.PAYMENT_GATEWAY`` and ``settings.PAYMENT``; nobody pays online where nothing is set.

    Raises :class:`ImproperlyConfigured` when half of it is missing or cannot be right.
    """
    gateway = environment.get("ONESTOP_PAYMENT_GATEWAY", "").strip()
    url = environment.get("ONESTOP_PAYMENT_URL", "").strip()
    if not url:
        return gateway, {}
    if not url.startswith(("https://", *_OWN)):
        raise ImproperlyConfigured("ONESTOP_PAYMENT_URL must begin with https://.")
    merchant = environment.get("ONESTOP_PAYMENT_MERCHANT", "").strip()
    secret = environment.get("ONESTOP_PAYMENT_SECRET", "").strip()
    if not merchant or len(secret) < _LEAST_SECRET:
        raise ImproperlyConfigured(
            "ONESTOP_PAYMENT_URL is set, so ONESTOP_PAYMENT_MERCHANT and ONESTOP_PAYMENT_SECRET (32 characters or "
            "more) are needed too."
        )
    page = environment.get("ONESTOP_PAYMENT_PAGE", "").strip() or url
    return gateway or _HTTP, {"url": url, "merchant": merchant, "secret": secret, "page": page}
