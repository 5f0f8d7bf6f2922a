"""Reads of filling in at the counter: the clerk's page, what the display shows, sheets."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from cases import events as codes
from cases.assisting import errors
from cases.assisting.handing import draft_digest
from cases.assisting.models import Assistance, PaperSheet, WindowDisplay
from cases.assisting.screens import display_of
from cases.assisting.standing import LIVE, PARTS, State, label_of
from cases.counter.models import CounterWindow
from cases.models import Case, CaseMaterial, Notice
from cases.notices import read as read_notice
from cases.signing.rules import DECLARATION
from common import events
from common.printing.pdf import render_pdf
from identity.actor import Actor
from identity.permissions import Permission
from services.forms import visible_steps
from services.models import ServiceItem
from services.texts import text_of


def live_at(window: CounterWindow) -> Assistance | None:
    """What is open at a window now (one query)."""
    rows = Assistance.objects.filter(window=window, state__in=LIVE, ends_at__gt=timezone.now())
    return rows.filter(clerk_id=F("window__clerk_id")).select_related(*PARTS).first()


def get_assistance(actor: Actor, assistance_id: UUID) -> Assistance:
    """A session of this clerk's, whatever became of it; raises :class:`AssistanceNotFound`."""
    if actor.post_id is None or not actor.departments(Permission.COUNTER):
        raise errors.AssistanceNotFound
    rows = Assistance.objects.filter(clerk_id=actor.account_id, window__post_id=actor.post_id)
    row = rows.select_related(*PARTS, "case__item_version").filter(pk=assistance_id).first()
    if row is None:
        raise errors.AssistanceNotFound
    return row


def handed_in_at(window: CounterWindow, *, limit: int = 10) -> list[Assistance]:
    """What was handed in at a window today, newest first: as far as an away window ever sees it."""
    rows = Assistance.objects.filter(window=window, state=State.DONE, ended_at__date=timezone.localdate())
    return list(rows.select_related("item", "case", "person").order_by("-ended_at", "-pk")[:limit])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session is. ``is_confirmed`` says that the draft is still what the person confirmed."""

    is_over: bool
    is_asked: bool
    is_confirmed: bool
    to_compare: list[CaseMaterial]


def progress_of(row: Assistance) -> Progress:
    """How far a session is (two queries with a draft)."""
    is_over = row.state in LIVE and row.ends_at <= timezone.now()
    if row.case is None or row.state != State.AGREED:
        return Progress(is_over, is_asked=False, is_confirmed=False, to_compare=[])
    digest = draft_digest(row.case)
    files = CaseMaterial.objects.filter(case=row.case, document__isnull=False)
    return Progress(
        is_over,
        is_asked=row.draft_digest == digest,
        is_confirmed=row.confirmed_digest == digest,
        to_compare=list(files.select_related("requirement", "document")),
    )


def display_bound(window: CounterWindow) -> WindowDisplay | None:
    """The window's display, when it is connected."""
    return WindowDisplay.objects.filter(window=window, key_index__isnull=False).first()


def find_receipt(row: Assistance) -> Notice | None:
    """The receipt of what was handed in."""
    if row.case_id is None:
        return None
    return Notice.objects.filter(case_id=row.case_id, kind=Notice.Kind.RECEIPT).select_related("case").first()


def read_receipt(actor: Actor, assistance_id: UUID) -> tuple[str, bytes]:
    """(number, PDF) of the receipt, for the clerk to print. Raises :class:`AssistanceNotFound`, or
    :class:`CaseNotFound` while the file is being made.
    """
    row = get_assistance(actor, assistance_id)
    notice = find_receipt(row) if row.state == State.DONE else None
    if notice is None:
        raise errors.AssistanceNotFound
    detail = {"window": row.window.number, "step": "receipt", "reason": ""}
    with transaction.atomic():
        events.record(codes.ASSISTANCE_MOVED, actor=actor, subject_id=row.pk, holder_id=row.person_id, **detail)
        return notice.number, read_notice(actor, notice)


def consent_sheet(actor: Actor, assistance_id: UUID) -> bytes:
    """The question as a PDF, to be signed by who cannot use the display. Raises :class:`AssistanceNotFound`."""
    row = get_assistance(actor, assistance_id)
    if row.state != State.ASKED:
        raise errors.AssistanceNotFound
    title = "窗口办理同意书"
    context = {"row": row, "title": title, "office": label_of(row)}
    return render_pdf("documents/consent.html", context, title=title, author=row.window.hall.name)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the display shows: nothing, a question, what is handed in, or how it ended."""

    window: CounterWindow
    row: Assistance | None
    step: str  # idle, asked, filling, confirm, confirmed, done
    clerk: str
    answers: list[tuple[str, list[tuple[str, str]]]]
    materials: list[str]
    declaration: str
    mark: str


_DONE_SHOWN = 180  # seconds the display says that it is handed in


def shown_on(key: str) -> Shown:
    """What the display with this key shows now; raises :class:`DisplayUnknown`."""
    window = display_of(key).window
    row = live_at(window) or _just_done(window)
    step = _step(row)
    clerk = CounterWindow.objects.filter(pk=window.pk).values_list("clerk__staff_name", flat=True).first() or ""
    answers: list[tuple[str, list[tuple[str, str]]]] = []
    materials: list[str] = []
    if row is not None and row.case_id is not None and step == "confirm":
        answers, materials = _content(row.case_id)
    mark = "|".join([str(row.pk), step, row.draft_digest] if row else [step])
    return Shown(
        window=window,
        row=row,
        step=step,
        clerk=clerk,
        answers=answers,
        materials=materials,
        declaration=DECLARATION,
        mark=hashlib.sha256(mark.encode()).hexdigest()[:16],
    )


def _just_done(window: CounterWindow) -> Assistance | None:
    since = timezone.now() - dt.timedelta(seconds=_DONE_SHOWN)
    rows = Assistance.objects.filter(window=window, state=State.DONE, ended_at__gt=since, originals_back_at=None)
    return rows.select_related(*PARTS, "case").first()


def _step(row: Assistance | None) -> str:
    if row is None:
        return "idle"
    if row.state in {State.ASKED, State.DONE}:
        return str(row.state)
    if not row.draft_digest:
        return "filling"
    return "confirmed" if row.confirmed_digest == row.draft_digest else "confirm"


def _content(case_id: UUID) -> tuple[list[tuple[str, list[tuple[str, str]]]], list[str]]:
    case = Case.objects.select_related("item_version").get(pk=case_id)
    steps = visible_steps(case.item_version, case.situation)
    sections = []
    for step in steps:
        rows = [(str(spec.label), text_of(spec, _value(case, spec.key))) for spec in step.fields if spec.type != "file"]
        sections.append((str(step.title), [pair for pair in rows if pair[1]]))
    files = case.materials.select_related("requirement").exclude(way=CaseMaterial.Way.MISSING)
    return sections, [f"{one.name}（{one.get_way_display()}）" for one in files]


def _value(case: Case, key: str) -> Any:
    answer = case.answers.get(key)
    return answer["value"] if answer else ""


def sheets_of(actor: Actor) -> QuerySet[PaperSheet]:
    """Sheets of the post's windows, and those of items it supervises, newest first."""
    rows = PaperSheet.objects.filter(item__department_id__in=actor.departments(Permission.SUPERVISE))
    if actor.post_id is not None and actor.departments(Permission.COUNTER):
        rows = rows | PaperSheet.objects.filter(window__post_id=actor.post_id)
    rows = rows.select_related("item", "window__hall", "late_allowed_by").prefetch_related("assistances")
    return rows.order_by("-created_at", "-number")


COUNTED = (*LIVE, State.DONE)  # in these a sheet is entered or being entered


def get_sheet(actor: Actor, sheet_id: UUID) -> PaperSheet:
    """One of them, with its version; raises :class:`SheetNotFound`."""
    row = sheets_of(actor).select_related("item_version", "item__department").filter(pk=sheet_id).first()
    if row is None:
        raise errors.SheetNotFound
    return row


def items_for(actor: Actor, window: CounterWindow) -> list[ServiceItem]:
    """Items of the departments a post takes in for, those done in this hall first, by name (one query)."""
    rows = ServiceItem.objects.filter(department_id__in=actor.departments(Permission.COUNTER), current__isnull=False)
    rows = rows.select_related("current", "department").prefetch_related("windows").order_by("name", "pk")
    return sorted(rows, key=lambda item: not any(one.hall_id == window.hall_id for one in item.windows.all()))
