"""Pause, resume, cancel, split, merge: two persons, a day, links that stay, and cases that keep their version."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.actions import drafts, intake, submission
from cases.errors import ItemNotApplicable
from common.errors import Forbidden
from common.models import AuditEvent
from services import queries
from services.actions import Outcome, upsert_item
from services.descriptions import ItemDescription, VersionContent
from services.editing import lifecycle, publishing, versions
from services.editing.errors import (
    DateInvalid,
    ItemCancelled,
    NoteMissing,
    OperationExists,
    OperationInvalid,
    SamePerson,
    StaleVersion,
    StepNotAllowed,
)
from services.errors import ItemNotFound
from services.models import ItemOperation, ItemSuccession, ItemVersion, ServiceItem
from services.standing import closure_of
from services.states import LIFECYCLE, Operation, OperationAction, Standing, operations_on
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.editing import a_desk, a_draft, a_published_item, changed, published

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def desk():
    return a_desk()


def propose(desk, item, kind, **more):
    given = {"reason": "系统升级", "instead": "到窗口办"} | more
    return lifecycle.propose(desk.ann, item_id=item.pk, kind=Operation(kind), **given)


def approve(who, operation, action="approve", **more):
    return lifecycle.review(
        who,
        operation_id=operation.pk,
        action=OperationAction(action),
        expected_revision=operation.revision,
        **more,
    )


def do(desk, item, kind, **more):
    approve(desk.ben, propose(desk, item, kind, **more))
    return ServiceItem.objects.get(pk=item.pk)


def state():
    return (
        list(ServiceItem.objects.order_by("pk").values_list("pk", "state", "current", "due_on")),
        list(ItemOperation.objects.order_by("pk").values_list("pk", "state", "revision")),
        ItemSuccession.objects.count(),
        AuditEvent.objects.count(),
    )


@pytest.mark.parametrize("standing", list(Standing))
def test_what_the_table_allows_can_be_proposed_and_nothing_else(desk, standing):
    item = a_published_item(desk) if standing != Standing.NEW else a_draft(desk).item
    others = [a_published_item(desk, f"另一{number}").pk for number in range(2)]
    if standing != Standing.NEW:
        ServiceItem.objects.filter(pk=item.pk).update(state=standing)
    for kind, change in LIFECYCLE.items():
        successors = others[: change.successors[0]]
        if kind in operations_on(standing):
            operation = propose(desk, item, kind, successors=successors)
            approve(desk.ann, operation, "withdraw")
        else:
            before = state()
            with pytest.raises(StepNotAllowed):
                propose(desk, item, kind, successors=successors)
            assert state() == before


def test_pausing_takes_two_persons_closes_the_item_and_resuming_opens_it(desk):
    item = a_published_item(desk)
    operation = propose(desk, item, "pause")
    before = state()
    with pytest.raises(SamePerson):
        approve(desk.ann, operation)
    with pytest.raises(Forbidden):
        approve(desk.other, operation)
    assert state() == before
    assert queries.is_open(queries.get_item(item.pk))
    approve(desk.ben, operation)
    item = queries.get_item(item.pk)
    assert (item.state, queries.is_open(item)) == ("2", False)
    closed = closure_of(item)
    assert (closed.is_paused, closed.instead, closed.reason) == (True, "到窗口办", "系统升级")
    assert queries.search("示范许可").total == 0
    assert do(desk, item, "resume").state == "1"
    assert closure_of(queries.get_item(item.pk)) is None
    assert queries.search("示范许可").total == 1
    told = AuditEvent.objects.filter(code="services.item_standing").order_by("id")
    assert [event.detail["cause"] for event in told] == ["add", "pause", "resume"]


def test_a_day_to_come_holds_from_that_day_at_every_read_and_by_the_task(desk, monkeypatch):
    item = a_published_item(desk)
    day = TODAY() + dt.timedelta(days=2)
    approve(desk.ben, propose(desk, item, "pause", effective_on=day))
    assert queries.is_open(queries.get_item(item.pk))
    assert publishing.take_effect(today=TODAY()) == 0
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: day)
    assert not queries.is_open(ServiceItem.objects.get(pk=item.pk))
    assert closure_of(ServiceItem.objects.get(pk=item.pk)).instead == "到窗口办"
    assert ServiceItem.objects.get(pk=item.pk).state == "1"
    assert publishing.take_effect(today=day) == 1
    assert publishing.take_effect(today=day) == 0
    item.refresh_from_db()
    assert (item.state, item.due_on) == ("2", None)


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("pause", {"reason": " "}, "reason"),
        ("cancel", {"instead": ""}, "instead"),
        ("merge", {}, "successors"),
        ("split", {"others": 1}, "successors"),
        ("cancel", {"others": 1}, "successors"),
        ("merge", {"itself": True}, "successors"),
    ],
)
def test_an_operation_that_does_not_fit_is_refused_field_by_field(desk, kind, more, field):
    item = a_published_item(desk)
    taking = [a_published_item(desk, f"另一{number}").pk for number in range(more.pop("others", 0))]
    taking += [item.pk] if more.pop("itself", False) else []
    before = state()
    with pytest.raises(OperationInvalid) as caught:
        propose(desk, item, kind, successors=taking, **more)
    assert set(caught.value.fields) == {field}
    assert state() == before


def test_a_day_in_the_past_a_second_proposal_and_another_department_are_refused(desk):
    item = a_published_item(desk)
    with pytest.raises(DateInvalid):
        propose(desk, item, "pause", effective_on=TODAY() - dt.timedelta(days=1))
    operation = propose(desk, item, "pause")
    before = state()
    with pytest.raises(OperationExists):
        propose(desk, item, "cancel")
    with pytest.raises(Forbidden):
        lifecycle.propose(desk.other, item_id=item.pk, kind=Operation.PAUSE, reason="x", instead="y")
    with pytest.raises(NoteMissing):
        approve(desk.ben, operation, "return")
    with pytest.raises(StaleVersion):
        lifecycle.review(desk.ben, operation_id=operation.pk, action=OperationAction.APPROVE, expected_revision=99)
    assert state() == before
    assert approve(desk.ben, operation, "return", note="理由不足").state == "returned"


def test_merging_links_the_former_items_to_the_one_that_stays(desk):
    former, stays = a_published_item(desk, "旧事项"), a_published_item(desk, "新事项")
    former = do(desk, former, "merge", successors=[stays.pk])
    assert former.state == "3"
    with pytest.raises(ItemNotFound):
        queries.get_item(former.pk)
    closed = closure_of(former)
    assert (closed.kind, closed.successors) == ("merge", [stays])
    assert list(stays.succeeds.values_list("former", flat=True)) == [former.pk]
    _item, guide = queries.get_public_version(former.code, 1)  # readable for ever
    assert guide.version.name == "旧事项"


def test_splitting_publishes_what_takes_over_in_the_same_breath(desk):
    item = a_published_item(desk, "大事项")
    parts = [a_draft(desk, name) for name in ("小事项甲", "小事项乙")]
    operation = propose(desk, item, "split", successors=[part.item_id for part in parts])
    before = state()
    with pytest.raises(OperationInvalid):
        approve(desk.ben, operation)  # nobody has reviewed the parts yet
    assert state() == before
    for part in parts:
        part = versions.submit(desk.ann, version_id=part.pk, expected_revision=part.revision)
        versions.approve(desk.ben, version_id=part.pk, expected_revision=part.revision)
    approve(desk.ben, operation)
    assert [queries.get_item(part.item_id).current.state for part in parts] == ["published"] * 2
    assert {one.name for one in closure_of(ServiceItem.objects.get(pk=item.pk)).successors} == {"小事项甲", "小事项乙"}


def test_a_cancelled_item_stays_as_it_is_and_its_code_is_not_used_again(desk):
    item = do(desk, a_published_item(desk), "cancel")
    before = state()
    with pytest.raises(ItemCancelled):
        versions.open_draft(desk.ann, item_id=item.pk)
    described = ItemDescription(
        region=item.region,
        department=item.department,
        department_name=item.department_name,
        item_type=item.item_type,
        task_code=item.task_code,
        catalog_code=item.task_code[19:],
        content=VersionContent(name="重新用这个编码"),
    )
    assert upsert_item(desk.ann, description=described).outcome == Outcome.KEPT
    assert state() == before


@pytest.mark.parametrize("kind", ["change", "pause", "cancel", "merge", "split"])
def test_a_running_case_keeps_the_version_it_began_on_through_every_operation(kind):
    cast = build_cast()
    desk = a_desk()
    running = moves.a_submitted_case(cast)
    waiting = moves.a_ready_draft(cast)
    began_on = running.item_version_id
    item = ServiceItem.objects.get(pk=cast.item.pk)
    taking = {"merge": 1, "split": 2}.get(kind, 0)
    if kind == "change":
        version = ItemVersion.objects.create(item=item, version=2, state="approved", name="新版", base=item.current)
        version.item = item
        publishing.put_in_force(desk.ben, version)
    else:
        others = [a_published_item(desk, f"接替{number}").pk for number in range(taking)]
        do(desk, item, kind, successors=others)
        for who, act in ((cast.citizen, drafts.start_draft),):
            with pytest.raises((ItemNotApplicable, ItemNotFound)):
                act(who, item_id=item.pk)
        with pytest.raises(ItemNotApplicable):
            submission.submit(cast.citizen, case_id=waiting.pk, declared=True)
        waiting.refresh_from_db()
        assert waiting.state == "draft"
    intake.accept(cast.clerk, case_id=running.pk)
    running.refresh_from_db()
    assert (running.item_version_id, running.state) == (began_on, "in_review")
    assert len(queries.get_version(began_on).materials.all()) == 4


def test_a_scheduled_operation_that_was_overtaken_does_nothing(desk):
    item = a_published_item(desk)
    day = TODAY() + dt.timedelta(days=1)
    approve(desk.ben, propose(desk, item, "pause", effective_on=day))
    ServiceItem.objects.filter(pk=item.pk).update(state="3")
    publishing.take_effect(today=day)
    item.refresh_from_db()
    assert item.state == "3"


def test_a_new_version_of_a_paused_item_does_not_open_it(desk):
    item = do(desk, a_published_item(desk), "pause")
    published(desk, changed(desk, item, {"summary": "修改后"}))
    item = queries.get_item(item.pk)
    assert (item.state, item.current.version) == ("2", 2)
