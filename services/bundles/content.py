"""A bundle's version apart from the database: what editing and the demonstration hand to the actions."""

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.descriptions import SituationPart
from services.models import BundleVersion

COLUMNS = ("name", "summary", "side", "life_event", "synonyms", "legal_bases", "ends_on")


@dataclass(frozen=True, kw_only=True)
class MemberPart:
    """One item of the bundle; see :class:`services.models.BundleMember`."""

    key: str
    entry_id: UUID
    when: dict[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BundleContent:
    """Everything a version says. ``questions`` are like an item's situations."""

    name: str
    summary: str = ""
    side: str = "person"
    life_event: str = "living"
    synonyms: list[str] = field(default_factory=list)
    legal_bases: list[dict[str, str]] = field(default_factory=list)
    ends_on: dt.date | None = None
    questions: tuple[SituationPart, ...] = ()
    members: tuple[MemberPart, ...] = ()


def questions_of(version: BundleVersion) -> tuple[SituationPart, ...]:
    """The questions of a stored version."""
    return tuple(SituationPart(**stored) for stored in version.questions)


def stored_question(question: SituationPart) -> dict[str, Any]:
    """A question as it is stored."""
    return dataclasses.asdict(question)


def describe(version: BundleVersion) -> BundleContent:
    """Read a stored version back (prefetch ``members``)."""
    return BundleContent(
        **{name: getattr(version, name) for name in COLUMNS},
        questions=questions_of(version),
        members=tuple(
            MemberPart(
                key=row.key,
                entry_id=row.entry_id,
                when=row.when,
                after=tuple(row.after),
                answers=row.answers,
                note=row.note,
            )
            for row in version.members.all()
        ),
    )
