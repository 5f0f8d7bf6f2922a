"""Applying: check everything, submit, and the receipt."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import errors
from cases.actions.drafts import refresh_draft
from cases.actions.submission import submit
from cases.attachments import rows_by_field
from cases.delivery.queries import delivery_of
from cases.evidence import missing
from cases.models import Case, Notice
from cases.promises.errors import PromiseBarred
from cases.queries import get_case, get_case_to_change
from cases.signing.rules import DECLARATION, asks_fresh_proof
from cases.states import State
from identity.step_up import proof_of
from portal.access import actor_of, citizen_required, require_fresh_proof
from portal.fees import foreseen_fees
from portal.public.drafts import Draft, draft_of, first_open_page, get_draft, source_line
from portal.public.materials import row_mark, tally_of, undertaken_text
from portal.public.parcels import parcel_words
from portal.public.requests import form_version, request_key
from portal.public.views.apply import common, draft_page
from portal.public.wording import next_step
from portal.renewals import said_before
from services.forms import FieldSpec, check_answers
from services.rules import situation_labels
from services.texts import is_empty, text_of

_Problem = tuple[str, str]  # (id on the page, message)


@require_safe
@draft_page
def draft_check(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """All answers and evidence with a way back to each, and the declaration."""
    actor = actor_of(request)
    draft = get_draft(actor, case_id)
    if not draft.is_situated:
        return redirect(first_open_page(draft))
    refresh_draft(actor, case_id=case_id)
    return _check_page(request, get_case(actor, case_id))


def _check_page(
    request: HttpRequest,
    case: Case,
    *,
    problems: Iterable[_Problem] = (),
    conflict: errors.StaleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = draft_of(case)
    rows = list(case.materials.all())
    lacking = missing(rows)
    open_points = [*_open_answers(draft), *((_material_id(row.pk), _named(row.name)) for row in lacking)]
    context = {
        "situation": situation_labels(draft.questions, case.situation),
        "sections": [_section(draft, step) for step in draft.steps],
        "materials": [
            {"row": row, "mark": row_mark(row), "id": _material_id(row.pk), "undertaken": undertaken_text(row)}
            for row in rows
        ],
        "tally": tally_of(rows),
        "open_points": open_points,
        "problems": list(problems),
        "conflict": conflict,
        "declaration": DECLARATION,
        "asks_proof": asks_fresh_proof(case.item_version.assurance_level),
        "fees": foreseen_fees([case]),
        "renewal": said_before(case),
        "delivery": delivery_of(case),
        **parcel_words(delivery_of(case)),
        "may_choose_delivery": True,
        **common(request, draft, "check"),
        "back_url": reverse("draft_materials", args=[case.pk]),
    }
    return render(request, "public/check.html", context, status=status)


def _section(draft: Draft, step: Any) -> dict[str, Any]:
    return {
        "title": step.title,
        "url": reverse("draft_step", args=[draft.case.pk, step.key]),
        "rows": [_answer_row(draft.case, spec) for spec in step.fields],
    }


def _answer_row(case: Case, spec: FieldSpec) -> dict[str, Any]:
    answer = case.answers.get(spec.key)
    line, kind = source_line(answer)
    if spec.type == "file":
        return _file_row(case, spec)
    return {
        "id": _answer_id(spec.key),
        "label": spec.label,
        "value": text_of(spec, answer["value"] if answer else ""),
        "source": line,
        "is_held": kind == "held",
        "is_open": spec.required and is_empty(answer["value"] if answer else ""),
    }


def _file_row(case: Case, spec: FieldSpec) -> dict[str, Any]:
    """A file of the form: what stands for its material."""
    row = rows_by_field(case, [spec]).get(spec.key)
    is_open = row is not None and row.way == row.Way.MISSING and spec.required
    reason = row.reason if row is not None and not is_open else ""
    name = row.document.file_name if row is not None and row.document else reason
    return {
        "id": _answer_id(spec.key),
        "label": spec.label,
        "value": name,
        "source": reason if name != reason else "",
        "is_held": False,
        "is_open": is_open,
    }


def _open_answers(draft: Draft) -> list[_Problem]:
    raw = {key: answer["value"] for key, answer in draft.case.answers.items()}
    labels = {spec.key: spec.label for step in draft.steps for spec in step.fields}
    first = {problem.key: problem.message for problem in reversed(check_answers(draft.steps, raw).problems)}
    return [(_answer_id(key), f"{label}：{first[key]}") for key, label in labels.items() if key in first]


def _answer_id(key: str) -> str:
    return f"answer-{key}"


def _material_id(pk: UUID) -> str:
    return f"material-{pk}"


@require_POST
@draft_page
def submit_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Submit; pressed twice, the second press shows the same receipt."""
    actor = actor_of(request)
    declared = request.POST.get("declared") == "on"
    case = get_case_to_change(actor, case_id)
    is_to_prove = declared and not actor.is_assisted and case.state == State.DRAFT  # at the counter a person is seen
    if is_to_prove and asks_fresh_proof(case.item_version.assurance_level):
        require_fresh_proof(request)
    try:
        case = submit(
            actor,
            case_id=case_id,
            declared=declared,
            proof=proof_of(request),
            request_key=request_key(request),
            expected_version=form_version(request),
        )
    except errors.StaleForm as error:
        return _check_page(request, get_draft(actor, case_id).case, conflict=error, status=409)
    except errors.DeclarationMissing as error:
        return _refused(request, case_id, [("declared", error.text)])
    except (errors.AnswersIncomplete, errors.MaterialsIncomplete) as error:
        return _refused(request, case_id, [("", error.text)])
    except PromiseBarred as error:
        return _check_page(
            request, get_draft(actor, case_id).case, problems=[("", f"{error.text}{error.what_to_do}")], status=409
        )
    except errors.SituationIncomplete:
        return redirect(first_open_page(get_draft(actor, case_id)))
    if actor.is_assisted:
        return redirect("assistance", actor.assistance_id)
    return redirect("case_receipt", case_id=case.pk)


def _refused(request: HttpRequest, case_id: UUID, problems: list[_Problem]) -> HttpResponse:
    case = get_draft(actor_of(request), case_id).case
    open_points = _open_answers(draft_of(case))
    lacking = [(_material_id(row.pk), _named(row.name)) for row in missing(list(case.materials.all()))]
    shown = [*open_points, *lacking] or problems
    return _check_page(request, case, problems=shown, status=422)


def _named(name: str) -> str:
    return _("还差材料：%(name)s") % {"name": name}


@require_safe
@citizen_required
def case_receipt(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case number, what happens next and by when, and the receipt itself."""
    case = get_case(actor_of(request), case_id)
    if case.state == State.DRAFT:
        return redirect("my_case", case_id=case.pk)
    tally = tally_of(list(case.materials.all()))
    context = {
        "nav": "cases",
        "case": case,
        "next_step": next_step(case),
        "receipt": next((notice for notice in case.notices.all() if notice.kind == Notice.Kind.RECEIPT), None),
        "rows": [{"row": row, "mark": row_mark(row)} for row in case.materials.all()],
        "tally": tally,
        "held": tally.total - tally.needed,
    }
    return render(request, "public/receipt.html", context)
