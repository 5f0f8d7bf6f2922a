"""Directory rows on their way in: published as they say, never over what was published through review here."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone

from common import events
from common.jobs import after_commit
from identity.actor import Actor
from identity.models import Department
from identity.reviewing.states import VersionState
from services import events as codes
from services.codes import CATALOG_CODE, ItemType, UseLevel
from services.descriptions import LegalBasisPart
from services.editing.directory import EntryContent, check_content
from services.errors import DescriptionInvalid
from services.exchange import outcomes
from services.exchange.outcomes import Problem, RowOutcome
from services.importing import reasons
from services.importing.content import Row, legal_bases
from services.models import DirectoryEntry, DirectoryVersion
from services.states import Standing

_Values = Mapping[str, Any]


def take_entry(actor: Actor, values: _Values, rest: _Values | None) -> tuple[RowOutcome, list[Problem]]:
    """Bring one entry of the directory in line with its row; ``rest`` is what the columns cannot hold."""
    row = Row(values)
    code, kind = row.text("catalog_code"), row.text("task_type").zfill(2)
    if not CATALOG_CODE.fullmatch(code) or kind not in ItemType.values or not row.text("task_name"):
        return _refused(outcomes.CONTENT_INVALID.found("catalog_code / task_type / task_name"))
    number = row.number("task_version")
    if not number:
        return _refused(outcomes.VERSION_INVALID.found())
    entry = (
        DirectoryEntry.objects.select_for_update(of=("self",))
        .select_related("current")
        .filter(catalog_code=code)
        .first()
    )
    if entry and entry.row_version and entry.row_version > number:
        return _refused(outcomes.OLDER_VERSION.found(str(entry.row_version)))
    if entry and entry.current and entry.current.published_at:
        return RowOutcome.KEPT, [outcomes.of_finding(reasons.Finding(reasons.MAINTAINED_HERE))]
    try:
        content = _content(row, rest or {})
        if content:
            check_content(content)
    except (DescriptionInvalid, TypeError, ValueError, AttributeError) as error:
        return _refused(outcomes.CONTENT_INVALID.found(str(error)[:200]))
    return _save(actor, row, entry or DirectoryEntry(catalog_code=code), content, number, rest or {}), []


def _refused(problem: Problem) -> tuple[RowOutcome, list[Problem]]:
    return RowOutcome.REJECTED, [problem]


def _content(row: Row, rest: _Values) -> EntryContent | None:
    """The basic elements; None for an entry that is known by its code and name alone."""
    levels = tuple(row.several("use_level", UseLevel.values))
    bases = legal_bases(row)
    told = rest.get("content")
    if not told:
        return EntryContent(name=row.text("task_name"), use_levels=levels, legal_bases=bases) if levels else None
    known = EntryContent(
        **{
            **told,
            "use_levels": tuple(told["use_levels"]),
            "legal_bases": tuple(LegalBasisPart(**one) for one in told["legal_bases"]),
            "audience": tuple(told["audience"]),
        }
    )
    text = "；".join(f"《{one.law}》{one.article}" for one in known.legal_bases)
    return dataclasses.replace(
        known,
        name=row.text("task_name"),
        use_levels=levels or known.use_levels,
        legal_bases=known.legal_bases if bases == legal_bases(Row({"by_law": text[:256]})) else bases,
    )


def _save(
    actor: Actor, row: Row, entry: DirectoryEntry, content: EntryContent | None, number: int, rest: _Values
) -> RowOutcome:
    is_new = entry._state.adding
    own = {
        "name": row.text("task_name", 1000),
        "item_type": row.text("task_type").zfill(2),
        "local_catalog_code": row.text("local_catalog_code", 50),
        "state": row.one_of("task_state", [str(one) for one in Standing if one != Standing.NEW], Standing.ACTIVE),
        "row_guid": row.text("row_guid"),
        "row_version": number,
        "department": _found(Department.objects.filter(uscc=rest.get("department") or "")),
        "parent": _found(DirectoryEntry.objects.filter(catalog_code=rest.get("parent") or "")),
    }
    changed = is_new or any(getattr(entry, name) != value for name, value in own.items() if not name.startswith("row_"))
    for name, value in own.items():
        setattr(entry, name, value)
    entry.save()
    is_revised = content is not None and _revise(actor, entry, content, row, number)
    if is_new:
        return RowOutcome.CREATED
    return RowOutcome.REVISED if is_revised else RowOutcome.CHANGED if changed else RowOutcome.UNCHANGED


def _found(rows: Any) -> Any:
    return rows.first()


def _revise(actor: Actor, entry: DirectoryEntry, content: EntryContent, row: Row, number: int) -> bool:
    """Publish the next version where the content differs; implementations of an earlier one get drafts."""
    before = entry.current
    columns = content.columns()
    if before and all(getattr(before, name) == value for name, value in columns.items()):
        return False
    last = entry.versions.aggregate(last=Max("version"))["last"] or 0
    entry.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED, updated_at=timezone.now())
    entry.current = DirectoryVersion.objects.create(
        entry=entry,
        version=max(last + 1, number),
        state=VersionState.PUBLISHED,
        effective_on=row.day("plan_effective_date") or timezone.localdate(),
        cancel_on=row.day("plan_cancel_date"),
        standing=entry.state,
        **columns,
    )
    entry.save(update_fields=["current", "updated_at"])
    events.record(codes.ENTRY_IMPORTED, actor=actor, subject_id=entry.pk, version=entry.current.version)
    if before:
        after_commit("services.tasks.propose_directory_change", entry_id=str(entry.pk))
    return True
