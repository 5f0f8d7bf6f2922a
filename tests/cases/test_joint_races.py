"""Several at once on a joint case: one submission of each part, nothing twice, nothing lost."""

import importlib
import threading

import pytest
from django.utils import timezone

from cases.actions import decision
from cases.actions import drafts as single
from cases.joint import drafts, submission, union
from cases.models import Case, CaseMaterial, JointCase, JointItem, Notice
from cases.states import State
from identity.models import Person
from tests.factories import joint as moves
from tests.factories.cast import a_picture
from tests.factories.joint import build_street
from tests.factories.mandates import an_agent
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_presses_in_two_requests_open_one_joint_case():
    street = build_street()
    joint = moves.a_ready_joint(street)
    results = at_once(
        *[lambda: submission.submit(street.person, joint_id=joint.pk, declared=True, request_key="k") for _ in range(2)]
    )
    assert {result.number for result in results} == {JointCase.objects.get().number}
    assert Case.objects.exclude(number=None).count() == 2
    assert Notice.objects.count() == 2


def test_two_submissions_with_keys_of_their_own_are_one():
    street = build_street()
    joint = moves.a_ready_joint(street)
    results = at_once(
        *[
            lambda key=key: submission.submit(street.person, joint_id=joint.pk, declared=True, request_key=key)
            for key in "ab"
        ]
    )
    assert sorted(isinstance(result, str) for result in results) == [False, True]
    assert "joint.submitted" in results
    assert Notice.objects.count() == 2


def test_two_deciders_whose_decisions_release_the_same_item_submit_it_once():
    street = build_street()
    joint = moves.a_submitted_joint(street)
    JointItem.objects.filter(joint=joint, key="sign").update(after=["reg", "tap"])
    first, second = (moves.to_decision(street, joint, key) for key in ("reg", "tap"))

    def decide(case):
        decision.approve(street.decider, case_id=case.pk)
        return submission.release(joint_id=joint.pk)  # what the worker does after each commit

    results = at_once(lambda: decide(first), lambda: decide(second))
    assert not any(isinstance(result, str) for result in results)
    part = moves.item_of(joint, "sign")
    assert part.state == JointItem.State.BEGUN
    assert part.case.events.filter(action="submit").count() == 1
    assert part.case.notices.filter(kind=Notice.Kind.RECEIPT).count() == 1
    numbers = list(Case.objects.exclude(number=None).values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers) == 4


def test_withdrawing_all_against_a_release_leaves_no_part_between():
    street = build_street()
    joint = moves.a_submitted_joint(street)
    moves.approve(street, joint, "reg", release=False)
    at_once(
        lambda: submission.withdraw_all(street.person, joint_id=joint.pk),
        lambda: submission.release(joint_id=joint.pk),
    )
    for part in joint.items.select_related("case").exclude(key="reg"):
        assert part.state == JointItem.State.DROPPED or part.case.state == State.WITHDRAWN


def test_two_uploads_for_two_items_at_once_end_with_one_paper_for_all():
    street = build_street()
    joint = moves.a_joint_draft(street)
    rows = [moves.material_of(joint, key, "premises") for key in ("reg", "food")]
    results = at_once(
        *[
            lambda row=row: single.upload_material(
                street.person, case_id=row.case_id, material_id=row.pk, upload=a_picture(f"{row.pk}.png")
            )
            for row in rows
        ]
    )
    assert not any(isinstance(result, str) for result in results)
    used = CaseMaterial.objects.filter(requirement__key="premises").values_list("document", flat=True)
    assert len(set(used)) == 1


def test_a_decision_against_a_withdrawal_of_all_has_one_outcome():
    street = build_street()
    joint = moves.a_submitted_joint(street)
    case = moves.to_decision(street, joint, "reg")
    at_once(
        lambda: decision.approve(street.decider, case_id=case.pk),
        lambda: submission.withdraw_all(street.person, joint_id=joint.pk),
    )
    case.refresh_from_db()
    assert (case.state == State.WITHDRAWN) != (case.outcome == "approved")
    assert case.closed_at is None or case.closed_at <= timezone.now()


def _with_slow(monkeypatch, place: str, held: threading.Event, go_on: threading.Event) -> None:
    """Let what ``place`` names tell that it was reached, and wait for the other one to come as far as it can."""
    owner, name = place.rsplit(".", 1)
    inner = getattr(importlib.import_module(owner), name)

    def slowly(*args, **named):
        result = inner(*args, **named)
        held.set()
        go_on.wait(0.8)
        return result

    monkeypatch.setattr(f"{owner}.{name}", slowly)


def test_an_upload_and_the_page_of_the_whole_in_two_tabs_wait_for_each_other_in_one_order(monkeypatch):
    street = build_street()
    joint = moves.a_joint_draft(street)
    row = moves.material_of(joint, "reg", "premises")
    page = union.load(joint).pages[0].step.key
    held, go_on = threading.Event(), threading.Event()
    _with_slow(monkeypatch, "cases.joint.guard._joint_of", held, go_on)

    def saves() -> object:
        held.wait(10)  # the other tab has the joint case
        return drafts.save_page(street.person, joint_id=joint.pk, page_key=page, raw=moves.FILLED)[1]

    def uploads() -> object:
        return single.upload_material(street.person, case_id=row.case_id, material_id=row.pk, upload=a_picture()).way

    assert at_once(uploads, saves) == [CaseMaterial.Way.UPLOAD, ()]


def test_an_agent_begins_the_same_while_an_upload_runs_and_neither_hangs(monkeypatch):
    street = build_street()
    joint = moves.a_joint_draft(street)
    helper = an_agent(street, giver=street.person, agent=Person.objects.get(pk=street.stranger.person_id))
    row = moves.material_of(joint, "food", "premises")
    held, go_on = threading.Event(), threading.Event()
    _with_slow(monkeypatch, "cases.actions.drafts.lock", held, go_on)

    def begins() -> object:
        held.wait(10)
        return drafts.start(helper, bundle_code="open-shop", given={"sign": "yes"}).pk

    def uploads() -> object:
        return single.upload_material(street.person, case_id=row.case_id, material_id=row.pk, upload=a_picture()).way

    assert at_once(uploads, begins) == [CaseMaterial.Way.UPLOAD, joint.pk]
