"""Every item of the demonstration can be applied for, reviewed and granted: no item is only for looking at."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from cases import faces
from cases.actions import clocks, decision, drafts, intake, review, submission
from cases.models import Branch, Case, CaseMaterial, Expert, Undertaking
from cases.proceedings.expert_actions import Judgement, start_expert_review, write_judgement
from cases.proceedings.lines import Named
from cases.promises import actions as promises
from cases.routes.visit_actions import Visit, record_visit
from cases.states import Outcome, State
from certificates.models import Document
from common.errors import DomainError
from identity.actor import SYSTEM, Actor
from identity.models import PostHolding
from identity.permissions import Permission
from identity.step_up import Proof
from portal.demo import people, staff
from services.codes import Audience, ProjectType, StageKind
from services.forms import FieldSpec, visible_steps
from services.models import ItemVersion
from services.rules import next_situation, options_for
from tests.factories.cast import a_picture

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]
_TEXTS = {
    "text": "示例",
    "longtext": "示例",
    "integer": "12",
    "decimal": "12.5",
    "money": "1200",
    "phone": "13900000008",
    "address": "示范市中心区人民路1号",
    "yesno": "yes",
}


@pytest.fixture
def cast(city: None) -> people.Cast:
    return people.load(SYSTEM)


def test_every_item_can_be_granted(cast: people.Cast) -> None:
    failures = []
    for version in ItemVersion.objects.filter(state=ItemVersion.State.PUBLISHED):
        try:
            with transaction.atomic():
                case = grant(cast, version)
                assert (case.state, case.outcome) == (State.DECIDED, Outcome.APPROVED)
                assert bool(case.certificate) == bool(version.result_type_id)
                transaction.set_rollback(True)
        except DomainError as error:
            failures.append(f"{version.name}: {error} {error.fields}")
    assert failures == []


def grant(cast: people.Cast, version: ItemVersion) -> Case:
    """Walk one item from the draft to the decision."""
    actor = applicant(cast, version)
    case = drafts.start_draft(actor, item_id=version.item_id)
    case = drafts.save_situation(actor, case_id=case.pk, chosen=first_answers(version))
    fill(actor, case)
    bring(actor, case)
    submission.submit(actor, case_id=case.pk, declared=True, proof=Proof("code", timezone.now(), is_fresh=True))
    clerk = the_clerk(case)
    compare(clerk, case)
    case.refresh_from_db()
    kind = version.result_type
    face = {field["key"]: "示例" for field in faces.unanswered(case, kind)} if kind else {}
    if version.project_type == ProjectType.INSTANT:
        return decision.decide_at_once(clerk, case_id=case.pk, face=face)
    intake.accept(clerk, case_id=case.pk)
    for later in Undertaking.objects.filter(case=case, kind=Undertaking.Kind.DEFERRED):
        promises.supply(actor, case_id=case.pk, material_id=later.material_id, upload=a_picture())
    compare(clerk, case)
    while branch := Branch.objects.filter(case=case, state=Branch.State.OPEN).select_related("stage").first():
        holders = list(staff.holders(branch.post_id))
        reviewer = next((one for one in holders if one.account_id == branch.assignee_id), holders[0])
        if branch.stage.kind == StageKind.SITE_VISIT:
            checks = dict.fromkeys(range(len(branch.stage.checklist)), "met")
            seen = Visit(timezone.localdate(), "店长", "另一人", "符合条件。", checks)
            record_visit(reviewer, case_id=case.pk, branch_id=branch.pk, visit=seen)
        if branch.stage.kind == StageKind.EXPERT:
            judged_by_experts(reviewer, case)
        review.review(
            reviewer, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="符合条件。", second_officer="另一人"
        )
    decider = staff.officer(role=PostHolding.Role.DECIDER, department_id=case.department_id)
    return decision.approve(decider, case_id=case.pk, face=face)


def judged_by_experts(reviewer: Actor, case: Case) -> None:
    """An expert finds the application sound."""
    ask = {"question": "是否符合设置标准？", "experts": [Named("另请专家")], "days_needed": 5}
    start_expert_review(reviewer, case_id=case.pk, **ask)
    sound = Judgement("none", "", "pass", "符合设置标准。")
    write_judgement(reviewer, case_id=case.pk, expert_id=Expert.objects.get(review__case=case).pk, given=sound)
    clocks.end_special(reviewer, case_id=case.pk, result="专家认为符合。")


def the_clerk(case: Case) -> Actor:
    """The city's one window, or that of a county's own body."""
    city = staff.counter_clerk()
    if city.may(Permission.COUNTER, case.department_id):
        return city
    return staff.officer(role=PostHolding.Role.COUNTER_CLERK, department_id=case.department_id)


def compare(clerk: Actor, case: Case) -> None:
    """See the originals of what was uploaded."""
    for row in CaseMaterial.objects.filter(case=case, document__grade=Document.Grade.C):
        review.see_original(clerk, case_id=case.pk, material_id=row.pk)


def applicant(cast: people.Cast, version: ItemVersion) -> Actor:
    """A person of the cast where persons may apply (an unmarried one to marry), else the shop, or a second one."""
    if version.name == "结婚登记":
        return cast.actor("hejia")
    if version.name == "烟草专卖零售许可":  # one licence for each shop, and the first shop has it
        return cast.actor("anhe")
    return cast.actor("zhangzhiyuan" if Audience.PERSON in version.audience else "qinghe")


def first_answers(version: ItemVersion) -> dict[str, str]:
    questions, chosen = list(version.situations.all()), {}
    while (question := next_situation(questions, chosen)) is not None:
        chosen[question.key] = options_for(question, chosen)[0]["value"]
    return chosen


def fill(actor: Actor, case: Case) -> None:
    for step in visible_steps(case.item_version, case.situation):
        known = {key: answer["value"] for key, answer in case.answers.items()}
        raw = {spec.key: known.get(spec.key) or plausible(spec) for spec in step.fields if spec.type != "file"}
        for spec in (spec for spec in step.fields if spec.type == "person"):
            raw[spec.key] = plausible(spec)  # what an agent sees prefilled is the name alone
        case, problems = drafts.save_answers(actor, case_id=case.pk, step_key=step.key, raw=raw)
        files = {spec.key for spec in step.fields if spec.type == "file"}  # they come with the materials
        assert not problems.keys() - files, (case.item_version.name, problems)


def plausible(spec: FieldSpec) -> Any:
    """An answer that fits the field's type."""
    if spec.type == "group":
        return [{column.key: plausible(column) for column in spec.columns}]
    if spec.type == "person":
        number = people.id_number_of(people.cast_rows("persons")[0])
        return {"name": "示例", "number": number, "phone": "13900000008"}
    if spec.choices:
        return [spec.choices[0]] if spec.is_multiple else spec.choices[0]
    if spec.type == "date":
        return (timezone.localdate() - dt.timedelta(days=30)).isoformat()
    if spec.type in {"id_number", "uscc"}:
        rows = {"id_number": people.id_number_of, "uscc": people.uscc_of}
        source = people.cast_rows("persons" if spec.type == "id_number" else "organisations")
        return rows[spec.type](source[0])
    return _TEXTS[spec.type]


def bring(actor: Actor, case: Case) -> None:
    for row in CaseMaterial.objects.filter(case=case, way=CaseMaterial.Way.MISSING).select_related("requirement"):
        if row.requirement.promise_text:
            drafts.promise_material(actor, case_id=case.pk, material_id=row.pk)
        elif row.requirement.defer_days is not None:
            drafts.defer_material(actor, case_id=case.pk, material_id=row.pk)
        elif row.requirement.need != "2":
            drafts.upload_material(actor, case_id=case.pk, material_id=row.pk, upload=a_picture())
