"""The main job, action by action: apply, accept, review in parallel, decide, and reuse what came out."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from cases import prefill, queries, tasks
from cases.actions import decision, drafts, intake, submission
from cases.lists import queries as lists
from cases.lists.filters import WorklistFilter
from cases.models import Branch, Case, CaseMaterial, Notice
from cases.states import State
from cases.visibility import visible_to
from certificates.actions import issue
from certificates.queries import verify, without_file
from common.jobs import ask_once
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Organisation
from identity.queries import actor_for
from services.models import DataElement
from tests.factories import moves
from tests.factories.cast import a_citizen, a_person, a_type


def test_draft_is_filled_from_certificates_and_names_the_source(cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    answer = case.answers["org.name"]
    assert answer["value"] == "青禾餐饮店"
    assert answer["source"] == "certificate"
    assert "营业执照" in answer["label"]


def test_certificate_in_the_store_makes_the_upload_unnecessary(cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    ways = {row.requirement.key: row.way for row in case.materials.select_related("requirement")}
    assert ways == {"licence": "certificate", "premises": "missing", "plan": "missing", "rules": "missing"}


def test_submission_gives_a_number_a_receipt_and_purpose_bound_grants(cast):
    case = moves.a_submitted_case(cast)
    assert case.state == State.SUBMITTED
    assert len(case.number) == 21
    assert case.notices.get().kind == Notice.Kind.RECEIPT
    granted = {row.requirement.key for row in case.materials.select_related("requirement") if row.grant_id}
    assert granted == {"licence", "premises", "plan"}
    assert {row.grant.case_number for row in case.materials.exclude(grant=None)} == {case.number}


def test_acceptance_starts_both_clocks_and_opens_every_branch(cast):
    case = moves.an_accepted_case(cast)
    assert case.state == State.IN_REVIEW
    assert case.accepted_on < case.promise_due_on < case.statutory_due_on
    assert {branch.state for branch in case.branches.all()} == {Branch.State.OPEN}
    assert case.notices.filter(kind=Notice.Kind.ACCEPTANCE).count() == 1


def waiting(actor) -> list[Case]:
    return [row.case for row in lists.page(actor, WorklistFilter()).rows]


def test_each_department_sees_its_own_worklist(cast):
    case = moves.an_accepted_case(cast)
    assert waiting(cast.food) == [case]
    assert waiting(cast.fire) == [case]
    assert waiting(cast.decider) == []
    assert waiting(cast.outsider) == []


def test_approval_issues_a_certificate_that_anybody_can_verify(cast):
    case = moves.an_approved_case(cast)
    assert case.state == State.DECIDED
    found = verify(case.certificate.number)
    assert found.is_valid
    assert found.type_name == "食品经营许可证"
    assert case.certificate.face["name"] == "青禾餐饮店"
    assert case.certificate.valid_until.year == case.certificate.valid_from.year + 5 - (
        case.certificate.valid_from.month == 1 and case.certificate.valid_from.day == 1
    )


def test_next_application_takes_the_verified_copy_without_an_upload(cast):
    moves.an_approved_case(cast)
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    rows = {row.requirement.key: row for row in case.materials.select_related("requirement")}
    assert rows["premises"].way == CaseMaterial.Way.VERIFIED
    assert "与原件核对" in rows["premises"].reason
    assert not rows["premises"].chosen_by_applicant


def test_history_and_audit_tell_every_move(cast):
    case = moves.an_approved_case(cast)
    told = list(case.events.values_list("action", flat=True))
    assert told == ["submit", "accept", "start_review", "review", "review", "approve"]
    audited = AuditEvent.objects.filter(code="case.moved", subject_id=str(case.pk))
    assert [row.detail["action"] for row in audited.order_by("id")] == told


def test_closing_ends_every_grant_and_twice_is_once(cast):
    case = moves.an_approved_case(cast)
    decision.close(case_id=case.pk)
    decision.close(case_id=case.pk)
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert all(row.grant.ends_at for row in case.materials.exclude(grant=None))
    assert case.events.filter(action="close").count() == 1


def test_withdrawal_is_open_until_the_decision(cast):
    case = moves.an_accepted_case(cast)
    submission.withdraw(cast.citizen, case_id=case.pk, reason="不办了")
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN


def test_refusal_to_accept_names_the_competent_body(cast):
    case = moves.a_submitted_case(cast)
    intake.refuse_acceptance(cast.clerk, case_id=case.pk, reason="不属于本机关职权", competent_body="示范市农业农村局")
    notice = Case.objects.get(pk=case.pk).notices.get(kind=Notice.Kind.NOT_ACCEPTED)
    assert "示范市农业农村局" in str(notice.content["lists"])
    assert any("行政复议" in line for line in notice.content["remedies"])


def test_instant_item_is_accepted_and_decided_in_one_act(cast):
    cast.version.project_type = "1"
    cast.version.save()
    case = moves.a_submitted_case(cast)
    moves.see_originals(cast, case)
    case = decision.decide_at_once(cast.clerk, case_id=case.pk)
    assert case.state == State.DECIDED
    assert case.certificate.state == "valid"
    assert not case.branches.exists()


def test_change_of_a_licence_replaces_the_old_one_and_keeps_its_term(cast):
    first = moves.an_approved_case(cast).certificate
    cast.version.replaces = "change"
    cast.version.save()
    second = moves.an_approved_case(cast).certificate
    first.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "valid")
    assert (second.number, second.version, second.valid_until) == (first.number, 2, first.valid_until)


def test_root_certificate_answers_before_a_newer_one_that_repeats_the_value(cast):
    moves.an_approved_case(cast)
    DataElement.objects.create(code="org.name", name="名称", type="text", source="business-licence")
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert "营业执照" in case.answers["org.name"]["label"]


def test_next_representative_gets_neither_the_draft_nor_the_data_of_the_former(cast):
    draft = moves.a_draft(cast)
    submitted = moves.an_accepted_case(cast)
    successor = a_person("孙接任", serial="05", phone="13900000005")
    account = a_citizen(successor)
    Organisation.objects.filter(pk=cast.shop.pk).update(legal_representative=successor)
    actor = actor_for(account, principal_id=cast.shop.pk)
    assert visible_to(actor).filter(pk=submitted.pk).exists()
    again = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert draft.pk == submitted.pk != again.pk
    again.answers |= {"person.email": {"value": "li@example.cn", "source": "typed", "label": "", "changed": False}}
    again.save()
    own = drafts.start_draft(actor, item_id=cast.item.pk)
    assert own.pk == again.pk, "the draft is the organisation's; who fills it in has changed"
    assert own.agent_id == successor.pk
    assert "person.email" not in own.answers
    assert "李清荷" not in str(own.answers)


def test_what_a_former_agent_said_about_himself_is_not_prefilled(cast):
    case = moves.an_accepted_case(cast)
    said = {"person.email": "li@example.cn", "org.scope": "餐饮"}
    case.answers |= {key: {"value": value, "source": "typed", "label": ""} for key, value in said.items()}
    case.save()
    successor = a_person("孙接任", serial="05", phone="13900000005")
    assert set(said) <= set(prefill._from_earlier(Case(applicant_id=cast.shop.pk, agent_id=cast.li.pk)))
    known = prefill._from_earlier(Case(applicant_id=cast.shop.pk, agent_id=successor.pk))
    assert "org.scope" in known
    assert "person.email" not in known


def test_a_representatives_own_certificate_says_nothing_about_the_organisation(cast):
    kind = a_type(
        "stall",
        "摊位证",
        cast.scjg,
        "009",
        holder_kind="person",
        fields=[
            {"key": "place", "label": "地点", "element": "premises.address"},
            {"key": "name", "label": "姓名", "element": "person.name"},
        ],
    )
    face = {"place": "别处9号", "name": "李清荷"}
    issue(SYSTEM, certificate_type=kind, holder=cast.li.party, issuer=cast.scjg, face=face)
    held = prefill._from_certificates(Case(applicant=cast.shop.party, agent=cast.li), timezone.localdate())
    assert "person.name" in held
    assert "premises.address" not in held


def test_what_a_dead_worker_left_is_asked_for_again(cast):
    case = moves.an_approved_case(cast)
    later = timezone.now() + dt.timedelta(minutes=1)
    assert set(queries.notices_without_file(before=later)) == set(case.notices.values_list("pk", flat=True))
    assert queries.decided_before(later) == [case.pk]
    assert case.certificate_id in without_file(before=later)
    assert queries.notices_without_file(before=case.created_at) == []
    asked = ProcrastinateJob.objects.filter(task_name="cases.tasks.finish_case")
    assert ask_once(tasks.finish_case, f"finish-case:{case.pk}", case_id=str(case.pk))
    assert asked.filter(queueing_lock=f"finish-case:{case.pk}").exists()
    assert not ask_once(tasks.finish_case, f"finish-case:{case.pk}", case_id=str(case.pk))
