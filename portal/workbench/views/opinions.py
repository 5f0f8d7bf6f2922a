"""征求意见: what this post is asked about other departments' cases, and its answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import OpinionAsked
from cases.opinions import answering, asking, queries, rules
from cases.opinions.answering import Answer
from cases.queries import get_case, read_material
from cases.routes.queries import own_accounts
from common.errors import Conflict, Invalid, NotFound
from common.workdays import for_region, for_regions
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench import opinion_forms as forms
from portal.workbench.pages import page_of, show
from portal.workbench.show.opinions import answers_of, label_of, lamp_of, tone_of
from portal.workbench.step_page import StepPage

_FILTERS = {"todo": gettext_lazy("等您答复"), "late": gettext_lazy("已超期"), "done": gettext_lazy("已答复、已结束")}


@require_safe
@staff_required
def opinions(request: HttpRequest) -> HttpResponse:
    """The list; filter and number stand in the address. What is shown of a case is on the question's own page."""
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in _FILTERS else "todo"
    number = request.GET.get("number", "").strip()[:40]
    rows = queries.listing(actor_of(request), shown=chosen, number=number, today=timezone.localdate())
    page = page_of(request, rows)
    codes = {one.request.case.department.region.code for one in page}
    calendars = for_regions(codes) if codes else {}
    shown = [
        {
            "one": one,
            "tone": tone_of(one),
            "label": label_of(one),
            "lamp": lamp_of(one, calendars[one.request.case.department.region.code]),
        }
        for one in page
    ]
    context = {"page": page, "rows": shown, "filters": _FILTERS.items(), "shown": chosen, "number": number}
    return show(request, "workbench/opinions.html", context, nav="worklist")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def opinion(request: HttpRequest, asked_id: UUID) -> HttpResponse:
    """One question with what it shows, and the box for the answer; the look is recorded."""
    actor = actor_of(request)
    asked = queries.get_asked(actor, asked_id)
    if request.method != "POST":
        return _page(request, asked_id, forms.AnswerForm(version=asked.version))
    form = forms.AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, asked_id, form, status=422)
    sent = form.cleaned_data
    try:
        answering.answer(
            actor,
            asked_id=asked_id,
            given=Answer(sent["stance"], sent["text"]),
            uploads=sent["attachments"],
            request_key=form.key(),
            expected_version=sent["version"],
        )
    except Invalid as error:
        form.add_refusals(error.fields, f"{error.text}{error.what_to_do}")
        return _page(request, asked_id, form, status=422)
    except Conflict as error:
        return _page(request, asked_id, form, refusal=error, status=error.http_status)
    messages.success(request, _("已答复，征求意见的部门会在办件里看到。"))
    return redirect("workbench_opinions")


def _page(
    request: HttpRequest,
    asked_id: UUID,
    form: forms.AnswerForm,
    *,
    refusal: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    asked, shown = queries.open_asked(actor, asked_id)
    case = shown.case
    if form.is_bound:  # pressing again is a new decision about what is on the page now
        data = request.POST.copy()
        data["version"] = str(asked.version)
        form.data = data
    is_open = asked.state == OpinionAsked.State.WAITING
    is_free = is_open and not rules.is_colleagues(actor, asked, own_accounts(actor))
    context = {
        "asked": asked,
        "case": case,
        "tone": tone_of(asked),
        "label": label_of(asked),
        "lamp": lamp_of(asked, for_region(case.department.region.code)),
        "answers": answers_of(case, shown.answers),
        "papers": shown.papers,
        "files": list(asked.files.all()),
        "form": form if is_free else None,
        "is_open": is_open,
        "refusal": refusal,
    }
    return show(request, "workbench/opinion.html", context, nav="worklist", status=status)


@require_safe
@staff_required
def opinion_paper(request: HttpRequest, asked_id: UUID, material_id: UUID) -> HttpResponse:
    """A paper that the question shows; the look is a disclosure under the case's grant."""
    actor = actor_of(request)
    asked, paper = queries.paper_of(actor, asked_id, material_id)
    media_type, content = read_material(actor, asked.request.case, paper)
    return file_response(content, media_type=media_type, name=paper.name)


@require_safe
@staff_required
def opinion_file(request: HttpRequest, asked_id: UUID, file_id: UUID) -> HttpResponse:
    """A file of an answer, for the department that gave it."""
    row = queries.file_of(actor_of(request), asked_id, file_id)
    return file_response(queries.content_of(row), media_type=row.media_type, name=row.name.rsplit(".", 1)[0])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def opinion_step(request: HttpRequest, asked_id: UUID, action: str) -> HttpResponse:
    """Ask to be let off, or hand the question to a colleague."""
    actor = actor_of(request)
    asked = queries.get_asked(actor, asked_id)
    data = request.POST if request.method == "POST" else None
    form: forms.KeyedForm
    act: Callable[[], Any]
    if action == "relief":
        form, title, done = forms.ReliefForm(data), _("申请免答"), _("已申请免答，等对方回复。")

        def act() -> Any:
            return answering.ask_relief(actor, asked_id=asked_id, reason=form.cleaned_data["reason"])
    elif action == "pass-on":
        others = [one for one in queries.colleagues(asked) if one.account_id != actor.account_id]
        form = forms.PassOnForm(data, colleagues=others)
        title, done = _("转给同事"), _("已转给同事。")

        def act() -> Any:
            sent = form.cleaned_data
            return answering.pass_on(actor, asked_id=asked_id, holding_id=sent["colleague"], reason=sent["reason"])
    else:
        raise NotFound
    back = reverse("workbench_opinion", args=[asked_id])
    page = StepPage(request, form, title, title, back, nav="worklist")
    case = asked.request.case
    if asked.state == OpinionAsked.State.WAITING:
        page.add(intro=[f"{case.item_version.name} {case.number}", asked.request.question])
    return page.answer(lambda: _told(act, done), done=lambda: redirect("workbench_opinions"))


def _told(act: Callable[[], Any], done: str) -> str:
    act()
    return done


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def question_step(request: HttpRequest, case_id: UUID, asked_id: UUID, action: str) -> HttpResponse:
    """What who asked does about a question: remind, withdraw, go on without, answer a wish to be let off."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    asked = next((one for one in queries.of_case(case) if one.pk == asked_id), None)
    step = _STEPS.get(action)
    if step is None or asked is None or not rules.is_asking(actor, asked):
        raise NotFound
    kind, run, title, done = step
    form = kind(request.POST if request.method == "POST" else None)
    back = reverse("workbench_case", args=[case_id]) + "#opinions"
    about = _("%(title)s：%(name)s") % {"title": title, "name": asked.department.short_name}
    page = StepPage(request, form, about, str(title), back, is_danger=action == "withdraw", nav="worklist")

    if action == "remind":
        page.add(intro=[_("对方的待办里会标出来，排在前面；24 小时内只能催一次。")])
    if action == "relief":
        page.add(intro=[_("对方的理由：%(reason)s") % {"reason": asked.relief or _("没有申请免答，或者已经处理过")}])

    def act() -> str:
        sent = {key: value for key, value in form.cleaned_data.items() if key != "request_key"}
        run(actor, case_id=case_id, asked_id=asked_id, **sent)
        return str(done)

    return page.answer(act, done=lambda: redirect(back))


_STEPS: dict[str, tuple[type[forms.KeyedForm], Callable[..., Any], Any, Any]] = {
    "remind": (forms.RemindForm, asking.remind, gettext_lazy("催办"), gettext_lazy("已催办，对方的待办里会标出来。")),
    "withdraw": (
        forms.WithdrawForm,
        asking.withdraw_question,
        gettext_lazy("撤回征求意见"),
        gettext_lazy("已撤回，对方不再看到任何内容。"),
    ),
    "without": (
        forms.WithoutForm,
        asking.go_on_without,
        gettext_lazy("不再等答复"),
        gettext_lazy("已记下不再等的理由。"),
    ),
    "relief": (
        forms.SettleReliefForm,
        asking.settle_relief,
        gettext_lazy("处理免答申请"),
        gettext_lazy("已处理免答申请。"),
    ),
}


@require_safe
@staff_required
def answer_file(request: HttpRequest, case_id: UUID, asked_id: UUID, file_id: UUID) -> HttpResponse:
    """A file of an answer, for who may see the case; the look is recorded."""
    actor = actor_of(request)
    row = queries.file_of(actor, asked_id, file_id, case=get_case(actor, case_id))
    return file_response(queries.content_of(row), media_type=row.media_type, name=row.name.rsplit(".", 1)[0])
