"""Every action on a case, through its page; and that a refusal changes nothing and loses nothing typed."""

import pytest
from django.urls import reverse

from cases.models import Branch, Case, CaseMaterial, Notice
from certificates.actions import change_state
from certificates.models import Certificate
from certificates.states import Operation
from portal.workbench.steps import STEPS
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case
from tests.factories.workbench import browser_of, sent, snapshot


def address_of(case: Case, slug: str) -> str:
    return reverse("case_action", args=[case.pk, slug])


def post(actor, case: Case, slug: str, **fields):
    return browser_of(actor).post(address_of(case, slug), sent(case, **fields))


def state_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def branch_of(case: Case, actor) -> Branch:
    return Branch.objects.get(case=case, post_id=actor.post_id)


def review_of(case: Case, actor, **fields):
    given = {"branch": branch_of(case, actor).pk, "result": "agree", "opinion": "符合", "second_officer": "周同行"}
    return post(actor, case, "review", **{**given, **fields})


def assert_done(answer, case: Case, state: str) -> None:
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("workbench_case", args=[case.pk])
    assert state_of(case) == state


def test_accept(cast):
    case = a_submitted_case(cast)

    assert_done(post(cast.clerk, case, "accept"), case, "in_review")
    assert case.branches.count() == 2


def test_ask_for_all_corrections_at_once(cast):
    case = a_submitted_case(cast)
    rows = {row.requirement.key: row for row in CaseMaterial.objects.filter(case=case).select_related("requirement")}
    page = browser_of(cast.clerk).get(address_of(case, "ask-correction")).content.decode()
    assert all(f"material_{row.pk}" in page for row in rows.values())
    assert "只能发一次" in page

    asked = {f"material_{rows['plan'].pk}": "标出操作间", "general": "面积和图不一致"}
    assert_done(post(cast.clerk, case, "ask-correction", **asked), case, "correcting")
    assert CaseMaterial.objects.get(pk=rows["plan"].pk).correction == "标出操作间"
    assert Notice.objects.filter(case=case, kind="correction").count() == 1


def test_an_empty_correction_notice_is_refused(cast):
    case = a_submitted_case(cast)
    before = snapshot(case)

    answer = post(cast.clerk, case, "ask-correction", general="  ")

    assert answer.status_code == 422
    assert "至少写明一项" in answer.content.decode()
    assert snapshot(case) == before


@pytest.mark.parametrize(
    ("slug", "fields", "state"),
    [
        ("refuse-acceptance", {"reason": "不属于本机关职权", "competent_body": "示范市农业农村局"}, "not_accepted"),
        ("not-require", {"reason": "只卖预包装食品，备案即可"}, "not_required"),
    ],
)
def test_the_counter_refuses_with_reasons(cast, slug, fields, state):
    case = a_submitted_case(cast)
    before = snapshot(case)

    assert post(cast.clerk, case, slug, reason=" ").status_code == 422
    assert snapshot(case) == before
    assert_done(post(cast.clerk, case, slug, **fields), case, state)


def test_review_by_both_departments(cast):
    case = an_accepted_case(cast)

    assert review_of(case, cast.food).status_code == 302
    assert review_of(case, cast.fire, result="oppose", opinion="疏散通道不够宽").status_code == 302

    assert set(case.branches.values_list("state", flat=True)) == {"agreed", "opposed"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"second_officer": ""}, "second_officer"),
        ({"second_officer": "员1002"}, "second_officer"),  # the reviewer's own name
        ({"result": "oppose", "opinion": ""}, "opinion"),
        ({"result": ""}, "result"),
        ({"result": "perhaps"}, "result"),
    ],
)
def test_an_incomplete_review_is_refused_beside_its_field(cast, fields, field):
    case = an_accepted_case(cast)
    before = snapshot(case)

    answer = review_of(case, cast.food, **fields)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert snapshot(case) == before


def test_a_department_cannot_review_for_another(cast):
    case = an_accepted_case(cast)
    before = snapshot(case)

    answer = post(cast.fire, case, "review", branch=branch_of(case, cast.food).pk, result="agree", opinion="替他看了")

    assert answer.status_code == 404
    assert snapshot(case) == before


def test_a_branch_is_reviewed_once(cast):
    case = an_accepted_case(cast)
    review_of(case, cast.food)
    before = snapshot(case)

    answer = review_of(case, cast.food, result="oppose", opinion="改主意了")

    assert answer.status_code == 409
    assert "改主意了" in answer.content.decode()
    assert "周同行" in answer.content.decode()
    assert "case.branch_done" in answer.content.decode()
    assert snapshot(case) == before


def test_special_procedure_stops_the_clock_and_goes_on(cast):
    case = an_accepted_case(cast)
    fields = {"kind": "inspection", "days_needed": "10", "legal_basis": "食品安全法", "reason": "现场检验"}

    assert_done(post(cast.food, case, "start-special", **fields), case, "suspended")
    assert Case.objects.get(pk=case.pk).promise_due_on is None
    assert "暂停计时" in browser_of(cast.food).get(reverse("workbench_case", args=[case.pk])).content.decode()
    assert post(cast.food, case, "end-special", result="").status_code == 422
    assert_done(post(cast.food, case, "end-special", result="合格"), case, "in_review")


@pytest.mark.parametrize("days", ["0", "-1", "366", "many", "", "99999999999999999999"])
def test_a_special_procedure_takes_a_real_number_of_days(cast, days):
    case = an_accepted_case(cast)
    before = snapshot(case)

    answer = post(cast.food, case, "start-special", kind="testing", days_needed=days, legal_basis="法", reason="由")

    assert answer.status_code == 422
    assert snapshot(case) == before


def test_extend_once(cast):
    case = an_accepted_case(cast)
    fields = {"days": "10", "legal_basis": "行政许可法第四十二条", "reason": "案情复杂"}
    due = Case.objects.get(pk=case.pk).statutory_due_on

    assert_done(post(cast.decider, case, "extend", **fields), case, "in_review")
    assert Case.objects.get(pk=case.pk).statutory_due_on > due
    before = snapshot(case)
    assert post(cast.decider, case, "extend", **fields).status_code == 409
    assert post(cast.decider, case, "extend", **{**fields, "days": "12"}).status_code in {409, 422}
    assert snapshot(case) == before


def test_approve_with_what_only_the_department_knows(cast):
    fields = cast.food_licence.fields
    fields.append({"key": "grade", "label": "等级"})
    cast.food_licence.save()
    case = a_reviewed_case(cast)
    assert "等级" in browser_of(cast.decider).get(address_of(case, "approve")).content.decode()

    assert_done(post(cast.decider, case, "approve", face_grade="A级"), case, "decided")

    assert Case.objects.get(pk=case.pk).certificate.face["grade"] == "A级"


def test_no_approval_before_the_originals_are_seen(cast):
    case = an_accepted_case(cast)
    review_of(case, cast.food)
    review_of(case, cast.fire)
    before = snapshot(case)

    answer = post(cast.decider, case, "approve")

    assert answer.status_code == 409
    assert "case.originals_not_seen" in answer.content.decode()
    assert snapshot(case) == before


def test_no_approval_on_a_suspended_certificate(cast):
    case = a_reviewed_case(cast)
    change_state(
        cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="抽查", legal_basis="办法"
    )
    before = snapshot(case)

    answer = post(cast.decider, case, "approve")

    assert answer.status_code == 409
    assert "case.evidence_flagged" in answer.content.decode()
    assert snapshot(case) == before


def test_no_approval_while_a_branch_is_open(cast):
    case = an_accepted_case(cast)
    before = snapshot(case)

    answer = post(cast.decider, case, "approve")

    assert answer.status_code == 409
    assert "case.branches_open" in answer.content.decode()
    assert snapshot(case) == before


def test_refuse_with_reasons_and_remedies(cast):
    case = a_reviewed_case(cast)
    page = browser_of(cast.decider).get(address_of(case, "refuse")).content.decode()
    assert "行政复议" in page
    assert "行政诉讼" in page
    before = snapshot(case)

    assert post(cast.decider, case, "refuse", reason="").status_code == 422
    assert snapshot(case) == before
    assert_done(post(cast.decider, case, "refuse", reason="布局不符合第三十三条"), case, "decided")
    assert Case.objects.get(pk=case.pk).outcome == "refused"


def test_terminate(cast):
    case = an_accepted_case(cast)

    assert_done(post(cast.decider, case, "terminate", reason="申请人已注销"), case, "terminated")


def test_a_stale_form_is_refused_and_keeps_what_was_typed(cast):
    case = a_reviewed_case(cast)
    old = sent(case, reason="写了很久的理由")
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    before = snapshot(case)
    browser = browser_of(cast.decider)

    answer = browser.post(address_of(case, "refuse"), old)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "写了很久的理由" in html
    assert "case.stale_form" in html
    assert reverse("workbench_case", args=[case.pk]) in html
    assert snapshot(case) == before

    again = {name: answer.context["form"][name].value() for name in ("request_key", "version", "reason")}
    assert_done(browser.post(address_of(case, "refuse"), again), case, "decided")


def test_a_second_decision_is_refused_and_the_first_stands(cast):
    case = a_reviewed_case(cast)
    late = sent(case, reason="不同意")
    post(cast.decider, case, "approve")
    before = snapshot(case)

    answer = browser_of(cast.decider).post(address_of(case, "refuse"), late)

    assert answer.status_code == 409
    assert "不同意" in answer.content.decode()
    assert answer.context["may_repeat"] is False
    assert snapshot(case) == before
    assert Certificate.objects.filter(type=cast.food_licence).count() == 1


def test_a_double_click_does_the_work_once(cast):
    case = a_reviewed_case(cast)
    click = sent(case)
    browser = browser_of(cast.decider)

    answers = [browser.post(address_of(case, "approve"), click) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Certificate.objects.filter(type=cast.food_licence).count() == 1
    assert case.events.filter(action="approve").count() == 1


@pytest.mark.parametrize("slug", sorted(STEPS))
def test_outsiders_find_no_action(cast, slug):
    case = a_submitted_case(cast)
    before = snapshot(case)

    for actor in (cast.outsider, cast.citizen):
        assert browser_of(actor).get(address_of(case, slug)).status_code == 404
        assert post(actor, case, slug, reason="随便", result="agree").status_code == 404
    assert snapshot(case) == before


@pytest.mark.parametrize(
    ("slug", "fields"),
    [
        ("accept", {}),
        ("ask-correction", {"general": "补"}),
        ("refuse-acceptance", {"reason": "由"}),
        ("not-require", {"reason": "由"}),
    ],
)
def test_a_post_without_the_right_is_forbidden(cast, slug, fields):
    case = a_submitted_case(cast)
    before = snapshot(case)

    for actor in (cast.decider, cast.supervisor):
        assert browser_of(actor).get(address_of(case, slug)).status_code == 403
        assert post(actor, case, slug, **fields).status_code == 403
        assert post(actor, case, slug).status_code == 403
    assert snapshot(case) == before


@pytest.mark.parametrize(
    ("slug", "fields"),
    [
        ("approve", {}),
        ("refuse", {"reason": "由"}),
        ("terminate", {"reason": "由"}),
        ("extend", {"days": "10", "reason": "由", "legal_basis": "法"}),
    ],
)
def test_reviewers_do_not_decide(cast, slug, fields):
    case = a_reviewed_case(cast)
    before = snapshot(case)

    assert post(cast.food, case, slug, **fields).status_code == 403
    assert snapshot(case) == before


def test_an_action_that_is_over_leads_back_with_a_word(cast):
    case = an_accepted_case(cast)

    answer = browser_of(cast.clerk).get(address_of(case, "accept"), follow=True)

    assert answer.redirect_chain == [(reverse("workbench_case", args=[case.pk]), 302)]
    assert "不能受理" in answer.content.decode()


@pytest.mark.parametrize("slug", ["submit", "withdraw", "close", "nonsense", "deem-accepted"])
def test_only_the_actions_of_staff_have_a_page(cast, slug):
    case = a_submitted_case(cast)

    assert browser_of(cast.clerk).get(address_of(case, slug)).status_code == 404


@pytest.mark.parametrize("version", ["", "x", "0", "-3", "99999999999999999999"])
def test_a_form_without_a_proper_version_is_refused(cast, version):
    case = a_submitted_case(cast)
    before = snapshot(case)

    assert post(cast.clerk, case, "accept", version=version).status_code == 422
    assert snapshot(case) == before


@pytest.mark.parametrize("text", ["\x00", "长" * 2001])
def test_bad_text_is_refused_beside_its_field(cast, text):
    case = a_submitted_case(cast)
    before = snapshot(case)

    answer = post(cast.clerk, case, "refuse-acceptance", reason=text)

    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    assert snapshot(case) == before
