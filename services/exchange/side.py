"""What the national tables have no columns for, as JSON: read and written whole, with names instead of keys.

An item's rest is its whole content. Where the national columns of a row still say what the rest would give them,
the rest holds; what somebody changed in a national column counts (:func:`merged`).
"""

import dataclasses
import datetime as dt
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from services.descriptions import PARTS, VersionContent, column_names
from services.exchange import national
from services.exchange.tables import FAMILIES
from services.importing.content import Row, version_content
from services.pieces import shape_problems

_HINTS = {kind: typing.get_type_hints(kind) for kind in (VersionContent, *(part for _model, part in PARTS.values()))}


class RestInvalid(ValueError):
    """The rest cannot be used; the text says where."""


class ReferenceUnknown(RestInvalid):
    """The rest names something that is not here."""


@dataclass(frozen=True, slots=True)
class Names:
    """Keys of what items refer to, and back: certificate types by key, departments by USCC, posts by both names."""

    types: Mapping[str, UUID] = field(default_factory=dict)
    departments: Mapping[str, UUID] = field(default_factory=dict)
    posts: Mapping[tuple[str, str], UUID] = field(default_factory=dict)

    def reversed(self) -> tuple[dict[UUID, str], dict[UUID, str], dict[UUID, str]]:
        """Return names by key, of posts the name within the department."""
        return (
            {pk: key for key, pk in self.types.items()},
            {pk: uscc for uscc, pk in self.departments.items()},
            {pk: name for (_uscc, name), pk in self.posts.items()},
        )


def written(content: VersionContent, names: Names) -> dict[str, Any]:
    """The content as JSON; what has its default is left out."""
    types, departments, posts = names.reversed()
    values = _written(content)
    if "result_type_id" in values:
        values["result_type"] = types[content.result_type_id]  # type: ignore[index]
        del values["result_type_id"]
    for name in PARTS:
        values[name] = [_written(part) for part in getattr(content, name)]
    for part, row in zip(content.materials, values["materials"], strict=True):
        if part.satisfied_by:
            row["satisfied_by"] = sorted(types[pk] for pk in part.satisfied_by)
        if part.pieces:
            row["pieces"] = [{**one, "types": _type_keys(one, types)} for one in part.pieces]
    for stage, row in zip(content.route, values["route"], strict=True):
        del row["department_id"], row["post_id"]
        row |= {"department": departments[stage.department_id], "post": posts[stage.post_id]}
    return {name: value for name, value in values.items() if name not in PARTS or value}


def _type_keys(piece: Mapping[str, Any], types: Mapping[UUID, str]) -> list[str]:
    """The keys of a piece's certificate types; one that nobody knows any more is left out."""
    known = (types.get(UUID(key)) for key in piece.get("types") or ())
    return sorted(key for key in known if key)


def _written(part: Any) -> dict[str, Any]:
    values = {}
    for one in dataclasses.fields(part):
        if one.name not in column_names(type(part)):
            continue
        value = getattr(part, one.name)
        makes = one.default_factory
        default = one.default if makes is dataclasses.MISSING else makes()
        if value != default:
            values[one.name] = str(value) if isinstance(value, dt.date | Decimal | UUID) else value
    return values


def read(values: Any, names: Names) -> VersionContent:
    """Read the content back. Raises :class:`ReferenceUnknown` or :class:`RestInvalid`."""
    if not isinstance(values, dict):
        raise RestInvalid("content")
    plain = {name: value for name, value in values.items() if name not in PARTS and name != "result_type"}
    content = _read(VersionContent, plain, "content")
    if values.get("result_type"):
        content["result_type_id"] = _known(names.types, values["result_type"])
    for name, (_model, kind) in PARTS.items():
        rows = values.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RestInvalid(name)
        part_reader: Callable[..., Any] = _PARTS.get(name, _part)
        content[name] = tuple(part_reader(kind, row, name, names) for row in rows)
    _check_steps(content.get("steps", []))
    try:
        return VersionContent(**content)
    except TypeError as error:
        raise RestInvalid("content") from error


def _check_steps(steps: list[Any]) -> None:
    """Form pages are used as they stand: their shape must be right before anything looks into them."""
    for step in steps:
        fields = step.get("fields") if isinstance(step, dict) else None
        if not isinstance(fields, list) or not all(
            isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("key", "label", "type"))
            for one in fields
        ):
            raise RestInvalid("steps")


def _part(kind: type[Any], row: dict[str, Any], where: str, names: Names) -> Any:
    return _made(kind, _read(kind, row, where), where)


def _material(kind: type[Any], row: dict[str, Any], where: str, names: Names) -> Any:
    given = dict(row)
    types, pieces = given.pop("satisfied_by", []), given.pop("pieces", [])
    if not isinstance(types, list):
        raise RestInvalid(f"{where}.satisfied_by")
    own = {
        "satisfied_by": frozenset(_known(names.types, key) for key in types),
        "pieces": _pieces(pieces, f"{where}.pieces", names),
    }
    return _made(kind, _read(kind, given, where) | own, where)


def _pieces(pieces: Any, where: str, names: Names) -> list[dict[str, Any]]:
    if not isinstance(pieces, list):
        raise RestInvalid(where)
    found = []
    for one in pieces:
        types = one.get("types", []) if isinstance(one, dict) else None
        if not isinstance(types, list):
            raise RestInvalid(where)
        found.append({**one, "types": [str(_known(names.types, key)) for key in types]})
    if any(shape_problems("", found)):
        raise RestInvalid(where)
    return found


def _stage(kind: type[Any], row: dict[str, Any], where: str, names: Names) -> Any:
    given = dict(row)
    uscc, post = str(given.pop("department", "")), str(given.pop("post", ""))
    if (uscc, post) not in names.posts:
        raise ReferenceUnknown(f"{uscc} {post}")
    ids = {"department_id": _known(names.departments, uscc), "post_id": names.posts[uscc, post]}
    return _made(kind, _read(kind, given, where) | ids, where)


_PARTS: dict[str, Callable[..., Any]] = {"materials": _material, "route": _stage}


def _made(kind: type[Any], values: dict[str, Any], where: str) -> Any:
    try:
        return kind(**values)
    except TypeError as error:
        raise RestInvalid(where) from error


def _known(known: Mapping[str, UUID], key: Any) -> UUID:
    if not isinstance(key, str) or key not in known:
        raise ReferenceUnknown(str(key)[:60])
    return known[key]


def _read(kind: type[Any], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    hints = _HINTS[kind]
    unknown = sorted(set(values) - set(column_names(kind)))
    if unknown:
        raise RestInvalid(f"{where}.{unknown[0]}"[:80])
    return {name: _value(hints[name], value, f"{where}.{name}") for name, value in values.items()}


def _value(hint: Any, value: Any, where: str) -> Any:
    """Check a JSON value against the type of its field; dates and amounts are read from text."""
    wanted = [one for one in (typing.get_args(hint) or (hint,)) if one is not type(None)]
    if typing.get_origin(hint) in (list, dict):
        kind = typing.get_origin(hint)
        if not isinstance(value, kind) or (kind is list and not _fits(typing.get_args(hint)[0], value)):
            raise RestInvalid(where)
        return value
    try:
        if dt.date in wanted:
            return dt.date.fromisoformat(value)
        if Decimal in wanted:
            return Decimal(value)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise RestInvalid(where) from error
    if type(value) not in wanted:
        raise RestInvalid(where)
    return value


def _fits(hint: Any, values: list[Any]) -> bool:
    kind = typing.get_origin(hint) or hint
    return all(isinstance(value, kind) for value in values)


def merged(parsed: VersionContent, rest: VersionContent, row: Row, *, guid: str, level: str) -> VersionContent:
    """The rest, with what the national columns of the row say otherwise.

    ``parsed`` is what the columns alone say; ``row`` holds the materials with their row_guid.
    """
    lists = national.children(guid, rest)
    name = " ".join(rest.name.split())
    told = {**national.basic(rest), **national.extend(rest), **lists}
    columns = {key: value for key, value in told.items() if key in row.values}
    known = version_content(Row(_as_cut(columns)), name=name, level=level)
    changes = {
        one.name: getattr(parsed, one.name)
        for one in dataclasses.fields(VersionContent)
        if one.name not in ("materials", "source_row") and getattr(parsed, one.name) != getattr(known, one.name)
    }
    if parsed.materials != known.materials:
        changes["materials"] = _materials(parsed, known, rest, row, guid)
    return dataclasses.replace(rest, **changes)


_WIDTHS = {name: width for table in FAMILIES["general"].values() for name, width in table.columns.items()}


def _as_cut(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as an export cuts them."""
    cut: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list):
            cut[name] = [_as_cut(one) for one in value]
        else:
            cut[name] = value if national.is_whole(name) else value[: _WIDTHS.get(name)]
    return cut


def _materials(
    parsed: VersionContent, known: VersionContent, rest: VersionContent, row: Row, guid: str
) -> tuple[Any, ...]:
    """Materials by their row_guid: those that are known keep what no column says."""
    by_guid = {
        national.child_guid(guid, "materials", part.key): (part, plain)
        for part, plain in zip(rest.materials, known.materials, strict=True)
    }
    taken = {part.key for part in rest.materials}
    merged_parts = []
    given = [one for one in row.values.get("materials", []) if str(one.get("material_name") or "").strip()]
    for number, (part, values) in enumerate(zip(parsed.materials, given, strict=True), start=1):
        whole, plain = by_guid.get(str(values.get("row_guid") or ""), (None, None))
        if whole is None or plain is None:
            key = next(f"m{at}" for at in range(number, 1000) if f"m{at}" not in taken)
            taken.add(key)
            merged_parts.append(dataclasses.replace(part, key=key))
            continue
        changes = {
            one.name: getattr(part, one.name)
            for one in dataclasses.fields(part)
            if one.name != "key" and getattr(part, one.name) != getattr(plain, one.name)
        }
        merged_parts.append(dataclasses.replace(whole, **changes))
    return tuple(merged_parts)
