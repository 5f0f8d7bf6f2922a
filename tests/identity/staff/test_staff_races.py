"""Two administrators at once, two people with one code, and a post that ends while somebody acts in it."""

import pytest

from cases.actions.intake import accept
from cases.models import Case
from identity.actor import PUBLIC
from identity.models import EnrolmentCode, PostHolding
from identity.staff.actions import accounts, holdings
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.catalogue import a_post
from tests.factories.staff import account_of, an_administrator
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_administrators_cannot_remove_each_other():
    cast = build_cast()
    one, two = an_administrator(cast.scjg, "9001"), an_administrator(cast.scjg, "9002")
    results = at_once(
        lambda: holdings.end_holding(one, holding_id=two.holding_id, why="离职"),
        lambda: holdings.end_holding(two, holding_id=one.holding_id, why="离职"),
    )
    assert results.count("staff.last_administrator") == 1
    assert PostHolding.objects.filter(role="administrator", ended_at__isnull=True).count() == 1


def test_one_code_enrols_one_of_two():
    cast = build_cast()
    admin = an_administrator(cast.scjg)
    code = accounts.issue_enrolment(admin, account=account_of(cast.clerk))
    results = at_once(
        lambda: accounts.enrol(PUBLIC, staff_number="1001", code=code, password="Copper-kettle-41"),
        lambda: accounts.enrol(PUBLIC, staff_number="1001", code=code, password="Silver-kettle-42"),
    )
    assert results.count("staff.enrolment_wrong") == 1
    assert EnrolmentCode.objects.get().was_used


def test_post_given_twice_at_once_is_held_once():
    cast = build_cast()
    admin = an_administrator(cast.scjg)
    post = a_post(cast.scjg, "第二窗口")

    def give() -> object:
        return holdings.assign_post(admin, account=account_of(cast.clerk), post=post, role="reviewer")

    assert at_once(give, give).count("staff.already_held") == 1
    assert PostHolding.objects.filter(post=post).count() == 1


def test_post_that_ends_while_its_holder_acts_is_one_after_the_other():
    cast = build_cast()
    admin = an_administrator(cast.scjg)
    case = moves.a_submitted_case(cast)
    results = at_once(
        lambda: accept(cast.clerk, case_id=case.pk, request_key=""),
        lambda: holdings.end_holding(admin, holding_id=cast.clerk.holding_id, why="离职"),
    )
    accepted = not isinstance(results[0], str)
    assert accepted or results[0] == "staff.holding_ended"
    assert Case.objects.get(pk=case.pk).branches.exists() == accepted
    assert PostHolding.objects.get(pk=cast.clerk.holding_id).ended_at
