"""Does a row say what stands here already? So that one's own export comes back without a word about it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.exchange.export import directory_rows, reference_rows

_Values = Mapping[str, Any]
_KNOWN_BY: dict[str, dict[str, str]] = {  # kind → column of the table here: value of the row
    "region": {"code": "code"},
    "department": {"uscc": "uscc"},
    "post": {"department__uscc": "department", "name": "name"},
    "element": {"code": "code"},
    "certificate_type": {"key": "key"},
}
_OF_THE_TRIP = frozenset({"cd_operation", "cd_batch", "cd_time", "data_source"})


def is_same_reference(values: _Values) -> bool:
    """Whether a place or a word of the vocabulary stands here as the row says."""
    known_by = _KNOWN_BY.get(str(values.get("kind")), {})
    only = {column: values.get(name) for column, name in known_by.items()}
    if not only or not all(isinstance(value, str) and "\x00" not in value for value in only.values()):
        return False
    return any(_plain(row) == _plain(values) for row in reference_rows(str(values["kind"]), **only))


def is_same_entry(values: _Values, rest: _Values | None) -> bool:
    """Whether an entry of the directory stands here as its rows say."""
    code = values.get("catalog_code")
    if not isinstance(code, str) or "\x00" in code:
        return False
    return any(
        _told(row) == _told(values) and (rest is None or _plain(more) == _plain(rest))
        for row, more in directory_rows(catalog_code=code)
    )


def _told(values: _Values) -> dict[str, Any]:
    return _without_empty((name, value) for name, value in values.items() if name not in _OF_THE_TRIP)


def _plain(values: _Values) -> Any:
    """As JSON gives it back, without what is empty."""
    return _without_empty(json.loads(json.dumps(dict(values))).items())


def _without_empty(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value not in ("", None, [], {})}
