"""Drafts, review by a second person, publication on a day, going back; nobody overwrites anybody."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import Conflict, DomainError, Forbidden
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.reviewing.states import VERSION_MOVES, VersionAction, VersionState
from services import queries
from services.actions import Outcome, upsert_item
from services.descriptions import ItemDescription, VersionContent
from services.editing import publishing, versions
from services.editing.errors import (
    BaseMoved,
    BasicElementFixed,
    DateInvalid,
    LintRefused,
    NoteMissing,
    OpenVersionExists,
    SamePerson,
    StaleVersion,
    StepNotAllowed,
)
from services.errors import DescriptionInvalid, ItemNotFound, VersionNotFound
from services.models import CatalogueStep, ItemVersion, ServiceItem
from tests.factories.editing import (
    BASIS,
    a_desk,
    a_draft,
    a_published_item,
    changed,
    good_content,
    published,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
STEPS = {
    "submit": lambda who, version, revision: versions.submit(who, version_id=version, expected_revision=revision),
    "recall": lambda who, version, revision: versions.recall(who, version_id=version, expected_revision=revision),
    "return": lambda who, version, revision: versions.send_back(
        who, version_id=version, expected_revision=revision, note="改"
    ),
    "approve": lambda who, version, revision: versions.approve(who, version_id=version, expected_revision=revision),
    "publish": lambda who, version, revision: versions.publish(who, version_id=version, expected_revision=revision),
    "discard": lambda who, version, revision: versions.discard(who, version_id=version, expected_revision=revision),
    "edit": lambda who, version, revision: versions.save_draft(
        who, version_id=version, expected_revision=revision, changes={"summary": "新"}
    ),
}


@pytest.fixture
def desk():
    return a_desk()


def state() -> tuple:
    return (
        list(ItemVersion.objects.order_by("pk").values_list("pk", "state", "revision", "summary")),
        list(ServiceItem.objects.order_by("pk").values_list("pk", "state", "current", "name", "due_on")),
        CatalogueStep.objects.count(),
        AuditEvent.objects.count(),
    )


def test_an_item_comes_about_by_two_persons_and_can_then_be_found(desk):
    draft = a_draft(desk)
    assert draft.item.task_code == desk.department.uscc + "3" + draft.item.entry.catalog_code
    with pytest.raises(ItemNotFound):
        queries.get_item(draft.item_id)
    version = published(desk, draft)
    item = queries.get_item(version.item_id)
    assert queries.is_open(item)
    assert (item.current, version.state, version.effective_on) == (version, "published", TODAY())
    people = (version.author_id, version.submitted_by_id, version.reviewed_by_id, version.published_by_id)
    assert people == tuple(one.account_id for one in (desk.ann, desk.ann, desk.ben, desk.ann))
    assert queries.search("示范许可").total == 1
    assert [step.action for step in version.history.all()] == ["begin", "submit", "approve", "publish"]
    basis = queries.guide(item).legal_bases[0]
    assert (basis.law, basis.is_inherited) == (BASIS.law, True)


@pytest.mark.parametrize("who", ["ann", "cai"])
def test_whoever_wrote_or_submitted_never_reviews(desk, who):
    draft = a_draft(desk)
    draft = versions.save_draft(
        desk.cai, version_id=draft.pk, changes={"summary": "蔡改的"}, expected_revision=draft.revision
    )
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    before = state()
    for act in ("approve", "return"):
        with pytest.raises(SamePerson):
            STEPS[act](getattr(desk, who), draft.pk, draft.revision)
    assert state() == before


def test_the_system_reviews_nothing(desk):
    draft = a_draft(desk)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    before = state()
    with pytest.raises(Forbidden):
        versions.approve(SYSTEM, version_id=draft.pk, expected_revision=draft.revision)
    assert state() == before


def test_the_database_itself_refuses_one_person_as_both(desk):
    draft = a_draft(desk)
    rows = ItemVersion.objects.filter(pk=draft.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(submitted_by=desk.ann.account_id, reviewed_by=desk.ann.account_id)


def test_other_departments_do_nothing_to_a_version(desk):
    draft = a_draft(desk)
    before = state()
    for act in STEPS.values():
        with pytest.raises(Forbidden):
            act(desk.other, draft.pk, draft.revision)
    with pytest.raises(Forbidden):
        versions.open_draft(desk.other, item_id=draft.item_id)
    assert state() == before


@pytest.mark.parametrize("reached", list(VersionState))
def test_only_what_the_table_allows_is_done(desk, reached):
    """Every step from every state: allowed exactly where the table says so, and a refusal changes nothing."""
    draft = a_draft(desk)
    ItemVersion.objects.filter(pk=draft.pk).update(state=reached)
    for name, act in STEPS.items():
        allowed = reached in VERSION_MOVES[VersionAction(name)].sources
        before = state()
        with transaction.atomic():
            if allowed:
                act(desk.ben, draft.pk, draft.revision)
            else:
                with pytest.raises(StepNotAllowed):
                    act(desk.ben, draft.pk, draft.revision)
            transaction.set_rollback(True)
        assert state() == before


def test_returning_takes_a_comment_and_the_author_goes_on(desk):
    draft = a_draft(desk)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    with pytest.raises(NoteMissing):
        versions.send_back(desk.ben, version_id=draft.pk, note="  ", expected_revision=draft.revision)
    draft = versions.send_back(desk.ben, version_id=draft.pk, note="条件写错了", expected_revision=draft.revision)
    assert (draft.state, draft.history.last().note) == ("returned", "条件写错了")
    draft = versions.save_draft(
        desk.ann, version_id=draft.pk, changes={"conditions": ["年满十八"]}, expected_revision=draft.revision
    )
    assert draft.state == "draft"
    assert published(desk, draft).conditions == ["年满十八"]


def test_a_second_editor_is_told_who_changed_what_and_overwrites_nothing(desk):
    draft = a_draft(desk)
    opened = draft.revision
    versions.save_draft(
        desk.ann, version_id=draft.pk, changes={"promise_days": 0, "summary": "安"}, expected_revision=1
    )
    before = state()
    with pytest.raises(StaleVersion) as caught:
        versions.save_draft(desk.cai, version_id=draft.pk, changes={"summary": "蔡"}, expected_revision=opened)
    assert "员2001" in caught.value.text
    assert "一句话说明" in caught.value.text
    assert "承诺时限" not in caught.value.text  # it was given, but not changed
    assert isinstance(caught.value, Conflict)
    assert state() == before


def test_parts_are_replaced_only_where_they_change(desk):
    draft = a_draft(desk)
    kept = draft.faqs.get().pk
    values = versions.content_of(draft)
    draft = versions.save_draft(
        desk.ann, version_id=draft.pk, changes={"faqs": values.faqs}, expected_revision=draft.revision
    )
    assert (draft.revision, draft.faqs.get().pk) == (1, kept)  # the same again is no edit
    draft = versions.save_draft(desk.ann, version_id=draft.pk, changes={"faqs": ()}, expected_revision=1)
    assert not draft.faqs.exists()


def test_basic_elements_come_from_the_directory_and_cannot_drift(desk):
    draft = a_draft(desk)
    before = state()
    for changes in ({"name": "别的名字"}, {"legal_bases": ()}):
        with pytest.raises(BasicElementFixed):
            versions.save_draft(desk.ann, version_id=draft.pk, changes=changes, expected_revision=1)
    assert state() == before
    own = type(BASIS)(law="本市条例", article="第三条", kind="地方性法规")
    inherited = versions.content_of(draft).legal_bases
    draft = versions.save_draft(
        desk.ann, version_id=draft.pk, changes={"legal_bases": (*inherited, own)}, expected_revision=1
    )
    assert [basis.law for basis in draft.legal_bases.all()] == [BASIS.law, "本市条例"]


@pytest.mark.parametrize("changes", [{"summary": "\x00"}, {"summary": "长" * 301}, {"project_type": "7"}])
def test_what_cannot_be_stored_is_refused_even_in_a_draft(desk, changes):
    draft = a_draft(desk)
    before = state()
    with pytest.raises(DescriptionInvalid):
        versions.save_draft(desk.ann, version_id=draft.pk, changes=changes, expected_revision=1)
    assert state() == before


def test_a_draft_with_errors_is_not_submitted_and_all_findings_come_back(desk):
    draft = a_draft(desk, consult_phone="", promise_days=3, statutory_days=2)
    before = state()
    with pytest.raises(LintRefused) as caught:
        versions.submit(desk.ann, version_id=draft.pk, expected_revision=1)
    codes = {finding.code for finding in caught.value.findings if finding.is_error}
    assert codes == {"consistency.phone_missing", "consistency.instant", "legal.promise_longer"}
    assert set(caught.value.fields) == {"consult_phone", "promise_days"}
    assert state() == before


def test_a_version_for_a_day_to_come_holds_from_that_day_at_every_read_and_by_the_task(desk, monkeypatch):
    item = a_published_item(desk)
    day = TODAY() + dt.timedelta(days=3)
    version = published(desk, changed(desk, item, {"summary": "以后的"}), effective_on=day)
    assert version.state == "approved"
    assert queries.get_item(item.pk).current.version == 1
    assert publishing.take_effect(today=TODAY()) == 0
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: day)
    seen = queries.get_item(item.pk)
    assert (seen.current.version, queries.guide(seen).version.summary) == (2, "以后的")
    assert ServiceItem.objects.get().current.version == 1  # nothing was written by reading
    assert publishing.take_effect(today=day) == 1
    assert publishing.take_effect(today=day) == 0
    item.refresh_from_db()
    assert (item.current.version, item.due_on) == (2, None)
    version.refresh_from_db()
    assert (version.state, version.published_by_id) == ("published", desk.ann.account_id)


@pytest.mark.parametrize("days", [-1, 800])
def test_a_day_in_the_past_or_far_away_is_refused(desk, days):
    draft = a_draft(desk)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=1)
    draft = versions.approve(desk.ben, version_id=draft.pk, expected_revision=draft.revision)
    before = state()
    with pytest.raises(DateInvalid):
        versions.publish(
            desk.ann,
            version_id=draft.pk,
            expected_revision=draft.revision,
            effective_on=TODAY() + dt.timedelta(days=days),
        )
    assert state() == before


def test_going_back_makes_a_new_version_from_the_old_one(desk):
    item = a_published_item(desk, summary="第一")
    published(desk, changed(desk, item, {"summary": "第二"}))
    old = item.versions.get(version=1)
    draft = versions.roll_back(desk.ann, version_id=old.pk)
    assert (draft.version, draft.restored_from_id, draft.summary) == (3, old.pk, "第一")
    published(desk, draft)
    assert list(item.versions.order_by("version").values_list("state", flat=True)) == [
        "retired",
        "retired",
        "published",
    ]
    before = state()
    with pytest.raises(VersionNotFound):
        versions.roll_back(desk.ann, version_id=draft.pk)  # it is the one in force
    assert state() == before


def test_an_item_has_one_draft_at_a_time(desk):
    item = a_published_item(desk)
    draft = versions.open_draft(desk.ann, item_id=item.pk)
    before = state()
    with pytest.raises(OpenVersionExists):
        versions.open_draft(desk.cai, item_id=item.pk)
    assert state() == before
    versions.discard(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    assert versions.open_draft(desk.cai, item_id=item.pk).version == 3


def a_listing(desk, **content) -> ItemDescription:
    return ItemDescription(
        region=desk.department.region,
        department=desk.department,
        department_name=desk.department.name,
        item_type="01",
        local_code="LIST-1",
        content=VersionContent(name="名录事项", **content),
    )


def test_a_draft_overtaken_by_an_import_is_not_published_until_it_was_compared(desk):
    item = upsert_item(SYSTEM, description=a_listing(desk)).item
    wanted = good_content(name="名录事项", legal_bases=(BASIS,))
    names = [name for name in wanted.__dataclass_fields__ if name != "name"]
    draft = changed(desk, item, {name: getattr(wanted, name) for name in names})
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    upsert_item(SYSTEM, description=a_listing(desk, summary="名录改了"))
    before = state()
    for act, who in (("approve", desk.ben),):
        with pytest.raises(BaseMoved):
            STEPS[act](who, draft.pk, draft.revision)
    assert state() == before
    draft = versions.recall(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    draft = versions.take_new_base(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    assert published(desk, draft).state == "published"
    kept = upsert_item(SYSTEM, description=a_listing(desk, summary="又改"))  # its editors look after it now
    assert kept.outcome == Outcome.KEPT
    assert ServiceItem.objects.get(pk=item.pk).current_id == draft.pk


def test_a_planned_end_takes_the_item_out_of_use_on_its_day(desk, monkeypatch):
    draft = a_draft(desk)
    day = TODAY() + dt.timedelta(days=10)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=1, cancel_on=day)
    draft = versions.approve(desk.ben, version_id=draft.pk, expected_revision=draft.revision)
    item = versions.publish(desk.ann, version_id=draft.pk, expected_revision=draft.revision).item
    assert queries.is_open(queries.get_item(item.pk))
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: day)
    with pytest.raises(ItemNotFound):
        queries.get_item(item.pk)
    publishing.take_effect(today=day)
    assert ServiceItem.objects.get(pk=item.pk).state == "3"


def test_errors_of_the_room_have_codes_of_their_own():
    from services.editing import errors

    codes = [kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DomainError)]
    own = [code for code in codes if code.startswith("services.")]
    assert len(own) == len(set(own)) > 15
