"""My cases: the list, what happens next, corrections, withdrawal, notices."""

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from cases.actions import decision, drafts, intake
from cases.models import Case, CaseMaterial, Notice
from cases.states import State
from certificates.actions import change_state
from certificates.states import Operation
from common.models import AuditEvent
from tests.factories.cast import Cast, a_picture
from tests.factories.moves import a_draft, a_reviewed_case, a_submitted_case, an_accepted_case, an_approved_case
from tests.factories.visitors import a_form, address


def page_of(browser: Client, case: Case) -> str:
    return browser.get(address("my_case", case.pk)).content.decode()


def test_the_list_takes_no_query_for_each_case(cast: Cast, shop: Client, django_assert_num_queries):
    drafts.discard_draft(cast.citizen, case_id=a_draft(cast).pk)
    for _number in range(4):
        a_submitted_case(cast)
    with django_assert_num_queries(6):  # session, account, organisation; count, page; joint cases
        page = shop.get(address("my_cases")).content.decode()
    assert page.count("待受理") == 4


def test_an_empty_list_says_what_to_do(cast: Cast, shop: Client):
    assert "还没有办件" in shop.get(address("my_cases")).content.decode()
    assert "这里没有办件" in shop.get(address("my_cases"), {"state": "closed"}).content.decode()
    assert shop.get(address("my_cases"), {"state": "\x00", "page": "x"}).status_code == 200


def test_a_waiting_case_says_who_does_what_by_when(cast: Cast, shop: Client):
    page = page_of(shop, a_submitted_case(cast))
    assert "前答复是否受理，您不用做什么" in page
    assert "您提交了申请" in page
    assert "作出决定" in page


def test_a_running_case_shows_both_clocks_in_words(cast: Cast, shop: Client):
    page = page_of(shop, an_accepted_case(cast))
    assert "承诺时限：" in page
    assert "法定时限：" in page
    assert "还剩 5 个工作日" in page
    assert "还剩 20 个工作日" in page


def test_a_decided_case_counts_no_days_any_more(cast: Cast, shop: Client):
    case = decision.approve(cast.decider, case_id=a_reviewed_case(cast).pk)
    assert case.state == State.DECIDED
    page = page_of(shop, case)
    assert "承诺时限：" not in page
    assert "还剩" not in page


def test_what_reviewers_note_is_not_shown_to_the_applicant(cast: Cast, shop: Client):
    case = a_reviewed_case(cast)
    assert "食品安全审查：同意" not in page_of(shop, case)


def test_a_refused_case_says_where_the_reasons_are(cast: Cast, shop: Client):
    case = a_reviewed_case(cast)
    decision.refuse(cast.decider, case_id=case.pk, reason="场所不符合要求")
    decision.close(case_id=case.pk)
    page = page_of(shop, case)
    assert "没有批准" in page
    assert "场所不符合要求" in page
    assert "不予决定书" in page


def test_an_approved_case_leads_to_its_certificate(cast: Cast, shop: Client):
    case = an_approved_case(cast)
    assert address("certificate_detail", case.certificate_id) in page_of(shop, case)


def asked_to_correct(cast: Cast) -> tuple[Case, CaseMaterial]:
    case = a_submitted_case(cast)
    row = case.materials.get(requirement__key="plan")
    return intake.ask_correction(
        cast.clerk, case_id=case.pk, corrections={row.pk: "看不清，请重拍"}, general="请补充店铺电话"
    ), row


def test_corrections_are_listed_once_uploaded_and_handed_in(cast: Cast, shop: Client):
    case, row = asked_to_correct(cast)
    page = page_of(shop, case)
    assert "看不清，请重拍" in page
    assert "请补充店铺电话" in page
    early = shop.post(address("correct_case", case.pk), a_form(case, "early"))
    assert early.status_code == 422
    assert "还差 1 份材料：平面布局图" in early.content.decode()
    place = address("material_upload", case.pk, row.pk)
    wrong = shop.post(place, {"file": ContentFile(b"MZ", name="x.pdf")})
    assert wrong.status_code == 422
    assert "文件内容不是" in wrong.content.decode()
    assert "看不清，请重拍" in wrong.content.decode()
    assert shop.post(place, {"file": a_picture(size=30)}).url.startswith(address("my_case", case.pk))
    assert "已换成新的" in page_of(shop, case)
    form = a_form(case, "now")
    assert shop.post(address("correct_case", case.pk), form).status_code == 302
    assert shop.post(address("correct_case", case.pk), form).status_code == 302, "pressed twice"
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    assert case.events.filter(action="correct").count() == 1


def test_withdrawing_asks_first_and_works_once(cast: Cast, shop: Client):
    case = a_submitted_case(cast)
    place = address("withdraw_case", case.pk)
    assert "确定要撤回吗" in shop.get(place).content.decode()
    stale = shop.post(place, {"version": case.version - 1, "request_key": "s"})
    assert stale.status_code == 409
    assert Case.objects.get().state == State.SUBMITTED
    form = a_form(case, reason="暂时不开了")
    for _press in range(2):
        assert shop.post(place, form).url == address("my_case", case.pk)
    assert Case.objects.get().state == State.WITHDRAWN
    assert shop.get(place).url == address("my_case", case.pk), "there is nothing to withdraw any more"


def test_a_suspended_certificate_is_named_on_the_case(cast: Cast, shop: Client):
    case = a_submitted_case(cast)
    change_state(
        cast.decider,
        certificate_id=cast.licence.pk,
        operation=Operation.SUSPEND,
        reason="年报逾期",
        legal_basis="市场主体登记管理条例第四十六条",
    )
    page = page_of(shop, case)
    assert "您用的一张证照状态变了" in page
    assert "暂扣" in page


def test_the_first_look_at_a_notice_proves_delivery(cast: Cast, shop: Client, li: Client):
    case = a_submitted_case(cast)
    notice = case.notices.get()
    place = address("notice_file", case.pk, notice.pk)
    assert shop.get(place).status_code == 404, "the file is still being made"
    notice.file.save("n.pdf", ContentFile(b"%PDF-1.7"))
    assert li.get(place).status_code == 404
    assert Notice.objects.get(pk=notice.pk).read_at is None
    answer = shop.get(place)
    assert answer["Content-Type"] == "application/pdf"
    first_look = Notice.objects.get(pk=notice.pk).read_at
    assert first_look is not None
    assert first_look <= timezone.now()
    shop.get(place)
    assert Notice.objects.get(pk=notice.pk).read_at == first_look
    assert AuditEvent.objects.filter(code="case.notice_read").count() == 1
