"""One application for all items of a bundle, filled in at a window by a clerk, and what is refused on the way."""

from dataclasses import replace
from uuid import uuid4

import pytest

from cases import errors as case_errors
from cases.actions import drafts as single
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions, errors, queries
from cases.assisting.models import Assistance
from cases.assisting.standing import find_actor
from cases.joint import drafts, submission
from cases.joint import errors as joint_errors
from cases.joint import queries as joint_queries
from cases.messages import concerned
from cases.models import Case, CaseMaterial, JointCase, JointItem
from cases.queries import get_case, visible_to
from certificates.models import Document
from identity.actor import PUBLIC
from identity.messaging import announcing
from identity.models import Announcement, Notification
from services.bundles.errors import BundleNotFound
from tests.factories import joint as moves
from tests.factories.assisting import (
    a_whole_joint,
    a_window_of,
    bundle_begun,
    joint_confirmed,
    the_display_of,
    the_person_at,
)
from tests.factories.catalogue import a_department
from tests.factories.joint import FILLED, Street, build_street

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(db: None) -> Street:
    return build_street()


@pytest.fixture
def window(street: Street):
    return a_window_of(street)


@pytest.fixture
def key(street: Street, window) -> str:
    return the_display_of(street, window)


@pytest.fixture
def row(street: Street, window, key: str) -> Assistance:
    asked = bundle_begun(street, window)
    return display_actions.answer(PUBLIC, key=key, assistance_id=asked.pk, is_agreed=True)


def test_one_form_one_confirmation_one_receipt(street: Street, window, key: str, row: Assistance):
    assert (row.purpose, row.item_id, row.bundle_id) == ("joint", None, street.bundle.pk)
    assert any("开一家店" in line for line in row.asked)
    assert any("营业执照" in line for line in row.asked)  # what any of its items may look at
    joint = a_whole_joint(street)
    row = queries.get_assistance(street.clerk, row.pk)
    assert row.joint_id == joint.pk
    to_compare = queries.progress_of(row).to_compare
    assert len(to_compare) == 1  # one scan for three items
    desk.compare_original(street.clerk, assistance_id=row.pk, material_id=to_compare[0].pk)
    assert Document.objects.get(owner=street.li.party).grade == "B"
    seen = CaseMaterial.objects.filter(requirement__key="premises").values_list("original_seen_by", flat=True)
    assert list(seen) == [street.clerk.account_id] * 3
    desk.ask_confirmation(street.clerk, assistance_id=row.pk)
    content = queries.shown_on(key).content
    shown = str(content.answers)
    assert "清荷小馆" in shown
    assert "用水报装" in shown
    assert any(line.startswith("场所使用证明") for line in content.materials)
    joint_confirmed(street, row, key)
    joint = submission.submit(the_person_at(street), joint_id=joint.pk, declared=True)
    assert joint.number
    assert joint.receipt_number
    for name in ("reg", "tap"):
        signature = moves.item_of(joint, name).case.signature
        assert (signature.method, signature.level, signature.capacity) == ("counter_display", 5, "self")
        assert "1号窗口" in signature.content["channel"]
    row.refresh_from_db()
    assert (row.state, row.number) == ("done", joint.number)
    assert queries.shown_on(key).step == "done"
    assert find_actor(street.clerk) is None


def test_what_waited_says_later_at_which_window_it_was_handed_in(street: Street, key: str, row: Assistance):
    joint = a_whole_joint(street)
    joint_confirmed(street, row, key)
    joint = submission.submit(the_person_at(street), joint_id=joint.pk, declared=True)
    moves.approve(street, joint, "reg")
    item = moves.item_of(joint, "food")
    assert item.state == JointItem.State.BEGUN
    signature = item.case.signature
    assert signature.method == "joint"
    assert "1号窗口" in signature.content["channel"]
    assert item.case.events.latest("id").actor_label == "系统"


def test_what_is_told_goes_to_the_person_and_never_to_the_clerk(street: Street, key: str, row: Assistance):
    joint = a_whole_joint(street)
    joint_confirmed(street, row, key)
    joint = submission.submit(the_person_at(street), joint_id=joint.pk, declared=True)
    case = moves.item_of(joint, "reg").case
    assert case.agent_account_id == street.clerk.account_id  # who typed; nobody is told by it
    assert set(concerned(case)) == {street.li.pk}
    for announcement in Announcement.objects.all():
        announcing.spread(announcement_id=announcement.pk)
    assert set(Notification.objects.values_list("person", flat=True)) == {street.li.pk}


def test_what_begins_wrong_begins_nothing(street: Street, window, key: str):
    with pytest.raises(errors.NotSeen):
        bundle_begun(street, window, is_seen=False)
    with pytest.raises(BundleNotFound):
        bundle_begun(street, window, bundle_code="nothing")
    with pytest.raises(errors.AssistanceInvalid) as refused:
        bundle_begun(street, window, party_id=uuid4())
    assert set(refused.value.fields) == {"party"}
    street.bundle.department = a_department("公安局")
    street.bundle.save()
    with pytest.raises(errors.ItemNotTaken):
        bundle_begun(street, window)
    assert not Assistance.objects.exists()


def test_nothing_is_opened_without_consent(street: Street, window, key: str):
    asked = bundle_begun(street, window)
    assert find_actor(street.clerk, bundle_code="open-shop") is None
    with pytest.raises(errors.AssistanceOver):
        desk.ask_confirmation(street.clerk, assistance_id=asked.pk)
    display_actions.answer(PUBLIC, key=key, assistance_id=asked.pk, is_agreed=True)
    with pytest.raises(errors.AssistanceMoved):  # a bundle begins with its questions
        desk.open_draft(street.clerk, assistance_id=asked.pk)
    actor = the_person_at(street)
    display_actions.withdraw(PUBLIC, key=key, assistance_id=asked.pk)
    with pytest.raises(errors.AssistanceOver):
        drafts.start(actor, bundle_code="open-shop", given={"sign": "yes"})
    assert not JointCase.objects.exists()
    assert not Case.objects.exists()


def test_another_bundle_than_the_one_asked_about_is_not_begun(street: Street, row: Assistance):
    actor = the_person_at(street)
    Assistance.objects.update(bundle=_another_bundle(street))
    with pytest.raises(errors.AssistanceOver):
        drafts.start(actor, bundle_code="open-shop", given={"sign": "yes"})
    assert not Case.objects.exists() or not JointCase.objects.filter(assistances=row).exists()


def _another_bundle(street: Street):
    return type(street.bundle).objects.create(
        code="another", name="另一件事", department=street.bundle.department, region=street.bundle.region
    )


def test_only_what_was_confirmed_is_handed_in(street: Street, key: str, row: Assistance):
    actor = the_person_at(street)
    joint = drafts.start(actor, bundle_code="open-shop", given={"sign": "yes"})
    with pytest.raises(joint_errors.JointIncomplete):
        desk.ask_confirmation(street.clerk, assistance_id=row.pk)
    a_whole_joint(street)
    with pytest.raises(errors.NotConfirmed):
        submission.submit(actor, joint_id=joint.pk, declared=True)
    joint_confirmed(street, row, key)
    page = next(one for one in drafts.union.load(joint).pages if one.step.key.startswith("food"))
    drafts.save_page(actor, joint_id=joint.pk, page_key=page.step.key, raw={**FILLED, "area": "800"})
    with pytest.raises(errors.NotConfirmed):
        submission.submit(actor, joint_id=joint.pk, declared=True)
    joint.refresh_from_db()
    assert joint.submitted_at is None
    assert {one.state for one in Case.objects.all()} == {"draft"}
    joint_confirmed(street, row, key)
    assert submission.submit(actor, joint_id=joint.pk, declared=True).number


def test_the_clerk_sees_these_drafts_and_no_others(street: Street, key: str, row: Assistance):
    alone = single.start_draft(street.person, item_id=street.items["reg"].pk)
    joint = a_whole_joint(street)
    actor = the_person_at(street)
    assert set(visible_to(actor)) == set(Case.objects.filter(joint_item__joint=joint))
    with pytest.raises(case_errors.CaseNotFound):
        get_case(actor, alone.pk)
    assert set(joint_queries.visible_to(actor)) == {joint}
    assert not joint_queries.visible_to(replace(actor, assistance_id=alone.pk)).exists()


def test_it_goes_on_on_the_persons_own_phone_in_their_own_name(street: Street, key: str, row: Assistance):
    joint = a_whole_joint(street)
    assert joint.agent_account_id == street.clerk.account_id
    desk.end_session(street.clerk, assistance_id=row.pk)
    mine = drafts.start(street.person, bundle_code="open-shop", given={"sign": "yes"})
    assert mine.pk == joint.pk
    joint = submission.submit(street.person, joint_id=joint.pk, declared=True)
    assert joint.agent_account_id == street.person.account_id
    moves.approve(street, joint, "reg")
    signature = moves.item_of(joint, "food").case.signature
    assert signature.account_id == street.person.account_id
    assert "channel" not in signature.content
