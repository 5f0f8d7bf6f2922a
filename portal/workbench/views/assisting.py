"""窗口代办: a clerk asks somebody for their consent, fills in with them, and hands in what they confirm."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import errors as case_errors
from cases.assisting import begin_actions, choosing_actions, display_actions, queries, receipts
from cases.assisting import desk_actions as desk
from cases.assisting.behalf import Behalf, still_stands
from cases.assisting.models import Assistance
from cases.correcting import Correction, corrections_of
from cases.counter.errors import WindowNotFound
from cases.counter.models import CounterWindow
from cases.counter.queries import windows_for
from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from common.masking import mask_id, mask_name
from identity.actor import Actor
from identity.permissions import Permission
from identity.persons.errors import PersonNotFound
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.assist_forms import BeginForm, CorrectionForm, PaperForm
from portal.workbench.pages import new_request_key, show
from portal.workbench.person_forms import refuse

_State = Assistance.State
_WAITING = {_State.ASKED, _State.AGREED}


def _clerk(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    return actor


def _window(actor: Actor, window_id: UUID) -> CounterWindow:
    window = windows_for(actor).filter(pk=window_id).first()
    if window is None:
        raise WindowNotFound
    return window


@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def assistance_new(request: HttpRequest, window_id: UUID) -> HttpResponse:
    """Find the person by their document, choose the item, and ask for their consent."""
    actor = _clerk(request)
    window = _window(actor, window_id)
    running = queries.live_at(window)
    if running is not None and request.method != "POST":
        return redirect("assistance", running.pk)
    items = queries.items_for(actor, window)
    wanted = request.GET.get("item", "")[:36]
    initial = {"request_key": new_request_key(), "item": wanted}
    data = request.POST if request.method == "POST" else None
    form = BeginForm(data, items=items, bundles=queries.bundles_for(actor), initial=initial)

    def begin() -> Assistance | None:
        key, wish = form.cleaned_data["request_key"], form.wish()
        if form.is_for_other:
            form.offer([_choice(one) for one in choosing_actions.offer(actor, wish=wish)])
            if wish.party_id is None:
                return None
        if isinstance(wish, begin_actions.BundleWish):
            return begin_actions.begin_bundle(actor, window_id=window_id, wish=wish, request_key=key)
        return desk.begin(actor, window_id=window_id, wish=wish, request_key=key)

    return _begin(request, window, form, begin, template="workbench/calling/assist_new.html")


@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def assistance_correct(request: HttpRequest, window_id: UUID) -> HttpResponse:
    """Find the case of somebody who comes back with corrections, and ask for their consent."""
    actor = _clerk(request)
    window = _window(actor, window_id)
    running = queries.live_at(window)
    if running is not None and request.method != "POST":
        return redirect("assistance", running.pk)
    initial = {"request_key": new_request_key()}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)

    def begin() -> Assistance:
        key = form.cleaned_data["request_key"]
        return begin_actions.begin_correction(actor, window_id=window_id, wish=form.wish(), request_key=key)

    return _begin(request, window, form, begin, template="workbench/calling/assist_correct.html")


def _choice(behalf: Behalf) -> tuple[str, str]:
    """A party to choose: an organisation by its name, somebody by a masked name and number, and by what they act."""
    party = behalf.party
    is_person = party.kind == party.Kind.PERSON
    name = f"{mask_name(party.name)} {mask_id(party.person.id_number)}" if is_person else party.name
    return str(party.pk), f"{name} · {behalf.by_what or _('法定代表人（经营者）')}"


def _begin(
    request: HttpRequest, window: CounterWindow, form: Form, begin: Callable[[], Assistance | None], *, template: str
) -> HttpResponse:
    """Begin as the form says, or show it with what is wrong, or with what is still to be chosen."""
    status, unknown = 200, False
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                row = begin()
            except PersonNotFound:
                unknown = True
            except (Invalid, Conflict, Forbidden) as error:
                status = refuse(form, error)
            else:
                if row is not None:
                    return redirect("assistance", row.pk)
                status = 200
    context = {
        "window": window,
        "form": form,
        "is_unknown": unknown,
        "display": queries.display_bound(window),
        "request_key": new_request_key(),
    }
    return show(request, template, context, nav="calling", status=status)


@require_safe
@staff_required
def assistance(request: HttpRequest, assistance_id: UUID) -> HttpResponse:
    """One session: what the person said, what is to be done next."""
    return _page(request, queries.get_assistance(_clerk(request), assistance_id))


def _page(
    request: HttpRequest,
    row: Assistance,
    *,
    conflict: DomainError | None = None,
    paper: PaperForm | None = None,
    status: int = 200,
) -> HttpResponse:
    progress = queries.progress_of(row)
    corrections = corrections_of(row.case) if row.case and row.purpose == Assistance.Purpose.CORRECT else []
    context: dict[str, Any] = {
        "row": row,
        "corrections": corrections,
        "is_corrected": all(one.is_done for one in corrections),
        "is_untouched": _is_untouched(row, corrections),
        "window": row.window,
        "who": mask_name(row.person.name),
        "number": mask_id(row.person.id_number),
        "party": row.party.name if row.party_id != row.person_id else "",
        "by_what": Behalf(row.party, row.mandate).by_what,
        "is_lapsed": row.state in _WAITING and not still_stands(row),
        "item_name": row.errand,
        "progress": progress,
        "is_waiting": row.state in _WAITING and not progress.is_over and still_stands(row),
        "needs_paper": row.state == _State.ASKED or (progress.is_asked and not progress.is_confirmed),
        "paper": paper or PaperForm(initial={"request_key": new_request_key()}),
        "display": queries.display_bound(row.window),
        "has_receipt": receipts.is_ready(row),
        **_addresses(row),
        "mark": _mark(row),
        "conflict": conflict,
        "request_key": new_request_key(),
    }
    return show(request, "workbench/calling/assist.html", context, nav="calling", status=status)


def _addresses(row: Assistance) -> dict[str, str]:
    """Where the clerk goes on: the form, the materials, the check page, and where it is handed in."""
    if row.bundle is not None and row.joint is None:
        region = queries.region_at(row.window, row.bundle).code
        return {"questions_url": f"{reverse('bundle', args=[row.bundle.code])}?{urlencode({'region': region})}"}
    if row.joint is not None:
        pages = {"form": "my_joint", "papers": "joint_materials", "check": "joint_check", "hand_in": "submit_joint"}
        record, version = row.joint.pk, row.joint.version
    elif row.case is not None:
        pages = {"form": "draft_situation", "papers": "draft_materials", "check": "draft_check"}
        pages["hand_in"] = "correct_case" if row.purpose == Assistance.Purpose.CORRECT else "submit_case"
        record, version = row.case.pk, row.case.version
    else:
        return {}
    return {f"{key}_url": reverse(name, args=[record]) for key, name in pages.items()} | {"version": str(version)}


def _is_untouched(row: Assistance, corrections: list[Correction]) -> bool:
    """Whether nothing has been filled in yet: then the next thing to do is another than to ask for the confirmation."""
    if corrections:
        return not all(one.is_done for one in corrections)
    record = row.joint or row.case
    return record is not None and record.version == 1


def _mark(row: Assistance) -> str:
    is_live = row.state not in _WAITING or still_stands(row)
    text = f"{row.state}|{row.draft_digest}|{row.confirmed_digest}|{receipts.is_ready(row)}|{is_live}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@never_cache
@require_safe
@staff_required
def assistance_now(request: HttpRequest, assistance_id: UUID) -> HttpResponse:
    """Whether the page is still up to date: 204, or the word to load it again."""
    row = queries.get_assistance(_clerk(request), assistance_id)
    if request.GET.get("seen") == _mark(row):
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
@staff_required
def assistance_step(request: HttpRequest, assistance_id: UUID, action: str) -> HttpResponse:
    """One press of the clerk's."""
    actor = _clerk(request)
    row = queries.get_assistance(actor, assistance_id)
    act = _STEPS.get(action)
    if act is None:
        raise NotFound
    try:
        return act(request, actor, row) or redirect("assistance", row.pk)
    except (Conflict, Invalid, case_errors.MaterialNotFound) as error:
        return _page(request, queries.get_assistance(actor, row.pk), conflict=error, status=error.http_status)


def _open(request: HttpRequest, actor: Actor, row: Assistance) -> HttpResponse:
    case = desk.open_draft(actor, assistance_id=row.pk)
    return redirect("case_correction" if row.purpose == Assistance.Purpose.CORRECT else "draft_situation", case.pk)


def _ask(request: HttpRequest, actor: Actor, row: Assistance) -> None:
    desk.ask_confirmation(actor, assistance_id=row.pk)
    messages.success(request, _("内容已经显示在客屏上，请本人核对。"))


def _away(request: HttpRequest, actor: Actor, row: Assistance) -> None:
    checks = frozenset(name for name in desk.AWAY_CHECKS if request.POST.get(name) == "on")
    desk.check_away(actor, assistance_id=row.pk, checks=checks)


def _compare(request: HttpRequest, actor: Actor, row: Assistance) -> None:
    try:
        material_id = UUID(request.POST.get("material", ""))
    except ValueError:
        raise case_errors.MaterialNotFound from None
    material = desk.compare_original(actor, assistance_id=row.pk, material_id=material_id)
    messages.success(request, _("“%(name)s”已与原件核对。") % {"name": material.name})


def _back(request: HttpRequest, actor: Actor, row: Assistance) -> HttpResponse:
    desk.hand_back(actor, assistance_id=row.pk)
    messages.success(request, _("已记下：原件和回执都交给本人了。"))
    return redirect("calling_desk", row.window_id)


def _end(request: HttpRequest, actor: Actor, row: Assistance) -> HttpResponse:
    desk.end_session(actor, assistance_id=row.pk)
    messages.success(request, _("已结束。填过的内容在草稿里，可以换个窗口接着办，本人也能在手机上接着填。"))
    return redirect("calling_desk", row.window_id)


_STEPS: dict[str, Callable[[HttpRequest, Actor, Assistance], HttpResponse | None]] = {
    "open": _open,
    "ask": _ask,
    "away": _away,
    "compare": _compare,
    "back": _back,
    "end": _end,
}


@require_POST
@staff_required
def assistance_paper(request: HttpRequest, assistance_id: UUID) -> HttpResponse:
    """The person signed on paper."""
    actor = _clerk(request)
    row = queries.get_assistance(actor, assistance_id)
    form = PaperForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            desk.record_paper(
                actor,
                assistance_id=row.pk,
                scan=data["scan"],
                reason=data["reason"],
                request_key=data["request_key"],
            )
        except Invalid as error:
            status = refuse(form, error)
            if not error.fields:
                form.add_error("scan", error.text)
        except Conflict as error:
            row = queries.get_assistance(actor, row.pk)
            return _page(request, row, conflict=error, paper=form, status=error.http_status)
        else:
            messages.success(request, _("已按纸质件记下。"))
            return redirect("assistance", row.pk)
    return _page(request, row, paper=form, status=status)


@require_safe
@staff_required
def assistance_receipt(request: HttpRequest, assistance_id: UUID) -> HttpResponse:
    """The sealed receipt, to be printed for the person."""
    number, content = receipts.read(_clerk(request), assistance_id)
    return file_response(content, media_type="application/pdf", name=number)


@require_safe
@staff_required
def assistance_consent(request: HttpRequest, assistance_id: UUID) -> HttpResponse:
    """The question on paper, for who cannot use the display."""
    content = queries.consent_sheet(_clerk(request), assistance_id)
    return file_response(content, media_type="application/pdf", name=_("窗口办理同意书"))


@require_POST
@staff_required
def display_code(request: HttpRequest, window_id: UUID) -> HttpResponse:
    """Show a new code for the window's display in this one answer, or disconnect it."""
    actor = _clerk(request)
    window = _window(actor, window_id)
    code = ""
    if request.POST.get("off"):
        display_actions.unbind_display(actor, window_id=window_id)
        messages.success(request, _("客屏已断开。"))
        return redirect("calling_desk", window_id)
    code = display_actions.make_code(actor, window_id=window_id)
    context = {"window": window, "code": f"{code[:4]} {code[4:]}", "running": queries.live_at(window)}
    return show(request, "workbench/calling/display_code.html", context, nav="calling")


def window_extras(window: CounterWindow) -> dict[str, Any]:
    """What the calling desk shows of filling in at its window."""
    return {
        "assistance": queries.live_at(window),
        "display": queries.display_bound(window),
        "handed_in": queries.handed_in_at(window),
    }
