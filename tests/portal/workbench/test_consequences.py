"""Pages about what a changed proof means: tasks, decisions on it, and where it came from."""

import pytest
from django.test import Client

from cases.actions import decision
from cases.models import Case, Flag
from certificates import locker
from certificates.actions import change_state, issue
from certificates.models import Certificate
from certificates.states import Operation
from common.models import AuditEvent
from identity.actor import Actor
from identity.models import Account
from tests.cases.test_consequences import BASIS, SAID, a_correction, suspend
from tests.factories import moves
from tests.factories.cast import Cast, a_type, build_cast
from tests.factories.visitors import a_visitor, address


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


def at_work(actor: Actor) -> Client:
    return a_visitor(Account.objects.get(pk=actor.known_account_id))


def text(browser: Client, name: str, *args: object) -> str:
    return browser.get(address(name, *args)).content.decode()


def test_the_reviewer_finds_the_change_reads_it_and_writes_what_came_of_it(cast: Cast):
    case = moves.an_accepted_case(cast)
    food = at_work(cast.food)
    assert "依据有变、要您核实的" not in text(food, "worklist")
    a_correction(cast)
    flag = case.flags.get()
    assert "依据有变、要您核实的 1 项" in text(food, "worklist")
    assert f"{address('workbench_case', case.pk)}#flag-{flag.pk}" in text(food, "workbench_changes")
    page = text(food, "workbench_case", case.pk)
    assert "住所变了" in page
    assert "核实结果" in page
    refused = food.post(address("handle_flag", case.pk, flag.pk), {"note": "好"})
    assert refused.status_code == 422
    assert "至少 5 个字" in refused.content.decode()
    assert Flag.objects.get().handled_at is None
    assert food.post(address("handle_flag", case.pk, flag.pk), {"note": SAID}).status_code == 302
    assert Flag.objects.get().note == SAID
    assert "没有要核实的变动" in text(food, "workbench_changes")
    assert food.post(address("handle_flag", case.pk, flag.pk), {"note": SAID}).status_code == 404


def test_whom_it_does_not_wait_for_reads_it_without_a_form(cast: Cast):
    case = moves.an_accepted_case(cast)
    suspend(cast, cast.licence)
    clerk = at_work(cast.clerk)
    page = text(clerk, "workbench_case", case.pk)
    assert "暂扣" in page
    assert "核实结果" not in page
    for actor in (cast.clerk, cast.supervisor, cast.outsider):
        posted = at_work(actor).post(address("handle_flag", case.pk, case.flags.get().pk), {"note": SAID})
        assert posted.status_code == 404
    assert case.flags.get().handled_at is None


def test_a_task_that_was_looked_into_says_by_whom_while_the_certificate_stays_bad(cast: Cast):
    case = moves.an_accepted_case(cast)
    suspend(cast, cast.licence)
    at_work(cast.decider).post(address("handle_flag", case.pk, case.flags.get().pk), {"note": "等待恢复，暂缓决定"})
    page = text(at_work(cast.decider), "workbench_case", case.pk)
    assert "等待恢复，暂缓决定" in page
    assert "负责人" in page


def a_licence_of(cast: Cast, department: object) -> Certificate:
    """Let another department be the issuer of what the case relied on."""
    Certificate.objects.filter(pk=cast.licence.pk).update(issuer=department)
    return Certificate.objects.get(pk=cast.licence.pk)


def test_the_issuer_reads_decisions_and_of_others_only_four_things(cast: Cast):
    case = moves.an_approved_case(cast)
    mine = text(at_work(cast.decider), "certificate_decisions", cast.licence.pk)
    assert case.number in mine
    assert address("workbench_case", case.pk) in mine
    assert "准予" in mine
    outsider = at_work(cast.outsider)
    assert outsider.get(address("certificate_decisions", cast.licence.pk)).status_code == 404
    a_licence_of(cast, cast.outsider.department_id)
    theirs = text(outsider, "certificate_decisions", cast.licence.pk)
    for words in (case.number, "食品经营许可", cast.scjg.name, "不显示"):
        assert words in theirs
    made = case.certificate
    for secret in (address("workbench_case", case.pk), made.number, "李清荷", "青禾餐饮店"):
        assert secret not in theirs
    assert AuditEvent.objects.filter(code="certificate.decisions_listed", holder_id=cast.shop.pk).count() == 2


def test_decisions_on_a_disputed_copy_are_read_by_whom_it_was_verified(cast: Cast):
    case = moves.an_approved_case(cast)
    document = case.materials.get(requirement__key="premises").document
    clerk = at_work(cast.clerk)
    assert clerk.get(address("document_decisions", document.pk)).status_code == 404
    locker.dispute_verdict(cast.fire, document_id=document.pk, reason="租期和原件不同")
    assert address("document_decisions", document.pk) in text(clerk, "workbench_disputes")
    assert case.number in text(clerk, "document_decisions", document.pk)
    assert at_work(cast.outsider).get(address("document_decisions", document.pk)).status_code == 404


def test_the_graph_goes_both_ways_and_is_a_table_too(cast: Cast):
    case = moves.an_approved_case(cast)
    running = moves.an_accepted_case(cast)
    browser = at_work(cast.decider)
    forward = text(browser, "certificate_provenance", cast.licence.pk)
    assert forward.count('<svg class="picture') == 2
    for words in (case.number, running.number, case.certificate.number, "食品经营许可证"):
        assert words in forward
    assert address("certificate_provenance", case.certificate_id) in forward
    back = text(browser, "certificate_provenance", case.certificate_id)
    assert address("certificate_provenance", cast.licence.pk) in back
    for words in ("场所使用证明", "已与原件核对", "平面布局图"):
        assert words in back
    for row in (case, running):
        assert AuditEvent.objects.filter(code="case.listed", subject_id=str(row.pk)).exists()
    assert AuditEvent.objects.filter(code="certificate.provenance_read").count() == 2


def test_revoking_turns_what_depends_on_it_red(cast: Cast):
    running = moves.an_accepted_case(cast)
    suspend(cast, cast.licence)
    page = text(at_work(cast.decider), "certificate_provenance", cast.licence.pk)
    assert "依据有变" in page
    assert "pic-bad" in page
    assert running.number in page


def test_nobody_learns_of_cases_that_are_not_theirs(cast: Cast):
    case = moves.an_approved_case(cast)
    running = moves.an_accepted_case(cast)
    a_licence_of(cast, cast.outsider.department_id)
    page = text(at_work(cast.outsider), "certificate_provenance", cast.licence.pk)
    assert "其他部门据此作出的决定 1 件" in page  # the decided one is counted, the running one is nobody else's affair
    for secret in (case.number, running.number, case.certificate.number):
        assert secret not in page
    assert not AuditEvent.objects.filter(code="case.listed").exists()
    # The issuer of what came of it sees the case's proofs by kind and issuer, and may not open the other's certificate.
    back = text(at_work(cast.decider), "certificate_provenance", case.certificate_id)
    assert "营业执照" in back
    assert address("certificate_provenance", cast.licence.pk) not in back
    assert f">{cast.licence.number}" not in back


def test_a_certificate_from_a_case_elsewhere_says_only_that(cast: Cast):
    case = moves.an_approved_case(cast)
    made = Certificate.objects.get(pk=case.certificate_id)
    Certificate.objects.filter(pk=made.pk).update(issuer=cast.outsider.department_id)
    page = text(at_work(cast.outsider), "certificate_provenance", made.pk)
    assert "本岗位看不到的办件" in page
    assert case.number not in page


def test_the_picture_is_bounded_and_the_queries_do_not_grow(cast: Cast, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("cases.provenance.MOST", 1)
    for _ in range(2):
        moves.an_accepted_case(cast)
    with django_assert_max_num_queries(40):
        page = text(at_work(cast.decider), "certificate_provenance", cast.licence.pk)
    assert "另有 1 件" in page


def test_names_in_the_picture_cannot_become_markup(cast: Cast):
    hostile = a_type("evil", "<script>alert(1)</script>", cast.scjg, "009", holder_kind="either")
    made = issue(_system(), certificate_type=hostile, holder=cast.shop.party, issuer=cast.scjg, face={})
    page = text(at_work(cast.decider), "certificate_provenance", made.pk)
    assert "<script>alert" not in page


def _system() -> Actor:
    from identity.actor import SYSTEM

    return SYSTEM


def test_a_cancelled_certificate_keeps_its_pages(cast: Cast):
    case: Case = moves.an_approved_case(cast)
    decision.close(case_id=case.pk)
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.CANCEL, ground="70-6", **BASIS)
    assert case.number in text(at_work(cast.decider), "certificate_decisions", cast.licence.pk)
    assert "已注销" in text(at_work(cast.decider), "certificate_provenance", cast.licence.pk)
