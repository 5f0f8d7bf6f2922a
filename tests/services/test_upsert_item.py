"""Saving an item: versions, what starts one, who may, and what the audit keeps."""

import dataclasses
import uuid
from decimal import Decimal

import pytest

from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import SYSTEM, Actor, ActorKind
from identity.permissions import Permission
from services import queries
from services.actions import ElementDescription, Outcome, save_data_elements, upsert_item, upsert_items
from services.codes import catalog_code, task_code
from services.descriptions import (
    FaqPart,
    FeePart,
    ItemDescription,
    LegalBasisPart,
    MaterialPart,
    SituationPart,
    StagePart,
    VersionContent,
)
from services.errors import DescriptionInvalid, ItemRepeated
from services.models import DataElement, DirectoryEntry, ItemVersion, ServiceItem
from tests.factories.catalogue import a_certificate_type, a_department, a_post, a_region

pytestmark = pytest.mark.django_db


def described(name: str = "公司设立登记", *, main: str = "31001", **content) -> ItemDescription:
    department = a_department()
    catalog = catalog_code(region="51", item_type="01", main=main)
    return ItemDescription(
        region=department.region,
        department=department,
        department_name=department.name,
        item_type="01",
        catalog_code=catalog,
        task_code=task_code(uscc=department.uscc, level="3", catalog=catalog),
        content=VersionContent(name=name, **content),
    )


def with_parts() -> ItemDescription:
    department = a_department()
    options = [{"value": "rent", "label": "租"}, {"value": "own", "label": "买"}]
    return described(
        legal_bases=(LegalBasisPart(law="中华人民共和国公司法", article="第二十九条", kind="法律"),),
        situations=(SituationPart(key="home", question="房子？", options=options),),
        materials=(
            MaterialPart(key="id", name="身份证", satisfied_by=frozenset([a_certificate_type().pk])),
            MaterialPart(key="lease", name="租约", when={"home": "rent"}),
        ),
        fees=(FeePart(name="工本费", standard="每本十元", amount=Decimal(10)),),
        faqs=(FaqPart(question="多久？", answer="三天。"),),
        route=(StagePart(key="r", name="审", department_id=department.pk, post_id=a_post(department).pk, days=2),),
    )


def editor(*departments) -> Actor:
    ids = frozenset(department.pk for department in departments)
    return Actor(kind=ActorKind.STAFF, account_id=uuid.uuid4(), grants={Permission.MANAGE_ITEMS: ids})


def counts() -> tuple[int, int, int]:
    return ServiceItem.objects.count(), ItemVersion.objects.count(), AuditEvent.objects.count()


def test_a_new_item_is_published_with_all_its_parts_and_can_be_found():
    saved = upsert_item(SYSTEM, description=with_parts())
    assert saved.outcome == Outcome.CREATED
    guide = queries.guide(queries.get_item(saved.item.pk))
    assert [kind.name for material in guide.materials for kind in material.satisfied_by.all()] == ["营业执照"]
    assert [material.key for material in guide.materials] == ["id", "lease"]
    assert guide.fees[0].amount == Decimal(10)
    assert guide.route[0].post.name == "登记注册科"
    assert guide.version.state == ItemVersion.State.PUBLISHED
    assert saved.item.entry.catalog_code == "510131001000"
    assert queries.search("设立登记").total == 1
    assert AuditEvent.objects.get().code == "services.item_created"


def test_the_same_content_again_changes_nothing():
    upsert_item(SYSTEM, description=with_parts())
    before = counts()
    assert upsert_item(SYSTEM, description=with_parts()).outcome == Outcome.UNCHANGED
    assert counts() == before


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "新的说明"},
        {"promise_days": 3},
        {"faqs": (FaqPart(question="多久？", answer="四天。"),)},
        {"materials": (MaterialPart(key="id", name="身份证"),)},
    ],
)
def test_new_content_makes_a_version_and_retires_the_one_before(change):
    first = upsert_item(SYSTEM, description=with_parts()).item
    old = first.current_id
    wanted = with_parts()
    wanted = dataclasses.replace(wanted, content=dataclasses.replace(wanted.content, **change))
    saved = upsert_item(SYSTEM, description=wanted)
    assert saved.outcome == Outcome.REVISED
    assert saved.item.pk == first.pk
    kept = queries.get_version(old)
    assert kept.state == ItemVersion.State.RETIRED
    assert len(kept.materials.all()) == 2
    current = queries.get_item(first.pk).current
    assert (current.version, current.state) == (2, ItemVersion.State.PUBLISHED)
    event = AuditEvent.objects.latest("id")
    assert (event.code, event.detail) == ("services.item_revised", {"version": 2, "replaced": str(old)})


def test_what_stands_outside_the_version_changes_without_a_new_one():
    item = upsert_item(SYSTEM, description=described()).item
    saved = upsert_item(SYSTEM, description=dataclasses.replace(described(), popularity=7))
    assert saved.outcome == Outcome.CHANGED
    item.refresh_from_db()
    assert (item.popularity, item.versions.count()) == (7, 1)
    assert AuditEvent.objects.latest("id").detail == {"fields": ["popularity"]}
    again = upsert_item(SYSTEM, description=described())  # nothing said about popularity leaves it
    assert again.outcome == Outcome.UNCHANGED


def test_an_item_known_by_its_local_code_takes_its_national_code_later():
    local = dataclasses.replace(described(), task_code=None, catalog_code="", local_code="511A-1")
    item = upsert_item(SYSTEM, description=local).item
    saved = upsert_item(SYSTEM, description=dataclasses.replace(described(), local_code="511A-1"))
    assert saved.item.pk == item.pk
    assert ServiceItem.objects.get().task_code == described().task_code


def test_an_editor_may_save_items_of_their_own_department_only():
    own, other = a_department(), a_department("公安局")
    assert upsert_item(editor(own), description=described()).outcome == Outcome.CREATED
    before = counts()
    with pytest.raises(Forbidden):
        upsert_item(editor(other), description=described(summary="改"))
    with pytest.raises(Forbidden):
        upsert_item(editor(own), description=dataclasses.replace(described(main="31002"), department=None))
    assert counts() == before


def test_an_item_cannot_be_taken_over_by_naming_another_department():
    own, other = a_department(), a_department("公安局")
    local = dataclasses.replace(described(), task_code=None, catalog_code="", local_code="A-1")
    upsert_item(SYSTEM, description=local)
    before = counts()
    with pytest.raises(Forbidden):
        upsert_item(editor(other), description=dataclasses.replace(local, department=other))
    assert counts() == before
    assert ServiceItem.objects.get().department == own


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"promise_days": 9, "statutory_days": 5}, "承诺时限"),
        ({"project_type": "7"}, "代码集"),
        ({"summary": "长" * 301}, "300"),
        ({"summary": "\x00"}, "字符"),
        ({"source_row": {"a": ["\x00"]}}, "字符"),
        ({"conditions": ["\ud800"]}, "字符"),
        ({"themes_org": ["012"]}, "主题"),
        ({"visits": -1}, "范围"),
        ({"materials": (MaterialPart(key="a", name="甲", when={"x": "y"}),)}, "没有对应"),
        ({"materials": (MaterialPart(key="a", name="甲"),) * 2}, "2 次"),
        (
            {"steps": [{"key": "s", "title": "页", "fields": [{"key": "a", "label": "甲", "type": "colour"}]}]},
            "不认识",
        ),
    ],
)
def test_a_description_that_contradicts_itself_is_refused_whole(content, problem):
    with pytest.raises(DescriptionInvalid) as caught:
        upsert_items(SYSTEM, descriptions=[described("甲", main="31002"), described("乙", **content)])
    assert problem in caught.value.text
    assert counts() == (0, 0, 0)
    assert not DirectoryEntry.objects.exists()


@pytest.mark.parametrize("code", ["", "x" * 31, "123"])
def test_a_wrong_or_missing_code_is_refused(code):
    with pytest.raises(DescriptionInvalid):
        upsert_item(SYSTEM, description=dataclasses.replace(described(), task_code=code, catalog_code=""))
    assert counts() == (0, 0, 0)


def test_the_same_item_twice_is_refused():
    with pytest.raises(ItemRepeated):
        upsert_items(SYSTEM, descriptions=[described(), described("另一个名字")])
    assert counts() == (0, 0, 0)


def test_saving_many_unchanged_items_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    items = [described(f"第{number}项", main=f"310{number:02}") for number in range(30)]
    upsert_items(SYSTEM, descriptions=items)
    with django_assert_max_num_queries(20):
        assert {saved.outcome for saved in upsert_items(SYSTEM, descriptions=items)} == {Outcome.UNCHANGED}


def test_data_elements_are_saved_once_and_changed_in_place():
    element = ElementDescription(code="person.name", name="姓名", type="text", max_length=60)
    assert save_data_elements(SYSTEM, elements=[element]) == 1
    assert save_data_elements(SYSTEM, elements=[element]) == 0
    assert save_data_elements(SYSTEM, elements=[dataclasses.replace(element, name="名字")]) == 1
    assert DataElement.objects.get().name == "名字"
    with pytest.raises(Forbidden):
        save_data_elements(editor(), elements=[dataclasses.replace(element, name="别的")])
    assert DataElement.objects.get().name == "名字"


def test_regions_are_part_of_an_item():
    assert upsert_item(SYSTEM, description=described()).item.region == a_region()
