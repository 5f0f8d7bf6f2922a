"""Stored findings: kept at publication, refreshed by a run that resumes, ranked, seen by whom they concern."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import Forbidden
from identity.actor import PUBLIC, SYSTEM
from services.editing import waivers
from services.editing.errors import LintRefused, SamePerson, StaleVersion, WaiverExists, WaiverInvalid
from services.lint import queries, store
from services.models import AskWaiver, DataElement, ItemLint, ItemVersion, LintRun
from tests.factories.catalogue import a_certificate_type, a_department, an_item
from tests.factories.editing import a_desk, a_draft, a_published_item, published

pytestmark = pytest.mark.django_db
OWN_FIELD = [{"key": "s", "title": "页", "fields": [{"key": "uscc", "label": "统一社会信用代码", "type": "text"}]}]


@pytest.fixture
def desk():
    a_certificate_type()
    DataElement.objects.create(code="org.uscc", name="统一社会信用代码", type="uscc", source="business-licence")
    return a_desk()


def ask(desk, draft, **more):
    given = {"kind": "field", "key": "uscc", "reason": "刚成立的组织还没有进登记库"} | more
    return waivers.propose_waiver(desk.ann, item_id=draft.item_id, **given)


def test_an_editor_is_stopped_and_publishes_with_a_waiver_that_a_second_person_granted(desk):
    draft = a_draft(desk, steps=OWN_FIELD)
    with pytest.raises(LintRefused) as caught:
        published(desk, draft)
    assert {finding.code for finding in caught.value.findings} == {"ask.field_known"}
    waiver = ask(desk, draft)
    with pytest.raises(LintRefused):
        published(desk, draft)  # asked for is not granted
    with pytest.raises(SamePerson):
        waivers.review_waiver(desk.ann, waiver_id=waiver.pk, action="approve", expected_revision=waiver.revision)
    waiver = waivers.review_waiver(desk.ben, waiver_id=waiver.pk, action="approve", expected_revision=waiver.revision)
    draft.refresh_from_db()
    version = published(desk, draft)
    kept = ItemLint.objects.get(item=version.item_id)
    assert (kept.in_vain, kept.waived, kept.errors) == (0, 1, 0)
    assert waiver.submitted_by_id != waiver.reviewed_by_id


def test_an_editor_is_stopped_and_publishes_after_using_the_data_element(desk):
    from services.editing import versions

    draft = a_draft(desk, steps=OWN_FIELD)
    with pytest.raises(LintRefused):
        published(desk, draft)
    field = {"key": "org.uscc", "element": "org.uscc", "label": "统一社会信用代码", "type": "uscc"}
    steps = [{"key": "s", "title": "页", "fields": [field]}]
    draft = versions.save_draft(
        desk.ann, version_id=draft.pk, changes={"steps": steps}, expected_revision=draft.revision
    )
    assert published(desk, draft).state == "published"


def state_of(draft) -> str:
    return type(draft).objects.get(pk=draft.pk).state


def test_a_waiver_counts_until_its_day_and_not_after_it_was_ended(desk):
    draft = a_draft(desk, steps=OWN_FIELD)
    waiver = ask(desk, draft, until=timezone.localdate())
    waivers.review_waiver(desk.ben, waiver_id=waiver.pk, action="approve", expected_revision=waiver.revision)
    AskWaiver.objects.update(until=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(LintRefused):
        published(desk, draft)
    assert state_of(draft) == "draft"
    AskWaiver.objects.update(until=None)
    waiver.refresh_from_db()
    waivers.review_waiver(desk.ann, waiver_id=waiver.pk, action="end", expected_revision=waiver.revision)
    with pytest.raises(LintRefused):
        published(desk, draft)
    assert state_of(draft) == "draft"


def test_a_waiver_needs_something_asked_a_reason_and_is_given_once(desk):
    draft = a_draft(desk, steps=OWN_FIELD)
    for wrong in ({"key": "nothing"}, {"kind": "colour"}, {"reason": "需要"}, {"kind": "material"}):
        with pytest.raises(WaiverInvalid):
            ask(desk, draft, **wrong)
    assert not AskWaiver.objects.exists()
    waiver = ask(desk, draft)
    with pytest.raises(WaiverExists):
        ask(desk, draft)
    with pytest.raises(Forbidden):
        waivers.review_waiver(desk.other, waiver_id=waiver.pk, action="approve", expected_revision=waiver.revision)
    with pytest.raises(StaleVersion):
        waivers.review_waiver(desk.ben, waiver_id=waiver.pk, action="approve", expected_revision=99)
    assert AskWaiver.objects.get().state == "in_review"


def test_a_run_checks_everything_step_by_step_and_can_be_resumed(desk, monkeypatch):
    monkeypatch.setattr(store, "_CHUNK", 2)
    for number in range(5):
        an_item(f"旧事项{number}", main=f"320{number:02}", steps=OWN_FIELD if number < 2 else [])
    a_published_item(desk)
    run = store.start_run(desk.ann)
    assert store.start_run(SYSTEM) == run
    assert store.go_on(run.pk)
    run.refresh_from_db()
    assert (run.done, run.total, run.finished_at) == (2, 6, None)
    assert queries.report(desk.ann).open_run == run
    while store.go_on(run.pk):
        pass
    run.refresh_from_db()
    assert (run.done, ItemLint.objects.count()) == (6, 6)
    assert not store.go_on(run.pk)
    (row,) = queries.report(desk.ann).departments
    assert (row["items"], row["in_vain"]) == (6, 2)
    ranked = list(queries.ranked_items(desk.ann))
    assert [one.in_vain for one in ranked[:3]] == [1, 1, 0]
    assert queries.ranked_items(desk.ann, only_in_vain=True).count() == 2
    assert queries.ranked_items(desk.ann, code="ask.field_known").count() == 2
    assert queries.ranked_items(desk.ann, text="示范").count() == 1


def test_a_run_takes_a_fixed_number_of_queries_for_a_chunk(desk):
    an_item("甲", main="32001")
    with CaptureQueriesContext(connection) as one:
        store.go_on(store.start_run(SYSTEM).pk)
    LintRun.objects.all().delete()
    for number in range(20):
        an_item(f"乙{number}", main=f"321{number:02}")
    with CaptureQueriesContext(connection) as many:
        store.go_on(store.start_run(SYSTEM).pk)
    assert len(many) == len(one)


def test_findings_are_for_those_who_manage_or_supervise_and_only_their_departments(desk):
    an_item("别人的", main="33001", department=a_department("公安局"))
    a_published_item(desk)
    run = store.start_run(SYSTEM)
    while store.go_on(run.pk):
        pass
    assert {row.item.name for row in queries.ranked_items(desk.ann)} == {"示范许可"}
    assert {row.item.name for row in queries.ranked_items(desk.other)} == {"别人的"}
    assert not queries.ranked_items(PUBLIC).exists()
    assert not queries.may_read(PUBLIC)
    with pytest.raises(Forbidden):
        store.start_run(PUBLIC)


def test_findings_of_a_replaced_version_are_not_shown(desk):
    item = a_published_item(desk)
    other = ItemVersion.objects.create(item=item, version=9, name="新")
    item.current = other
    item.save()
    assert not queries.ranked_items(desk.ann).exists()
