"""Each check finds what it is for and nothing in good content; waivers cover what they name and no more."""

import dataclasses
import uuid

import pytest

from services.descriptions import FeePart, LegalBasisPart, MaterialPart, SituationPart, StagePart
from services.lint.findings import RULES, Finding, restored
from services.lint.run import check
from services.lint.subject import Around, Directory, Element, Face, Subject
from tests.factories.editing import BASIS, good_content

LICENCE, CARD, PROOF = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
AROUND = Around(
    {
        LICENCE: Face(
            "business-licence", "营业执照", "organisation", {"名称": "org.name", "经营范围": "", "住所": "x"}
        ),
        CARD: Face("id-card", "居民身份证", "person", {"姓名": "person.name"}),
    },
    {
        "person.name": Element("person.name", "姓名", "text", "id-card"),
        "person.phone": Element("person.phone", "手机号码", "phone", "identity"),
        "person.id_number": Element("person.id_number", "公民身份号码", "id_number", "id-card"),
        "org.name": Element("org.name", "名称", "text"),
        "person.bank": Element("person.bank", "开户银行", "text"),
    },
)
LIMITED = {"quota_order": "acceptance", "quota_places": 3, "quota_counts": "year", "quantity_limit": "按规划"}
COLUMN = {"key": "name", "label": "姓名", "type": "text"}
DIRECTORY = Directory(own=1, newest=1, levels=("3",))


def subject(item_type="01", directory=DIRECTORY, waivers=frozenset(), **changes) -> Subject:
    content = good_content(**{"legal_bases": (BASIS,), **changes})
    return Subject(content, item_type, AROUND, directory=directory, waivers=waivers)


def codes(*args, **changes) -> set[str]:
    return {finding.code for finding in check(subject(*args, **changes))}


def a_field(label, **more):
    return [{"key": "s", "title": "页", "fields": [{"key": "own", "label": label, "type": "text", **more}]}]


def a_material(name, **more) -> tuple[MaterialPart, ...]:
    return (MaterialPart(**{"key": "m", "name": name, "legal": "示范法第一条", **more}),)


def test_good_content_has_no_findings():
    assert check(subject()) == []
    assert check(subject(steps=a_field("人员", type="group", columns=[COLUMN], min_rows=1, max_rows=5))) == []
    assert check(subject(**LIMITED)) == []
    assert check(subject(quota_order="other", quantity_limit="招标（行政许可法第五十三条）")) == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("reference.table_shape", {"steps": a_field("人员", type="group")}),
        ("reference.table_shape", {"steps": a_field("人员", type="group", columns=[COLUMN], min_rows=6, max_rows=5)}),
        ("reference.table_shape", {"steps": a_field("人员", type="group", columns=[COLUMN], min_rows=21)}),
        ("reference.table_shape", {"steps": a_field("人员", type="group", columns=[{**COLUMN, "type": "person"}])}),
        ("consistency.instant", {"promise_days": 3}),
        ("consistency.instant", {"project_type": "2"}),
        ("consistency.result_kind", {"result_name": "示范证"}),
        ("consistency.visit_reason", {"visits": 1}),
        ("consistency.visit_reason", {"visits_reason": "核对原件"}),
        ("consistency.express", {"is_applicable_online": False, "handle_forms": ["1"]}),
        ("consistency.online_visit", {"visits": 1, "visits_reason": "核对", "online_depth": ["5"]}),
        ("consistency.fee_basis", {"fees": (FeePart(name="工本费", standard="十元"),)}),
        ("consistency.pay_without_fee", {"pays_online": True}),
        ("consistency.phone_missing", {"complaint_phone": " "}),
        ("consistency.phone_same", {"complaint_phone": "0000-1"}),
        ("consistency.theme_audience", {"themes_org": ["010"]}),
        ("consistency.theme_missing", {"audience": ["1", "2"]}),
        ("consistency.faq_missing", {"faqs": ()}),
        ("consistency.flow_short", {"flow": ["申请", "办结"]}),
        ("consistency.sample_missing", {"result_name": "批准书", "result_kind": "document"}),
        ("legal.promise_longer", {"project_type": "2", "promise_days": 21}),
        ("legal.promise_longer", {"project_type": "2", "promise_days": 16, "statutory_unit": "N"}),
        ("legal.promise_longer", {"project_type": "2", "promise_days": 60, "promise_unit": "N"}),
        ("legal.limit_missing", {"statutory_days": None}),
        ("legal.basis_missing", {"legal_bases": ()}),
        ("legal.basis_weak", {"legal_bases": (LegalBasisPart(law="办法", article="第一条", kind="部门规章"),)}),
        ("legal.article_missing", {"legal_bases": (LegalBasisPart(law="某法", kind="法律"),)}),
        ("legal.proof_basis", {"materials": a_material("无犯罪记录证明", legal="")}),
        ("legal.proof_basis", {"materials": a_material("情况表", legal="", is_proof=True)}),
        ("legal.material_basis", {"materials": a_material("情况表", legal="")}),
        ("reference.element_unknown", {"steps": a_field("甲", element="no.such")}),
        ("reference.element_differs", {"steps": a_field("甲", element="person.phone")}),
        ("reference.type_unknown", {"materials": a_material("甲", satisfied_by=frozenset([PROOF]))}),
        ("reference.type_unknown", {"result_kind": "certificate", "result_type_id": PROOF}),
        ("reference.result_type", {"result_kind": "certificate"}),
        ("reference.replaces", {"result_kind": "certificate", "result_type_id": CARD, "replaces": "renew"}),
        ("reference.code_unknown", {"audience": ["1", "8"]}),
        ("reference.code_unknown", {"use_level": "3^8"}),
        ("reference.route_missing", {"project_type": "2", "promise_days": 5}),
        ("quota.change", {**LIMITED, "result_kind": "certificate", "result_type_id": CARD, "replaces": "renew"}),
        ("quota.result_type", {**LIMITED, "quota_counts": "in_force"}),
        ("quota.law_missing", {"quota_order": "other", "quantity_limit": "无。"}),
        ("quota.text_missing", {**LIMITED, "quantity_limit": ""}),
        ("quota.number_missing", {"quota_order": "acceptance", "quantity_limit": "按规划"}),
        ("ask.field_known", {"steps": a_field("申请人姓名")}),
        ("ask.field_known", {"steps": a_field("身份证号（18 位）：")}),
        ("ask.field_always", {"steps": a_field("姓名", element="person.name", ask="always")}),
        ("ask.material_known", {"materials": a_material("营业执照副本复印件")}),
        ("ask.material_known", {"materials": a_material("身份证（正反面）")}),
        ("ask.material_unmatched", {"materials": a_material("营业执照", satisfied_by=frozenset([LICENCE]))}),
        ("ask.no_source", {"materials": a_material("用地批准书", source_type="20")}),
    ],
)
def test_each_check_finds_what_it_is_for(code, changes):
    assert code in codes(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {
            "project_type": "2",
            "promise_days": 14,
            "statutory_unit": "N",
            "statutory_days": 18,
        },  # 14 working days: 18 at least
        {"project_type": "2", "promise_days": 28, "promise_unit": "N"},
        {"project_type": "2", "promise_days": 20},
    ],
)
def test_a_promise_inside_the_statute_is_no_finding(changes):
    route = (StagePart(key="r", name="审", department_id=uuid.uuid4(), post_id=uuid.uuid4(), days=1),)
    assert "legal.promise_longer" not in codes(route=route, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": a_field("姓名", element="person.name")},  # filled in from the card, asked where there is none
        {"steps": a_field("姓名", required=False)},
        {"steps": a_field("开户银行")},  # nobody vouches for it
        {"steps": a_field("开户银行", element="person.bank", ask="always")},
        {"materials": a_material("身份证", satisfied_by=frozenset([CARD]))},
        {"materials": a_material("营业执照遗失声明")},
        {"materials": a_material("营业执照", need="2")},
        {"materials": a_material("经营者身份证", satisfied_by=frozenset([CARD]), proof_of="representative")},
    ],
)
def test_what_is_taken_from_its_source_or_nobody_has_is_not_asked_in_vain(changes):
    assert not {code for code in codes(**changes) if RULES[code].asks_in_vain}


def test_a_field_that_a_certificate_among_the_materials_shows_is_asked_in_vain():
    held = a_material("营业执照", satisfied_by=frozenset([LICENCE]))
    who = {"audience": ["2"], "themes_person": [], "themes_org": ["010"]}
    assert "ask.field_on_certificate" in codes(materials=held, steps=a_field("经营范围"), **who)
    assert "ask.field_on_certificate" not in codes(steps=a_field("经营范围"), **who)


def test_a_waiver_covers_the_field_it_names_and_no_other():
    wrong = {"steps": a_field("姓名"), "materials": a_material("身份证")}
    found = check(subject(waivers=frozenset([("field", "own")]), **wrong))
    assert {finding.code: finding.is_error for finding in found} == {
        "ask.field_known": False,
        "ask.material_known": True,
    }
    other = check(subject(waivers=frozenset([("material", "own"), ("field", "m")]), **wrong))
    assert all(finding.is_error for finding in other)


@pytest.mark.parametrize(
    ("directory", "code"),
    [
        (None, "directory.missing"),
        (dataclasses.replace(DIRECTORY, newest=2, outdated=("名称",)), "directory.outdated"),
        (dataclasses.replace(DIRECTORY, differing=("名称",)), "directory.differs"),
        (dataclasses.replace(DIRECTORY, levels=("4",)), "directory.level"),
        (dataclasses.replace(DIRECTORY, has_subs=True), "directory.has_subs"),
        (dataclasses.replace(DIRECTORY, is_cancelled=True), "directory.cancelled"),
    ],
)
def test_what_has_come_away_from_the_directory_is_shown(directory, code):
    assert codes(directory=directory) == {code}


def question(key, values="ab", *, when=None, **options):
    return SituationPart(
        key=key,
        question=f"问{key}",
        when=when or {},
        options=[{"value": one, "label": one, **({"when": options[one]} if one in options else {})} for one in values],
    )


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        # reached only by contradicting answers
        (
            [question("p"), question("q", when={"p": "a"}), question("r", when={"p": "b", "q": "a"})],
            "question_unreachable",
        ),
        ([question("p"), question("q", when={"p": "a"}, b={"p": "b"})], "option_unreachable"),
        ([question("p", "abc"), question("q", a={"p": "a"}, b={"p": "b"})], "dead_end"),
        ([question("p", when={"q": "a"}), question("q")], "looks_forward"),
        ([question("p", when={"p": "a"})], "looks_forward"),
    ],
)
def test_branches_that_contradict_are_found(questions, code):
    assert codes(situations=tuple(questions)) == {f"situation.{code}"}


def test_a_material_behind_contradicting_answers_is_found_and_a_reachable_one_is_not():
    tree = (question("p"), question("q", when={"p": "a"}))
    assert codes(situations=tree, materials=a_material("甲", when={"p": "b", "q": "a"})) == {
        "situation.part_unreachable"
    }
    assert codes(situations=tree, materials=a_material("甲", when={"p": "a", "q": ["a", "b"]})) == set()


def test_many_independent_questions_are_solved_without_trying_every_combination():
    tree = tuple(question(f"q{number}", "abcdef") for number in range(40))
    assert codes(situations=tree, materials=a_material("甲", when={"q3": "f", "q39": "f"})) == set()


def test_a_search_that_would_not_end_gives_up_and_says_so():
    when = {f"q{number}": list("abcdef") for number in range(12)}
    tree = (*(question(f"q{number}", "abcdef") for number in range(12)), question("x", "ab", when=when))
    impossible = question("z", "ab", when={**when, "x": "a"}, a={"x": "b"}, b={"x": "b"})
    assert "situation.too_many" in codes(situations=(*tree, impossible))


def test_a_stored_finding_comes_back_the_same():
    for finding in check(subject(steps=a_field("姓名"), consult_phone="")):
        assert restored(finding.stored()) == finding
        assert "%(" not in finding.message


def test_every_rule_has_words_that_its_params_fill():
    finding = Finding("ask.material_known", "material:m", {"name": "身份证", "source": "居民身份证"})
    assert finding.message == "材料“身份证”要申请人提交，但是证照库里已经有居民身份证"
