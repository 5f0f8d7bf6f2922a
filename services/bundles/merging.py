"""What several items ask, put together once: fields by data element, materials by what may stand for them. Pure.

A material names alternatives: certificates that replace it, and the kind of document it is. Two requirements are one
where something can stand for both and both ask for the proof of the same person; what is left as alternatives is what
stands for all of them. The outcome does not depend on the order in which the items come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.codes import MaterialNeed
from services.forms import FieldSpec


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field that a member asks for."""

    member: str
    spec: FieldSpec

    @property
    def identity(self) -> tuple[Any, ...]:
        """Equal for fields that ask the same thing: a data element with its type, or a field of the item's own."""
        if self.spec.element:
            return ("element", self.spec.element, self.spec.type, self.spec.choices)
        return ("own", self.member, self.spec.key)


@dataclass(frozen=True, slots=True)
class AskedMaterial:
    """A material that a member asks for; ``tokens`` are its alternatives, ``source`` the catalogue's own row."""

    member: str
    key: str
    name: str
    tokens: frozenset[str]
    proof_of: str = "applicant"
    need: str = MaterialNeed.REQUIRED
    source: Any = field(default=None, compare=False)

    @property
    def is_optional(self) -> bool:
        """Whether it may be left out."""
        return self.need == MaterialNeed.OPTIONAL

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among all: the choosiest first, so that the others can join it."""
        return (len(self.tokens) or 10_000, sorted(self.tokens), self.proof_of, self.member, self.key)


@dataclass(frozen=True, slots=True)
class MergedField:
    """A field filled in once, and who asked for it."""

    spec: FieldSpec
    members: tuple[str, ...]
    is_required: bool


@dataclass(frozen=True, slots=True)
class MergedMaterial:
    """A material handed in once: the requirements it meets, and what stands for all of them."""

    asked: tuple[AskedMaterial, ...]
    tokens: frozenset[str]

    @property
    def lead(self) -> AskedMaterial:
        """The requirement whose words are shown: the choosiest that must be met."""
        return next((one for one in self.asked if not one.is_optional), self.asked[0])

    @property
    def members(self) -> tuple[str, ...]:
        """The members that asked, each once."""
        return tuple(sorted({one.member for one in self.asked}))

    @property
    def is_optional(self) -> bool:
        """Whether all who asked can do without."""
        return all(one.is_optional for one in self.asked)


def merge_fields(asked: Iterable[AskedField]) -> list[MergedField]:
    """Fields once each, in the order in which members first ask for them; required when one of them requires it."""
    groups: dict[tuple[Any, ...], list[AskedField]] = {}
    for one in asked:
        groups.setdefault(one.identity, []).append(one)
    return [
        MergedField(
            group[0].spec,
            tuple(dict.fromkeys(one.member for one in group)),
            any(one.spec.required for one in group),
        )
        for group in groups.values()
    ]


def merge_materials(asked: Iterable[AskedMaterial]) -> list[MergedMaterial]:
    """Materials once each; the same whatever the order of ``asked``."""
    groups: list[tuple[list[AskedMaterial], frozenset[str]]] = []
    for one in sorted(asked, key=lambda material: material.order):
        for number, (group, tokens) in enumerate(groups):
            shared = tokens & one.tokens
            if shared and group[0].proof_of == one.proof_of:
                groups[number] = ([*group, one], shared)
                break
        else:
            groups.append(([one], one.tokens))
    return [MergedMaterial(tuple(group), tokens) for group, tokens in groups]


@dataclass(frozen=True, slots=True)
class Produced:
    """A material that need not be brought, since an earlier member's result is exactly that."""

    asked: AskedMaterial
    by: str  # key of the member


def without_results(
    asked: Iterable[AskedMaterial], results: Mapping[str, str], before: Mapping[str, frozenset[str]]
) -> tuple[list[AskedMaterial], list[Produced]]:
    """Take out what an earlier member issues. ``results``: the token each member's decision brings into being."""
    left: list[AskedMaterial] = []
    produced: list[Produced] = []
    for one in asked:
        maker = next((key for key in sorted(before.get(one.member, ())) if results.get(key, "") in one.tokens), "")
        if maker:
            produced.append(Produced(one, maker))
        else:
            left.append(one)
    return left, produced


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the comparison: handled separately, and together."""

    key: str
    separately: int
    together: int

    @property
    def saved(self) -> int:
        """How much less."""
        return self.separately - self.together

    @property
    def percent(self) -> int:
        """How much less, in whole per cent."""
        return round(100 * self.saved / self.separately) if self.separately else 0
