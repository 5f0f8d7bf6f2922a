"""一件事, applied for as one: the pages of the joint draft, submitting, its progress, its receipt, withdrawing."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import DeclarationMissing
from cases.joint import drafts, queries, receipt, submission
from cases.joint.errors import JointIncomplete, JointStale, JointUnanswered
from cases.joint.union import Page, Union, load
from cases.models import JointCase
from cases.promises.errors import PromiseBarred
from cases.signing.rules import DECLARATION, asks_fresh_proof
from identity.step_up import proof_of
from portal.access import actor_of, citizen_required, require_fresh_proof
from portal.downloads import file_response
from portal.fees import foreseen_fees
from portal.public import joint_page
from portal.public.answer_forms import AnswersForm, reshaped
from portal.public.drafts import source_line
from portal.public.forms import PagesForm, WithdrawForm
from portal.public.joint_page import Way
from portal.public.materials import upload_problems
from portal.public.requests import form_version, new_request_key, request_key
from services.bundles import queries as bundles
from services.forms import Problem

_View = TypeVar("_View", bound=Callable[..., HttpResponse])
_LONGEST = 40  # characters of an answer
page_methods = require_http_methods(["GET", "HEAD", "POST"])


class _Submitted(Exception):
    """It was handed in: its own page shows it."""

    def __init__(self, joint_id: UUID) -> None:
        self.joint_id = joint_id
        super().__init__(str(joint_id))


def _draft_page(view: _View) -> _View:
    """A page of a joint draft; once submitted its address leads to the progress page."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except _Submitted as submitted:
            return redirect("my_joint", joint_id=submitted.joint_id)

    return cast(_View, citizen_required(shown))


def _draft(request: HttpRequest, joint_id: UUID) -> Way:
    joint = queries.get(actor_of(request), joint_id)
    if joint.submitted_at is not None:
        raise _Submitted(joint_id)
    if joint.agent_id != actor_of(request).person_id:  # what was filled in for somebody else is not shown
        drafts.refresh(actor_of(request), joint_id=joint_id)
        joint = queries.get(actor_of(request), joint_id)
    return Way(joint, load(joint))


@require_POST
@citizen_required
def start_joint(request: HttpRequest, bundle_code: str) -> HttpResponse:
    """Apply for all items of a bundle as one, or go on with the draft there is."""
    found = bundles.get_offered(bundle_code)
    content = bundles.content_of(found.current) if found.current else None
    keys = [question.key for question in content.questions] if content else []
    try:
        joint = drafts.start(
            actor_of(request),
            bundle_code=bundle_code,
            given={key: request.POST.get(key, "")[:_LONGEST] for key in keys},
            region_code=request.POST.get("region", "").strip()[:12],
            request_key=request_key(request),
        )
    except JointUnanswered as error:
        messages.error(request, error.text)
        return redirect("bundle", bundle_code=bundle_code)
    return redirect("my_joint", joint_id=joint.pk)


@require_safe
@citizen_required
def my_joint(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """One progress view with a lane for each item; a draft leads on to its first open page."""
    actor = actor_of(request)
    joint = queries.get(actor, joint_id)
    if joint.submitted_at is None:
        return redirect(_draft(request, joint_id).first_open())
    items = queries.lanes(joint)
    lanes = [joint_page.lane(item, items, actor) for item in items]
    context = {
        "nav": "cases",
        "joint": joint,
        "lanes": lanes,
        "tag": joint_page.joint_tag(items),
        "timeline": joint_page.joint_timeline(items),
        "must_act": [row for row in lanes if row["must_act"]],
        "may_withdraw": not queries.is_over(items),
        "request_key": new_request_key(),
    }
    return render(request, "public/joint.html", context)


@page_methods
@_draft_page
def joint_step(request: HttpRequest, joint_id: UUID, page: str) -> HttpResponse:
    """One page of the form that serves all items; every value names its source."""
    way = _draft(request, joint_id)
    found = next((one for one in way.whole.pages if one.step.key == page), None)
    if found is None:
        return redirect(way.first_open())
    if request.method != "POST":
        return _step_page(request, way, found)
    changed = reshaped(found.step, request.POST, request.POST.get("go", ""))
    if changed is not None:  # another row, or the regions below the one picked: only to look at
        return _step_page(request, way, found, data=changed)
    try:
        _joint, problems = drafts.save_page(
            actor_of(request),
            joint_id=joint_id,
            page_key=page,
            raw=request.POST,
            expected_version=form_version(request),
        )
    except JointStale as error:
        return _step_page(request, way, found, data=request.POST, status=409, conflict=error)
    if request.POST.get("go") == "back":
        return redirect(way.beside(request.path, -1))
    if problems:
        fresh = _draft(request, joint_id)
        return _step_page(request, fresh, found, data=request.POST, problems=problems, status=422)
    return redirect(way.beside(request.path, 1))


def _step_page(
    request: HttpRequest,
    way: Way,
    page: Page,
    *,
    data: QueryDict | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
    conflict: JointStale | None = None,
) -> HttpResponse:
    answers = joint_page.answers_of(way.whole, page)
    code = way.joint.region.code
    region = f"{code[:4]}00" if len(code) >= 6 else code  # addresses begin in the city (GB/T 2260)
    form = AnswersForm(page.step, answers=answers, data=data, problems=problems, region=region)
    rows = []
    for row in form.rows:
        line, kind = source_line(answers.get(row.spec.key))
        owners = page.owners.get(row.spec.key, ())
        rows.append(
            {
                "row": row,
                "bound": row.controls[0] if row.controls else None,
                "source": "" if row.has_errors else line,
                "source_kind": kind,
                "source_url": "",
                "inline": row.spec.type == "yesno",
                "items": joint_page.names_of(way.whole, owners) if len(owners) > 1 else [],
            }
        )
    keys = [one.step.key for one in way.whole.pages]
    context = {
        "form": form,
        "title": joint_page.title_of(page),
        "rows": rows,
        "step_number": keys.index(page.step.key) + 1,
        "step_count": len(keys),
        "conflict": conflict,
        **_common(way, "form", request.path),
    }
    return render(request, "public/joint_step.html", context, status=status)


def _common(way: Way, kind: str, address: str) -> dict[str, Any]:
    return {
        "nav": "cases",
        "joint": way.joint,
        "bundle_name": way.joint.bundle_version.name,
        "items": [part.item.item_version.name for part in way.whole.parts],
        "plan_url": joint_page.plan_url(way.joint),
        "progress": joint_page.steps(kind),
        "back_url": way.beside(address, -1),
        "request_key": new_request_key(),
    }


@require_safe
@_draft_page
def joint_materials(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """Every material once, with why it need not be handed in, or the ways to do so."""
    _draft(request, joint_id)
    drafts.refresh(actor_of(request), joint_id=joint_id)  # certificates come and go while a draft waits
    return materials_page(request, joint_id)


def materials_page(
    request: HttpRequest, joint_id: UUID, *, wrong: Mapping[UUID, PagesForm] | None = None, status: int = 200
) -> HttpResponse:
    """Render the materials of a joint draft; ``wrong`` holds upload forms with errors by material."""
    way = _draft(request, joint_id)
    rows = joint_page.material_rows(way.whole, wrong)
    address = reverse("joint_materials", args=[joint_id])
    context = {
        "yours": [row for row in rows if not row["is_held"]],
        "held": [row for row in rows if row["is_held"]],
        "produced": joint_page.produced_of(way.whole),
        "problems": upload_problems(rows),
        "tally": joint_page.tally(way.whole),
        **_common(way, "materials", address),
    }
    return render(request, "public/joint_materials.html", context, status=status)


@require_safe
@_draft_page
def joint_check(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """All answers and materials with a way back to each, what will happen, and the declaration."""
    _draft(request, joint_id)
    drafts.refresh(actor_of(request), joint_id=joint_id)
    return _check_page(request, joint_id)


def _check_page(
    request: HttpRequest,
    joint_id: UUID,
    *,
    problems: Sequence[tuple[str, str]] = (),
    conflict: JointStale | None = None,
    status: int = 200,
) -> HttpResponse:
    way = _draft(request, joint_id)
    names = {part.key: part.item.item_version.name for part in way.whole.parts}
    context = {
        "declaration": DECLARATION,
        "sections": joint_page.sections(way.whole),
        "materials": joint_page.check_materials(way.whole),
        "produced": joint_page.produced_of(way.whole),
        "tally": joint_page.tally(way.whole),
        "open_points": _open_points(way.whole),
        "problems": list(problems),
        "conflict": conflict,
        "begins": [(part.item, [names[key] for key in part.item.after if key in names]) for part in way.whole.parts],
        "offline": list(way.whole.others),
        "fees": foreseen_fees([part.case for part in way.whole.parts]),
        **_common(way, "check", reverse("joint_check", args=[joint_id])),
    }
    return render(request, "public/joint_check.html", context, status=status)


def _open_points(whole: Union) -> list[tuple[str, str]]:
    return joint_page.open_places(whole, submission.open_points(whole))


def _level(whole: Union) -> int:
    """The highest real-name level that an item of it asks for."""
    return max((part.case.item_version.assurance_level for part in whole.parts), default=0)


@require_POST
@_draft_page
def submit_joint(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """Submit all items at once; pressed twice, the second press shows the same joint case."""
    actor = actor_of(request)
    declared = request.POST.get("declared") == "on"
    joint = queries.get(actor, joint_id)
    is_to_prove = declared and not actor.is_assisted and joint.submitted_at is None  # at the counter a person is seen
    if is_to_prove and asks_fresh_proof(_level(load(joint))):
        require_fresh_proof(request)
    try:
        joint = submission.submit(
            actor,
            joint_id=joint_id,
            declared=declared,
            proof=proof_of(request),
            request_key=request_key(request),
            expected_version=form_version(request),
        )
    except JointStale as error:
        return _check_page(request, joint_id, conflict=error, status=409)
    except DeclarationMissing as error:
        return _check_page(request, joint_id, problems=[("declared", error.text)], status=422)
    except JointIncomplete as error:
        return _check_page(request, joint_id, problems=[("", error.text)], status=422)
    except PromiseBarred as error:
        return _check_page(request, joint_id, problems=[("", f"{error.text}{error.what_to_do}")], status=409)
    if actor.is_assisted:
        return redirect("assistance", actor.assistance_id)
    messages.success(request, _("已提交。联办编号 %(number)s。") % {"number": joint.number})
    return redirect("my_joint", joint_id=joint.pk)


@require_POST
@_draft_page
def discard_joint(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """Throw the joint draft away."""
    way = _draft(request, joint_id)
    drafts.discard(actor_of(request), joint_id=joint_id)
    messages.success(request, _("“%(item)s”的草稿已删除。") % {"item": way.joint.bundle_version.name})
    return redirect("my_cases")


@require_safe
@citizen_required
def joint_receipt(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """The one receipt, sealed; the first look proves delivery."""
    actor = actor_of(request)
    joint = queries.get(actor, joint_id)
    name = f"{receipt.TITLE} {joint.receipt_number}"
    return file_response(receipt.read(actor, joint), media_type="application/pdf", name=name)


@page_methods
@citizen_required
def withdraw_joint(request: HttpRequest, joint_id: UUID) -> HttpResponse:
    """Ask once more what withdrawing everything means, then withdraw what is not decided."""
    actor = actor_of(request)
    joint: JointCase = queries.get(actor, joint_id)
    form = WithdrawForm(request.POST or None)
    items = queries.lanes(joint)
    if joint.submitted_at is None or queries.is_over(items):
        return redirect("my_joint", joint_id=joint_id)
    if request.method == "POST" and form.is_valid():
        submission.withdraw_all(
            actor, joint_id=joint_id, reason=form.cleaned_data["reason"], request_key=request_key(request)
        )
        messages.success(request, _("还没有决定的各项都已撤回。"))
        return redirect("my_joint", joint_id=joint_id)
    context = {
        "nav": "cases",
        "joint": joint,
        "lanes": [joint_page.lane(item, items, actor) for item in items],
        "form": form,
        "request_key": new_request_key(),
    }
    return render(request, "public/joint_withdraw.html", context, status=422 if form.is_bound else 200)


@require_POST
@citizen_required
def withdraw_joint_part(request: HttpRequest, joint_id: UUID, key: str) -> HttpResponse:
    """Take out one item that has not begun."""
    submission.withdraw_part(actor_of(request), joint_id=joint_id, key=key, request_key=request_key(request))
    messages.success(request, _("这一项已撤回，其他的继续办。"))
    return redirect("my_joint", joint_id=joint_id)
