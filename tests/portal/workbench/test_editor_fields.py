"""Fields of the form in the editor: their data elements, their materials, and the preview of every type."""

import pytest
from django.urls import reverse

from services.descriptions import MaterialPart
from services.editing import versions
from services.editing.compare import compare
from services.fields import TYPES
from services.models import DataElement
from tests.factories.editing import a_desk, a_draft, good_content
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_editor import FORM, address, content, edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


@pytest.fixture
def draft(desk):
    return a_draft(desk, materials=(MaterialPart(key="form", name="申请书"),), steps=FORM)


def test_a_field_takes_everything_from_its_data_element(desk, draft):
    DataElement.objects.create(code="person.phone", name="联系电话", type="phone", max_length=20)
    assert edit(desk.ann, address(draft, "form", "1-new"), element="person.phone").status_code == 302
    assert content(draft).steps[0]["fields"][1] == {
        "key": "person.phone",
        "element": "person.phone",
        "label": "联系电话",
        "type": "phone",
        "max_length": 20,
        "required": True,
    }
    again = edit(desk.ann, address(draft, "form", "1-new"), element="person.phone")
    assert again.status_code == 422
    assert list(again.context["form"].errors) == ["element"]


def test_a_field_follows_its_data_element_in_everything(desk, draft):
    columns = [{"key": "name", "label": "姓名", "type": "text", "required": True}]
    shape = {"columns": columns, "min_rows": 1, "max_rows": 5}
    DataElement.objects.create(code="shop.staff", name="人员", type="group", sensitivity="personal", shape=shape)
    DataElement.objects.create(
        code="shop.code", name="编号", type="text", pattern="[A-Z]{2}", pattern_message="两个字母", example="AB"
    )
    assert edit(desk.ann, address(draft, "form", "1-new"), element="shop.staff").status_code == 302
    added = content(draft).steps[0]["fields"][1]
    assert {name: added[name] for name in shape} == shape
    assert added["sensitivity"] == "personal"
    assert edit(desk.ann, address(draft, "form", "1-2"), element="shop.code").status_code == 302
    assert content(draft).steps[0]["fields"][1] == {
        "key": "shop.code",
        "element": "shop.code",
        "label": "人员",
        "type": "text",
        "pattern": "[A-Z]{2}",
        "pattern_message": "两个字母",
        "example": "AB",
        "required": True,
    }
    assert edit(desk.ann, address(draft, "form", "1-2"), element="", type="integer").status_code == 302
    own = content(draft).steps[0]["fields"][1]
    assert set(own) == {"key", "label", "type", "required"}
    assert own["key"].startswith("f-")


def test_a_file_of_the_form_names_its_material(desk, draft):
    before = content(draft)
    wrong = edit(desk.ann, address(draft, "form", "1-new"), label="平面图", type="file")
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["material"])
    assert content(draft) == before
    assert (
        edit(desk.ann, address(draft, "form", "1-new"), label="平面图", type="file", material="form").status_code == 302
    )
    assert content(draft).steps[0]["fields"][1]["material"] == "form"


def test_a_table_of_its_own_gets_columns_and_numbers_of_rows(desk, draft):
    lines = "姓名｜一行文字\r\n工种|单选|厨师、服务员\r\n生日｜日期｜可不填"
    table = {"label": "从业人员", "type": "group", "columns": lines, "min_rows": "1", "max_rows": "5"}
    assert edit(desk.ann, address(draft, "form", "1-new"), **table).status_code == 302
    made = content(draft).steps[0]["fields"][1]
    assert (made["min_rows"], made["max_rows"]) == (1, 5)
    plain = [{name: value for name, value in one.items() if name != "key"} for one in made["columns"]]
    assert plain == [
        {"label": "姓名", "type": "text", "required": True},
        {"label": "工种", "type": "choice", "required": True, "choices": ["厨师", "服务员"]},
        {"label": "生日", "type": "date", "required": False},
    ]
    page = browser_of(desk.ann).get(reverse("draft_preview", args=[draft.item_id, draft.version, "form"]))
    for word in ("从业人员", "姓名", "厨师", "生日"):
        assert word in page.content.decode()
    shown = browser_of(desk.ann).get(address(draft, "form", "1-2")).content.decode()
    assert "工种｜单选｜厨师、服务员" in shown
    moved = "生日｜日期｜可不填\r\n姓名｜一行文字"  # what keeps its name keeps its key
    assert edit(desk.ann, address(draft, "form", "1-2"), columns=moved).status_code == 302
    keys = {one["label"]: one["key"] for one in made["columns"]}
    after = content(draft).steps[0]["fields"][1]["columns"]
    assert [one["key"] for one in after] == [keys["生日"], keys["姓名"]]
    assert edit(desk.ann, address(draft, "form", "1-2"), type="text").status_code == 302
    assert set(content(draft).steps[0]["fields"][1]) == {"key", "label", "type", "required"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"columns": ""}, "columns"),
        ({"columns": "姓名"}, "columns"),
        ({"columns": "姓名｜人员"}, "columns"),
        ({"columns": "工种｜单选"}, "columns"),
        ({"columns": "姓名｜一行文字\n姓名｜日期"}, "columns"),
        ({"columns": "姓名｜一行文字", "min_rows": "6", "max_rows": "5"}, "min_rows"),
        ({"columns": "姓名｜一行文字", "min_rows": "21"}, "min_rows"),
        ({"columns": "姓名｜一行文字", "max_rows": "201"}, "max_rows"),
        ({"columns": "姓名｜一行文字", "max_rows": "-1"}, "max_rows"),
    ],
)
def test_a_table_that_cannot_be_is_said_at_its_field(desk, draft, wrong, where):
    before = content(draft)
    answer = edit(desk.ann, address(draft, "form", "1-new"), label="人员", type="group", **wrong)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [where])
    assert content(draft) == before


def test_the_preview_shows_every_type_of_field(desk, draft):
    more = {kind: {"choices": ["甲", "乙"]} for kind in ("choice", "multichoice")} | {"file": {"material": "form"}}
    more["group"] = {"columns": [{"key": "name", "label": "姓名", "type": "text"}]}
    fields = [
        {"key": f"f-{kind}", "label": f"栏目{kind}", "type": kind, **more.get(kind, {})} for kind in sorted(TYPES)
    ]
    steps = [{"key": "p1", "title": "都有", "fields": fields}]
    versions.save_draft(desk.ann, version_id=draft.pk, changes={"steps": steps}, expected_revision=1)
    page = browser_of(desk.ann).get(reverse("draft_preview", args=[draft.item_id, draft.version, "form"]))
    assert page.status_code == 200
    text = page.content.decode()
    assert [kind for kind in sorted(TYPES) if f"栏目{kind}" not in text] == []


def test_a_field_of_its_own_and_a_page_are_added(desk, draft):
    assert edit(desk.ann, address(draft, "form", "new"), title="第二页").status_code == 302
    wrong = edit(desk.ann, address(draft, "form", "2-new"), label="方式", type="choice", choices="只有一个")
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["choices"])
    right = edit(
        desk.ann, address(draft, "form", "2-new"), label="方式", type="choice", choices="甲\r\n乙", required=None
    )
    assert right.status_code == 302
    added = content(draft).steps[1]["fields"][0]
    assert (added["label"], added["choices"], added["required"]) == ("方式", ["甲", "乙"], False)


def test_every_type_that_fields_know_is_offered(desk, draft):
    page = browser_of(desk.ann).get(address(draft, "form", "1-new"))
    assert {value for value, _label in page.context["form"].fields["type"].choices} == set(TYPES)


def test_reviewers_see_every_rule_of_a_field_and_everybody_what_concerns_them():
    before = good_content(steps=FORM)
    rules = {"most": "500", "example": "120.5", "sensitivity": "personal"}
    after = good_content(steps=[{**FORM[0], "fields": [{**FORM[0]["fields"][0], **rules}]}])
    told = {(one.label, one.after) for one in compare(before, after, internal=True)}
    assert told == {("面积 · 最大值", "500"), ("面积 · 填写示例", "120.5"), ("面积 · 敏感程度", "个人信息")}
    assert {one.label for one in compare(before, after)} == {"面积 · 最大值", "面积 · 填写示例"}
    columns = [{"key": "name", "label": "姓名", "type": "text"}]
    table = {"key": "staff", "label": "人员", "type": "group", "columns": columns}
    wider = {
        **table,
        "columns": [*columns, {"key": "kind", "label": "工种", "type": "choice", "choices": ["甲", "乙"]}],
    }
    old, new = (good_content(steps=[{**FORM[0], "fields": [field]}]) for field in (table, wider))
    assert [(one.label, one.after) for one in compare(old, new)] == [
        ("人员 · 表格的列", "姓名 一行文字\n工种 单选 甲、乙")
    ]
