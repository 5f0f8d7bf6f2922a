"""A material in pieces: any of several (营业执照 or 事业单位法人证书), or all of them (首页 and 本人页). Pure.

Stored as ``[{key, name, types, kind}]``: ``types`` are ids of certificate types, all of them among the material's
``satisfied_by``; ``kind`` is the sort of document that stands for the piece where no certificate does. A material
without pieces is met by any of its certificates or by a document of its kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from services.codes import Combination

MOST = 12
_LONGEST_NAME, _LONGEST_KEY = 100, 40
_KEYS = frozenset({"key", "name", "types", "kind"})


class Asked(Protocol):
    """A material, stored or described."""

    @property
    def key(self) -> str:
        """Names it within its item."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def kind(self) -> str:
        """The sort of document it is, empty for its own."""

    @property
    def combination(self) -> str:
        """``any`` or ``all``."""

    @property
    def pieces(self) -> list[dict[str, Any]]:
        """As stored."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a material."""

    key: str
    name: str
    types: frozenset[UUID] = frozenset()
    kind: str = ""


def pieces_of(material: Asked) -> tuple[Piece, ...]:
    """The pieces of a material in order; none for a material that is one whole."""
    return tuple(
        Piece(one["key"], one["name"], frozenset(UUID(key) for key in one.get("types") or ()), one.get("kind") or "")
        for one in material.pieces
    )


def is_all(material: Asked) -> bool:
    """Whether every piece must be there."""
    return material.combination == Combination.ALL and bool(material.pieces)


def is_choice(material: Asked) -> bool:
    """Whether one piece out of several is enough."""
    return material.combination == Combination.ANY and bool(material.pieces)


def alternatives_of(material: Asked) -> tuple[Piece, ...]:
    """The pieces one of which is enough; none where all are asked for or the material is one whole."""
    return pieces_of(material) if is_choice(material) else ()


def parts_of(material: Asked) -> tuple[Piece | None, ...]:
    """What is handed in one by one: each piece where all are asked for, else the material as a whole (None)."""
    return pieces_of(material) if is_all(material) else (None,)


def own_kind(material: Asked, piece: Piece) -> str:
    """The sort of document of a piece: shared over items where it is named, else the item's own."""
    return piece.kind or f"{material.key[:19]}-{piece.key}"


def kinds_of(material: Asked) -> tuple[str, ...]:
    """Documents that stand for a whole material: of its own kind, and of any of its alternatives."""
    own = (material.kind,) if material.kind else ()
    if not is_choice(material):
        return own
    return tuple(dict.fromkeys((*own, *(own_kind(material, piece) for piece in pieces_of(material)))))


def words(material: Asked) -> str:
    """以下任一：…; 以下全部：…; empty for a material that is one whole."""
    if not material.pieces:
        return ""
    names = "、".join(str(one["name"]) for one in material.pieces)
    text = _("以下全部：%(names)s") if is_all(material) else _("以下任一：%(names)s")
    return text % {"names": names}


def full_name(material: Asked, piece_key: str) -> str:
    """A material's name, with that of its piece where it is handed in piece by piece."""
    name = next((str(one["name"]) for one in material.pieces if piece_key and one["key"] == piece_key), "")
    return _("%(material)s：%(piece)s") % {"material": material.name, "piece": name} if name else material.name


def shape_problems(name: str, pieces: Any) -> Iterator[str]:
    """Yield what is wrong with stored pieces, whatever they hold."""
    if not isinstance(pieces, Sequence) or isinstance(pieces, str) or len(pieces) > MOST:
        yield _("材料“%(name)s”的组成部分最多 %(limit)s 个") % {"name": name, "limit": MOST}
        return
    if not all(_is_piece(one) for one in pieces):
        yield _("材料“%(name)s”有一个组成部分没有名称，或者写得不对") % {"name": name}
        return
    if len({one["key"] for one in pieces}) < len(pieces):
        yield _("材料“%(name)s”有两个组成部分的代号相同") % {"name": name}


def _is_piece(one: Any) -> bool:
    if not isinstance(one, Mapping) or not set(one) <= _KEYS:
        return False
    key, name, kind, types = one.get("key"), one.get("name"), one.get("kind", ""), one.get("types", [])
    if not all(isinstance(text, str) for text in (key, name, kind)) or not isinstance(types, list):
        return False
    is_named = bool(str(name).strip()) and len(str(name)) <= _LONGEST_NAME
    return is_named and _is_slug(str(key)) and (not kind or _is_slug(str(kind), 60)) and all(map(_is_id, types))


def _is_slug(text: str, longest: int = _LONGEST_KEY) -> bool:
    return bool(text) and len(text) <= longest and slugify(text) == text.lower() and text.isascii()


def _is_id(text: Any) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text
    except ValueError:
        return False
