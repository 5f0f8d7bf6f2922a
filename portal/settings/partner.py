"""A platform the site speaks signed JSON with (:mod:`common.signed_messages`), read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

_OWN = ("http://127.0.0.1:", "http://localhost:")
_LEAST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Names:
    """What the variables are called: address, what the platform knows this site by, shared secret, own adapter."""

    url: str
    known_as: str
    secret: str
    adapter: str


def partner_from_environment(
    environment: Mapping[str, str], names: Names, *, known_as: str, adapter: str
) -> tuple[str, dict[str, str]]:
    """Return the class that speaks (``adapter`` unless another is named) and ``url``, ``secret`` and ``known_as``.

    Raises :class:`ImproperlyConfigured` when half of it is missing or cannot be right.
    """
    own = environment.get(names.adapter, "").strip()
    url = environment.get(names.url, "").strip()
    if not url:
        return own, {}
    if not url.startswith(("https://", *_OWN)):
        raise ImproperlyConfigured(f"{names.url} must begin with https://.")
    us, secret = (environment.get(name, "").strip() for name in (names.known_as, names.secret))
    if not us or len(secret) < _LEAST_SECRET:
        raise ImproperlyConfigured(
            f"{names.url} is set, so {names.known_as} and {names.secret} (32 characters or more) are needed too."
        )
    return own or adapter, {"url": url, known_as: us, "secret": secret}
