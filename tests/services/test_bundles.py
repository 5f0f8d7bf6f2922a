"""Bundles: written by one, reviewed by a second, checked against their items, and planned for a situation."""

import dataclasses
import datetime as dt

import pytest
from django.utils import timezone

from common.errors import DomainError
from identity.reviewing.states import VersionAction
from services.bundles import checking, editing, queries
from services.bundles.content import describe
from services.descriptions import SituationPart
from services.editing import lifecycle
from services.models import Bundle, BundleMember, BundleVersion, CatalogueStep
from services.states import Operation, OperationAction
from tests.factories.bundles import YES_NO, a_bundle, good_bundle, through, two_items
from tests.factories.editing import a_desk, changed, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


def snapshot():
    models = (Bundle, BundleVersion, BundleMember, CatalogueStep)
    return [list(model.objects.order_by("pk").values_list("pk", "updated_at")) for model in models]


def refused(act, code):
    """The act is refused with this code and nothing has changed; returns the error."""
    before = snapshot()
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    assert snapshot() == before
    return caught.value


def take(who, version, action, **more):
    return editing.step(
        who, version_id=version.pk, action=VersionAction(action), expected_revision=version.revision, **more
    )


def save(who, version, **changes):
    return editing.save_draft(who, version_id=version.pk, changes=changes, expected_revision=version.revision)


def codes_of(bundle):
    return [row["code"] for row in Bundle.objects.get(pk=bundle.pk).findings]


def plan_of(bundle, **answers):
    version = queries.get_offered(bundle.code).current
    return queries.plan(queries.content_of(version), answers, bundle.region)


def test_a_plan_asks_once_and_says_what_that_saves(desk):
    bundle = a_bundle(desk)
    plan = plan_of(bundle, sells="yes")
    assert [one.key for one in plan.items] == ["first", "second"]
    assert plan.items[1].situation == {"kind": "yes"}
    assert {row.key: (row.separately, row.together) for row in plan.counts} == {
        "forms": (2, 1),
        "fields": (2, 2),  # fields of their own are not the same field
        "materials": (4, 2),
        "visits": (0, 0),
        "days": (0, 0),
    }
    assert [one.key for one in plan_of(bundle, sells="no").items] == ["first"]


def test_an_answer_not_offered_is_refused(desk):
    bundle = a_bundle(desk)
    refused(lambda: plan_of(bundle, sells="maybe"), "services.situation_invalid")


def test_nobody_reviews_what_they_wrote_and_strangers_touch_nothing(desk):
    first, second = two_items(desk)
    content = good_bundle(first, second)
    add = {"code": "open-shop", "department": desk.department, "content": content}
    refused(lambda: editing.add_bundle(desk.other, **add), "forbidden")
    draft = editing.add_bundle(desk.ann, **add)
    refused(lambda: editing.add_bundle(desk.ann, **add), "services.bundle_exists")
    refused(lambda: save(desk.other, draft, name="别的"), "forbidden")
    draft = take(desk.ann, draft, "submit")
    refused(lambda: take(desk.ann, draft, "approve"), "services.same_person")
    refused(lambda: save(desk.ann, draft, name="别的"), "services.step_not_allowed")
    refused(lambda: take(desk.ben, draft, "return"), "services.note_missing")
    refused(lambda: queries.get_offered("open-shop"), "services.bundle_not_found")
    draft = take(desk.ben, draft, "approve")
    draft = take(desk.ann, draft, "publish")
    assert queries.get_offered("open-shop").current == draft


def test_a_circle_of_waiting_is_refused_with_its_path(desk):
    draft = editing.open_draft(desk.ann, bundle_id=a_bundle(desk).pk)
    members = describe(draft).members
    circle = (dataclasses.replace(members[0], after=("second",)), members[1])
    error = refused(lambda: save(desk.ann, draft, members=circle), "services.bundle_cycle")
    assert "甲许可 → 乙许可 → 甲许可" in error.text


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda m: {"name": "长" * 101}, "name"),
        (lambda m: {"name": "\x00"}, "name"),
        (lambda m: {"life_event": "birth"}, "life_event"),
        (lambda m: {"questions": ()}, "member:second.when"),
        (
            lambda m: {"questions": (SituationPart(key="sells", question="要卖吗？", options=YES_NO[:1]),)},
            "question:sells.options",
        ),
        (lambda m: {"members": (m[0], dataclasses.replace(m[1], after=("third",)))}, "member:second.after"),
        (lambda m: {"members": (m[0], dataclasses.replace(m[1], entry_id=m[0].entry_id))}, "member:first"),
        (lambda m: {"members": (m[0], dataclasses.replace(m[1], key="first"))}, "member:first"),
    ],
)
def test_what_cannot_be_stored_is_refused_where_it_is_wrong(desk, change, place):
    draft = editing.open_draft(desk.ann, bundle_id=a_bundle(desk).pk)
    error = refused(lambda: save(desk.ann, draft, **change(describe(draft).members)), "services.bundle_invalid")
    assert place in error.fields


def test_a_stale_page_overwrites_nothing_and_the_same_again_does_nothing(desk):
    draft = editing.open_draft(desk.ann, bundle_id=a_bundle(desk).pk)
    later = save(desk.cai, draft, summary="新的说明")
    refused(lambda: save(desk.ann, draft, summary="旧的说明"), "services.stale_version")
    assert save(desk.ann, later, summary="新的说明").revision == later.revision


def test_the_gate_refuses_what_does_not_fit_the_items(desk):
    first, second = two_items(desk)
    content = good_bundle(first, second)
    bare = dataclasses.replace(content.members[1], answers={})
    wrong = {
        "bundle.basis_missing": {"legal_bases": []},
        "bundle.members_few": {"members": content.members[:1]},
        "bundle.answer_missing": {"members": (content.members[0], bare)},
        "bundle.answer_unknown": {
            "members": (content.members[0], dataclasses.replace(content.members[1], answers={"old": {"value": "x"}}))
        },
        "bundle.value_gone": {
            "members": (content.members[0], dataclasses.replace(content.members[1], answers={"kind": {"value": "x"}}))
        },
        "bundle.member_unreachable": {
            "questions": (
                *content.questions,
                SituationPart(key="more", question="还有吗？", options=YES_NO, when={"sells": "no"}),
            ),
            "members": (
                content.members[0],
                dataclasses.replace(content.members[1], when={"sells": "yes", "more": "yes"}),
            ),
        },
    }
    draft = editing.add_bundle(desk.ann, code="open-shop", department=desk.department, content=content)
    for code, changes in wrong.items():
        draft = save(
            desk.ann,
            draft,
            **{**{name: getattr(content, name) for name in ("legal_bases", "questions", "members")}, **changes},
        )
        error = refused(lambda draft=draft: take(desk.ann, draft, "submit"), "services.lint_refused")
        assert code in [finding.code for finding in error.findings], code
        if code == "bundle.answer_missing":
            said = next(finding.message for finding in error.findings if finding.code == code)
            assert "要卖吗？——是" in said, "answers are named as people read them"
            assert "sells" not in said


def test_a_member_that_changes_or_stops_is_flagged_for_the_editor(desk):
    bundle = a_bundle(desk)
    second = bundle.current.members.get(key="second").entry.items.get()
    assert codes_of(bundle) == []
    published(desk, changed(desk, second, {"summary": "新的"}))
    checking.check_all(entry_id=second.entry_id)
    assert codes_of(bundle) == ["bundle.item_changed"]
    editing.confirm_compared(desk.cai, bundle_id=bundle.pk)
    assert codes_of(bundle) == []
    gone = [{"value": "yes2", "label": "是"}, {"value": "no", "label": "否"}]
    situations = (SituationPart(key="kind", question="办哪一种？", options=gone),)
    published(desk, changed(desk, second, {"situations": situations}))
    checking.check_all()
    assert "bundle.value_gone" in codes_of(bundle)
    pause = lifecycle.propose(desk.ann, item_id=second.pk, kind=Operation.PAUSE, reason="升级", instead="窗口")
    lifecycle.review(desk.ben, operation_id=pause.pk, action=OperationAction.APPROVE, expected_revision=pause.revision)
    checking.check_all()
    assert "bundle.member_paused" in codes_of(bundle)
    assert [member.key for member in plan_of(bundle, sells="yes").missing] == ["second"]


def test_a_later_day_holds_from_that_day_at_every_read_and_the_night_makes_it_so(desk):
    bundle = a_bundle(desk)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    draft = through(
        desk, save(desk.ann, editing.open_draft(desk.ann, bundle_id=bundle.pk), name="新店"), effective_on=tomorrow
    )
    assert queries.get_offered("open-shop").name == "开办示范店"
    Bundle.objects.update(due_on=timezone.localdate())
    BundleVersion.objects.filter(pk=draft.pk).update(effective_on=timezone.localdate())
    assert queries.get_offered("open-shop").name == "新店"
    assert editing.take_effect(today=timezone.localdate()) == 1
    assert editing.take_effect(today=timezone.localdate()) == 0
    bundle.refresh_from_db()
    assert (bundle.name, bundle.due_on, bundle.current.state) == ("新店", None, "published")
    assert bundle.current.published_by_id == desk.ann.account_id


def test_a_former_version_comes_back_through_review_and_an_end_takes_it_away(desk):
    bundle = a_bundle(desk)
    first = bundle.current
    through(desk, save(desk.ann, editing.open_draft(desk.ann, bundle_id=bundle.pk), name="新店"))
    again = editing.roll_back(desk.ann, version_id=first.pk)
    assert (again.version, again.name, again.restored_from_id) == (3, "开办示范店", first.pk)
    refused(lambda: editing.open_draft(desk.ann, bundle_id=bundle.pk), "services.open_version_exists")
    through(desk, again)
    BundleVersion.objects.filter(pk=again.pk).update(ends_on=timezone.localdate())
    refused(lambda: queries.get_offered("open-shop"), "services.bundle_not_found")
    assert queries.offered() == []


def test_words_find_a_bundle_in_one_query(desk, django_assert_num_queries):
    bundle = a_bundle(desk)
    with django_assert_num_queries(1):
        assert queries.find("我想 开店 怎么办") == [bundle]
    assert queries.find("示范店一件事") == [bundle]
    assert queries.find("店") == []
    assert queries.find("结婚") == []


def test_a_plan_takes_six_queries_however_many_members(desk, django_assert_num_queries):
    bundle = a_bundle(desk)
    with django_assert_num_queries(6):  # bundle; members; items; situations; materials; their certificates
        plan_of_code(bundle)


def plan_of_code(bundle):
    found = queries.get_offered(bundle.code)
    return queries.plan(queries.content_of(found.current), {"sells": "yes"}, found.region)


def test_versions_of_a_draft_are_for_its_managers(desk):
    bundle = a_bundle(desk)
    editing.open_draft(desk.ann, bundle_id=bundle.pk)
    assert queries.get_version(desk.cai, bundle, 2).state == "draft"
    refused(lambda: queries.get_version(desk.other, bundle, 2), "services.bundle_version_not_found")
    assert queries.get_version(desk.other, bundle, 1).state == "published"
