"""一件事 applied for as one, page by page, without scripts."""

import re

import pypdfium2
import pytest
from django.test import Client

from cases.joint import receipt, submission, union
from cases.models import Case, JointCase
from certificates.signing.pades import check_pdf
from common.models import AuditEvent
from portal.public import joint_page
from tests.factories import joint as moves
from tests.factories.cast import a_picture
from tests.factories.joint import FILLED, Street, build_street
from tests.factories.visitors import a_visitor
from tests.factories.workbench import browser_of

PLAN = "/bundles/open-shop/"


@pytest.fixture
def street(db) -> Street:
    return build_street()


@pytest.fixture
def li(street) -> Client:
    return a_visitor(street.account)


def sent(joint: JointCase, **fields: str) -> dict[str, str]:
    return {"version": str(JointCase.objects.get(pk=joint.pk).version), "request_key": "k1", **fields}


def page_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_the_plan_to_the_progress_page(li, street):
    text = page_of(li.get(PLAN, {"sign": "yes"}))
    assert "一次申请全部" in text
    begun = li.post(f"{PLAN}apply/", {"sign": "yes", "request_key": "k0"})
    joint = JointCase.objects.get()
    assert begun["Location"] == f"/my/joint/{joint.pk}/"
    where = li.get(begun["Location"])["Location"]
    first = page_of(li.get(where))
    assert "几个事项都要的内容" in first
    assert "3 个事项共用：个体工商户登记、食品经营许可、门头招牌许可" in first
    assert li.post(where, sent(joint)).status_code == 422
    for page in union.load(joint).pages:
        answer = li.post(f"/my/joint/{joint.pk}/form/{page.step.key}/", sent(joint, **FILLED))
        assert answer.status_code == 302, answer.content.decode()
    where = answer["Location"]
    materials = page_of(li.get(where))
    assert materials.count("场所使用证明") > 0
    assert "3 个事项共用" in materials
    assert "办好“个体工商户登记”就有了，不用交" in materials
    row = moves.material_of(joint, "reg", "premises")
    up = li.post(f"/my/cases/{row.case_id}/materials/{row.pk}/upload/", {"file": a_picture(), "request_key": "u"})
    assert up["Location"].startswith(where)
    rules = moves.material_of(joint, "food", "rules")
    li.post(f"/my/cases/{rules.case_id}/materials/{rules.pk}/promise/", {"promised": "on"})
    check = page_of(li.get(f"/my/joint/{joint.pk}/check/"))
    assert "还有几处没有完成" not in check
    assert "等“个体工商户登记”办好，系统自动替您提交" in check
    refused = li.post(f"/my/joint/{joint.pk}/submit/", sent(joint))
    assert refused.status_code == 422
    assert not Case.objects.exclude(number=None).exists()
    done = li.post(f"/my/joint/{joint.pk}/submit/", sent(joint, declared="on"))
    assert done["Location"] == f"/my/joint/{joint.pk}/"
    joint.refresh_from_db()
    progress = page_of(li.get(done["Location"]))
    assert joint.number in progress
    assert "等“个体工商户登记”办好，系统就自动替您提交" in progress
    assert page_of(li.get("/my/cases/")).count(joint.number) == 1
    public = page_of(a_visitor().get("/progress/", {"number": joint.number}))
    assert "等前一项" in public
    assert "李清荷" not in public


def test_an_upload_that_is_refused_says_so_beside_the_material(li, street):
    joint = moves.a_joint_draft(street)
    row = moves.material_of(joint, "reg", "premises")
    answer = li.post(f"/my/cases/{row.case_id}/materials/{row.pk}/upload/", {"request_key": "u"})
    assert answer.status_code == 422
    assert "材料，合起来只交一份" in page_of(answer)


def test_single_pages_of_a_part_lead_to_the_joint_draft(li, street):
    joint = moves.a_joint_draft(street)
    case_id = moves.item_of(joint, "food").case_id
    for path in ("", "form/main/", "materials/", "check/"):
        assert li.get(f"/my/cases/{case_id}/{path}")["Location"] == f"/my/joint/{joint.pk}/"
    assert li.post(f"/my/cases/{case_id}/discard/").status_code in {302, 409}
    assert Case.objects.filter(pk=case_id).exists()


def test_parts_of_a_joint_draft_stand_nowhere_as_drafts_of_their_own(li, street):
    joint = moves.a_joint_draft(street)
    text = page_of(li.get("/my/cases/"))
    assert f"/my/joint/{joint.pk}/" in text
    assert str(moves.item_of(joint, "food").case_id) not in text
    assert str(moves.item_of(joint, "food").case_id) not in page_of(li.get("/"))


def test_a_stale_page_is_a_conflict_and_keeps_what_was_typed(li, street):
    joint = moves.a_joint_draft(street)
    answer = li.post(f"/my/joint/{joint.pk}/form/common/", {"version": "9", "premises.address": "新路9号"})
    assert answer.status_code == 409
    assert "新路9号" in page_of(answer)
    assert "premises.address" not in moves.item_of(joint, "reg").case.answers


def test_the_progress_page_shows_a_refusal_with_its_reason_and_the_ways_on(li, street):
    joint = moves.a_submitted_joint(street)
    moves.approve(street, joint, "reg")
    moves.refuse(street, joint, "food")
    text = page_of(li.get(f"/my/joint/{joint.pk}/"))
    assert "不符合要求" in text
    assert "没有开始办" in text
    assert "行政复议" in text
    assert "清荷小馆" in text
    assert "换成这个身份去看" in text


def test_all_is_withdrawn_after_a_second_question(li, street):
    joint = moves.a_submitted_joint(street)
    assert "确定要全部撤回吗" in page_of(li.get(f"/my/joint/{joint.pk}/withdraw/"))
    li.post(f"/my/joint/{joint.pk}/withdraw/", {"request_key": "w", "reason": "不开了"})
    assert moves.item_of(joint, "reg").case.state == "withdrawn"
    assert moves.item_of(joint, "food").state == "dropped"


def test_a_part_that_waits_is_taken_out(li, street):
    joint = moves.a_submitted_joint(street)
    assert li.post(f"/my/joint/{joint.pk}/items/sign/withdraw/", {"request_key": "w"}).status_code == 302
    assert moves.item_of(joint, "sign").state == "dropped"
    assert li.post(f"/my/joint/{joint.pk}/items/reg/withdraw/", {"request_key": "x"}).status_code == 409


def test_the_officer_sees_the_siblings(street):
    joint = moves.a_submitted_joint(street)
    staff = browser_of(street.clerk)
    text = page_of(staff.get(f"/workbench/cases/{moves.item_of(joint, 'reg').case_id}/"))
    assert "一起申请的事项" in text
    assert joint.number in text


def test_pages_take_a_fixed_number_of_queries(li, street, django_assert_max_num_queries):
    joint = moves.a_submitted_joint(street)
    li.get(f"/my/joint/{joint.pk}/")
    with django_assert_max_num_queries(20):
        li.get(f"/my/joint/{joint.pk}/")
    with django_assert_max_num_queries(16):
        li.get("/my/cases/")


def test_the_receipt_is_made_once_sealed_and_its_first_look_is_recorded(li, street, settings, key_folder):
    settings.KEY_DIR = key_folder
    joint = moves.a_submitted_joint(street)
    address = f"/my/joint/{joint.pk}/receipt.pdf"
    assert li.get(address).status_code == 404
    made = receipt.produce_file(joint_id=joint.pk).receipt_file.name
    assert receipt.produce_file(joint_id=joint.pk).receipt_file.name == made
    assert JointCase.objects.get().receipt_read_at is None
    answer = li.get(address)
    pdf = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert check_pdf(pdf).valid
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)))
    for part in (joint.number, joint.receipt_number, "联办收件回执"):
        assert part in text
    first = JointCase.objects.get().receipt_read_at
    assert first is not None
    li.get(address)
    assert JointCase.objects.get().receipt_read_at == first
    assert AuditEvent.objects.filter(code="joint.receipt_read").count() == 1
    assert submission.release(joint_id=joint.pk) == 0


def test_the_way_back_to_the_plan_keeps_answers_and_region(li, street):
    joint = moves.a_joint_draft(street, sign="yes")
    assert li.get(joint_page.plan_url(joint)).status_code == 200
    joint.situation = {"sign": "a&b"}
    assert joint_page.plan_url(joint) == f"{PLAN}?sign=a%26b&region={joint.region.code}"
