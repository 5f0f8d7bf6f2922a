"""A platform the site speaks signed JSON with (:mod:`common.signed_messages`), read from the environment."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

_OWN = ("http://127.0.0.1:", "http://localhost:")
_LEAST_SECRET = 32


def partner_from_environment(
    environment: Mapping[str, str], *, name: str, we: str, adapter: str
) -> tuple[str, dict[str, str]]:
    """Return the class that speaks and what it needs: ``url``, ``secret`` and by what name the platform knows us.

    ``name`` is the word in ``ONESTOP_<name>_URL`` and the others, ``we`` that in ``ONESTOP_<name>_<we>``. Raises
    :class:`ImproperlyConfigured` when half of it is missing or cannot be right.
    """
    own = environment.get(f"ONESTOP_{name}_{'GATEWAY' if name == 'PAYMENT' else 'ADAPTER'}", "").strip()
    url = environment.get(f"ONESTOP_{name}_URL", "").strip()
    if not url:
        return own, {}
    if not url.startswith(("https://", *_OWN)):
        raise ImproperlyConfigured(f"ONESTOP_{name}_URL must begin with https://.")
    known_as = environment.get(f"ONESTOP_{name}_{we.upper()}", "").strip()
    secret = environment.get(f"ONESTOP_{name}_SECRET", "").strip()
    if not known_as or len(secret) < _LEAST_SECRET:
        raise ImproperlyConfigured(
            f"ONESTOP_{name}_URL is set, so ONESTOP_{name}_{we.upper()} and ONESTOP_{name}_SECRET (32 characters or "
            "more) are needed too."
        )
    return own or adapter, {"url": url, we: known_as, "secret": secret}
