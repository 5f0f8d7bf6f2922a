"""The limit of an item: what goes together, what is stored, compared and told."""

import pytest
from django.test import Client

from services.codes import QuotaOrder
from services.descriptions import VersionContent
from services.editing import versions
from services.editing.compare import compare
from services.errors import DescriptionInvalid
from services.exchange.side import Names, read, written
from services.models import ItemVersion
from services.quotas import problems_of, quota_of
from tests.factories.catalogue import an_item
from tests.factories.editing import a_desk, a_draft, a_published_item, good_content

LIMITED = {"quota_order": "acceptance", "quota_places": 20, "quota_counts": "year"}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, []),
        (LIMITED, []),
        ({"quota_order": "acceptance"}, []),
        ({"quota_order": "other"}, []),
        ({**LIMITED, "quota_order": ""}, ["quota_order"]),
        ({**LIMITED, "quota_places": 0}, ["quota_places"]),
        ({**LIMITED, "quota_places": None}, ["quota_places"]),
        ({**LIMITED, "quota_counts": ""}, ["quota_counts"]),
    ],
)
def test_number_what_counts_and_order_go_together(given, wrong):
    assert [column for column, _text in problems_of(VersionContent(name="甲", **given))] == wrong


@pytest.mark.parametrize(
    ("given", "places"),
    [
        (LIMITED, 20),
        ({**LIMITED, "quota_counts": ""}, None),
        ({**LIMITED, "quota_counts": "in_force"}, None),  # without a type of certificate nothing can be counted
    ],
)
def test_a_number_holds_where_it_can_be_counted(given, places):
    quota = quota_of(ItemVersion(**given))
    assert quota is not None
    assert (quota.order, quota.is_by_turn, quota.places) == (QuotaOrder.ACCEPTANCE, True, places)
    assert quota_of(ItemVersion()) is None
    assert quota_of(None) is None


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"quota_places": 0}, {"quota_order": "lot"}, {"quota_places": 99_999}])
def test_what_cannot_be_is_not_stored_in_a_draft(wrong):
    desk = a_desk()
    draft = a_draft(desk)
    with pytest.raises(DescriptionInvalid):
        versions.save_draft(desk.ann, version_id=draft.pk, changes={**LIMITED, **wrong}, expected_revision=1)
    draft.refresh_from_db()
    assert (draft.quota_order, draft.quota_places, draft.revision) == ("", None, 1)


@pytest.mark.django_db
def test_the_next_draft_starts_with_the_limit_in_force():
    desk = a_desk()
    item = a_published_item(desk, **LIMITED, quantity_limit="每年二十个")
    draft = versions.open_draft(desk.ann, item_id=item.pk)
    assert (draft.quota_order, draft.quota_places, draft.quota_counts) == ("acceptance", 20, "year")


def test_a_comparison_says_it_in_words():
    changes = compare(good_content(), good_content(**LIMITED))
    assert [(one.label, one.before, one.after) for one in changes] == [
        ("有数量限制的，按什么顺序决定", "", "按受理的先后顺序"),
        ("一共几个名额", "", "20"),
        ("什么占用名额", "", "当年准予的件数"),
    ]


def test_an_export_carries_it_beside_the_national_sentence():
    content = good_content(**LIMITED, quantity_limit="每年二十个")
    rest = written(content, Names())
    assert {name: rest[name] for name in LIMITED} == LIMITED
    assert read(rest, Names()) == content


@pytest.mark.django_db
def test_the_interface_tells_it():
    item = an_item("示范许可", **LIMITED)
    elements = Client().get(f"/api/v1/items/{item.pk}").json()["elements"]
    assert {name: elements[name] for name in LIMITED} == LIMITED
