"""Reviews of a post that nobody holds any more go to another, one row of history for each case."""

import pytest

from cases.actions.reassignment import hand_over
from cases.models import Branch
from cases.staffing import waiting_with
from common.errors import DomainError
from common.models import AuditEvent
from identity.models import PostHolding
from identity.staff.actions import holdings, places
from portal.public.timeline import timeline_of
from portal.workbench.show.route import history_of
from tests.factories import moves
from tests.factories.cast import a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.staff import account_of, an_administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return build_cast()


def test_what_waited_for_somebody_who_left_is_handed_over(cast):
    admin = an_administrator(cast.scjg)
    case = moves.an_accepted_case(cast)
    branch = case.branches.get(stage__key="food")
    holdings.end_holding(admin, holding_id=cast.food.holding_id, why="离职")
    with pytest.raises(DomainError, match=r"staff\.place_in_use"):
        places.close_place(admin, place=branch.post)
    [work] = waiting_with(admin, account_of(cast.food))
    assert ([row.pk for row in work.branches], work.others) == ([branch.pk], [])
    assert [post.name for post in work.targets] == ["负责人"]
    other = a_post(cast.scjg, "餐饮科")
    with pytest.raises(DomainError, match=r"case\.post_unfit"):
        hand_over(admin, branch_ids=[branch.pk], post=other)
    a_member_of_staff("1020", other, PostHolding.Role.REVIEWER)
    version = case.version
    assert hand_over(admin, branch_ids=[branch.pk], post=other) == 1
    assert hand_over(admin, branch_ids=[branch.pk], post=other) == 0
    branch.refresh_from_db()
    case.refresh_from_db()
    assert (branch.post, case.version) == (other, version + 1)
    assert case.events.filter(action="hand_over").count() == 1
    assert AuditEvent.objects.filter(code="case.branch_handed_over").count() == 1
    assert any("移交" in str(row["title"]) for row in history_of(case))
    assert all("移交" not in str(row["title"]) for row in timeline_of(case))  # the applicant needs not know


def test_nobody_hands_over_other_departments_reviews(cast):
    admin = an_administrator(cast.scjg)
    case = moves.an_accepted_case(cast)
    fire = case.branches.get(stage__key="fire")
    for actor in (admin, cast.clerk, cast.citizen):
        with pytest.raises(DomainError, match=r"case\.not_found"):
            hand_over(actor, branch_ids=[fire.pk], post=a_post(cast.scjg, "负责人"))
    assert Branch.objects.get(pk=fire.pk).post_id == fire.post_id
    assert not case.events.filter(action="hand_over").exists()
