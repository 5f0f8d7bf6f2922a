"""一件事: the list by life event, one bundle's questions and its plan, and beginning one of its items."""

import contextlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.actions import drafts
from cases.errors import StaleForm
from common.formatting import code_label
from portal.access import actor_of, citizen_required
from portal.public import bundle_page
from portal.public.requests import new_request_key, request_key
from services.bundles import queries
from services.bundles.codes import EVENTS_OF, Side
from services.bundles.errors import PartNotFound
from services.descriptions import SituationPart
from services.errors import SituationInvalid
from services.models import Bundle
from services.rules import next_situation, normal_situation, options_for

_LONGEST = 40  # characters of an answer


@require_safe
def bundle_list(request: HttpRequest) -> HttpResponse:
    """Bundles by whose life it is and by its stages."""
    offered = queries.offered()
    context = {"nav": "items", "sides": [_side(side, offered) for side in Side], "count": len(offered)}
    return render(request, "public/bundles.html", context)


def _side(side: Side, offered: list[Bundle]) -> dict[str, Any]:
    groups = []
    for event in EVENTS_OF[side]:
        rows = [one for one in offered if one.current and (one.current.side, one.current.life_event) == (side, event)]
        if rows:
            groups.append((code_label(event.label), rows))
    return {"key": side.value, "label": code_label(side.label), "groups": groups}


@require_safe
def bundle(request: HttpRequest, bundle_code: str) -> HttpResponse:
    """What it is and the next question; when all are answered, the plan. The answers stand in the address."""
    found = queries.get_offered(bundle_code)
    if found.current is None:
        return redirect("bundle_list")
    content = queries.content_of(found.current)
    region_code = request.GET.get("region", "").strip()[:12]
    region = queries.region_of(found, region_code)
    given = {question.key: request.GET.get(question.key, "")[:_LONGEST] for question in content.questions}
    answers, problem = _answers(content.questions, given)
    question = next_situation(content.questions, answers)
    context: dict[str, Any] = {
        "nav": "items",
        "bundle": found,
        "version": found.current,
        "region": region,
        "region_code": region_code,
        "crumbs": [(_("首页"), "/"), (_("一件事"), "/bundles/"), (found.current.name, "")],
        "answered": bundle_page.answered(content.questions, answers, region_code),
        "question": question,
        "kept": list(bundle_page.with_region(answers, region_code).items()),
        "number": len(answers) + 1,
    }
    if question is not None:
        options = options_for(question, answers)
        context["form"] = bundle_page.QuestionForm(
            question, options, problem=problem or _skipped(request, len(answers) + 1)
        )
    else:
        context |= _plan(request, queries.plan(content, answers, region))
    return render(request, "public/bundle.html", context, status=422 if problem else 200)


def _skipped(request: HttpRequest, number: int) -> str:
    """What to say to somebody who went on without choosing: the question they were asked is the next one again."""
    return _("请选一项。") if request.GET.get("asked") == str(number) else ""


def _answers(questions: tuple[SituationPart, ...], given: dict[str, str]) -> tuple[dict[str, str], str]:
    """The answers that count; a wrong one is asked again, and those before it are kept."""
    wrong = ""
    while True:
        try:
            return normal_situation(questions, given), wrong
        except SituationInvalid as error:
            wrong = error.text
            given = {key: value for key, value in given.items() if key not in error.fields}


def _plan(request: HttpRequest, plan: Any) -> dict[str, Any]:
    actor = actor_of(request)
    materials, tally = bundle_page.materials_of(plan, actor)
    labels = bundle_page.question_labels()
    return {
        "plan": plan,
        "items": bundle_page.items_of(plan),
        "materials": materials,
        "tally": tally,
        "produced": bundle_page.produced_of(plan),
        "counts": [(labels[row.key], row) for row in plan.counts],
        "picture": bundle_page.picture(plan),
        "fields": [(one.spec, [plan.names[key] for key in one.members]) for one in plan.fields],
        "shared_fields": sum(len(one.members) > 1 for one in plan.fields),
        "request_key": new_request_key(),
        "may_begin": actor.is_citizen,
    }


@require_POST
@citizen_required
def begin_item(request: HttpRequest, bundle_code: str, member_key: str) -> HttpResponse:
    """Open a draft of one item and carry the bundle's answers over, so that nobody answers twice.

    A draft that has answers already keeps them.
    """
    actor = actor_of(request)
    found = queries.get_offered(bundle_code)
    if found.current is None:
        return redirect("bundle_list")
    content = queries.content_of(found.current)
    region = queries.region_of(found, request.POST.get("region", "").strip()[:12])
    given = {question.key: request.POST.get(question.key, "")[:_LONGEST] for question in content.questions}
    plan = queries.plan(content, given, region)
    one = next((one for one in plan.items if one.key == member_key), None)
    if one is None or next_situation(content.questions, plan.answers) is not None:
        raise PartNotFound
    case = drafts.start_draft(actor, item_id=one.item.pk, request_key=request_key(request))
    if one.situation and not case.situation:
        with contextlib.suppress(StaleForm):  # pressed twice: the other one is saving the same answers
            drafts.save_situation(actor, case_id=case.pk, chosen=one.situation, expected_version=case.version)
    return redirect("my_case", case_id=case.pk)
