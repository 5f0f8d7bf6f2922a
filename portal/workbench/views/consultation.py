"""咨询答复: what applicants ask about their cases, and the answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.clock import Reading
from cases.consultation import actions, queries, rules
from cases.consultation.errors import AnsweredMeanwhile, ConsultationClosed
from cases.consultation.models import Consultation
from common.errors import Conflict, Forbidden, Invalid
from common.workdays import for_region, for_regions
from portal.access import actor_of, staff_required
from portal.consultation import MessageForm, messages_of, tone_of
from portal.downloads import file_response
from portal.workbench.pages import page_of, show
from portal.workbench.show.lamps import ShownLamp, shown_lamp
from portal.workbench.show.people import applicant_of

_FILTERS = {
    "todo": gettext_lazy("待答复"),
    "mine": gettext_lazy("办件在本岗位的"),
    "late": gettext_lazy("已超期"),
    "answered": gettext_lazy("已答复"),
    "closed": gettext_lazy("已结束"),
}


@require_safe
@staff_required
def consultations(request: HttpRequest) -> HttpResponse:
    """The list; filter and number stand in the address. What was asked is on the thread's own page."""
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in _FILTERS else "todo"
    number = request.GET.get("number", "").strip()[:40]
    today = timezone.localdate()
    page = page_of(request, queries.listing(actor_of(request), shown=chosen, number=number, today=today))
    calendars = for_regions({one.department.region.code for one in page}) if page.object_list else {}
    rows = []
    for one in page:
        reading = rules.reading(one, calendars[one.department.region.code], today=today)
        rows.append(
            {
                "one": one,
                "applicant": applicant_of(one.case).name,
                "tone": tone_of(one),
                "lamp": _lamp(one, reading),
            }
        )
    context = {"page": page, "rows": rows, "filters": _FILTERS.items(), "shown": chosen, "number": number}
    return show(request, "workbench/consultations.html", context, nav="management")


def _lamp(one: Consultation, reading: Reading) -> ShownLamp | None:
    if one.state != Consultation.State.WAITING:
        return None
    return shown_lamp(_("答复"), reading, "W", _("到期日所在年份的工作日历还没有装载"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def consultation(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One thread with the box for the answer; the look is recorded."""
    if request.method != "POST":
        return _page(request, case_id, _form())
    actor = actor_of(request)
    queries.require_answerable(actor, case_id)
    form = _form(request)
    if not form.is_valid():
        return _page(request, case_id, form, status=422)
    version = request.POST.get("version", "")
    try:
        actions.answer(
            actor,
            case_id=case_id,
            text=form.cleaned_data["text"],
            uploads=form.cleaned_data["attachments"],
            request_key=form.key(),
            expected_version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1,
        )
    except Invalid as error:
        form.add_refusals(error.fields, f"{error.text}{error.what_to_do}")
        return _page(request, case_id, form, status=422)
    except (AnsweredMeanwhile, ConsultationClosed) as error:
        return _page(request, case_id, form, refusal=error, status=409)
    messages.success(request, _("已答复，申请人会收到消息。"))
    return redirect("workbench_consultation", case_id)


def _form(request: HttpRequest | None = None) -> MessageForm:
    label = _("答复")
    return MessageForm(request.POST, request.FILES, label=label) if request else MessageForm(label=label)


def _page(
    request: HttpRequest, case_id: UUID, form: MessageForm, *, refusal: Conflict | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    case, thread = queries.open_thread(actor, case_id)
    if thread is None:
        raise Forbidden
    today = timezone.localdate()
    context = {
        "case": case,
        "thread": thread,
        "tone": tone_of(thread),
        "lamp": _lamp(thread, rules.reading(thread, for_region(case.department.region.code), today=today)),
        "applicant": applicant_of(case),
        "messages_of_thread": messages_of(thread),
        "form": form if thread.state != Consultation.State.CLOSED and queries.may_answer(actor, case) else None,
        "refusal": refusal,
    }
    return show(request, "workbench/consultation.html", context, nav="management", status=status)


@require_safe
@staff_required
def consultation_file(request: HttpRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """A file of a thread; the look is recorded."""
    row, content = queries.file(actor_of(request), case_id, file_id)
    return file_response(content, media_type=row.media_type, name=row.name.rsplit(".", 1)[0])
