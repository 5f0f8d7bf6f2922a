"""Two versions compared: elements, rows that came, went, changed or moved, in words and nothing but words."""

import dataclasses
from uuid import UUID, uuid4

from services.descriptions import (
    PARTS,
    FaqPart,
    FeePart,
    LegalBasisPart,
    MaterialPart,
    SituationPart,
    StagePart,
    VersionContent,
)
from services.editing.compare import Change, compare, marked
from services.editing.elements import PART_LABELS, SECTION_OF

LICENCE, HEALTH = UUID(int=1), UUID(int=2)
NAMES = {LICENCE: "营业执照", HEALTH: "健康证明"}
OWN = SituationPart(
    key="own", question="房子是谁的？", options=[{"value": "a", "label": "自己的"}, {"value": "b", "label": "租的"}]
)
OLD = VersionContent(
    name="食品经营许可",
    audience=["1"],
    situations=(OWN,),
    materials=(
        MaterialPart(key="a", name="甲"),
        MaterialPart(key="b", name="乙"),
        MaterialPart(key="c", name="丙", satisfied_by=frozenset({LICENCE})),
    ),
    steps=[{"key": "p", "title": "一页", "fields": [{"key": "f", "label": "面积", "type": "decimal"}]}],
)


def short(changes):
    return [(one.label, one.kind) for one in changes]


def with_changes(**changes):
    return compare(OLD, dataclasses.replace(OLD, **changes), names=NAMES)


def test_every_element_has_its_section_and_every_column_its_words():
    elements = {one.name for one in dataclasses.fields(VersionContent)}
    assert elements - set(SECTION_OF) == {"cancel_on", "source_row"}
    assert set(SECTION_OF) <= elements
    for part, (_model, kind) in PARTS.items():
        assert {one.name for one in dataclasses.fields(kind)} - set(PART_LABELS[part]) <= {"key", "is_inherited"}


def test_the_same_content_has_no_changes():
    assert compare(OLD, OLD) == []


def test_elements_are_told_in_words():
    changes = with_changes(name="食品经营备案", audience=["1", "2"], promise_days=3, is_applicable_online=True)
    assert changes[0] == Change("基本要素", "名称", "changed", "食品经营许可", "食品经营备案")
    assert (changes[1].before, changes[1].after) == ("自然人", "自然人、企业法人")
    assert ("承诺时限", "added") in short(changes)
    assert next(one for one in changes if one.label == "在线申请").after == "是"


def test_rows_come_go_change_and_move():
    first, second, third = OLD.materials
    assert short(with_changes(materials=(first, third))) == [("乙", "removed")]
    assert short(with_changes(materials=(*OLD.materials, MaterialPart(key="d", name="丁")))) == [("丁", "added")]
    assert short(with_changes(materials=(third, first, second))) == [("丙", "moved")]
    renamed = dataclasses.replace(first, name="甲的新名字")
    assert with_changes(materials=(renamed, second, third)) == [
        Change("申请材料", "甲的新名字 · 材料名称", "changed", "甲", "甲的新名字")
    ]


def test_certificates_and_conditions_are_named():
    first, second, third = OLD.materials
    wanted = dataclasses.replace(third, satisfied_by=frozenset({LICENCE, HEALTH}), when={"own": ["a", "b"]})
    changes = with_changes(materials=(first, second, wanted))
    assert [one.after for one in changes] == ["“房子是谁的？”选自己的、租的", "健康证明、营业执照"]


def test_a_field_that_goes_to_another_page_says_so():
    field = OLD.steps[0]["fields"][0]
    steps = [{**OLD.steps[0], "fields": []}, {"key": "q", "title": "二页", "fields": [field]}]
    changes = with_changes(steps=steps)
    assert short(changes) == [("二页", "added"), ("面积 · 所在页", "changed")]
    assert (changes[1].before, changes[1].after) == ("一页", "二页")


def test_a_field_of_a_type_nobody_named_is_told_by_its_code():
    field = {"key": "x", "label": "新的", "type": "hologram"}
    assert "类型：hologram" in with_changes(steps=[{**OLD.steps[0], "fields": [field]}])[1].after


def test_rows_without_a_key_are_known_by_what_they_are_about():
    old = dataclasses.replace(
        OLD,
        legal_bases=(LegalBasisPart(law="法", article="第一条"),),
        faqs=(FaqPart(question="多久？", answer="三天。"), FaqPart(question="多久？", answer="五天。")),
        fees=(FeePart(name="工本费", standard="5 元"),),
    )
    new = dataclasses.replace(
        old,
        legal_bases=(LegalBasisPart(law="法", article="第一条", gist="内容"),),
        faqs=(FaqPart(question="多久？", answer="三天。"), FaqPart(question="多久？", answer="四天。")),
        fees=(),
    )
    assert short(compare(old, new)) == [
        ("《法》第一条 · 条款内容", "added"),
        ("工本费", "removed"),
        ("多久？ · 回答", "changed"),
    ]


def test_no_id_and_no_post_is_told_to_the_public():
    stage = StagePart(key="s", name="审核", department_id=uuid4(), post_id=uuid4(), days=3)
    new = dataclasses.replace(OLD, route=(stage,), source_row={"secret": "行内"}, result_type_id=uuid4())
    told = " ".join(one.label + one.before + one.after for one in compare(OLD, new))
    for secret in (str(stage.post_id), str(stage.department_id), "行内", str(new.result_type_id), "岗位"):
        assert secret not in told
    assert "岗位" in " ".join(one.after for one in compare(OLD, new, internal=True))


def test_changed_characters_are_marked():
    before, after = marked("五个工作日内办结", "三个工作日内办结")
    assert [(one.text, one.is_changed) for one in before] == [("五", True), ("个工作日内办结", False)]
    assert [(one.text, one.is_changed) for one in after] == [("三", True), ("个工作日内办结", False)]
    assert marked("", "新的")[1][0].is_changed
