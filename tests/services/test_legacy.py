"""Old apps: registered by their department, mapped by a person, merged by two, and their links lead on."""

import datetime as dt

import pytest
from django.utils import timezone

from common.errors import DomainError
from identity.actor import PUBLIC
from identity.models import PostHolding
from services.legacy import actions, plan_actions, queries
from services.legacy.links import count_visit, resolve
from services.legacy.overlap import overlap, progress
from services.legacy.queries import AppFilter
from services.legacy.rules import FunctionFacts, plain_link, words_of
from services.models import CatalogueStep, LegacyApp, LegacyLink, LegacyVisit
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_department, a_post, an_item
from tests.factories.editing import a_desk
from tests.factories.legacy import an_old_app, an_old_function, app_facts, legacy_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


@pytest.fixture
def item(desk):
    return an_item("食品经营许可", department=desk.department)


def refused(act, code):
    """The act is refused with this code and nothing has changed; returns the error."""
    before = legacy_snapshot()
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    assert legacy_snapshot() == before
    return caught.value


def propose(desk, app, decision="merge", **changes):
    given = {"reason": "一站通都能办", "owner": "2001", "due_on": timezone.localdate(), **changes}
    return plan_actions.propose_plan(desk.ann, app_id=app.pk, decision=decision, **given)


def step(who, plan, action, note=""):
    return plan_actions.step_plan(who, plan_id=plan.pk, action=action, note=note, expected_revision=plan.revision)


def confirm(who, function, item):
    return actions.confirm_item(who, function_id=function.pk, item_id=item.pk, expected_revision=function.revision)


def test_an_app_is_maintained_by_its_own_department_only(desk):
    app = actions.add_app(desk.ann, facts=app_facts(desk.department))
    refused(lambda: actions.add_app(desk.other, facts=app_facts(desk.department, "又一个")), "forbidden")
    for act in (
        lambda: actions.change_app(
            desk.other, app_id=app.pk, facts=app_facts(desk.department, "改"), expected_revision=1
        ),
        lambda: actions.add_function(desk.other, app_id=app.pk, facts=FunctionFacts(name="甲")),
    ):
        refused(act, "services.legacy_app_not_found")
    with pytest.raises(DomainError):
        queries.get_app(desk.other, app.pk)
    elsewhere = a_department("公安局")
    refused(
        lambda: actions.change_app(desk.ann, app_id=app.pk, facts=app_facts(elsewhere), expected_revision=1),
        "forbidden",
    )


def test_a_supervisor_sees_apps_and_changes_none(desk):
    app = an_old_app(desk.department)
    supervisor = a_member_of_staff("2009", a_post(desk.department, "监督"), PostHolding.Role.SUPERVISOR)
    assert queries.get_app(supervisor, app.pk) == app
    refused(lambda: actions.add_function(supervisor, app_id=app.pk, facts=FunctionFacts(name="甲")), "forbidden")
    assert queries.visible_to(PUBLIC).count() == 0


def test_wrong_facts_are_named_by_field(desk):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    facts = app_facts(
        desk.department, "", kind="spaceship", users_total=5, users_monthly=6, last_used_on=tomorrow, address="a" * 301
    )
    error = refused(lambda: actions.add_app(desk.ann, facts=facts), "services.legacy_invalid")
    assert set(error.fields) == {"name", "kind", "users_monthly", "last_used_on", "address"}
    app = an_old_app(desk.department)
    wrong = FunctionFacts(name="甲", uses=-1, uses_days=0)
    error = refused(lambda: actions.add_function(desk.ann, app_id=app.pk, facts=wrong), "services.legacy_invalid")
    assert set(error.fields) == {"uses", "uses_days"}


def test_the_same_name_twice_and_an_old_form_are_refused(desk):
    app = an_old_app(desk.department)
    function = an_old_function(app)
    same = app_facts(desk.department)
    refused(lambda: actions.add_app(desk.ann, facts=same), "services.legacy_app_exists")
    refused(
        lambda: actions.add_function(desk.ann, app_id=app.pk, facts=FunctionFacts(name=function.name)),
        "services.legacy_function_exists",
    )
    actions.change_app(desk.ann, app_id=app.pk, facts=app_facts(desk.department, platform="iOS"), expected_revision=1)
    late = app_facts(desk.department, platform="Android")
    refused(
        lambda: actions.change_app(desk.ben, app_id=app.pk, facts=late, expected_revision=1), "services.legacy_moved"
    )
    assert (
        actions.change_app(
            desk.ben, app_id=app.pk, facts=app_facts(desk.department, platform="iOS"), expected_revision=1
        ).revision
        == 2
    )


def test_suggestions_come_from_the_search_and_count_once_a_person_confirms(desk, item):
    function = an_old_function(an_old_app(desk.department), "食品经营许可证申请")
    assert [found.pk for found in queries.suggestions(function)] == [item.pk]
    function.refresh_from_db()
    assert function.mapping == "open"
    function = confirm(desk.ann, function, item)
    assert (function.mapping, function.settled_by_id) == ("mapped", desk.ann.account_id)
    assert queries.suggestions(function, taken=frozenset({item.pk})) == []
    assert confirm(desk.ann, function, item).revision == function.revision  # the same click twice
    other = an_item("个体工商户登记", main="31002", department=desk.department)
    function = confirm(desk.ben, function, other)
    assert function.mappings.count() == 2
    for one in (item, other):
        function = actions.drop_item(
            desk.ann, function_id=function.pk, item_id=one.pk, expected_revision=function.revision
        )
    assert function.mapping == "open"


def test_a_name_the_search_does_not_know_is_looked_up_by_its_description(desk, item):
    function = an_old_function(an_old_app(desk.department), "量子", description="食品经营许可")
    assert [found.pk for found in queries.suggestions(function)] == [item.pk]
    assert queries.suggestions(function, text="不存在的东西") == []


def test_no_item_needs_a_reason_and_no_confirmed_item(desk, item):
    function = an_old_function(an_old_app(desk.department))

    def none(reason, revision):
        return actions.set_unmappable(desk.ann, function_id=function.pk, reason=reason, expected_revision=revision)

    assert "reason" in refused(lambda: none("没有", 1), "services.legacy_invalid").fields
    refused(lambda: none("医院自己办的预约", 9), "services.legacy_moved")
    function = none("医院自己办的预约", 1)
    assert (function.mapping, function.reason) == ("none", "医院自己办的预约")
    function = confirm(desk.ben, function, item)
    assert (function.mapping, function.reason) == ("mapped", "")
    refused(lambda: none("医院自己办的预约", function.revision), "services.legacy_invalid")


def test_only_an_item_in_use_is_confirmed_and_only_as_it_was_seen(desk, item):
    function = an_old_function(an_old_app(desk.department))
    stale = actions.confirm_item
    refused(
        lambda: stale(desk.ann, function_id=function.pk, item_id=item.pk, expected_revision=7), "services.legacy_moved"
    )
    item.state = "3"
    item.save()
    refused(lambda: confirm(desk.ann, function, item), "services.item_not_found")


def test_a_plan_takes_two_persons_and_every_function_settled(desk, item):
    app = an_old_app(desk.department)
    function = an_old_function(app)
    plan = propose(desk, app)
    refused(lambda: step(desk.ann, plan, "approve"), "services.same_person")
    refused(lambda: step(desk.other, plan, "approve"), "services.legacy_app_not_found")
    refused(lambda: step(desk.ben, plan, "finish"), "services.step_not_allowed")
    refused(lambda: step(desk.ben, plan, "refuse"), "services.note_missing")
    refused(lambda: propose(desk, app), "services.legacy_plan_exists")
    plan = step(desk.ben, plan, "approve")
    refused(lambda: step(desk.ann, plan, "finish"), "services.legacy_plan_unready")
    confirm(desk.ann, function, item)
    plan = step(desk.ann, plan, "finish")
    app.refresh_from_db()
    assert (plan.state, app.status, app.plan_id) == ("done", "closed", plan.pk)
    assert plan.finished_on == timezone.localdate()
    refused(lambda: step(desk.ben, plan, "withdraw", "改主意"), "services.step_not_allowed")
    refused(lambda: propose(desk, app, "keep"), "services.legacy_plan_exists")
    steps = CatalogueStep.objects.filter(legacy_plan=plan).values_list("action", "account_id")
    assert list(steps) == [
        ("propose", desk.ann.account_id),
        ("approve", desk.ben.account_id),
        ("finish", desk.ann.account_id),
    ]


def test_a_plan_names_decision_reason_owner_and_day(desk):
    app = an_old_app(desk.department)
    wrong = {"decision": "burn", "reason": "嗯", "owner": "nobody"}
    error = refused(lambda: propose(desk, app, **wrong), "services.legacy_invalid")
    assert set(error.fields) == {"decision", "reason", "owner"}
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    assert "due_on" in refused(lambda: propose(desk, app, due_on=yesterday), "services.date_invalid").fields


def test_a_refused_plan_makes_room_and_a_kept_app_is_thought_over_again(desk):
    app = an_old_app(desk.department)
    step(desk.ben, propose(desk, app), "refuse", "先看用户数")
    app.refresh_from_db()
    assert app.plan is None
    kept = propose(desk, app, "keep")
    for who, action in ((desk.ben, "approve"), (desk.ann, "finish")):
        kept = step(who, kept, action)
    second = propose(desk, app, "close")
    step(desk.ann, second, "withdraw", "再等等")
    app.refresh_from_db()
    assert (app.plan_id, app.status) == (kept.pk, "active")


def test_idle_apps_and_empty_shells_by_days(desk):
    today = timezone.localdate()

    def ago(days):
        return today - dt.timedelta(days=days)

    lively = an_old_app(desk.department, "在用的", users_monthly=9)
    an_old_function(lively, uses=3)
    an_old_app(desk.department, "没填的")
    old = an_old_app(desk.department, "旧的", last_used_on=ago(100))
    an_old_function(old, last_used_on=ago(100))
    zero = an_old_app(desk.department, "没人的", users_monthly=0)
    an_old_function(zero, "跳转", uses=50, is_link_only=True)
    an_old_app(desk.department, "下线的", users_monthly=0, status="closed")

    def names(view, days):
        return {app.name for app in queries.apps(desk.ann, AppFilter(view=view, days=days))}

    assert names("idle", 99) == {"旧的", "没人的"}
    assert names("idle", 100) == {"没人的"}
    assert names("shell", 90) == {"没填的", "旧的", "没人的"}
    assert names("shell", 200) == {"没填的", "没人的"}
    assert names("", 90) == {"在用的", "没填的", "旧的", "没人的", "下线的"}
    assert queries.apps(desk.other, AppFilter()).count() == 0


def test_overlap_shows_items_of_more_than_one_app(desk, item, django_assert_num_queries):
    single = an_item("单独的事", main="31003", department=desk.department)
    apps = [an_old_app(desk.department, name) for name in ("甲", "乙", "丙")]
    for app in apps[:2]:
        confirm(desk.ann, an_old_function(app), item)
    confirm(desk.ann, an_old_function(apps[0], "第二个"), item)
    confirm(desk.ann, an_old_function(apps[2]), single)
    with django_assert_num_queries(2):  # the items by rank, the cells
        data = overlap(desk.ann)
    assert [name for _pk, name in data.items] == ["食品经营许可"]
    assert data.cells[apps[0].pk, item.pk] == ["第二个", "食品许可申请"]
    assert [name for _pk, name, _functions in data.apps_of(item.pk)] == ["乙", "甲"]
    assert len(overlap(desk.ann, only_shared=False).items) == 2
    assert overlap(desk.other).items == []
    LegacyApp.objects.filter(name="甲").update(status="closed")
    assert overlap(desk.ann).items == []


def test_progress_counts_by_department(desk, item, django_assert_num_queries):
    app, second = an_old_app(desk.department), an_old_app(desk.department, "乙")
    confirm(desk.ann, an_old_function(app), item)
    an_old_function(second)
    step(desk.ben, propose(desk, app), "approve")
    count_visit(PUBLIC, function=app.functions.get())
    with django_assert_num_queries(3):  # apps, functions, visits
        (row,) = progress(desk.ann)
    assert (row.apps, row.agreed, row.without_plan, row.done) == (2, 1, 1, 0)
    assert (row.functions, row.settled, row.visits) == (2, 1, 1)
    assert progress(desk.other) == []


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("https://M.Example.cn/Food//apply.do?b=2&a=1#top", "m.example.cn/food/apply.do?a=1&b=2"),
        ("m.example.cn/food/apply.do/", "m.example.cn/food/apply.do"),
        ("/%E9%A3%9F%E5%93%81/", "食品"),
        ("  ", ""),
        ("http://[", ""),
        ("a" * 301, ""),
        ("a\x00b", "ab"),
    ],
)
def test_an_old_link_is_spelt_in_one_way(written, spelt):
    assert plain_link(written) == spelt


def test_words_for_the_search_hold_no_numbers():
    assert words_of("m.example.cn/食品经营_许可.html?id=510102199001011234") == "食品经营 许可"
    assert words_of("user/13900000001") == ""


def test_a_link_leads_on_once_two_persons_agreed(desk, item):
    app = an_old_app(desk.department)
    function = confirm(desk.ann, an_old_function(app, slug="food"), item)
    actions.add_link(desk.ann, function_id=function.pk, address="https://m.example.cn/Food.do?id=1")
    assert resolve("food/").items == []
    plan = propose(desk, app)
    assert resolve("food/").items == []
    plan = step(desk.ben, plan, "approve")
    for old in ("food/", "M.example.cn/food.do?id=1", "FOOD?from=wx"):
        assert [one.pk for one in resolve(old).items] == [item.pk], old
    unknown = resolve("m.example.cn/food.do?id=2")
    assert (unknown.function, unknown.words) == (None, "food")
    step(desk.ann, plan, "withdraw", "再看看")
    assert resolve("food").items == []


def test_a_kept_app_keeps_its_links(desk, item):
    app = an_old_app(desk.department)
    confirm(desk.ann, an_old_function(app, slug="food"), item)
    step(desk.ben, propose(desk, app, "keep"), "approve")
    assert resolve("food").items == []


def test_an_old_link_belongs_to_one_function(desk):
    app = an_old_app(desk.department)
    first, second = an_old_function(app), an_old_function(app, "第二个")
    link = actions.add_link(desk.ann, function_id=first.pk, address="m.example.cn/a")
    assert actions.add_link(desk.ann, function_id=first.pk, address="M.example.cn/a/") == link
    refused(
        lambda: actions.add_link(desk.ann, function_id=second.pk, address="m.example.cn/a"),
        "services.legacy_link_taken",
    )
    refused(lambda: actions.add_link(desk.ann, function_id=second.pk, address="//"), "services.legacy_invalid")
    actions.remove_link(desk.ann, function_id=first.pk, address="m.example.cn/a")
    assert not LegacyLink.objects.exists()


def test_visits_are_numbers_by_day_and_staff_do_not_count(desk):
    function = an_old_function(an_old_app(desk.department))
    for who in (PUBLIC, PUBLIC, desk.ann):
        count_visit(who, function=function)
        count_visit(who, function=None)
    assert sorted(LegacyVisit.objects.values_list("function_id", "count"), key=str) == sorted(
        [(function.pk, 2), (None, 2)], key=str
    )
    assert {field.name for field in LegacyVisit._meta.get_fields()} == {"id", "function", "day", "count"}
