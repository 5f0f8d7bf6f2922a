"""Answers with parts on every surface: page, review, workbench, API, printed form."""

import dataclasses
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from cases.actions import drafts, submission
from cases.application import blank_form, own_form
from cases.models import Case, CaseMaterial
from certificates.locker import upload_document
from certificates.models import Document
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Account, Region
from services.actions import ElementDescription, save_data_elements
from services.lint.run import check_version
from tests.documents import text_of
from tests.factories.cast import Cast, a_picture
from tests.factories.mandates import an_agent, some_terms
from tests.factories.moves import a_submitted_case
from tests.factories.visitors import a_form, a_visitor, address
from tests.services.test_composed import NUMBER, PERSON

COLUMNS = [{"key": "name", "label": "姓名", "type": "text"}, {"key": "id", "label": "证件", "type": "id_number"}]
FIELDS = [
    {"key": "premises.address", "label": "经营场所地址", "type": "address"},
    {"key": "boss", "label": "负责人", "type": "person", "parts": {"name": "org.legal_representative"}},
    {"key": "staff", "label": "从业人员", "type": "group", "columns": COLUMNS, "min_rows": 1, "max_rows": 30},
    {"key": "plan", "label": "平面图", "type": "file", "material": "plan"},
]
GOOD = {
    "premises.address": "人民路18号",
    **dict(
        zip((f"premises.address.region.{n}" for n in (1, 2, 3, 4)), ("510000", "519900", "519902", ""), strict=True)
    ),
    **{f"boss.{part}": value for part, value in PERSON.items()},
    "staff.rows": "2",
    "staff.0.name": "白秀兰",
    "staff.0.id": NUMBER,
    "staff.1.name": "",
    "staff.1.id": "",
}


@pytest.fixture
def clerk(cast: Cast) -> Client:
    return a_visitor(Account.objects.get(pk=cast.clerk.known_account_id))


@pytest.fixture
def draft(cast: Cast) -> Case:
    province = Region.objects.create(code="510000", name="示范省", level=1)
    city = Region.objects.get(code="519900")
    Region.objects.filter(pk=city.pk).update(parent=province)
    Region.objects.update_or_create(code="519902", defaults={"name": "中心区", "level": 3, "parent": city})
    version = cast.item.current
    version.steps = [{"key": "shop", "title": "店铺", "fields": FIELDS}]
    version.save()
    return drafts.start_draft(cast.citizen, item_id=cast.item.pk)


def send(shop: Client, case: Case, key: str = "k", **changes) -> object:
    data = {**a_form(case, key), **GOOD, "plan": a_picture(), **changes}
    return shop.post(address("draft_step", case.pk, "shop"), data)


def test_a_page_is_filled_in_and_read_everywhere(cast: Cast, draft: Case, shop: Client, clerk: Client):
    page = shop.get(address("draft_step", draft.pk, "shop")).content.decode()
    assert "不在列表里" in page
    assert 'value="519900" selected' in page
    assert send(shop, draft).url == address("draft_materials", draft.pk)
    draft.refresh_from_db()
    assert draft.answers["premises.address"]["value"]["region"] == "519902"
    assert draft.answers["staff"]["value"] == [{"name": "白秀兰", "id": NUMBER}]
    assert "plan" not in draft.answers, "the file is with the materials"
    row = CaseMaterial.objects.get(case=draft, requirement__key="plan")
    assert row.way == row.Way.UPLOAD
    review = shop.get(address("draft_check", draft.pk)).content.decode()
    for text in ("示范市中心区人民路18号", "罗建平", "白秀兰", row.document.file_name):
        assert text in review
    for one in CaseMaterial.objects.filter(case=draft, way="missing"):
        drafts.upload_material(cast.citizen, case_id=draft.pk, material_id=one.pk, upload=a_picture())
    submission.submit(cast.citizen, case_id=draft.pk, declared=True)
    page = clerk.get(address("workbench_case", draft.pk)).content.decode()
    assert "白秀兰" not in page
    assert NUMBER not in page
    assert PERSON["phone"] not in page
    assert "白" in page


def test_errors_stand_at_their_parts_and_nothing_typed_is_lost(draft: Case, shop: Client):
    answer = send(shop, draft, **{"boss.number": "1", "staff.0.id": "2", "premises.address.region.3": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    for target in ("id_boss.number", "id_staff.0.id", "id_premises.address.region.3"):
        assert f'href="#{target}"' in page
        assert f'id="{target}"' in page
    assert 'value="白秀兰"' in page
    draft.refresh_from_db()
    assert "staff" not in draft.answers


def test_errors_that_have_no_control_on_the_page_are_said_all_the_same(cast: Cast, draft: Case, shop: Client):
    """Rows beyond the most, columns called like parts of an address, and regions where none are loaded."""
    columns = [
        {"key": "region", "label": "籍贯", "type": "text", "required": True},
        {"key": "detail", "label": "说明", "type": "integer", "required": True},
    ]
    version = cast.item.current
    version.steps = [{"key": "shop", "title": "店铺", "fields": [FIELDS[0], {**FIELDS[2], "columns": columns}]}]
    version.steps[0]["fields"][1]["max_rows"] = 2
    version.save()
    Region.objects.filter(parent__isnull=True).update(is_active=False)
    before = Case.objects.get(pk=draft.pk).answers
    rows = {f"staff.{place}.detail": "x" for place in range(6)} | {"staff.rows": "6"}
    data = {**a_form(draft, "k"), "premises.address": "路", "premises.address.region.1": "9", **rows}
    answer = shop.post(address("draft_step", draft.pk, "shop"), data)
    assert answer.status_code == 422
    assert "这一项必须填写" in answer.content.decode()
    assert 'href="#id_staff.0.detail"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.answers == before


def test_rows_come_and_go_without_script_and_without_saving(draft: Case, shop: Client):
    before = draft.version
    page = send(shop, draft, go="add:staff").content.decode()
    assert 'name="staff.2.name"' in page
    page = send(shop, draft, go="drop:staff:0").content.decode()
    assert "白秀兰" not in page
    page = send(shop, draft, go="look", **{"premises.address.region.3": ""}).content.decode()
    assert "中心区" in page
    assert "有 " not in page.split("<h1")[1].split("</h1>")[0]
    for odd in ("drop:staff:99", "drop:staff:x", "drop:staff:-1"):
        assert 'value="白秀兰"' in send(shop, draft, go=odd).content.decode()
    draft.refresh_from_db()
    assert draft.version == before
    assert not Document.objects.filter(kind="floor-plan", owner_id=draft.applicant_id).exists()


def test_a_bad_file_is_refused_beside_its_field(draft: Case, shop: Client):
    bad = SimpleUploadedFile("plan.pdf", b"MZ\x90")
    answer = send(shop, draft, plan=bad)
    assert answer.status_code == 422
    assert "文件内容不是 PDF" in answer.content.decode()
    assert CaseMaterial.objects.get(case=draft, requirement__key="plan").way == "missing"
    draft.refresh_from_db()
    assert "staff" in draft.answers, "the good values are kept"


def test_somebody_elses_document_is_not_there(cast: Cast, draft: Case, shop: Client):
    others = upload_document(
        cast.stranger, owner_id=cast.stranger.principal_id, kind="floor-plan", name="甲", upload=a_picture()
    )
    body = {"step": "shop", "version": draft.version, "answers": {"plan": {"document": str(others.pk)}}}
    answer = put(shop, draft, body)
    assert answer.status_code == 422
    assert answer.json()["codes"]["plan"] == "file_unknown"
    assert CaseMaterial.objects.get(case=draft, requirement__key="plan").document is None


def test_a_mandate_that_shuts_the_locker_gives_none_of_its_files(cast: Cast, draft: Case):
    kept = upload_document(cast.citizen, owner_id=cast.shop.pk, kind="other", name="图", upload=a_picture())
    agent = an_agent(cast, kind="manager", terms=some_terms(may_use_wallet=False))
    case = drafts.start_draft(agent, item_id=cast.item.pk)
    answers = {"plan": {"document": str(kept.pk)}}
    _case, problems = drafts.save_page(agent, case_id=case.pk, step_key="shop", raw=answers)
    assert ("plan", "file_unknown") in {(one.path, one.code) for one in problems}
    assert not CaseMaterial.objects.filter(case=case, document=kept).exists()
    _case, problems = drafts.save_page(cast.citizen, case_id=case.pk, step_key="shop", raw=answers)
    assert "plan" not in {one.path for one in problems}


def put(client: Client, case: Case, body: object):
    return client.put(f"/api/v1/cases/{case.pk}/answers", body, content_type="application/json")


def test_the_api_tells_the_form_and_stores_a_page_whole_or_not_at_all(cast: Cast, draft: Case, shop: Client):
    form = Client().get(f"/api/v1/items/{cast.item.code}/form").json()["form"]
    assert form["x-steps"] == [{"key": "shop", "title": "店铺", "fields": [one["key"] for one in FIELDS]}]
    assert form["properties"]["staff"]["items"]["required"] == ["name", "id"]
    document = drafts.upload_material(
        cast.citizen,
        case_id=draft.pk,
        material_id=CaseMaterial.objects.get(case=draft, requirement__key="plan").pk,
        upload=a_picture(),
    ).document
    draft.refresh_from_db()
    answers = {
        "premises.address": {"region": "519902", "detail": "人民路18号"},
        "boss": PERSON,
        "staff": [{"name": "白秀兰", "id": "1"}] * 2,
        "plan": {"document": str(document.pk)},
    }
    body = {"step": "shop", "version": draft.version, "answers": answers}
    refused = put(shop, draft, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "case.answers_refused")
    assert refused.json()["codes"] == {"staff.0.id": "not_id_number", "staff.1.id": "not_id_number"}
    assert set(refused.json()["fields"]) == {"staff.0.id", "staff.1.id"}
    assert Case.objects.get(pk=draft.pk).answers == draft.answers
    for wrong in ({}, [], {"step": "shop", "version": 1, "answers": []}, {"step": 1, "version": "x", "answers": {}}):
        assert put(shop, draft, wrong).status_code == 400
    huge = {**answers, "staff": [{"name": "甲", "id": NUMBER}] * 10_000}
    assert put(shop, draft, {**body, "answers": huge}).json()["codes"] == {"staff": "too_many_rows"}
    good = put(shop, draft, {**body, "answers": {**answers, "staff": [{"name": "白秀兰", "id": NUMBER}]}})
    assert good.status_code == 200, good.content
    assert good.json()["answers"]["boss"]["value"]["name"] == "罗建平"
    assert put(shop, draft, body).status_code == 409, "made for an older version"


def words_of(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def test_the_form_is_printed_blank_and_filled(cast: Cast, draft: Case, shop: Client, clerk: Client):
    rows = {f"staff.{n}.{key}": value for n in range(30) for key, value in (("name", f"员工{n:02d}"), ("id", NUMBER))}
    assert send(shop, draft, **{**rows, "staff.rows": "30"}).status_code == 302
    blank = words_of(Client().get(address("blank_form", cast.item.pk)).content)
    filled = words_of(shop.get(address("application_form", draft.pk)).content)
    for text in ("负责人", "从业人员", "经营场所地址"):
        assert text in blank
        assert text in filled
    assert "罗建平" not in blank
    for text in ("罗建平", NUMBER, "员工00", "员工29", "示范市中心区人民路18号"):
        assert text in filled
    assert filled.count("\f") >= 2, "a long table goes on over the page"
    assert clerk.post(address("workbench_application", draft.pk), {"reason": "存档"}).status_code == 404, "a draft"


def test_staff_print_a_form_only_with_a_reason_that_is_recorded(cast: Cast, clerk: Client):
    case = a_submitted_case(cast)
    place = address("workbench_application", case.pk)
    before = AuditEvent.objects.filter(code="case.unmasked").count()
    assert clerk.post(place, {"reason": ""}).status_code == 422
    assert AuditEvent.objects.filter(code="case.unmasked").count() == before
    answer = clerk.post(place, {"reason": "立卷归档"})
    assert answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(code="case.unmasked").count() == before + 1


def test_a_form_that_drifts_from_its_element_is_found(cast: Cast):
    element = ElementDescription(code="premises.address", name="场所地址", type="address")
    assert save_data_elements(SYSTEM, elements=[element]) == 1
    version = cast.item.current
    version.steps = [{"key": "s", "title": "页", "fields": [{**FIELDS[0], "element": "premises.address"}]}]
    version.save()
    found = {one.code for one in check_version(version)}
    assert "reference.element_label" in found
    assert "reference.element_differs" not in found
    assert save_data_elements(SYSTEM, elements=[dataclasses.replace(element, max_length=50)]) == 1
    version = type(version).objects.get(pk=version.pk)
    assert "reference.element_differs" in {one.code for one in check_version(version)}


def test_a_form_is_in_chinese_for_readers_of_english_pages(cast: Cast):
    """Whoever opened the blank one first would have left it in their language for everybody."""
    fields = [
        {"key": "net", "label": "是否上网经营", "type": "yesno"},
        {"key": "since", "label": "开业日", "type": "date"},
    ]
    version = cast.item.current
    version.steps = [{"key": "shop", "title": "店铺", "fields": fields}]
    version.save()
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    drafts.save_answers(cast.citizen, case_id=case.pk, step_key="shop", raw={"net": "yes", "since": "2026-11-02"})
    with override("en"):
        blank, filled = blank_form(version, department="局"), own_form(cast.citizen, case_id=case.pk)
    assert "□是" in text_of(blank)
    assert "Yes" not in text_of(blank)
    assert "2026年11月2日" in text_of(filled)
    assert "Yes" not in text_of(filled)
