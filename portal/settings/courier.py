"""The courier, read from the environment."""

import os
from collections.abc import Mapping

from portal.settings.partner import Names, partner_from_environment

SANDBOX = "SANDBOX"  # how the customer number of the sample courier in deploy/examples begins
_HTTP = "cases.delivery.signed_courier.SignedCourier"
_NAMES = Names("ONESTOP_COURIER_URL", "ONESTOP_COURIER_CUSTOMER", "ONESTOP_COURIER_SECRET", "ONESTOP_COURIER_ADAPTER")


def courier_from_environment(environment: Mapping[str, str] = os.environ) -> tuple[str, dict[str, str]]:
    """Return ``settings.COURIER`` and ``settings.COURIER_SERVICE``; the counter posts by hand where nothing is set.

    Raises :class:`ImproperlyConfigured` when half of it is missing or cannot be right.
    """
    return partner_from_environment(environment, _NAMES, known_as="customer", adapter=_HTTP)
