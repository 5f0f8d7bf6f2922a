"""办件: what the page shows to whom, masked until asked, and what every look leaves behind."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from cases.fees.payment_actions import record_at_counter
from cases.models import Case, CaseMaterial, FeeNotice, Notice
from certificates.actions import change_state
from certificates.models import Disclosure, Document
from certificates.states import Operation
from common.models import AuditEvent
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case, an_approved_case
from tests.factories.payments import a_charge
from tests.factories.workbench import browser_of, snapshot


def page_of(case: Case) -> str:
    return reverse("workbench_case", args=[case.pk])


def evidence_url(case: Case, key: str) -> str:
    return reverse("workbench_evidence", args=[case.pk, row_of(case, key).pk])


def row_of(case: Case, key: str) -> CaseMaterial:
    return CaseMaterial.objects.get(case=case, requirement__key=key)


def buttons_on(actor, case: Case) -> list[str]:
    return [one["step"].action.value for one in browser_of(actor).get(page_of(case)).context["steps"]]


def test_only_the_actions_open_now_are_offered(cast):
    new, accepted = a_submitted_case(cast), an_accepted_case(cast)

    assert buttons_on(cast.clerk, new) == ["accept", "ask_correction", "not_require", "refuse_acceptance"]
    assert buttons_on(cast.clerk, accepted) == []
    assert buttons_on(cast.food, accepted) == ["review", "record_visit", "start_special"]
    assert buttons_on(cast.fire, accepted) == ["review"]
    assert buttons_on(cast.supervisor, accepted) == []
    assert "approve" not in buttons_on(cast.decider, accepted)
    assert buttons_on(cast.decider, a_reviewed_case(cast)) == [
        "approve",
        "start_special",
        "extend",
        "refuse",
        "terminate",
    ]


def test_outsiders_learn_nothing(cast):
    case = a_submitted_case(cast)

    for actor in (cast.outsider, cast.citizen):
        assert browser_of(actor).get(page_of(case)).status_code == 404
    assert not AuditEvent.objects.filter(code="case.read").exists()


def test_a_look_is_recorded(cast):
    case = a_submitted_case(cast)

    browser_of(cast.clerk).get(page_of(case))

    look = AuditEvent.objects.get(code="case.read")
    assert (look.actor_id, look.holder_id, look.subject_id) == (
        cast.clerk.account_id,
        case.applicant_id,
        str(case.pk),
    )


def a_personal_answer(case: Case) -> None:
    """Give the case an answer about a person."""
    fields = case.item_version.steps[0]["fields"]
    fields.append({"key": "person.name", "element": "person.name", "label": "姓名", "type": "text"})
    fields.append({"key": "person.id_number", "element": "person.id_number", "label": "号码", "type": "id_number"})
    case.item_version.save()
    for key, value in (("person.name", "李清荷"), ("person.id_number", "519902198001010222")):
        case.answers[key] = {"value": value, "source": "identity", "label": "身份信息", "at": "", "changed": False}
    case.save()


def test_personal_answers_are_masked_and_name_their_source(cast):
    case = a_submitted_case(cast)
    a_personal_answer(case)

    html = browser_of(cast.clerk).get(page_of(case)).content.decode()

    assert "李清荷" not in html
    assert "519902198001010222" not in html
    assert "李**" in html
    assert "5199**********0222" in html
    assert "实名身份信息" in html
    assert "青禾餐饮店" in html


def test_unmasking_needs_a_reason_and_leaves_it_on_record(cast):
    case = a_submitted_case(cast)
    a_personal_answer(case)
    address = reverse("workbench_unmask", args=[case.pk])
    browser = browser_of(cast.clerk)

    for empty in ({}, {"reason": "  "}, {"reason": "\x00"}):
        refused = browser.post(address, empty)
        assert refused.status_code == 422
        assert "李清荷" not in refused.content.decode()
    assert not AuditEvent.objects.filter(code="case.unmasked").exists()

    shown = browser.post(address, {"reason": "电话核对姓名"})

    assert "李清荷" in shown.content.decode()
    assert "519902198001010222" in shown.content.decode()
    assert AuditEvent.objects.get(code="case.unmasked").detail["reason"] == "电话核对姓名"
    assert "李清荷" not in browser.get(page_of(case)).content.decode()


def test_outsiders_cannot_unmask(cast):
    case = a_submitted_case(cast)
    address = reverse("workbench_unmask", args=[case.pk])

    assert browser_of(cast.outsider).post(address, {"reason": "好奇"}).status_code == 404
    assert not AuditEvent.objects.filter(code="case.unmasked").exists()


def test_evidence_names_grade_source_and_the_state_of_this_moment(cast):
    case = a_submitted_case(cast)

    html = browser_of(cast.clerk).get(page_of(case)).content.decode()
    assert "可信等级甲" in html
    assert "有效（长期）" in html
    assert "原件待核对" in html
    assert "告知承诺：已制定" in html

    change_state(
        cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="抽查", legal_basis="办法"
    )
    html = browser_of(cast.clerk).get(page_of(case)).content.decode()
    assert "暂扣" in html
    assert "核实前不能准予" in html


def test_a_file_opens_under_the_grant_and_can_do_nothing(cast):
    case = a_submitted_case(cast)

    answer = browser_of(cast.clerk).get(evidence_url(case, "plan"))

    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert Disclosure.objects.get().actor_id == cast.clerk.account_id


def test_no_grant_no_file(cast):
    case, other = a_submitted_case(cast), an_approved_case(cast)
    row = row_of(case, "plan")

    assert browser_of(cast.outsider).get(evidence_url(case, "plan")).status_code == 404
    foreign = reverse("workbench_evidence", args=[other.pk, row.pk])
    assert browser_of(cast.clerk).get(foreign).status_code == 404
    row.grant.ends_at = row.grant.created_at
    row.grant.save()
    assert browser_of(cast.clerk).get(evidence_url(case, "plan")).status_code == 404
    assert not Disclosure.objects.exists()


def test_comparing_with_the_original_makes_grade_b(cast):
    case = a_submitted_case(cast)
    address = reverse("see_original", args=[case.pk, row_of(case, "premises").pk])
    browser, form = browser_of(cast.clerk), {"document": str(row_of(case, "premises").document_id)}

    first, second = browser.post(address, form), browser.post(address, form)

    assert browser.post(address).status_code == 409  # a page that does not say which copy it showed
    assert (first.status_code, second.status_code) == (302, 302)
    document = row_of(case, "premises").document
    assert document.grade == Document.Grade.B
    assert document.verified_by_id == cast.clerk.account_id


def test_a_verdict_is_disputed_on_its_own_page_and_told_where_it_was_given(cast):
    case = a_reviewed_case(cast)
    row = row_of(case, "premises")
    address, browser = reverse("dispute_verdict", args=[case.pk, row.pk]), browser_of(cast.fire)

    page = browser.get(page_of(case)).content.decode()
    assert "不用再核" in page
    assert address in page
    assert "与原件核对" in browser.get(address).content.decode()
    short = browser.post(address, {"document": str(row.document_id), "reason": "不同"})
    assert (short.status_code, "请写得具体些" in short.content.decode()) == (422, True)
    assert browser.post(address, {"reason": "租期和原件不同"}).status_code == 422
    assert row_of(case, "premises").document.grade == Document.Grade.B

    done = browser.post(address, {"document": str(row.document_id), "reason": "租期和原件不同"})
    assert done.status_code == 302
    page = browser.get(page_of(case)).content.decode()
    assert "材料的核验有异议" in page
    assert "要重新核对原件" in page
    assert browser.post(address, {"document": str(row.document_id), "reason": "租期和原件不同"}).status_code == 404
    told = browser_of(cast.clerk).get(reverse("workbench_disputes")).content.decode()
    assert "租期和原件不同" in told
    assert "租期和原件不同" not in browser_of(cast.outsider).get(reverse("workbench_disputes")).content.decode()


def test_who_only_watches_cannot_vouch_for_an_original(cast):
    case = a_submitted_case(cast)
    address = reverse("see_original", args=[case.pk, row_of(case, "premises").pk])

    assert browser_of(cast.supervisor).post(address).status_code == 403
    assert browser_of(cast.outsider).post(address).status_code == 404
    assert browser_of(cast.clerk).get(address).status_code == 405
    assert row_of(case, "premises").document.grade == Document.Grade.C


def test_what_the_applicant_made_has_no_original(cast):
    case = a_submitted_case(cast)
    row = row_of(case, "plan")

    assert browser_of(cast.clerk).post(reverse("see_original", args=[case.pk, row.pk])).status_code == 404
    assert row_of(case, "plan").document.grade == Document.Grade.D


def test_a_notice_opens_once_it_is_made(cast):
    case = a_submitted_case(cast)
    notice = Notice.objects.get(case=case)
    address = reverse("workbench_notice", args=[case.pk, notice.pk])

    assert browser_of(cast.clerk).get(address).headers["Location"] == page_of(case)
    notice.file.save("n.pdf", ContentFile(b"%PDF-1.7 notice"))
    answer = browser_of(cast.clerk).get(address)
    assert answer.content == b"%PDF-1.7 notice"
    assert Notice.objects.get(pk=notice.pk).read_at is None  # only the applicant's look proves delivery
    assert browser_of(cast.outsider).get(address).status_code == 404


def test_the_next_case_is_one_click_away(cast):
    first, second = a_submitted_case(cast), a_submitted_case(cast)

    html = browser_of(cast.clerk).get(page_of(first)).content.decode()

    assert f'href="{page_of(second)}"' in html


@pytest.mark.parametrize("name", ["workbench_case", "workbench_unmask"])
def test_the_page_changes_nothing(cast, name):
    case = an_accepted_case(cast)
    before = snapshot(case)

    browser_of(cast.food).get(reverse(name, args=[case.pk]))

    assert snapshot(case) == before


def test_the_page_takes_the_same_queries_whatever_the_case_holds(cast, django_assert_num_queries):
    new, reviewed = a_submitted_case(cast), a_reviewed_case(cast)
    a_charge(cast)
    owing, paid = an_accepted_case(cast), an_accepted_case(cast)
    fee = FeeNotice.objects.get(case=paid)
    record_at_counter(cast.clerk, case_id=paid.pk, fee_id=fee.pk, receipt="AB123456")
    browser = browser_of(cast.decider)
    assert "120.00 元" in browser.get(page_of(owing)).content.decode()

    for case in (new, reviewed, owing, paid):
        # session, account, post with grants; case and its six lists, the record of the look; calendar days and years;
        # guided questions; registers and copies as they stand now (3); next case, waiting counts of cases and changes
        with django_assert_num_queries(19):
            browser.get(page_of(case))
