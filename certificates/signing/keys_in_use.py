"""The keys that this site signs with: files, or a hardware module where the settings name one."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from certificates.signing.keystore import KeyStore, Pkcs12KeyStore
from certificates.signing.pkcs11 import module_keystore


@lru_cache(maxsize=8)
def _opened(folder: Path) -> Pkcs12KeyStore:
    return Pkcs12KeyStore(folder)


def default_keystore() -> KeyStore:
    """The key store of the settings; its keys stay loaded for the life of the process.

    ``settings.PKCS11`` names a hardware module; without it keys are the files of ``settings.KEY_DIR``.
    """
    folder = Path(settings.KEY_DIR)
    return module_keystore(folder, **settings.PKCS11) if settings.PKCS11 else _opened(folder)
