"""Two officers of a department, a directory entry in force, and items that come about by the real steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from identity.actor import Actor
from identity.models import Department, PostHolding
from identity.reviewing.states import VersionAction
from services.actions import ElementDescription
from services.codes import next_main
from services.descriptions import FaqPart, LegalBasisPart, VersionContent
from services.editing import directory, element_versions, items, versions
from services.editing.directory import EntryContent
from services.models import DirectoryEntry, DirectoryVersion, ElementVersion, ItemVersion, ServiceItem
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_department, a_post

BASIS = LegalBasisPart(law="中华人民共和国示范法", article="第一条", kind="法律")


@dataclass
class Desk:
    """A department's desk: Ann writes, Ben reviews, Cai is a third one; ``other`` sits in another department."""

    department: Department
    ann: Actor
    ben: Actor
    cai: Actor
    other: Actor
    numbers: list[str] = field(default_factory=list)


def a_desk() -> Desk:
    department, elsewhere = a_department(), a_department("公安局")
    role = PostHolding.Role
    post = a_post(department, "数据管理")
    ann = a_member_of_staff("2001", post, role.DATA_OFFICER)
    ben = a_member_of_staff("2002", a_post(department, "系统管理"), role.ADMINISTRATOR)
    cai = a_member_of_staff("2003", post, role.DATA_OFFICER)
    other = a_member_of_staff("2004", a_post(elsewhere, "数据管理"), role.DATA_OFFICER)
    return Desk(department, ann, ben, cai, other)


def good_content(**changes: Any) -> VersionContent:
    """Content that passes every check."""
    values: dict[str, Any] = {
        "name": "示范许可",
        "use_level": "3",
        "audience": ["1"],
        "themes_person": ["040"],
        "is_applicable_online": True,
        "project_type": "1",
        "statutory_days": 20,
        "promise_days": 0,
        "handle_forms": ["1", "2"],
        "consult_phone": "0000-1",
        "complaint_phone": "0000-2",
        "flow": ["申请", "受理", "审查", "决定", "送达"],
        "faqs": (FaqPart(question="多久？", answer="当场。"),),
    }
    return VersionContent(**{**values, **changes})


def entry_content(name: str = "示范许可", **changes: Any) -> EntryContent:
    return EntryContent(**{"name": name, "use_levels": ("3",), "legal_bases": (BASIS,), **changes})


def put_through(desk: Desk, draft: DirectoryVersion) -> DirectoryVersion:
    for who, action in ((desk.ann, "submit"), (desk.ben, "approve"), (desk.ann, "publish")):
        draft = directory.step_entry(
            who, version_id=draft.pk, action=VersionAction(action), expected_revision=draft.revision
        )
    return draft


def an_entry(desk: Desk, name: str = "示范许可", **changes: Any) -> DirectoryEntry:
    taken = {entry.main for entry in DirectoryEntry.objects.all()}
    draft = directory.add_entry(
        desk.ann,
        item_type="01",
        region="519900",
        main=next_main(guiding="41", taken=taken),
        content=entry_content(name, **changes),
    )
    return put_through(desk, draft).entry


def a_draft(desk: Desk, name: str = "示范许可", **content: Any) -> ItemVersion:
    entry = an_entry(desk, name)
    return items.add_item(
        desk.ann, catalog_code=entry.catalog_code, department=desk.department, content=good_content(**content)
    )


def published(desk: Desk, draft: ItemVersion, **when: Any) -> ItemVersion:
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    draft = versions.approve(desk.ben, version_id=draft.pk, expected_revision=draft.revision)
    return versions.publish(desk.ann, version_id=draft.pk, expected_revision=draft.revision, **when)


def a_published_item(desk: Desk, name: str = "示范许可", **content: Any) -> ServiceItem:
    return ServiceItem.objects.get(pk=published(desk, a_draft(desk, name, **content)).item_id)


def changed(desk: Desk, item: ServiceItem, changes: Mapping[str, Any]) -> ItemVersion:
    """A draft of the item with changes."""
    draft = versions.open_draft(desk.ann, item_id=item.pk)
    return versions.save_draft(desk.ann, version_id=draft.pk, changes=changes, expected_revision=draft.revision)


def an_element(code: str = "premises.area", **changes: Any) -> ElementDescription:
    return ElementDescription(**{"code": code, "name": "面积", "type": "decimal", **changes})


def through_review(desk: Desk, draft: ElementVersion) -> ElementVersion:
    """An element's draft, submitted by Ann, approved by Ben and published."""
    for who, action in ((desk.ann, "submit"), (desk.ben, "approve"), (desk.ann, "publish")):
        draft = element_versions.step(
            who, version_id=draft.pk, action=VersionAction(action), expected_revision=draft.revision
        )
    return draft
