"""The payment platform, read from the environment."""

import os
from collections.abc import Mapping

from portal.settings.partner import Names, partner_from_environment

SANDBOX = "SANDBOX"  # how the merchant number of the sample platform in deploy/examples begins
_HTTP = "cases.fees.signed_http.SignedHttpGateway"
_NAMES = Names("ONESTOP_PAYMENT_URL", "ONESTOP_PAYMENT_MERCHANT", "ONESTOP_PAYMENT_SECRET", "ONESTOP_PAYMENT_GATEWAY")


def payment_from_environment(environment: Mapping[str, str] = os.environ) -> tuple[str, dict[str, str]]:
    """Return ``settings.PAYMENT_GATEWAY`` and ``settings.PAYMENT``; nobody pays online where nothing is set.

    Raises :class:`ImproperlyConfigured` when half of it is missing or cannot be right.
    """
    gateway, said = partner_from_environment(environment, _NAMES, known_as="merchant", adapter=_HTTP)
    page = environment.get("ONESTOP_PAYMENT_PAGE", "").strip()
    return gateway, {**said, "page": page or said["url"]} if said else {}
