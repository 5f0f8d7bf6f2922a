"""Model fields whose content is encrypted in the database."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from common import crypto


class EncryptedTextField(models.Field):
    """Text, AES-GCM in a ``bytea`` column. It cannot be searched: put a blind index beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "bytea"

    @property
    def context(self) -> str:
        """What its values are bound to: they cannot be moved to another column."""
        return f"{self.model._meta.db_table}.{self.attname}"

    def get_prep_value(self, value: Any) -> bytes | None:
        return None if value is None else crypto.encrypt(self._to_text(value).encode(), context=self.context)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self._from_text(crypto.decrypt(bytes(value), context=self.context).decode())

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def _to_text(self, value: Any) -> str:
        return str(value)

    def _from_text(self, text: str) -> Any:
        return text


class EncryptedJSONField(EncryptedTextField):
    """A JSON document, encrypted as a whole."""

    def _to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder, sort_keys=True)

    def _from_text(self, text: str) -> Any:
        return json.loads(text)


class BlindIndexField(models.BinaryField):
    """The keyed digest that stands beside an encrypted column; 32 bytes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)
