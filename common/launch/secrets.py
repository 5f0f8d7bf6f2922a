"""The demonstration's own keys, made on first use and kept in ``var/secrets.json``."""

import base64
import json
import secrets as token
from pathlib import Path
from typing import TypedDict

from common.launch.files import file_lock, write_private


class Secrets(TypedDict):
    """``field_keys``: key id → 32 bytes in base64, the last one encrypts; ``blind_index_key`` alike."""

    secret_key: str
    field_keys: dict[str, str]
    blind_index_key: str


def load_or_create(var_dir: Path) -> Secrets:
    """Return the keys of ``var_dir``, making them once; safe when several processes ask at the same time.

    Raises ValueError when the file is damaged: new keys would make every encrypted field unreadable.
    """
    path = var_dir / "secrets.json"
    if not path.exists():
        with file_lock(var_dir / "secrets.lock"):
            if not path.exists():
                write_private(path, json.dumps(_new(), indent=2))
    try:
        found: Secrets = json.loads(path.read_text(encoding="utf-8"))
        if found.keys() < Secrets.__required_keys__:
            raise ValueError("a key is missing")
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}); restore it, the data cannot be read without it.") from error
    return found


def _new() -> Secrets:
    return {
        "secret_key": token.token_urlsafe(64),
        "field_keys": {"k1": _key()},
        "blind_index_key": _key(),
    }


def _key() -> str:
    return base64.b64encode(token.token_bytes(32)).decode()
