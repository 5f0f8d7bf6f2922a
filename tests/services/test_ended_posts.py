"""A post that ended while the page was open writes nothing more in the catalogue (ADR 0018)."""

import pytest
from django.utils import timezone

from common.models import AuditEvent
from identity.models import PostHolding
from identity.reviewing.states import VersionAction
from identity.staff.errors import HoldingEnded
from services.bundles import editing as bundles
from services.editing import comments, directory, element_versions, entry_changes, items, lifecycle, versions
from services.guides import actions as guides
from services.legacy import actions as legacy
from services.legacy import plan_actions, sheet_actions
from services.models import (
    BundleVersion,
    DirectoryVersion,
    ElementVersion,
    ItemVersion,
    ReviewComment,
    SearchMiss,
    Synonym,
)
from services.searching import actions as searching
from services.searching.queries import version_of
from services.states import Operation
from tests.factories.bundles import a_bundle
from tests.factories.catalogue import an_item
from tests.factories.editing import a_desk, a_draft, a_published_item, an_element, an_entry, entry_content
from tests.factories.guides import a_pdf, an_upload
from tests.factories.legacy import an_old_app, an_old_function, app_facts, legacy_snapshot
from tests.services.test_legacy_sheets import BASE, csv_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


def end(actor) -> None:
    """Somebody ends the post in the meantime."""
    PostHolding.objects.filter(pk=actor.holding_id).update(ended_at=timezone.now(), is_active=False)


def refused(actor, act) -> None:
    end(actor)
    before = AuditEvent.objects.count()
    with pytest.raises(HoldingEnded):
        act()
    assert AuditEvent.objects.count() == before


def test_items_are_not_written_any_more(desk):
    item = a_published_item(desk)
    refused(desk.ann, lambda: versions.open_draft(desk.ann, item_id=item.pk))
    reason = {"reason": "合并", "instead": "去窗口"}
    refused(desk.ann, lambda: lifecycle.propose(desk.ann, item_id=item.pk, kind=Operation.PAUSE, **reason))
    assert item.versions.count() == 1
    assert not item.operations.exists()


def test_drafts_comments_and_files_are_not_written_any_more(desk):
    draft = a_draft(desk)
    save = {"version_id": draft.pk, "changes": {"summary": "新"}, "expected_revision": draft.revision}
    refused(desk.cai, lambda: versions.save_draft(desk.cai, **save))
    file = {"kind": "result", "material_key": "", "expected_revision": draft.revision}
    refused(desk.cai, lambda: guides.add_file(desk.cai, version_id=draft.pk, upload=an_upload(a_pdf()), **file))
    sent = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    said = {"version_id": sent.pk, "section": "basics", "text": "请改"}
    refused(desk.ben, lambda: comments.add_comment(desk.ben, **said))
    assert not ReviewComment.objects.exists()
    assert ItemVersion.objects.get(pk=draft.pk).revision == sent.revision
    assert draft.files.count() == 0


def test_the_directory_is_not_written_any_more(desk):
    entry = an_entry(desk)
    count = DirectoryVersion.objects.count()
    content = entry_content("另一个")
    refused(desk.ann, lambda: directory.open_entry_draft(desk.ann, entry_id=entry.pk, content=content))
    pause = {"entry_id": entry.pk, "kind": Operation.PAUSE, "reason": "修法"}
    refused(desk.ann, lambda: entry_changes.propose_standing(desk.ann, **pause))
    add = {"item_type": "01", "region": "519900", "content": content, "department": desk.department, "guiding": "03"}
    refused(desk.ann, lambda: directory.add_entry(desk.ann, **add))
    new = {"catalog_code": entry.catalog_code, "department": desk.department}
    refused(desk.ann, lambda: items.add_item(desk.ann, **new))
    assert DirectoryVersion.objects.count() == count


def test_bundles_are_not_written_any_more(desk):
    bundle = a_bundle(desk)
    count = BundleVersion.objects.count()
    refused(desk.cai, lambda: bundles.open_draft(desk.cai, bundle_id=bundle.pk))
    draft = bundles.open_draft(desk.ann, bundle_id=bundle.pk)
    step = {"version_id": draft.pk, "action": VersionAction.SUBMIT, "expected_revision": draft.revision}
    refused(desk.ann, lambda: bundles.step(desk.ann, **step))
    assert BundleVersion.objects.count() == count + 1
    assert BundleVersion.objects.get(pk=draft.pk).state == "draft"


def test_elements_are_not_written_any_more(desk):
    refused(desk.ann, lambda: element_versions.add_element(desk.ann, element=an_element()))
    assert not ElementVersion.objects.exists()
    draft = element_versions.add_element(desk.cai, element=an_element())
    step = {"version_id": draft.pk, "action": VersionAction.SUBMIT, "expected_revision": draft.revision}
    refused(desk.cai, lambda: element_versions.step(desk.cai, **step))
    assert ElementVersion.objects.get().state == "draft"


def test_old_apps_and_their_plans_are_not_written_any_more(desk):
    app = an_old_app(desk.department)
    function = an_old_function(app)
    sheet = sheet_actions.upload_sheet(desk.cai, file_name="表.csv", content=csv_of({**BASE, "功能名称": "甲"}))
    before = legacy_snapshot()
    acts = (
        lambda: legacy.add_app(desk.ann, facts=app_facts(desk.department, "新的")),
        lambda: legacy.change_app(
            desk.ann, app_id=app.pk, facts=app_facts(desk.department, "改名"), expected_revision=app.revision
        ),
        lambda: legacy.set_unmappable(
            desk.ann, function_id=function.pk, reason="没有这样的事项", expected_revision=function.revision
        ),
        lambda: legacy.add_link(desk.ann, function_id=function.pk, address="m.example.cn/a"),
        lambda: plan_actions.propose_plan(
            desk.ann, app_id=app.pk, decision="close", reason="没有人在用", owner="2001", due_on=timezone.localdate()
        ),
        lambda: sheet_actions.upload_sheet(desk.ann, file_name="表.csv", content=csv_of({**BASE, "功能名称": "甲"})),
        lambda: sheet_actions.apply_sheet(desk.cai, sheet_id=sheet.pk),
    )
    end(desk.cai)
    for act in acts:
        refused(desk.ann, act)
    assert legacy_snapshot() == before


def test_words_of_the_search_are_not_written_any_more(desk):
    an_item("食品经营许可")
    word = searching.add_synonym(desk.cai, term="摆吃摊", stands_for=["食品经营许可"])
    seen = version_of(word)
    SearchMiss.objects.create(text="卖烧烤", day=timezone.localdate())
    before = list(Synonym.objects.values()), list(SearchMiss.objects.values())
    for act in (
        lambda: searching.add_synonym(desk.ann, term="开饭馆", stands_for=["食品经营许可"]),
        lambda: searching.change_synonym(desk.ann, synonym_id=word.pk, stands_for=["经营许可"], seen=seen),
        lambda: searching.remove_synonym(desk.ann, synonym_id=word.pk, seen=seen),
        lambda: searching.ignore_miss(desk.ann, text="卖烧烤"),
    ):
        refused(desk.ann, act)
    assert (list(Synonym.objects.values()), list(SearchMiss.objects.values())) == before
