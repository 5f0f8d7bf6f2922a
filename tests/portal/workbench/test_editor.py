"""The editor of a draft: what it shows and saves, what it refuses and keeps."""

import re

import pytest
from django.urls import reverse

from services.descriptions import FeePart, MaterialPart, SituationPart
from services.editing import versions
from services.models import ItemVersion
from tests.factories.catalogue import a_certificate_type, a_post
from tests.factories.editing import a_desk, a_draft
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db
QUESTION = SituationPart(
    key="own",
    question="房子是谁的？",
    options=[{"value": "mine", "label": "自己的"}, {"value": "rent", "label": "租的"}],
)
LATER = SituationPart(
    key="lease",
    question="有租约吗？",
    options=[{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}],
    when={"own": "rent"},
)
PAPER = MaterialPart(key="lease", name="租赁合同", when={"own": "rent"})
FORM = [
    {"key": "p1", "title": "基本情况", "fields": [{"key": "f1", "label": "面积", "type": "decimal", "required": True}]}
]


@pytest.fixture
def desk():
    return a_desk()


def address(draft, *rest):
    names = {0: "draft_edit", 1: "draft_section", 2: "draft_row", 3: "draft_row_move"}
    return reverse(names[len(rest)], args=[draft.item_id, draft.version, *rest])


def hidden(page):
    """What the form of a page carries unseen."""
    text = page.content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]*)"', text)[1] for name in ("revision", "opened")}


def fill(page, **changes):
    """The form of a page as a browser would send it, with changes; None takes a field out."""
    form = page.context["form"]
    data = hidden(page)
    for bound in form:
        value = bound.value()
        if value is not None and value is not False and value not in ("", []):
            data[bound.name] = "on" if value is True else value
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def edit(who, where, **changes):
    browser = browser_of(who)
    page = browser.get(where)
    assert page.status_code == 200
    return browser.post(where, fill(page, **changes))


def content(draft):
    return versions.content_of(ItemVersion.objects.get(pk=draft.pk))


def written(desk):
    """A draft with a question that depends on another, materials, a fee and a form."""
    a_certificate_type()
    return a_draft(
        desk,
        situations=(QUESTION, LATER),
        materials=(PAPER, MaterialPart(key="form", name="申请书")),
        fees=(FeePart(name="工本费", standard="每件 5 元", basis="价费〔2020〕1 号"),),
        steps=FORM,
    )


@pytest.fixture
def draft(desk):
    return written(desk)


def test_every_section_opens_and_an_unchanged_form_changes_nothing(desk, draft):
    browser = browser_of(desk.ann)
    overview = browser.get(address(draft))
    assert overview.status_code == 200
    before = content(draft)
    for row in overview.context["sections"]:
        page = browser.get(row["url"])
        assert page.status_code == 200, row["url"]
        if "form" in page.context:
            assert browser.post(row["url"], fill(page)).status_code == 302, row["url"]
    draft.refresh_from_db()
    assert (content(draft), draft.revision) == (before, 1)


def test_every_row_opens_and_an_unchanged_form_changes_nothing(desk, draft):
    before = content(draft)
    for place in ("situations/1", "situations/2-1", "form/1", "form/1-1", "materials/1", "fees/1", "faqs/1"):
        where = f"{address(draft)}{place}/"
        assert edit(desk.ann, where).status_code == 302, place
    draft.refresh_from_db()
    assert (content(draft), draft.revision) == (before, 1)


def test_plain_elements_are_saved(desk, draft):
    answer = edit(
        desk.ann,
        address(draft, "limits"),
        promise_days="0",
        visits="2",
        visits_reason="核对原件",
        handle_forms=["1", "3"],
    )
    assert answer.status_code == 302
    now = content(draft)
    assert (now.visits, now.visits_reason, now.handle_forms) == (2, "核对原件", ["1", "3"])
    assert now.statutory_days == 20


def test_inherited_elements_are_shown_and_not_offered(desk, draft):
    page = browser_of(desk.ann).get(address(draft, "basics"))
    assert "name" not in page.context["form"].fields
    assert "示范许可" in [value for _label, value in page.context["locked"]]
    answer = edit(desk.ann, address(draft, "basics"), name="别的名字", summary="一句话")
    assert answer.status_code == 302
    assert (content(draft).name, content(draft).summary) == ("示范许可", "一句话")
    assert browser_of(desk.ann).get(address(draft, "legal", "1")).status_code == 404
    browser_of(desk.ann).post(address(draft, "legal", "1", "delete"), {"revision": draft.revision + 1})
    assert len(content(draft).legal_bases) == 1


def test_a_material_is_added_with_a_certificate_and_a_condition(desk, draft):
    licence = a_certificate_type()
    where = address(draft, "materials", "new")
    answer = edit(desk.ann, where, name="营业执照", satisfied_by=[str(licence.pk)], when__own=["rent"])
    assert answer.status_code == 302, answer.context["form"].errors
    added = content(draft).materials[-1]
    assert (added.name, added.satisfied_by, added.when) == ("营业执照", frozenset({licence.pk}), {"own": "rent"})
    assert added.key.startswith("m-")


@pytest.mark.parametrize("revision", ["²", "９", "9" * 5000, "-1", "", "x"])
def test_a_row_is_moved_only_with_the_revision_that_was_seen(desk, draft, revision):
    before = content(draft)
    answer = browser_of(desk.ann).post(address(draft, "materials", "2", "up"), {"revision": revision})
    assert answer.status_code == 409
    assert content(draft) == before


def test_the_day_of_a_law_is_a_day(desk, draft):
    before = content(draft)
    wrong = edit(desk.ann, address(draft, "legal", "new"), law="食品安全法", since="去年")
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["since"])
    assert content(draft) == before
    right = edit(
        desk.ann, address(draft, "legal", "new"), law="食品安全法", since="2015-10-01", issuer="全国人大常委会"
    )
    assert right.status_code == 302
    assert (content(draft).legal_bases[-1].since, content(draft).legal_bases[-1].issuer) == (
        "2015-10-01",
        "全国人大常委会",
    )


def test_a_question_is_added_with_its_options(desk, draft):
    assert (
        edit(desk.ann, address(draft, "situations", "new"), question="多大？", first_options="大\n小").status_code
        == 302
    )
    added = content(draft).situations[-1]
    assert [one["label"] for one in added.options] == ["大", "小"]
    assert edit(desk.ann, address(draft, "situations", "3-new"), label="中", when__own=["mine"]).status_code == 302
    assert content(draft).situations[-1].options[-1]["when"] == {"own": "mine"}


def test_a_question_looks_back_only(desk, draft):
    first = browser_of(desk.ann).get(address(draft, "situations", "1"))
    assert not [name for name in first.context["form"].fields if name.startswith("when__")]
    second = browser_of(desk.ann).get(address(draft, "situations", "2"))
    assert [name for name in second.context["form"].fields if name.startswith("when__")] == ["when__own"]


@pytest.mark.parametrize(("place", "move"), [("1", "delete"), ("1", "down"), ("2", "up"), ("1-2", "delete")])
def test_what_others_depend_on_is_not_taken_away(desk, draft, place, move):
    before = content(draft)
    answer = browser_of(desk.ann).post(address(draft, "situations", place, move), {"revision": draft.revision})
    assert answer.status_code == 422
    assert "有租约吗" in answer.content.decode() or "租赁合同" in answer.content.decode()
    assert content(draft) == before


def test_a_condition_typed_by_hand_is_refused(desk, draft):
    before = content(draft)
    answer = edit(desk.ann, address(draft, "materials", "1"), when__own=["nobody"])
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["when__own"])
    edit(desk.ann, address(draft, "situations", "1"), when__lease=["yes"], question=QUESTION.question)
    assert content(draft) == before


def test_rows_move_go_and_come_back(desk, draft):
    browser = browser_of(desk.ann)
    assert browser.post(address(draft, "materials", "2", "up"), {"revision": 1}).status_code == 302
    assert [one.name for one in content(draft).materials] == ["申请书", "租赁合同"]
    gone = browser.post(address(draft, "materials", "2", "delete"), {"revision": 2}, follow=True)
    assert "撤销删除" in gone.content.decode()
    assert [one.name for one in content(draft).materials] == ["申请书"]
    back = browser.post(gone.context["removed"]["url"], {"revision": 3})
    assert back.status_code == 302
    assert content(draft).materials[1] == PAPER
    again = browser.post(address(draft, "materials", "2", "restore"), {"revision": 4})
    assert again.status_code == 404
    assert len(content(draft).materials) == 2


@pytest.mark.parametrize(
    ("section", "place", "changes", "wrong"),
    [
        ("limits", "", {"statutory_days": "x"}, "statutory_days"),
        ("limits", "", {"statutory_days": "-1"}, "statutory_days"),
        ("limits", "", {"statutory_days": "99999"}, "statutory_days"),
        ("basics", "", {"summary": "字" * 301}, "summary"),
        ("basics", "", {"summary": "\x00"}, "summary"),
        ("basics", "", {"themes_person": ["777"]}, "themes_person"),
        ("window", "", {"consult_phone": "1" * 101}, "consult_phone"),
        ("result", "", {"result_type_id": "x"}, "result_type_id"),
        ("materials", "1", {"name": ""}, "name"),
        ("materials", "1", {"satisfied_by": ["x"]}, "satisfied_by"),
        ("fees", "1", {"amount": "一百"}, "amount"),
        ("fees", "1", {"amount": "-5"}, "amount"),
        ("faqs", "1", {"answer": "答" * 2001}, "answer"),
        ("form", "1-1", {"type": "nonsense"}, "type"),
        ("form", "1-1", {"label": ""}, "label"),
    ],
)
def test_bad_input_is_named_at_its_field_and_kept(desk, draft, section, place, changes, wrong):
    before = content(draft)
    where = address(draft, section, place) if place else address(draft, section)
    answer = edit(desk.ann, where, **changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    if wrong != "type" and isinstance(changes[wrong], str) and changes[wrong].isprintable():
        assert changes[wrong] in answer.content.decode()
    assert content(draft) == before


def test_an_amount_is_saved_and_written_again_the_same(desk, draft):
    assert edit(desk.ann, address(draft, "fees", "1"), amount="5").status_code == 302
    draft.refresh_from_db()
    assert edit(desk.ann, address(draft, "fees", "1")).status_code == 302
    assert ItemVersion.objects.get(pk=draft.pk).revision == draft.revision


def test_the_route_takes_posts_that_serve_the_department(desk, draft):
    post = a_post(desk.department)
    given = {"name": "审核", "days": "3", "post_id": str(post.pk)}
    where = address(draft, "route", "new")
    assert edit(desk.ann, where, **given, department_id=str(desk.other.department_id)).status_code == 422
    assert edit(desk.ann, where, **given, department_id=str(desk.department.pk)).status_code == 302
    stage = content(draft).route[0]
    assert (stage.department_id, stage.post_id, stage.days) == (desk.department.pk, post.pk, 3)


@pytest.mark.parametrize(
    "rest",
    [("nothing",), ("window", "1"), ("materials", "9"), ("materials", "1-1"), ("materials", "x"), ("form", "9-1")],
)
def test_addresses_of_nothing_are_not_found(desk, draft, rest):
    assert browser_of(desk.ann).get(address(draft, *rest)).status_code == 404


def test_no_script_in_a_name_runs(desk, draft):
    evil = "<script>alert(1)</script>"
    assert edit(desk.ann, address(draft, "materials", "2"), name=evil, note=evil).status_code == 302
    assert edit(desk.ann, address(draft, "situations", "1"), question=evil).status_code == 302
    pages = [
        address(draft),
        address(draft, "materials"),
        address(draft, "materials", "1"),
        address(draft, "situations"),
    ]
    pages += [reverse("draft_compare", args=[draft.item_id, draft.version])]
    pages += [
        reverse("draft_preview", args=[draft.item_id, draft.version, name]) for name in ("guide", "situation", "form")
    ]
    for where in pages:
        text = browser_of(desk.ann).get(where).content.decode()
        assert evil not in text, where


def test_stages_wait_for_stages_that_are_there(desk, draft):
    post = a_post(desk.department)
    given = {"days": "3", "post_id": str(post.pk), "department_id": str(desk.department.pk)}
    where = address(draft, "route", "new")
    assert edit(desk.ann, where, name="材料审查", **given).status_code == 302
    first = content(draft).route[0]
    assert (first.kind, first.after, first.assignment) == ("review", [], "shared")
    assert edit(desk.ann, where, name="核查", kind="site_visit", after=["gone"], **given).status_code == 422
    sent = {"kind": "site_visit", "after": [first.key], "checklist": "看布局\n看设备", "is_substantive": "on"}
    assert edit(desk.ann, where, name="核查", **sent, **given).status_code == 302
    second = content(draft).route[1]
    assert (second.kind, second.after, second.checklist) == ("site_visit", [first.key], ["看布局", "看设备"])
    page = browser_of(desk.ann).get(address(draft, "route")).content.decode()
    assert "等材料审查" in page
    assert edit(desk.ann, address(draft, "route", "2"), lead=first.key).status_code == 422  # it is no joint review
