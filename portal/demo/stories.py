"""Cases that are under way when the demonstration starts: applicants and officers act through the real actions."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from cases.actions import decision, drafts, intake, review, submission
from cases.delivery.actions import choose_way
from cases.delivery.address import Address
from cases.delivery.models import Delivery
from cases.models import Branch, Case, CaseMaterial
from cases.routes import actions as routes
from cases.routes import escalation
from cases.routes.visit_actions import Visit, record_visit
from cases.states import State
from certificates.models import Document
from identity.actor import Actor
from identity.models import PostHolding
from identity.step_up import Proof
from portal.demo import posting, proceedings, staff, timeline
from portal.demo.people import Cast
from portal.demo.reading import DemoContentInvalid, Row, cast_rows
from portal.demo.sample_pdf import sample_pdf
from services.forms import visible_steps
from services.models import ServiceItem


def load(cast: Cast) -> int:
    """Tell every story that was never told, and what the nights since brought about; returns how many were new."""
    told = sum(_tell(cast, row) for row in cast_rows("cases"))
    if told:
        escalation.escalate_due(today=timezone.localdate())
    return told


@transaction.atomic
def _tell(cast: Cast, row: Row) -> bool:
    """Tell one story, all of it or nothing; its draft's request key remembers that it was told."""
    actor = cast.actor(row["applicant"])
    item = ServiceItem.objects.get(name=row["item"], department__isnull=False)
    with timeline.on(timeline.weekdays_ago(row["story"][0]["ago"])):
        case = drafts.start_draft(actor, item_id=item.pk, request_key=f"demo-{row['key']}")
        if case.state != State.DRAFT:
            return False
        _fill(actor, case, row)
    for order, step in enumerate(row["story"], start=1):
        with timeline.on(timeline.weekdays_ago(step["ago"]), order=order):
            case.refresh_from_db()
            _STEPS[step["do"]](actor, case, step)
    _close(case, last=row["story"][-1], order=len(row["story"]) + 1)
    if "parcel" in row:
        posting.send(case, row["parcel"])
    return True


def _fill(actor: Actor, case: Case, row: Row) -> None:
    case = drafts.save_situation(actor, case_id=case.pk, chosen=row["situation"])
    _bring(actor, case, row)  # before the form: a file it asks for is one of the materials
    answers: dict[str, Any] = {key: v if isinstance(v, list | dict) else str(v) for key, v in row["answers"].items()}
    for step in visible_steps(case.item_version, case.situation):
        known = {key: answer["value"] for key, answer in case.answers.items()}
        case, problems = drafts.save_answers(actor, case_id=case.pk, step_key=step.key, raw=known | answers)
        if problems:
            raise DemoContentInvalid(f"cases.yaml, {row['key']}: {problems}")


def _bring(actor: Actor, case: Case, row: Row) -> None:
    materials = {material.requirement.key: material for material in _materials(case)}
    for key in row.get("uploads", ()):
        drafts.upload_material(
            actor, case_id=case.pk, material_id=materials[key].pk, upload=_paper(case, materials[key])
        )
    for key in row.get("promises", ()):
        drafts.promise_material(actor, case_id=case.pk, material_id=materials[key].pk)
    for key in row.get("defers", ()):
        drafts.defer_material(actor, case_id=case.pk, material_id=materials[key].pk)


def _materials(case: Case) -> list[CaseMaterial]:
    return list(CaseMaterial.objects.filter(case=case).select_related("requirement", "document"))


def _paper(case: Case, material: CaseMaterial) -> SimpleUploadedFile:
    name = material.name
    content = sample_pdf(title=name, owner=case.applicant.name, lines=(f"用于办理：{case.item_version.name}",))
    return SimpleUploadedFile(f"{name}.pdf", content, content_type="application/pdf")


def _close(case: Case, *, last: Row, order: int) -> None:
    """End a decided case on the day of its decision; the worker, who would do it now, only adds the documents."""
    case.refresh_from_db()
    if case.state == State.DECIDED:
        with timeline.on(timeline.weekdays_ago(last["ago"]), order=order):
            decision.close(case_id=case.pk)


def _pick_up(actor: Actor, case: Case, step: Row) -> None:
    choose_way(actor, case_id=case.pk, way=Delivery.Way.PICK_UP)


def _post(actor: Actor, case: Case, step: Row) -> None:
    choose_way(actor, case_id=case.pk, way=Delivery.Way.POST, address=Address(**step["to"]))


def _submit(actor: Actor, case: Case, step: Row) -> None:
    submission.submit(actor, case_id=case.pk, declared=True, proof=Proof("code", timezone.now(), is_fresh=True))


def _see_originals(actor: Actor, case: Case, step: Row) -> None:
    for material in _materials(case):
        if material.document and material.document.grade == Document.Grade.C:
            review.see_original(staff.counter_clerk(), case_id=case.pk, material_id=material.pk)


def _accept(actor: Actor, case: Case, step: Row) -> None:
    intake.accept(staff.counter_clerk(), case_id=case.pk)


def _ask_correction(actor: Actor, case: Case, step: Row) -> None:
    ids = {material.requirement.key: material.pk for material in _materials(case)}
    corrections = {ids[key]: text for key, text in step["corrections"].items()}
    intake.ask_correction(staff.counter_clerk(), case_id=case.pk, corrections=corrections)


def _review(actor: Actor, case: Case, step: Row) -> None:
    branches = case.branches.filter(state=Branch.State.OPEN).select_related("stage")
    branch = branches.get(stage__key=step["stage"]) if "stage" in step else branches.get()
    reviewer, second = _officers(branch)
    review.review(
        reviewer,
        case_id=case.pk,
        branch_id=branch.pk,
        agreed=step.get("agreed", True),
        opinion=step["opinion"],
        second_officer=second.name if branch.stage.is_substantive else "",
    )


def _officers(branch: Branch) -> tuple[Actor, Actor]:
    """Who has the branch, and a second officer beside them."""
    holders = sorted(staff.holders(branch.post_id), key=lambda one: one.account_id != branch.assignee_id)
    if len(holders) > 1:
        return holders[0], holders[1]
    return holders[0], staff.officer(role=PostHolding.Role.DECIDER, department_id=branch.department_id)


def _visit(actor: Actor, case: Case, step: Row) -> None:
    branch = case.branches.select_related("stage").get(stage__key=step["stage"])
    officer, second = _officers(branch)
    visit = Visit(timezone.localdate(), step["present"], second.name, step["finding"], dict(enumerate(step["checks"])))
    record_visit(officer, case_id=case.pk, branch_id=branch.pk, visit=visit)


def _comment(actor: Actor, case: Case, step: Row) -> None:
    officer, _second = _officers(case.branches.get(stage__key=step["stage"]))
    routes.comment(officer, case_id=case.pk, text=step["text"])


def _decider(case: Case) -> Actor:
    return staff.officer(role=PostHolding.Role.DECIDER, department_id=case.department_id)


def _approve(actor: Actor, case: Case, step: Row) -> None:
    decision.approve(_decider(case), case_id=case.pk, face=step.get("face"))


def _refuse(actor: Actor, case: Case, step: Row) -> None:
    decision.refuse(_decider(case), case_id=case.pk, reason=step["reason"])


_STEPS: dict[str, Callable[[Actor, Case, Row], None]] = {
    "pick_up": _pick_up,
    "post": _post,
    "submit": _submit,
    "see_originals": _see_originals,
    "accept": _accept,
    "ask_correction": _ask_correction,
    "review": _review,
    "visit": _visit,
    "comment": _comment,
    "approve": _approve,
    "refuse": _refuse,
    **proceedings.STEPS,
}
