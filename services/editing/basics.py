"""Basic elements: an implementation takes them from its directory version whenever it is written; pure."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from services.descriptions import LegalBasisPart, VersionContent
from services.editing.errors import BasicElementFixed
from services.models import DirectoryVersion

_BASIS = tuple(field.name for field in dataclasses.fields(LegalBasisPart) if field.name != "is_inherited")


def inherit(content: VersionContent, source: DirectoryVersion | None, *, keeps_name: bool = False) -> VersionContent:
    """Return the content with the directory's elements in place; bases of its own follow the inherited ones.

    ``keeps_name`` is for a 业务办理项, which is called after what it is for.
    """
    if source is None:
        own = tuple(dataclasses.replace(basis, is_inherited=False) for basis in content.legal_bases)
        return dataclasses.replace(content, legal_bases=own)
    inherited = tuple(
        LegalBasisPart(**{key: basis.get(key, "") for key in _BASIS}, is_inherited=True) for basis in source.legal_bases
    )
    named = {(basis.law, basis.article) for basis in inherited}
    own = tuple(
        basis for basis in content.legal_bases if not basis.is_inherited and (basis.law, basis.article) not in named
    )
    fixed: dict[str, Any] = {"legal_bases": inherited + own}
    if not keeps_name:
        fixed["name"] = source.name
    for name in ("audience", "power_content", "division"):
        if getattr(source, name):
            fixed[name] = getattr(source, name)
    return dataclasses.replace(content, **fixed)


def refuse_fixed(
    changes: Mapping[str, Any], wanted: VersionContent, kept: VersionContent, *, named: str = "legal_bases"
) -> None:
    """Raise :class:`BasicElementFixed` when the changes touch what the directory says."""
    wrong = [name for name in changes if name != named and getattr(wanted, name) != getattr(kept, name)]
    if named in changes:
        inherited = [basis for basis in kept.legal_bases if basis.is_inherited]
        if [basis for basis in wanted.legal_bases if basis.is_inherited] != inherited:
            wrong.append(named)
    if wrong:
        raise BasicElementFixed(fields=dict.fromkeys(wrong, BasicElementFixed.message))


def differing(content: VersionContent, source: DirectoryVersion, *, keeps_name: bool = False) -> list[str]:
    """The basic elements in which the content is not what the directory version says."""
    wanted = inherit(content, source, keeps_name=keeps_name)
    names = ("name", "legal_bases", "audience", "power_content", "division")
    return [name for name in names if getattr(content, name) != getattr(wanted, name)]


def locked_elements(source: DirectoryVersion | None, *, keeps_name: bool = False) -> list[str]:
    """The plain elements that the directory settles for an implementation; its legal bases are marked one by one."""
    if source is None:
        return []
    names = [] if keeps_name else ["name"]
    return names + [name for name in ("audience", "power_content", "division") if getattr(source, name)]
