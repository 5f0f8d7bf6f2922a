"""Two officers at once on one old app: one act wins, the other is told."""

import pytest
from django.utils import timezone

from identity.actor import PUBLIC
from services.legacy import actions, plan_actions
from services.legacy.links import count_visit
from services.legacy.rules import FunctionFacts
from services.models import LegacyApp, LegacyFunction, LegacyLink, LegacyPlan, LegacyVisit
from tests.factories.catalogue import an_item
from tests.factories.editing import a_desk
from tests.factories.legacy import an_old_app, an_old_function, app_facts
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def codes(results):
    return [result for result in results if isinstance(result, str)]


def test_two_officers_deciding_at_once_agree_or_refuse_once():
    desk = a_desk()
    app = an_old_app(desk.department)
    today = timezone.localdate()
    plan = plan_actions.propose_plan(
        desk.ann, app_id=app.pk, decision="merge", reason="一站通都能办", owner="2001", due_on=today
    )
    results = at_once(
        *[
            lambda who=who, action=action: plan_actions.step_plan(
                who, plan_id=plan.pk, action=action, note="看过了", expected_revision=plan.revision
            )
            for who, action in ((desk.ben, "approve"), (desk.cai, "refuse"))
        ]
    )
    assert codes(results) == ["services.stale_version"]
    plan.refresh_from_db()
    app.refresh_from_db()
    assert (plan.state == "agreed") == (app.plan_id == plan.pk)
    assert plan.history.count() == 2


def test_two_proposing_at_once_propose_one_plan():
    desk = a_desk()
    app = an_old_app(desk.department)
    today = timezone.localdate()
    results = at_once(
        *[
            lambda who=who, decision=decision: plan_actions.propose_plan(
                who, app_id=app.pk, decision=decision, reason="一站通都能办", owner="2001", due_on=today
            )
            for who, decision in ((desk.ann, "merge"), (desk.ben, "close"))
        ]
    )
    assert codes(results) == ["services.legacy_plan_exists"]
    assert LegacyPlan.objects.count() == 1


def test_confirming_while_somebody_says_that_there_is_none():
    desk = a_desk()
    item = an_item("食品经营许可", department=desk.department)
    function = an_old_function(an_old_app(desk.department))
    results = at_once(
        lambda: actions.confirm_item(desk.ann, function_id=function.pk, item_id=item.pk, expected_revision=1),
        lambda: actions.set_unmappable(desk.ben, function_id=function.pk, reason="不是政务服务", expected_revision=1),
    )
    assert codes(results) == ["services.legacy_moved"]
    function.refresh_from_db()
    assert (function.mapping == "mapped") == function.mappings.exists()


def test_two_registering_the_same_register_one():
    desk = a_desk()
    results = at_once(
        *[lambda who=who: actions.add_app(who, facts=app_facts(desk.department)) for who in (desk.ann, desk.ben)]
    )
    assert codes(results) == ["services.legacy_app_exists"]
    app = LegacyApp.objects.get()
    twice = [lambda: actions.add_function(desk.ann, app_id=app.pk, facts=FunctionFacts(name="甲"))] * 2
    assert codes(at_once(*twice)) == ["services.legacy_function_exists"]
    assert LegacyFunction.objects.count() == 1


def test_two_functions_claiming_one_link_at_once():
    desk = a_desk()
    app = an_old_app(desk.department)
    functions = [an_old_function(app, name) for name in ("甲", "乙")]
    results = at_once(
        *[lambda one=one: actions.add_link(desk.ann, function_id=one.pk, address="m.example.cn/a") for one in functions]
    )
    assert codes(results) == ["services.legacy_link_taken"]
    assert LegacyLink.objects.count() == 1


def test_visits_at_once_are_all_counted():
    desk = a_desk()
    function = an_old_function(an_old_app(desk.department))
    at_once(*[lambda: count_visit(PUBLIC, function=function)] * 4, *[lambda: count_visit(PUBLIC, function=None)] * 4)
    assert sorted(LegacyVisit.objects.values_list("count", flat=True)) == [4, 4]
