"""The directory: codes made here, basic elements by reference, changes that reach every implementation."""

import datetime as dt

import pytest
from django.utils import timezone

from common.models import AuditEvent
from identity.reviewing.states import VersionAction
from services import queries
from services.editing import directory, items
from services.editing.errors import EntryNotUsable, ItemExists, LintRefused, SamePerson, StaleVersion
from services.errors import DescriptionInvalid
from services.lint.run import check_version
from services.models import DirectoryEntry, DirectoryVersion, ItemVersion, ServiceItem
from tests.factories.editing import (
    a_desk,
    a_draft,
    a_published_item,
    an_entry,
    entry_content,
    published,
    put_through,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def desk():
    return a_desk()


def state() -> tuple:
    return (
        list(DirectoryEntry.objects.order_by("pk").values_list("pk", "state", "current", "name")),
        list(DirectoryVersion.objects.order_by("pk").values_list("pk", "state", "revision")),
        ServiceItem.objects.count(),
        AuditEvent.objects.count(),
    )


def test_the_same_entry_is_implemented_once_by_a_body_and_a_main_item_with_parts_never(desk):
    draft = a_draft(desk)
    entry = draft.item.entry
    before = state()
    with pytest.raises(ItemExists):
        items.add_item(desk.ann, catalog_code=entry.catalog_code, department=desk.department)
    with pytest.raises(EntryNotUsable):
        items.add_item(desk.ann, catalog_code=entry.catalog_code, department=desk.department, use_level="4")
    assert state() == before
    part = directory.add_entry(
        desk.ann, item_type="01", region="519900", parent=entry, content=entry_content("示范许可（首次）")
    )
    assert part.entry.catalog_code == entry.catalog_code[:9] + "001"
    put_through(desk, part)
    before = state()
    with pytest.raises(LintRefused) as caught:
        published(desk, draft)
    assert "directory.has_subs" in {finding.code for finding in caught.value.findings}
    assert state() == before


def test_a_handling_item_gets_the_next_of_99_codes_and_its_own_name(desk):
    item = a_published_item(desk)
    first = items.add_handling_item(desk.ann, item_id=item.pk, name="示范许可（延续）")
    second = items.add_handling_item(desk.ann, item_id=item.pk, name="示范许可（变更）")
    assert [one.item.handle_code for one in (first, second)] == [item.task_code + "01", item.task_code + "02"]
    version = published(desk, first)
    assert version.name == "示范许可（延续）"
    assert queries.find_item_by_code(item.task_code + "01").pk == version.item_id
    before = state()
    with pytest.raises(DescriptionInvalid):
        items.add_handling_item(desk.ann, item_id=item.pk, name=" ")
    assert state() == before


def test_a_change_of_the_directory_reaches_every_implementation_as_a_draft(desk):
    item = a_published_item(desk)
    entry = item.entry
    draft = directory.open_entry_draft(desk.ann, entry_id=entry.pk, content=entry_content("示范许可（新名）"))
    put_through(desk, draft)
    item.refresh_from_db()
    assert item.current.name == "示范许可"  # what is in force stays until somebody has looked
    found = {finding.code: finding for finding in gate_findings(item.current)}
    assert "名称" in found["directory.outdated"].message or "name" in found["directory.outdated"].message
    assert directory.propose_change(entry_id=entry.pk) == 1
    assert directory.propose_change(entry_id=entry.pk) == 0
    proposed = item.versions.get(state="draft")
    assert (proposed.name, proposed.directory_version.version) == ("示范许可（新名）", 2)
    published(desk, proposed)
    assert queries.get_item(item.pk).name == "示范许可（新名）"


def gate_findings(version):
    return check_version(ItemVersion.objects.get(pk=version.pk))


def test_a_directory_version_takes_two_persons_too_and_its_day(desk):
    entry = an_entry(desk)
    draft = directory.open_entry_draft(desk.ann, entry_id=entry.pk, content=entry_content("以后的名称"))

    def step(who, action, **more):
        return directory.step_entry(
            who, version_id=draft.pk, action=VersionAction(action), expected_revision=draft.revision, **more
        )

    draft = step(desk.ann, "submit")
    with pytest.raises(SamePerson):
        step(desk.ann, "approve")
    draft = step(desk.ben, "approve")
    day = TODAY() + dt.timedelta(days=1)
    draft = step(desk.ann, "publish", effective_on=day)
    assert directory.take_effect(today=TODAY()) == 0
    assert directory.take_effect(today=day) == 1
    entry.refresh_from_db()
    assert (entry.name, entry.current.version) == ("以后的名称", 2)


@pytest.mark.parametrize(
    "changes", [{"name": " "}, {"legal_bases": ()}, {"use_levels": ()}, {"use_levels": ("8",)}, {"note": "\x00"}]
)
def test_an_entry_that_lacks_its_elements_is_refused(desk, changes):
    before = state()
    with pytest.raises(DescriptionInvalid):
        directory.add_entry(desk.ann, item_type="01", region="519900", main="41001", content=entry_content(**changes))
    assert state() == before


def test_main_items_are_numbered_on_and_a_code_is_never_used_again(desk):
    first = directory.add_entry(desk.ann, item_type="01", region="519900", guiding="42", content=entry_content())
    second = directory.add_entry(desk.ann, item_type="01", region="519900", guiding="42", content=entry_content())
    assert [one.entry.main for one in (first, second)] == ["42001", "42002"]
    DirectoryEntry.objects.filter(pk=second.entry_id).update(state="3")
    third = directory.add_entry(desk.ann, item_type="01", region="519900", guiding="42", content=entry_content())
    assert third.entry.main == "42003"
    before = state()
    with pytest.raises(ItemExists):
        directory.add_entry(desk.ann, item_type="01", region="519900", main="42001", content=entry_content())
    assert state() == before


def test_a_second_editor_of_an_entry_overwrites_nothing(desk):
    draft = directory.add_entry(desk.ann, item_type="01", region="519900", main="42001", content=entry_content())
    directory.save_entry_draft(desk.ann, version_id=draft.pk, content=entry_content("新名"), expected_revision=1)
    before = state()
    with pytest.raises(StaleVersion):
        directory.save_entry_draft(desk.cai, version_id=draft.pk, content=entry_content("别名"), expected_revision=1)
    assert state() == before


def test_an_entry_ends_on_the_day_planned_and_is_taken_up_no_more(desk):
    entry = an_entry(desk)
    draft = directory.open_entry_draft(desk.ann, entry_id=entry.pk, content=entry_content("将取消"))
    day = TODAY() + dt.timedelta(days=5)
    for who, action, more in (
        (desk.ann, "submit", {"cancel_on": day}),
        (desk.ben, "approve", {}),
        (desk.ann, "publish", {}),
    ):
        draft = directory.step_entry(
            who, version_id=draft.pk, action=VersionAction(action), expected_revision=draft.revision, **more
        )
    assert directory.take_effect(today=day) == 1
    before = state()
    with pytest.raises(EntryNotUsable):
        items.add_item(desk.ann, catalog_code=entry.catalog_code, department=desk.department)
    with pytest.raises(EntryNotUsable):
        directory.open_entry_draft(desk.ann, entry_id=entry.pk, content=entry_content("再来"))
    assert state() == before
