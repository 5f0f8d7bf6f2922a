"""Who acts, for whom, with which grants; grants follow the post."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.actor import SYSTEM
from identity.mandates.rules import scope_of
from identity.models import Account, Mandate, Organisation, PostHolding
from identity.permissions import ROLE_PERMISSIONS, Permission
from identity.queries import actor_for, represented_organisations
from identity.staff.actions.accounts import open_staff_account
from identity.staff.actions.holdings import assign_post, switch_post
from identity.staff.actions.places import set_served_departments
from tests.factories.catalogue import a_post
from tests.factories.mandates import an_agent, some_terms
from tests.factories.visitors import a_visitor


def test_citizen_acts_for_herself_until_she_chooses_her_shop(cast):
    assert actor_for(cast.account).principal_id == cast.li.pk
    acting = actor_for(cast.account, principal_id=cast.shop.pk)
    assert (acting.principal_id, acting.principal_name) == (cast.shop.pk, "青禾餐饮店")


def test_organisation_of_somebody_else_is_not_taken(cast):
    stranger = Account.objects.get(pk=cast.stranger.account_id)
    assert actor_for(stranger, principal_id=cast.shop.pk).principal_id == stranger.person_id


def test_cancelled_organisation_can_no_longer_be_represented(cast):
    Organisation.objects.filter(pk=cast.shop.pk).update(state=Organisation.State.CANCELLED)
    assert actor_for(cast.account, principal_id=cast.shop.pk).principal_id == cast.li.pk
    assert not represented_organisations(cast.li.pk).exists()


@pytest.mark.parametrize(("role", "permissions"), ROLE_PERMISSIONS.items())
def test_post_gives_exactly_the_permissions_of_its_role_in_the_departments_it_serves(cast, role, permissions):
    post = a_post(cast.scjg, "新岗位")
    account = open_staff_account(SYSTEM, staff_number="2001", name="新人", password="Kitchen-table-7")
    assign_post(SYSTEM, account=account, post=post, role=role)
    actor = actor_for(account)
    for permission in Permission:
        assert actor.may(permission, cast.scjg.pk) == (permission in permissions)
        assert not actor.may(permission, cast.xfj.pk)


def test_hall_post_acts_for_every_body_it_serves_and_loses_those_it_no_longer_does(cast):
    post = a_post(cast.scjg, "综合窗口")
    set_served_departments(SYSTEM, post=post, departments=[cast.scjg, cast.xfj])
    account = Account.objects.get(pk=cast.clerk.account_id)
    assert actor_for(account).departments(Permission.COUNTER) == {cast.scjg.pk, cast.xfj.pk}
    set_served_departments(SYSTEM, post=post, departments=[cast.scjg])
    assert actor_for(account).departments(Permission.COUNTER) == {cast.scjg.pk}


def test_only_the_post_switched_to_gives_grants(cast):
    account = Account.objects.get(pk=cast.decider.account_id)
    role = PostHolding.Role.REVIEWER
    second = assign_post(SYSTEM, account=account, post=a_post(cast.xfj, "监督科"), role=role)
    assert actor_for(account).departments(Permission.DECIDE) == {cast.scjg.pk}
    assert not actor_for(account).may(Permission.REVIEW, cast.xfj.pk)
    switch_post(actor_for(account), holding_id=second.pk)
    actor = actor_for(account)
    assert not actor.departments(Permission.DECIDE)
    assert actor.departments(Permission.REVIEW) == {cast.xfj.pk}
    assert account.holdings.filter(is_active=True).count() == 1


def test_staff_without_a_post_is_nobody(cast):
    account = open_staff_account(SYSTEM, staff_number="2002", name="新人", password="Kitchen-table-7")
    actor = actor_for(account)
    assert not actor.is_staff
    assert not actor.is_citizen


def test_ended_holding_gives_nothing(cast):
    PostHolding.objects.filter(account_id=cast.decider.account_id).update(ends_on="2020-01-01")
    assert not actor_for(Account.objects.get(pk=cast.decider.account_id)).is_staff


def test_actor_costs_a_fixed_number_of_queries(cast, django_assert_num_queries):
    staff = Account.objects.get(pk=cast.clerk.account_id)
    citizen = Account.objects.select_related("person").get(pk=cast.account.pk)
    agent = Account.objects.select_related("person").get(pk=an_agent(cast).account_id)
    with django_assert_num_queries(1):  # the post with its department and the grants
        assert actor_for(staff).departments(Permission.COUNTER) == {cast.scjg.pk}
    with django_assert_num_queries(0):
        actor_for(citizen)
    with django_assert_num_queries(1):  # the organisation, and a mandate for it
        assert actor_for(citizen, principal_id=cast.shop.pk).principal_id == cast.shop.pk
    with django_assert_num_queries(1):
        assert actor_for(agent, principal_id=cast.shop.pk).mandate_kind == "handler"
    with django_assert_num_queries(1):
        assert actor_for(agent, principal_id=cast.li.pk).is_principal_lost


def test_a_mandate_reaches_the_actor_whole(cast):
    terms = some_terms("items", item_codes=(cast.item.code,))
    actor = an_agent(cast, giver=cast.person, terms=terms)
    mandate = Mandate.objects.get(pk=actor.mandate_id)
    assert actor.scope == scope_of(mandate)
    assert (actor.principal_name, actor.mandate_kind) == ("李清荷", "person")


def test_a_signed_in_page_asks_three_queries_more_than_an_anonymous_one(cast, client):
    """Session, account with person, and whom they act for or their post with its grants: asked anew for each page."""
    agent = Account.objects.get(pk=an_agent(cast).account_id)
    with CaptureQueriesContext(connection) as anonymous:
        client.get("/verify/")
    for account, party, extra in (
        (cast.account, None, 2),
        (cast.account, cast.shop, 3),
        (agent, cast.shop, 3),
        (Account.objects.get(pk=cast.clerk.account_id), None, 3),
    ):
        browser = a_visitor(account, acting_for=party)
        browser.get("/verify/")
        with CaptureQueriesContext(connection) as signed_in:
            browser.get("/verify/")
        assert len(signed_in) - len(anonymous) <= extra
