"""What a check looks at: one version's content and what stands around it. Plain values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.descriptions import VersionContent


@dataclass(frozen=True, slots=True)
class Face:
    """A certificate type: whose it is, and what its face says as ``{label: element or empty}``."""

    key: str
    name: str
    holder_kind: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Element:
    """A data element; ``source`` is a certificate type's key, ``identity``, or empty where nobody vouches for it."""

    code: str
    name: str
    type: str
    source: str = ""
    choices: tuple[str, ...] = ()
    definition: Mapping[str, Any] | None = None  # what a field that names it must say; None: type and choices


@dataclass(frozen=True, slots=True)
class Around:
    """What all items share: certificate types by id and data elements by code."""

    faces: Mapping[UUID, Face] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)

    def provider(self, code: str) -> str:
        """Who provides an element, in words: a certificate's name or 身份信息; empty when nobody does."""
        element = self.elements.get(code)
        if element is None:
            return ""
        if element.source == "identity":
            return "身份信息"
        by_key = {face.key: face.name for face in self.faces.values()}
        if element.source in by_key:
            return by_key[element.source]
        return next((face.name for face in self.faces.values() if code in face.labels.values()), "")


@dataclass(frozen=True, slots=True)
class Directory:
    """How the item stands to its directory entry; ``outdated`` and ``differing`` name basic elements."""

    own: int
    newest: int
    outdated: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    has_subs: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One version under check. ``waivers`` holds (field or material, key)."""

    content: VersionContent
    item_type: str
    around: Around
    has_department: bool = True
    directory: Directory | None = None
    waivers: frozenset[tuple[str, str]] = frozenset()

    @property
    def fields(self) -> list[dict[str, Any]]:
        """All fields of the form, as stored."""
        return [entry for step in self.content.steps for entry in step.get("fields", ())]

    @property
    def serves_persons(self) -> bool:
        """Whether natural persons apply."""
        return "1" in self.content.audience

    @property
    def serves_organisations(self) -> bool:
        """Whether bodies of any kind apply."""
        return any(code != "1" for code in self.content.audience)
