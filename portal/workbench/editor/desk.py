"""The draft on an editor's desk: the item, the version, its content, and addresses inside the editor."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from common.errors import Forbidden
from identity.actor import Actor
from identity.reviewing.states import VERSION_MOVES, VersionAction
from portal.access import actor_of
from services.descriptions import VersionContent
from services.editing import queries, rows, steps, versions
from services.editing.basics import locked_elements
from services.editing.comments import comments_of
from services.editing.elements import Section, section_by_key, section_of
from services.editing.errors import RowNotFound
from services.editing.rows import RowList
from services.lint.findings import Finding
from services.lint.run import check_version
from services.models import ItemVersion, ReviewComment, ServiceItem


@dataclass
class Desk:
    """What every page of the editor needs."""

    actor: Actor
    item: ServiceItem
    version: ItemVersion
    content: VersionContent = field(repr=False)

    @property
    def keys(self) -> list[Any]:
        """The version's part of an address."""
        return [self.item.pk, self.version.version]

    @property
    def locked(self) -> list[str]:
        """The elements that the directory settles."""
        return locked_elements(self.version.directory_version, keeps_name=bool(self.item.handle_code))

    @cached_property
    def findings(self) -> list[Finding]:
        """What the checks find in the version as it is saved."""
        return check_version(self.version)

    @cached_property
    def comments(self) -> list[ReviewComment]:
        """All comments of reviewers."""
        return list(comments_of(self.version))

    def comments_on(self, section: Section) -> list[ReviewComment]:
        """The comments on one section, those still open first."""
        mine = [one for one in self.comments if one.section == section.key]
        return sorted(mine, key=lambda one: one.answered_at is not None)

    def findings_in(self, section: Section) -> list[dict[str, Any]]:
        """The findings of one section, each with the address of its place."""
        found = [one for one in self.findings if section_of(one.where).key == section.key]
        return [{"finding": one, "url": self.place_of(one, section)} for one in found]

    def place_of(self, finding: Finding, section: Section) -> str:
        """Where to mend what was found."""
        place = rows.place_of(self.content, finding.where)
        if place:
            return self.row_url(section, place[0], place[1])
        address = reverse("draft_section", args=[*self.keys, section.key])
        return f"{address}#id_{finding.where}" if finding.where in section.columns else address

    def row_url(self, section: Section, where: RowList, place: int | None, move: str = "") -> str:
        """The address of a row's page, or of something done to it; ``place`` None: a new row."""
        words = [*keys_of(where), "new" if place is None else str(place + 1)]
        address = [*self.keys, section.key, "-".join(words)]
        return reverse("draft_row_move", args=[*address, move]) if move else reverse("draft_row", args=address)

    def list_url(self, section: Section, where: RowList) -> str:
        """The address of a list: the section, or the page of the question or form page that holds it."""
        if where.outer is not None:
            return self.row_url(section, RowList(where.part), where.outer)
        return reverse("draft_section", args=[*self.keys, section.key])


def keys_of(where: RowList) -> list[str]:
    """The list's part of a place: nothing, or the number of the row it belongs to."""
    return [] if where.outer is None else [str(where.outer + 1)]


def open_desk(request: HttpRequest, item_id: UUID, number: int, *, to_edit: bool = True) -> Desk:
    """Load a version for those who manage its item; with ``to_edit`` it must be one that is being written.

    Raises ``Forbidden``, :class:`VersionNotFound`, :class:`StepNotAllowed`.
    """
    actor = actor_of(request)
    item = queries.get_item(actor, item_id)
    if not queries.may_manage(actor, item):
        raise Forbidden
    version = queries.get_version(actor, item, number)
    if to_edit:
        steps.check(actor, version, VersionAction.EDIT, VERSION_MOVES)
    return Desk(actor, item, version, versions.content_of(version))


def reload(desk: Desk) -> Desk:
    """The same version as it is now."""
    version = queries.get_version(desk.actor, desk.item, desk.version.version)
    return Desk(desk.actor, desk.item, version, versions.content_of(version))


def section_named(key: str) -> Section:
    """The section of an address; raises :class:`RowNotFound`."""
    section = section_by_key(key)
    if section is None:
        raise RowNotFound
    return section


def place_in(section: Section, place: str) -> tuple[RowList, int | None]:
    """Read a place of an address: ``3``, ``new``, and ``2-1`` or ``2-new`` inside the second row."""
    words = place.split("-")
    if not section.part or len(words) > 2 or (len(words) == 2 and section.part not in rows.INNER):
        raise RowNotFound
    where = RowList(section.part, _number(words[0])) if len(words) == 2 else RowList(section.part)
    return where, None if words[-1] == "new" else _number(words[-1])


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and 0 < len(word) < 6 and int(word)):
        raise RowNotFound
    return int(word) - 1
