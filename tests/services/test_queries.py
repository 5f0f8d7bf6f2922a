"""Reads of the catalogue: what they return and how many queries they take."""

import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone

from services import browsing, queries
from services.errors import ItemNotFound, VersionNotFound
from services.models import Faq, ItemVersion, LegalBasis, MaterialRequirement, ReviewStage, ServiceItem
from services.rules import required_materials
from tests.factories.catalogue import a_certificate_type, a_department, a_post, an_item

pytestmark = pytest.mark.django_db


def full_item() -> ServiceItem:
    item = an_item("公司设立登记", themes_org=["005"], audience=["2"])
    version = item.current
    LegalBasis.objects.create(version=version, law="中华人民共和国公司法", article="第二十九条", kind="法律")
    for order, when in enumerate([{}, {"kind": "rent"}]):
        material = MaterialRequirement.objects.create(
            version=version, key=f"m{order}", name=f"材料{order}", order=order, when=when
        )
        material.satisfied_by.add(a_certificate_type())
    Faq.objects.create(version=version, question="多久？", answer="三天。")
    department = a_department()
    ReviewStage.objects.create(
        version=version, key="r", name="审查", department=department, post=a_post(department), days=2
    )
    return item


def test_the_guide_page_needs_nine_queries_whatever_the_size(django_assert_num_queries):
    pk = full_item().pk
    with django_assert_num_queries(9):  # item; version, six kinds of parts, certificate types of materials
        item = queries.get_item(pk)
        guide = queries.guide(item)
        assert guide.version.item.department.name
        assert [kind.name for material in guide.materials for kind in material.satisfied_by.all()] == ["营业执照"] * 2
        assert [stage.department.name + stage.post.name for stage in guide.route]
        assert guide.themes == ["设立变更"]
        assert guide.audience == ["企业法人"]
        assert guide.is_free


def test_only_the_materials_of_the_situation_are_required():
    version = queries.get_version(full_item().current_id)
    assert [material.key for material in required_materials(version, {})] == ["m0"]
    assert [material.key for material in required_materials(version, {"kind": "rent"})] == ["m0", "m1"]


@pytest.mark.parametrize("wrong", ["x", "", "\x00", uuid.uuid4(), "1' or '1'='1"])
def test_an_unknown_or_malformed_identifier_is_not_found(wrong):
    with pytest.raises(ItemNotFound):
        queries.get_item(wrong)
    with pytest.raises(VersionNotFound):
        queries.get_version(wrong)


def test_a_cancelled_item_and_one_without_a_published_version_are_not_found():
    item = an_item("甲")
    ServiceItem.objects.filter(pk=item.pk).update(state=ServiceItem.State.CANCELLED)
    with pytest.raises(ItemNotFound):
        queries.get_item(item.pk)
    bare = an_item("乙", main="31002")
    ServiceItem.objects.filter(pk=bare.pk).update(current=None)
    with pytest.raises(ItemNotFound):
        queries.get_item(bare.pk)


def test_a_retired_version_can_still_be_read_for_its_running_cases():
    item = an_item("甲")
    ItemVersion.objects.filter(pk=item.current_id).update(state=ItemVersion.State.RETIRED)
    assert queries.get_version(item.current_id).name == "甲"


def test_browse_lists_count_published_items(django_assert_num_queries):
    police = a_department("公安局")
    an_item("甲", themes_person=["010"], themes_org=["010"])
    an_item("乙", main="31002", themes_person=["010"], popularity=3)
    an_item("丙", main="31003", department=police, is_applicable_online=True)
    with django_assert_num_queries(3):
        counted = browsing.counts()
    assert [(label, count) for _key, label, count in counted.departments] == [
        ("示范市市场监管局", 2),
        ("示范市公安局", 1),
    ]
    assert counted.themes_of("p") == [("p010", "户籍办理", 2)]
    assert counted.themes_of("o") == [("o010", "准营准办", 1)]
    assert counted.items == 3
    with django_assert_num_queries(2):
        assert [item.name for item in browsing.hot_items(2)] == ["丙", "乙"]


def test_counts_are_kept_until_the_catalogue_changes_and_no_two_count_at_once(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(browsing, "_SHARE", 0)
    an_item("甲")
    assert browsing.counts().items == 1
    with django_assert_num_queries(1):
        assert browsing.counts().items == 1
    an_item("乙", main="31002")
    cache.add(f"{browsing._KEY}-now", 1)  # somebody is counting
    with django_assert_num_queries(1):
        assert browsing.counts().items == 1
    cache.delete(f"{browsing._KEY}-now")
    assert browsing.counts().items == 2
    monkeypatch.setattr(browsing, "_SHARE", 1_000_000)
    ServiceItem.objects.update(updated_at=timezone.now())
    assert browsing.counts().items == 2
    an_item("丙", main="31003")
    with django_assert_num_queries(0):
        assert browsing.counts().items == 2, "a long count is not made again at once"


def test_an_item_is_found_by_its_code():
    item = an_item("甲")
    assert queries.find_item_by_code(item.task_code) == item
    assert queries.find_item_by_code("") is None
