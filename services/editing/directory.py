"""Writes of the directory (基本目录). What is published here reaches every implementation as a proposed version."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.idempotency import claim
from common.jobs import after_commit, for_each
from identity.actor import SYSTEM, Actor
from identity.models import Department
from identity.reviewing.states import OPEN_VERSIONS, VERSION_MOVES, VersionAction, VersionState
from identity.staff.current import hold
from services import codes as code_sets
from services import events as codes
from services.descriptions import LegalBasisPart
from services.editing import steps
from services.editing.basics import differing
from services.editing.errors import EntryNotFound, EntryNotUsable, ItemExists, OpenVersionExists
from services.editing.versions import content_of, open_draft
from services.errors import DescriptionInvalid, VersionNotFound
from services.fields import is_day
from services.models import DirectoryEntry, DirectoryVersion, ServiceItem
from services.states import Standing
from services.validation import has_forbidden_text

_Action = VersionAction
_LATER = ("issuer", "since")  # of a basis; not stored while empty, so that it equals one stored before there were any


@dataclass(frozen=True, kw_only=True)
class EntryContent:
    """The basic elements of an entry."""

    name: str
    use_levels: tuple[str, ...]
    legal_bases: tuple[LegalBasisPart, ...]
    audience: tuple[str, ...] = ()
    power_content: str = ""
    division: str = ""
    note: str = ""

    def columns(self) -> dict[str, Any]:
        """The values of a :class:`DirectoryVersion`."""
        bases = [
            {key: value for key, value in asdict(one).items() if key != "is_inherited" and (value or key not in _LATER)}
            for one in self.legal_bases
        ]
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return own | {"use_levels": list(self.use_levels), "legal_bases": bases, "audience": list(self.audience)}


@transaction.atomic
def add_entry(
    actor: Actor,
    *,
    item_type: str,
    region: str,
    content: EntryContent,
    department: Department | None = None,
    guiding: str = "",
    main: str = "",
    sub: str = "",
    parent: DirectoryEntry | None = None,
    local_code: str = "",
    request_key: str = "",
) -> DirectoryVersion:
    """Describe a new entry, or an entry known by its code alone; returns the first draft, once for a ``request_key``.

    ``guiding`` is the two-character code of the central guiding department: the next 主项 under it is taken where
    ``main`` is not given. With ``parent`` the entry is its next 子项. Raises :class:`ItemExists` for an entry that
    is described already, :class:`DescriptionInvalid`, ``Forbidden``.
    """
    hold(actor)
    steps.require_manager(actor, department.pk if department else None)
    check_content(content)
    once = claim(actor_id=actor.account_id, action="add_entry", request_key=request_key)
    if once.earlier_id:
        return DirectoryVersion.objects.select_related("entry").get(pk=once.earlier_id)
    code = _code(item_type, region, guiding=guiding, main=main, sub=sub, parent=parent)
    entry = DirectoryEntry.objects.select_for_update().filter(catalog_code=code).first()
    if entry and entry.versions.exists():
        raise ItemExists(item_code=code)
    if entry is None:
        entry = _create(code, item_type, content.name)
    entry.department, entry.parent = department, parent
    entry.local_catalog_code = local_code or entry.local_catalog_code
    entry.save()
    draft = _begin(actor, entry, content)
    once.settle(draft.pk)
    return draft


def _code(item_type: str, region: str, *, guiding: str, main: str, sub: str, parent: DirectoryEntry | None) -> str:
    try:
        if parent:
            taken = DirectoryEntry.objects.filter(catalog_code__startswith=parent.catalog_code[:9])
            sub = sub or code_sets.next_sub({entry.sub for entry in taken})
            return code_sets.catalog_code(region=region, item_type=item_type, main=parent.main, sub=sub)
        if not main:
            same = DirectoryEntry.objects.filter(catalog_code__startswith=f"{region[:2]}{item_type}{guiding}")
            main = code_sets.next_main(guiding=guiding, taken={entry.main for entry in same})
        return code_sets.catalog_code(region=region, item_type=item_type, main=main, sub=sub or "000")
    except ValueError as error:
        raise DescriptionInvalid(name=main or guiding, problem=_("编码的组成不对")) from error


def _create(code: str, item_type: str, name: str) -> DirectoryEntry:
    try:
        with transaction.atomic():
            return DirectoryEntry.objects.create(catalog_code=code, item_type=item_type, name=name)
    except IntegrityError as error:
        raise ItemExists(item_code=code) from error


def check_content(content: EntryContent) -> None:
    """Raise :class:`DescriptionInvalid` for basic elements that cannot be."""
    problem = ""
    if not content.name.strip() or len(content.name) > 1000:
        problem = _("没有名称，或者名称太长")
    elif has_forbidden_text(content.columns()):
        problem = _("内容含有不能保存的字符")
    elif not content.legal_bases:
        problem = _("没有设定依据")
    elif wrong := next(filter(None, map(_basis_problem, content.legal_bases)), ""):
        problem = wrong
    elif max(len(content.power_content) - 20_000, len(content.division) - 1000, len(content.note) - 500) > 0:
        problem = _("行使内容、权限划分或者说明太长")
    elif not content.use_levels or set(content.use_levels) - set(code_sets.UseLevel.values):
        problem = _("行使层级不在代码集里")
    elif set(content.audience) - set(code_sets.Audience.values):
        problem = _("服务对象不在代码集里")
    if problem:
        raise DescriptionInvalid(name=content.name[:50], problem=problem)


def _basis_problem(basis: LegalBasisPart) -> str:
    """What is wrong with one legal basis, in words; empty when nothing is."""
    if not basis.law.strip():
        return _("设定依据没有写法律法规名称")
    limits = {"law": 200, "article": 100, "kind": 20, "number": 100, "gist": 1000, "issuer": 100, "since": 10}
    if any(len(getattr(basis, name)) > limit for name, limit in limits.items()):
        return _("《%(law)s》的内容太长") % {"law": basis.law[:40]}
    if basis.since and not is_day(basis.since):
        return _("《%(law)s》的实施日期不是日期") % {"law": basis.law[:40]}
    return ""


@transaction.atomic
def open_entry_draft(
    actor: Actor, *, entry_id: UUID, content: EntryContent, standing: Standing | None = None
) -> DirectoryVersion:
    """Start a new version of an entry with this content; ``standing`` is what it makes of the entry, left as it is."""
    hold(actor)
    entry = DirectoryEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise EntryNotFound
    steps.require_manager(actor, entry.department_id)
    check_content(content)
    return _begin(actor, entry, content, standing=standing)


def _begin(
    actor: Actor, entry: DirectoryEntry, content: EntryContent, *, standing: Standing | None = None
) -> DirectoryVersion:
    if entry.state == Standing.CANCELLED:
        raise EntryNotUsable(why=_("已经取消，编码不再使用"))
    draft = DirectoryVersion(
        entry=entry,
        version=steps.next_number(entry.versions),
        revision=0,
        author_id=actor.account_id,
        standing=standing or entry.state,
        **content.columns(),
    )
    _settle(actor, draft, "begin", VersionState.DRAFT)
    return draft


def _settle(actor: Actor, version: DirectoryVersion, action: str, target: str, **more: Any) -> None:
    steps.settle(
        actor,
        version,
        action,
        target,
        event=codes.DIRECTORY_STEP,
        version=version.version,
        entry=str(version.entry_id),
        **more,
    )


def _lock(actor: Actor, version_id: UUID) -> DirectoryVersion:
    entry_id = DirectoryVersion.objects.filter(pk=version_id).values_list("entry_id", flat=True).first()
    if entry_id is None:
        raise VersionNotFound
    hold(actor)
    entry = DirectoryEntry.objects.select_for_update().get(pk=entry_id)
    steps.require_manager(actor, entry.department_id)
    version = DirectoryVersion.objects.get(pk=version_id)
    version.entry = entry
    return version


@transaction.atomic
def save_entry_draft(
    actor: Actor, *, version_id: UUID, content: EntryContent, expected_revision: int
) -> DirectoryVersion:
    """Change a draft; raises :class:`StaleVersion` when somebody saved since ``expected_revision``."""
    version = _lock(actor, version_id)
    steps.check(actor, version, _Action.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    check_content(content)
    wanted: Mapping[str, Any] = content.columns()
    changed = [name for name, value in wanted.items() if getattr(version, name) != value]
    for name in changed:
        setattr(version, name, wanted[name])
    if changed:
        _settle(actor, version, _Action.EDIT, VersionState.DRAFT, fields=changed)
    return version


@transaction.atomic
def step_entry(
    actor: Actor,
    *,
    version_id: UUID,
    action: VersionAction,
    expected_revision: int,
    note: str = "",
    effective_on: dt.date | None = None,
    cancel_on: dt.date | None = None,
) -> DirectoryVersion:
    """Submit, recall, return, approve, publish or discard a directory version; see ``VERSION_MOVES`` for who and when.

    Publishing for a day to come waits for the nightly task; from then on implementations are brought in line.
    ``cancel_on``, given at submission, ends the entry on that day: nobody takes it up any more.
    """
    version = _lock(actor, version_id)
    move, note = steps.enter(actor, version, action, expected_revision=expected_revision, note=note)
    if action == _Action.SUBMIT and cancel_on:
        version.cancel_on = steps.require_day(cancel_on, field="cancel_on")
    if action == _Action.PUBLISH:
        version.effective_on = steps.require_day(effective_on)
        if version.effective_on > timezone.localdate():
            version.published_by_id, version.published_at = actor.account_id, timezone.now()
            _settle(actor, version, "schedule", VersionState.APPROVED, note=str(version.effective_on))
            return version
        _put_in_force(actor, version)
        return version
    if action == _Action.APPROVE:
        version.published_by_id = version.published_at = None
    _settle(actor, version, action, move.target, note=note)
    return version


def _put_in_force(actor: Actor, version: DirectoryVersion) -> None:
    entry = version.entry
    if entry.state == Standing.CANCELLED:
        raise EntryNotUsable(why=_("已经取消，编码不再使用"))
    for old in entry.versions.filter(state=VersionState.PUBLISHED):
        old.entry = entry
        _settle(actor, old, _Action.REPLACE, VersionState.RETIRED)
    _settle(actor, version, _Action.PUBLISH, VersionState.PUBLISHED)
    entry.current, entry.name, entry.state = version, version.name, version.standing
    entry.save()
    after_commit("services.tasks.propose_directory_change", entry_id=str(entry.pk))


def take_effect(*, today: dt.date) -> int:
    """Nightly: publish the directory versions whose day has come, and end entries as they were planned to."""
    due = DirectoryVersion.objects.filter(
        state=VersionState.APPROVED, published_at__isnull=False, effective_on__lte=today
    )
    published = for_each(list(due.values_list("pk", flat=True)), _publish_due)
    ending = DirectoryEntry.objects.filter(current__cancel_on__lte=today).exclude(state=Standing.CANCELLED)
    return published + for_each(list(ending.values_list("pk", flat=True)), _end_entry)


@transaction.atomic
def _publish_due(version_id: UUID) -> bool:
    version = _lock(SYSTEM, version_id)
    if version.state != VersionState.APPROVED or version.entry.state == Standing.CANCELLED:
        return False
    _put_in_force(SYSTEM, version)
    return True


@transaction.atomic
def _end_entry(entry_id: UUID) -> bool:
    entry = DirectoryEntry.objects.select_for_update().get(pk=entry_id)
    if entry.state == Standing.CANCELLED or entry.current is None:
        return False
    entry.state = Standing.CANCELLED
    entry.save()
    events.record(
        codes.DIRECTORY_STEP,
        actor=SYSTEM,
        subject_id=entry.current_id,
        action="end",
        version=entry.current.version,
        entry=str(entry.pk),
    )
    return True


def propose_change(*, entry_id: UUID) -> int:
    """Draft a version for every implementation in which the entry now says something else.

    One that is being edited already is left to its editor: the checks tell them what differs. Safe to run twice.
    """
    entry = DirectoryEntry.objects.filter(pk=entry_id, current__isnull=False).first()
    if entry is None:
        return 0
    behind = (
        ServiceItem.objects.filter(entry=entry, current__isnull=False)
        .exclude(state=Standing.CANCELLED)
        .exclude(current__directory_version=entry.current_id)
        .exclude(versions__state__in=OPEN_VERSIONS)
        .values_list("pk", flat=True)
    )
    return for_each(list(behind), _propose)


def _propose(item_id: UUID) -> bool:
    item = ServiceItem.objects.select_related("current", "entry__current").get(pk=item_id)
    if not (item.current and item.entry and item.entry.current):
        return False
    if not differing(content_of(item.current), item.entry.current, keeps_name=bool(item.handle_code)):
        return False  # a pause, or a change in what implementations do not take over
    try:
        open_draft(SYSTEM, item_id=item_id)
    except OpenVersionExists:
        return False
    return True


def entry_content(version: DirectoryVersion) -> EntryContent:
    """The basic elements of a version as a description."""
    bases: Sequence[dict[str, Any]] = version.legal_bases
    return EntryContent(
        name=version.name,
        use_levels=tuple(version.use_levels),
        legal_bases=tuple(LegalBasisPart(**basis) for basis in bases),
        audience=tuple(version.audience),
        power_content=version.power_content,
        division=version.division,
        note=version.note,
    )
