"""Several posts with one active, substitutes that end by themselves, and who may arrange what."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone
from guardian.models import UserObjectPermission

from common.errors import DomainError
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import PostHolding
from identity.permissions import Permission
from identity.staff.actions.holdings import assign_post, end_due, end_holding, fall_back, name_substitute, switch_post
from identity.staff.granting import sync_all
from identity.tasks import end_posts
from tests.factories import moves
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_post
from tests.factories.staff import account_of, again, an_administrator, holding_of, posts_now

Role = PostHolding.Role


@pytest.fixture
def admin(cast):
    return an_administrator(cast.scjg)


def substitute_for_food(cast, admin, *, days=3):
    today = timezone.localdate()
    return name_substitute(
        admin,
        holding_id=holding_of(cast.food).pk,
        substitute=account_of(cast.decider),
        starts_on=today,
        ends_on=today + dt.timedelta(days=days),
    )


def test_switching_is_recorded_and_only_between_ones_own(cast, admin):
    second = assign_post(admin, account=account_of(cast.clerk), post=a_post(cast.scjg, "第二窗口"), role=Role.REVIEWER)
    switch_post(cast.clerk, holding_id=second.pk)
    assert AuditEvent.objects.get(code="identity.post_switched").detail == {"post": str(second.post_id)}
    before = posts_now()
    with pytest.raises(DomainError, match=r"staff\.holding_ended"):
        switch_post(cast.food, holding_id=second.pk)
    assert posts_now() == before


def test_substitute_acts_as_stand_in_and_everything_says_so(cast, admin):
    holding = substitute_for_food(cast, admin)
    assert again(cast.decider).post_id != holding.post_id  # nothing changes until they switch
    switch_post(cast.decider, holding_id=holding.pk)
    actor = again(cast.decider)
    assert actor.stands_in_for == cast.food.account_id
    assert "代员1002" in actor.history_label
    assert "代员1002" in actor.post_label
    case = moves.an_accepted_case(cast)
    moves_branch = case.branches.get(stage__key="food")
    from cases.actions.review import review

    review(actor, case_id=case.pk, branch_id=moves_branch.pk, agreed=True, opinion="同意", second_officer="李四")
    event = AuditEvent.objects.filter(code="case.branch_reviewed").latest("pk")
    assert (event.actor_id, event.on_behalf_of_id) == (cast.decider.account_id, cast.food.account_id)
    assert "代员1002" in case.events.filter(action="review").last().actor_label


def test_ended_substitution_is_never_honoured(cast, admin, monkeypatch):
    holding = substitute_for_food(cast, admin, days=3)
    switch_post(cast.decider, holding_id=holding.pk)
    tomorrow = timezone.localdate() + dt.timedelta(days=4)
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: tomorrow)
    assert not again(cast.decider).is_staff
    assert fall_back(SYSTEM, account=account_of(cast.decider))
    assert again(cast.decider).post_id == cast.decider.post_id
    with pytest.raises(DomainError, match=r"staff\.holding_ended"):
        switch_post(cast.decider, holding_id=holding.pk)
    end_posts(timestamp=0)
    holding.refresh_from_db()
    assert holding.ended_at
    assert not end_due(SYSTEM, holding_id=holding.pk)


def test_acting_in_a_post_that_ended_since_the_page_opened_is_refused(cast, admin):
    from cases.actions.intake import accept

    case = moves.a_submitted_case(cast)
    end_holding(admin, holding_id=cast.clerk.holding_id, why="离职")
    with pytest.raises(DomainError, match=r"staff\.holding_ended"):
        accept(cast.clerk, case_id=case.pk, request_key="")
    case.refresh_from_db()
    assert case.state == "submitted"


def test_substitute_ends_with_the_holding_it_stands_in_for(cast, admin):
    holding = substitute_for_food(cast, admin)
    switch_post(cast.decider, holding_id=holding.pk)
    end_holding(admin, holding_id=cast.food.holding_id, why="离职")
    holding.refresh_from_db()
    assert holding.ended_at
    assert again(cast.decider).post_id == cast.decider.post_id
    assert not again(cast.food).is_staff
    assert not UserObjectPermission.objects.filter(user_id=cast.food.account_id).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_on": -1}, "ends_on"),
        ({"ends_on": -1}, "ends_on"),
        ({"ends_on": 800}, "ends_on"),
        ({"substitute": "food"}, "substitute"),
    ],
)
def test_wrong_absence_is_refused_at_its_field(cast, admin, change, field):
    today = timezone.localdate()
    before = posts_now()
    with pytest.raises(DomainError) as refused:
        name_substitute(
            admin,
            holding_id=cast.food.holding_id,
            substitute=account_of(getattr(cast, change.get("substitute", "decider"))),
            starts_on=today + dt.timedelta(days=change.get("starts_on", 0)),
            ends_on=today + dt.timedelta(days=change.get("ends_on", 3)),
        )
    assert field in refused.value.fields
    assert posts_now() == before


def test_holder_names_a_colleague_but_nobody_from_elsewhere(cast):
    today = timezone.localdate()
    before = posts_now()
    with pytest.raises(DomainError, match=r"staff\.invalid"):
        name_substitute(
            cast.food,
            holding_id=cast.food.holding_id,
            substitute=account_of(cast.fire),
            starts_on=today,
            ends_on=today,
        )
    assert posts_now() == before
    name_substitute(
        cast.food,
        holding_id=cast.food.holding_id,
        substitute=account_of(cast.clerk),
        starts_on=today,
        ends_on=today,
    )


def test_administrator_stays_within_their_departments(cast, admin):
    before = posts_now()
    refusals = [
        lambda: assign_post(admin, account=account_of(cast.clerk), post=a_post(cast.xfj, "监督科"), role=Role.REVIEWER),
        lambda: end_holding(admin, holding_id=cast.fire.holding_id, why="离职"),
        lambda: assign_post(admin, account=account_of(admin), post=a_post(cast.scjg, "另一岗"), role=Role.DECIDER),
        lambda: end_holding(admin, holding_id=admin.holding_id, why="离职"),
        lambda: assign_post(
            cast.clerk, account=account_of(cast.food), post=a_post(cast.scjg, "另一岗"), role=Role.DECIDER
        ),
    ]
    for refusal in refusals:
        with pytest.raises(DomainError):
            refusal()
    assert posts_now() == before


def test_administrator_gives_no_administrators_post_that_reaches_further(cast, admin):
    wide = a_post(cast.scjg, "全市管理")
    wide.serves.add(cast.xfj)
    before = posts_now()
    with pytest.raises(DomainError, match=r"staff\.beyond_own_rights"):
        assign_post(admin, account=account_of(cast.clerk), post=wide, role=Role.ADMINISTRATOR)
    assert posts_now() == before


def test_last_administrator_stays(cast, admin):
    before = posts_now()
    with pytest.raises(DomainError, match=r"staff\.last_administrator"):
        end_holding(SYSTEM, holding_id=admin.holding_id, why="离职")
    assert posts_now() == before
    other = a_member_of_staff("9002", a_post(cast.scjg, "系统管理"), Role.ADMINISTRATOR)
    end_holding(other, holding_id=admin.holding_id, why="离职")
    assert not again(admin).is_staff


def test_sync_brings_everybody_in_line_and_reports_once(cast, admin, capsys, django_assert_max_num_queries):
    rows = UserObjectPermission.objects.filter(user_id=cast.decider.account_id)
    rows.filter(permission__codename="decide").delete()
    rows.update(object_pk=str(cast.xfj.pk))
    call_command("sync_grants")
    assert "1004: +4 -3" in capsys.readouterr().out
    assert again(cast.decider).departments(Permission.DECIDE) == {cast.scjg.pk}
    assert AuditEvent.objects.get(code="identity.grants_synced").detail == {"added": 4, "removed": 3}
    with django_assert_max_num_queries(6):
        assert sync_all(SYSTEM) == []
