"""Reads of filling in at the counter: the clerk's page, what the display shows, sheets."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from cases.assisting import errors
from cases.assisting.behalf import Behalf, still_stands
from cases.assisting.contents import NOTHING, Content, content_of
from cases.assisting.handing import digest_now
from cases.assisting.models import Assistance, PaperSheet, WindowDisplay
from cases.assisting.screens import display_of
from cases.assisting.standing import LIVE, PARTS, State, label_of
from cases.correcting import asked_by, is_replaced
from cases.counter.models import CounterWindow
from cases.models import Case, CaseMaterial
from cases.signing.rules import DECLARATION
from cases.visibility import within
from common.printing.pdf import render_pdf
from identity.actor import Actor
from identity.mandates.queries import acted_for
from identity.mandates.rules import scope_of
from identity.models import Region
from identity.permissions import Permission
from identity.queries import represented_organisations
from services.bundles.queries import offered
from services.models import Bundle, ServiceItem

_RECORDS = (
    *("case__item_version", "case__department__region", "case__applicant__person", "case__signature"),
    *("joint__bundle_version__bundle", "joint__region"),
)


def live_at(window: CounterWindow) -> Assistance | None:
    """What is open at a window now (one query)."""
    rows = Assistance.objects.filter(window=window, state__in=LIVE, ends_at__gt=timezone.now())
    return rows.filter(clerk_id=F("window__clerk_id")).select_related(*PARTS).first()


def get_assistance(actor: Actor, assistance_id: UUID) -> Assistance:
    """A session of this clerk's, whatever became of it; raises :class:`AssistanceNotFound`."""
    if actor.post_id is None or not actor.departments(Permission.COUNTER):
        raise errors.AssistanceNotFound
    rows = Assistance.objects.filter(clerk_id=actor.account_id, window__post_id=actor.post_id)
    row = rows.select_related(*PARTS, *_RECORDS).filter(pk=assistance_id).first()
    if row is None:
        raise errors.AssistanceNotFound
    return row


def handed_in_at(window: CounterWindow, *, limit: int = 10) -> list[Assistance]:
    """What was handed in at a window today, newest first: as far as an away window ever sees it."""
    rows = Assistance.objects.filter(window=window, state=State.DONE, ended_at__date=timezone.localdate())
    rows = rows.select_related("item", "bundle", "case", "joint", "person")
    return list(rows.order_by("-ended_at", "-pk")[:limit])


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
    if not (row.case or row.joint) or row.state != State.AGREED:
        return Progress(is_over, is_asked=False, is_confirmed=False, to_compare=[])
    digest = digest_now(row)
    return Progress(
        is_over,
        is_asked=row.draft_digest == digest,
        is_confirmed=row.confirmed_digest == digest,
        to_compare=_to_compare(row),
    )


def _to_compare(row: Assistance) -> list[CaseMaterial]:
    """The files that lie in originals on the counter; of a correction those that were brought for it."""
    files = CaseMaterial.objects.filter(of_session(row), document__isnull=False)
    found = list(files.select_related("requirement", "document").order_by("case", "pk"))
    if row.joint_id is not None:  # one scan may stand for several items
        return list({one.document_id: one for one in found}.values())
    if row.case_id is None or row.purpose != Assistance.Purpose.CORRECT:
        return found
    notice = asked_by(row.case_id)
    return [one for one in found if one.correction and is_replaced(one, notice)]


def cases_to_correct(person_id: UUID) -> QuerySet[Case]:
    """Submitted cases of a person, of the organisations they represent, and those their mandates reach, by number."""
    parties = [person_id, *represented_organisations(person_id).values_list("pk", flat=True)]
    reached = Q(applicant_id__in=parties)
    for mandate in acted_for(person_id):
        reached |= Q(pk__in=within(mandate.principal_id, scope_of(mandate)).values("pk"))
    rows = Case.objects.filter(reached, number__isnull=False)
    parts = ("item__department__region", "item_version", "applicant__person", "applicant__organisation")
    return rows.select_related(*parts).order_by("number")


def of_session(row: Assistance) -> Q:
    """The materials that a session is about."""
    return Q(case__joint_item__joint=row.joint_id) if row.joint_id else Q(case=row.case_id)


def region_at(window: CounterWindow, bundle: Bundle) -> Region:
    """Where a bundle's items are looked for first: the window's region where the bundle reaches there, else its own."""
    here, there = window.hall.region, bundle.region
    return here if here.code.startswith(there.code[:6].rstrip("0")) else there


def bundles_for(actor: Actor) -> list[Bundle]:
    """Bundles offered today whose lead department the post takes in for (one query)."""
    return [one for one in offered() if actor.may(Permission.COUNTER, one.department_id)]


def display_bound(window: CounterWindow) -> WindowDisplay | None:
    """The window's display, when it is connected."""
    return WindowDisplay.objects.filter(window=window, key_index__isnull=False).first()


def consent_sheet(actor: Actor, assistance_id: UUID) -> bytes:
    """What the display asks as a PDF, to be signed by who cannot use it: the consent, or for a bundle, which has no
    form of its own, what is handed in. Raises :class:`AssistanceNotFound`.
    """
    row = get_assistance(actor, assistance_id)
    is_consent = row.state == State.ASKED
    if not is_consent and (row.joint is None or row.draft_digest != digest_now(row)):
        raise errors.AssistanceNotFound
    title = "窗口办理同意书" if is_consent else "联办申请确认书"
    content = None if is_consent else content_of(row)
    by_what = Behalf(row.party, row.mandate).in_law
    context = {"row": row, "title": title, "office": label_of(row), "content": content, "by_what": by_what}
    context["declaration"] = DECLARATION
    return render_pdf("documents/consent.html", context, title=title, author=row.window.hall.name)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the display shows: nothing, a question, what is handed in, or how it ended."""

    window: CounterWindow
    row: Assistance | None
    step: str  # idle, asked, filling, confirm, confirmed, lapsed, done
    party: str  # in whose name, for who acts under a mandate
    clerk: str
    content: Content
    declaration: str
    mark: str


_DONE_SHOWN = 180  # seconds the display says that it is handed in


def shown_on(key: str) -> Shown:
    """What the display with this key shows now; raises :class:`DisplayUnknown`."""
    window = display_of(key).window
    row = live_at(window) or _just_done(window)
    step = _step(row)
    clerk = CounterWindow.objects.filter(pk=window.pk).values_list("clerk__staff_name", flat=True).first() or ""
    mark = "|".join([str(row.pk), step, row.draft_digest] if row else [step])
    return Shown(
        window=window,
        row=row,
        step=step,
        party=row.party.name if row and row.mandate_id else "",
        clerk=clerk,
        content=content_of(row) if row is not None and step == "confirm" else NOTHING,
        declaration=DECLARATION,
        mark=hashlib.sha256(mark.encode()).hexdigest()[:16],
    )


def _just_done(window: CounterWindow) -> Assistance | None:
    """What was handed in a moment ago; nothing once somebody else has stood there since, whatever became of theirs."""
    since = timezone.now() - dt.timedelta(seconds=_DONE_SHOWN)
    ended = Assistance.objects.filter(window=window, ended_at__gt=since).order_by("-ended_at", "-pk")
    last = ended.select_related(*PARTS, "case", "joint").first()
    is_done = last is not None and last.state == State.DONE and last.originals_back_at is None
    return last if is_done else None


def _step(row: Assistance | None) -> str:
    if row is None:
        return "idle"
    if row.state in LIVE and not still_stands(row):
        return "lapsed"
    if row.state in {State.ASKED, State.DONE}:
        return str(row.state)
    if not row.draft_digest:
        return "filling"
    return "confirmed" if row.confirmed_digest == row.draft_digest else "confirm"


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
