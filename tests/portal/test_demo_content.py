"""The demonstration catalogue loads as it stands, again without change, and says where a file is wrong."""

import shutil

import pytest

from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Department, Region
from portal.demo import vocabulary
from portal.demo.catalogue import load
from portal.demo.entries import CONTENT, ContentError
from services import queries
from services.models import ItemVersion, Synonym
from services.searching.actions import change_synonym
from services.searching.queries import version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    for path in (folder / "items").glob("*.yaml"):
        if path.name != "scjg.yaml":
            path.unlink()
    return folder


def change(content, name, old, new):
    path = content / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("items/scjg.yaml", "level: 3", "levle: 3", "unknown keys ['levle']"),
        ("items/scjg.yaml", "  visits: 0\n", "", "missing keys ['visits']"),
        ("items/scjg.yaml", "level: 3", "level: 3\n  level: 4", "repeated"),
        ("items/scjg.yaml", "element: org.uscc", "element: org.colour", "unknown data element 'org.colour'"),
        ("items/scjg.yaml", "satisfied_by: [business-licence]", "satisfied_by: [x]", "unknown certificate type 'x'"),
        ("items/scjg.yaml", "certificate_type: food-licence", "certificate_type: x", "unknown certificate type 'x'"),
        ("items/scjg.yaml", ', registers: "92"', "", "registers must say"),
        ("items/scjg.yaml", 'registers: "92"', 'registers: "9"', "'9' is none of"),
        ("items/scjg.yaml", "type: food-licence}", 'type: food-licence, registers: "91"}', "registers goes with"),
        ("items/scjg.yaml", "type: food-licence}", "type: food-licence, replaces: renew}", "replaces needs a material"),
        ("items/scjg.yaml", "post: 食品经营科", "post: 无此科", "no post '无此科'"),
        ("items/scjg.yaml", "department: xfj", "department: x", "no post '监督科'"),
        ("items/scjg.yaml", 'when: {cold_dish: "yes"}', "when: {cold_dish: yes}", "quote yes and no"),
        ("items/scjg.yaml", 'when: {cold_dish: "yes"}', "when: {cold: no-such}", "没有对应的问题或选项"),
        ("items/scjg.yaml", 'type: "01"', 'type: "33"', "'33' is none of"),
        ("items/scjg.yaml", 'main: "31012"', 'main: "3"', "not a catalogue code"),
        ("items/scjg.yaml", "promise: {days: 5", "promise: {days: 50", "承诺时限长于法定时限"),
        ("items/scjg.yaml", "promise: {days: 5", "promise: {days: 0", "instant"),
        ("items/scjg.yaml", "visits: 0", "visits: 1", "visits"),
        ("items/scjg.yaml", "kind: 法律,", "kind: 法,", "'法' is none of"),
        ("items/scjg.yaml", 'source: "20"', 'source: "21"', "'21' is none of"),
        ("items/scjg.yaml", "type: multichoice", "type: colour", "'colour' is none of"),
        ("items/scjg.yaml", "key: catering-grade", "key: food-business", "stands in"),
        ("items/scjg.yaml", "popularity: 950", "popularity: many", "whole number"),
        ("items/scjg.yaml", "- key: food-business", "- key: [", "expected"),
        ("departments.yaml", 'region: "519900"', 'region: "1"', "unknown region"),
        ("departments.yaml", 'body: "00000002"', 'body: "00000001"', "stands in"),
        ("regions.yaml", 'parent: "510000"', 'parent: "52"', "does not stand before it"),
        ("certificate_types/base.yaml", "definer: scjg", "definer: x", "unknown department 'x'"),
        ("certificate_types/base.yaml", 'seq: "002"', 'seq: "001"', "definer and seq"),
        ("certificate_types/base.yaml", "element: org.name", "element: x.y", "unknown data element 'x.y'"),
        ("data_elements/base.yaml", "code: person.gender", "code: person.name", "stands in"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place_and_nothing_is_loaded(content, name, old, new, problem):
    change(content, name, old, new)
    with pytest.raises(ContentError) as caught:
        load(SYSTEM, content=content)
    assert problem in str(caught.value)
    assert not Region.objects.exists()
    assert not Department.objects.exists()


def test_a_changed_file_makes_one_new_version(content):
    load(SYSTEM, content=content)
    change(content, "items/scjg.yaml", "办好后发食品经营许可证", "办好后领取食品经营许可证")
    loaded = load(SYSTEM, content=content)
    assert loaded.items["food-business"].current.version == 2
    assert ItemVersion.objects.filter(version=2).count() == 1


def test_the_synonyms_stand_for_items_and_an_editors_word_stays(tmp_path):
    load(SYSTEM)
    count = vocabulary.load(SYSTEM)
    events = AuditEvent.objects.count()
    changed = Synonym.objects.get(term="营业执照")
    change_synonym(SYSTEM, synonym_id=changed.pk, stands_for=["公司设立登记"], seen=version_of(changed))
    assert vocabulary.load(SYSTEM) == count == Synonym.objects.count()
    assert AuditEvent.objects.count() == events + 1
    assert queries.search("營業執照").items[0].name == "有限责任公司设立登记"
    for asked, meant in (("kfg", "食品经营许可（首次申请）"), ("食品径营许可", "食品经营许可（首次申请）")):
        assert queries.search(asked).items[0].name == meant
    (tmp_path / "synonyms.yaml").write_text("- {term: 造火箭, stands_for: [火箭]}", encoding="utf-8")
    with pytest.raises(ContentError, match="火箭"):
        vocabulary.load(SYSTEM, content=tmp_path)
