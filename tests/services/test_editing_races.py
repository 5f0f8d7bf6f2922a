"""Two people at once on one item: one act wins, the other is told, and nothing is half done."""

import pytest
from django.utils import timezone

from identity.actor import SYSTEM
from services.actions import SavedItem, upsert_item
from services.descriptions import ItemDescription, MaterialPart, VersionContent
from services.editing import lifecycle, publishing, rows, versions
from services.lint import store
from services.models import ItemVersion, LintRun, ServiceItem
from services.states import Operation, OperationAction
from tests.factories.editing import BASIS, a_desk, a_draft, a_published_item, changed, good_content
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def approved(desk):
    draft = a_draft(desk)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    return versions.approve(desk.ben, version_id=draft.pk, expected_revision=draft.revision)


def test_two_publishing_at_once_publish_once():
    desk = a_desk()
    draft = approved(desk)
    results = at_once(
        *[
            lambda who=who: versions.publish(who, version_id=draft.pk, expected_revision=draft.revision)
            for who in (desk.ann, desk.cai)
        ]
    )
    assert [result for result in results if isinstance(result, str)] == ["services.stale_version"]
    assert ItemVersion.objects.get(pk=draft.pk).history.filter(action="publish").count() == 1
    assert ItemVersion.objects.filter(state="published", item=draft.item_id).count() == 1


def test_two_editors_saving_at_once_lose_nothing():
    desk = a_desk()
    draft = a_draft(desk)
    results = at_once(
        lambda: versions.save_draft(desk.ann, version_id=draft.pk, changes={"summary": "安"}, expected_revision=1),
        lambda: versions.save_draft(desk.cai, version_id=draft.pk, changes={"summary": "蔡"}, expected_revision=1),
    )
    assert [result for result in results if isinstance(result, str)] == ["services.stale_version"]
    draft.refresh_from_db()
    assert (draft.revision, draft.summary) in {(2, "安"), (2, "蔡")}


def test_two_starting_a_draft_at_once_start_one():
    desk = a_desk()
    item = a_published_item(desk)
    results = at_once(*[lambda: versions.open_draft(desk.ann, item_id=item.pk) for _ in range(2)])
    assert [result for result in results if isinstance(result, str)] == ["services.open_version_exists"]
    assert item.versions.filter(state="draft").count() == 1


def test_approving_and_recalling_at_once_do_one_of_them():
    desk = a_desk()
    draft = a_draft(desk)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    results = at_once(
        lambda: versions.approve(desk.ben, version_id=draft.pk, expected_revision=draft.revision),
        lambda: versions.recall(desk.ann, version_id=draft.pk, expected_revision=draft.revision),
    )
    assert sum(isinstance(result, str) for result in results) == 1
    draft.refresh_from_db()
    assert (draft.state == "approved") == (draft.reviewed_by_id is not None)


def test_publishing_while_an_import_updates_keeps_both_apart():
    """Whoever comes second: an import leaves a reviewed version alone, a draft overtaken by an import is refused."""
    desk = a_desk()

    def listing(summary: str) -> ItemDescription:
        return ItemDescription(
            region=desk.department.region,
            department=desk.department,
            department_name=desk.department.name,
            item_type="01",
            local_code="LIST-1",
            content=VersionContent(name="名录事项", summary=summary),
        )

    item = upsert_item(SYSTEM, description=listing("一")).item
    wanted = good_content(name="名录事项", legal_bases=(BASIS,))
    changes = {name: getattr(wanted, name) for name in wanted.__dataclass_fields__ if name != "name"}
    draft = changed(desk, item, changes)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    draft = versions.approve(desk.ben, version_id=draft.pk, expected_revision=draft.revision)
    published, saved = at_once(
        lambda: versions.publish(desk.ann, version_id=draft.pk, expected_revision=draft.revision),
        lambda: upsert_item(SYSTEM, description=listing("二")),
    )
    assert isinstance(saved, SavedItem)
    current = ServiceItem.objects.get(pk=item.pk).current
    if isinstance(published, str):
        assert (published, saved.outcome) == ("services.base_moved", "revised")
        assert current.summary == "二"
    else:
        assert (saved.outcome, current.pk) == ("kept", draft.pk)
    assert item.versions.filter(state="published").count() == 1


def test_an_operation_reviewed_twice_at_once_takes_effect_once():
    desk = a_desk()
    item = a_published_item(desk)
    operation = lifecycle.propose(desk.ann, item_id=item.pk, kind=Operation.PAUSE, reason="升级", instead="到窗口")
    results = at_once(
        *[
            lambda who=who: lifecycle.review(
                who,
                operation_id=operation.pk,
                action=OperationAction.APPROVE,
                expected_revision=operation.revision,
            )
            for who in (desk.ben, desk.cai)
        ]
    )
    assert [result for result in results if isinstance(result, str)] == ["services.stale_version"]
    assert operation.history.filter(action="take_effect").count() == 1


def test_merging_two_items_into_each_other_at_once_never_waits_for_ever():
    desk = a_desk()
    one, other = a_published_item(desk, "甲"), a_published_item(desk, "乙")

    def merge(item, into):
        operation = lifecycle.propose(
            desk.ann, item_id=item.pk, kind=Operation.MERGE, reason="合并", successors=[into.pk]
        )
        return lifecycle.review(
            desk.ben,
            operation_id=operation.pk,
            action=OperationAction.APPROVE,
            expected_revision=operation.revision,
        )

    results = at_once(lambda: merge(one, other), lambda: merge(other, one))
    assert sum(isinstance(result, str) for result in results) == 1
    assert ServiceItem.objects.filter(state="3").count() == 1


def test_the_nightly_task_run_twice_at_once_publishes_once():
    desk = a_desk()
    draft = approved(desk)
    today = timezone.localdate()
    ItemVersion.objects.filter(pk=draft.pk).update(published_at=timezone.now(), effective_on=today)
    ServiceItem.objects.filter(pk=draft.item_id).update(due_on=today)
    assert sorted(at_once(*[lambda: publishing.take_effect(today=today)] * 2)) == [0, 1]
    assert draft.history.filter(action="publish").count() == 1


def test_two_asking_for_a_check_at_once_share_one_run():
    desk = a_desk()
    runs = at_once(*[lambda: store.start_run(desk.ann)] * 2)
    assert len({run.pk for run in runs}) == 1
    assert LintRun.objects.count() == 1


def test_two_editors_adding_a_row_at_once_add_one_and_the_other_is_told():
    desk = a_desk()
    draft = a_draft(desk)
    content = versions.content_of(draft)

    def add(who, name):
        changes = rows.put(content, rows.RowList("materials"), None, MaterialPart(key=rows.fresh_key("m"), name=name))
        return versions.save_draft(who, version_id=draft.pk, changes=changes, expected_revision=1)

    results = at_once(lambda: add(desk.ann, "甲"), lambda: add(desk.cai, "乙"))
    assert [result for result in results if isinstance(result, str)] == ["services.stale_version"]
    draft = ItemVersion.objects.get(pk=draft.pk)
    assert (draft.revision, draft.materials.count()) == (2, 1)
