"""告知承诺 and 容缺: frozen when handed in, checked afterwards, and a breach that keeps one from promising again."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from cases import notices
from cases.actions import decision, drafts, intake, submission
from cases.errors import CaseNotFound
from cases.models import Breach, Case, CaseEvent, Undertaking
from cases.promises import actions, errors, reminding
from cases.promises.keeping import require_supplied
from cases.promises.queries import listing
from cases.serving import queries as serving
from common.errors import Forbidden
from common.workdays import for_region
from identity.models import Announcement
from identity.scope import Scope
from services.models import MaterialRequirement
from tests.factories import moves
from tests.factories.cast import a_member_of_staff, a_picture, build_cast
from tests.factories.catalogue import a_post
from tests.factories.threads import at_once


def a_deferring_draft(cast) -> Case:
    """The floor plan is to come later."""
    MaterialRequirement.objects.filter(version=cast.version, key="plan").update(defer_days=10)
    case = moves.a_ready_draft(cast)
    row = case.materials.get(requirement__key="plan")
    drafts.clear_material(cast.citizen, case_id=case.pk, material_id=row.pk)
    row = Case.objects.get(pk=case.pk).materials.get(requirement__key="plan")
    if row.way == "missing":
        drafts.defer_material(cast.citizen, case_id=case.pk, material_id=row.pk)
    else:
        row.way, row.document, row.chosen_by_applicant = "deferred", None, True
        row.save()
    return Case.objects.get(pk=case.pk)


def a_deferring_case(cast) -> Case:
    case = a_deferring_draft(cast)
    submission.submit(cast.citizen, case_id=case.pk, declared=True)
    return intake.accept(cast.clerk, case_id=case.pk)


def a_false_promise(cast) -> Undertaking:
    case = moves.an_approved_case(cast)
    one = case.undertakings.get()
    return actions.record_result(cast.food, undertaking_id=one.pk, is_true=False, note="现场没有制度")


def a_second_decider(cast):
    return a_member_of_staff("1044", a_post(cast.scjg, "副局长"), "decider")


def a_recorded_breach(cast) -> Breach:
    one = a_false_promise(cast)
    breach = actions.propose_breach(cast.food, undertaking_id=one.pk, reason="虚假承诺", basis="国办发〔2020〕42号")
    actions.state_own_case(cast.citizen, breach_id=breach.pk, text="已经补上了")
    return actions.decide_breach(cast.decider, breach_id=breach.pk, is_confirmed=True, note="不采纳")


@pytest.mark.django_db
def test_a_promise_is_frozen_and_due_after_the_decision(cast):
    case = moves.an_accepted_case(cast)
    one = case.undertakings.get()
    assert (one.kind, one.state, one.due_on) == ("promise", "waiting", None)
    assert "国办发〔2020〕42号" in one.text[-1]
    assert list(listing(cast.food)) == []
    case = moves.an_approved_case(cast)
    one = case.undertakings.get()
    day = for_region(cast.scjg.region.code).add(timezone.localdate(), one.days)
    assert (one.state, one.due_on) == ("open", day)
    assert [row.pk for row in listing(cast.food)] == [one.pk]


@pytest.mark.django_db
def test_nothing_is_granted_before_what_was_deferred_has_come(cast):
    case = a_deferring_case(cast)
    one = case.undertakings.get(kind="deferred")
    assert one.state == "open"
    with pytest.raises(errors.DeferredOpen):
        require_supplied(case)
    row = one.material
    actions.supply(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(), request_key="k")
    actions.supply(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(), request_key="k")
    one.refresh_from_db()
    row.refresh_from_db()
    assert (one.state, row.way, row.grant_id is not None) == ("supplied", "upload", True)
    assert CaseEvent.objects.filter(case=case, action=actions.SUPPLIED).count() == 1
    with pytest.raises(errors.UndertakingNotOpen):
        actions.supply(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(), request_key="other")


@pytest.mark.django_db
def test_the_sweep_reminds_once_and_then_notes_what_did_not_come(cast):
    case = a_deferring_case(cast)
    one = case.undertakings.get(kind="deferred")
    assert actions.expire_due(today=one.due_on - dt.timedelta(days=1)) == 0
    assert reminding.remind_of_deferred(today=one.due_on - dt.timedelta(days=9)) == 0
    assert reminding.remind_of_deferred(today=one.due_on - dt.timedelta(days=1)) == 1
    assert reminding.remind_of_deferred(today=one.due_on) == 0
    one.refresh_from_db()
    assert (one.state, one.reminded_at is not None) == ("open", True)
    told = Announcement.objects.get(event="case.deferred_waiting")
    assert (told.about, told.values["material"], told.values["day"]) == (
        case.pk,
        one.material.name,
        one.due_on.isoformat(),
    )
    assert actions.expire_due(today=one.due_on + dt.timedelta(days=1)) == 1
    assert actions.expire_due(today=one.due_on + dt.timedelta(days=1)) == 0
    one.refresh_from_db()
    assert one.state == "missed"
    with pytest.raises(errors.UndertakingNotOpen):
        actions.supply(cast.citizen, case_id=case.pk, material_id=one.material_id, upload=a_picture())
    one.material.refresh_from_db()
    assert one.material.way == "deferred"


@pytest.mark.django_db
def test_who_may_check_and_what_is_refused_changes_nothing(cast):
    case = moves.an_approved_case(cast)
    one = case.undertakings.get()
    for actor, refusal in (
        (cast.outsider, errors.UndertakingNotFound),
        (cast.citizen, errors.UndertakingNotFound),
        (cast.supervisor, Forbidden),
    ):
        with pytest.raises(refusal):
            actions.record_result(actor, undertaking_id=one.pk, is_true=True, note="看过")
    with pytest.raises(errors.ResultNoteMissing):
        actions.record_result(cast.food, undertaking_id=one.pk, is_true=True, note=" ")
    one.refresh_from_db()
    assert (one.state, one.checked_by_id) == ("open", None)
    actions.record_result(cast.food, undertaking_id=one.pk, is_true=True, note="现场看过")
    with pytest.raises(errors.UndertakingNotOpen):
        actions.propose_breach(cast.food, undertaking_id=one.pk, reason="无", basis="无")
    assert not Breach.objects.exists()


@pytest.mark.django_db
def test_a_breach_takes_two_people_and_a_hearing(cast):
    one = a_false_promise(cast)
    breach = actions.propose_breach(cast.decider, undertaking_id=one.pk, reason="虚假承诺", basis="国办发〔2020〕42号")
    other = a_second_decider(cast)
    with pytest.raises(errors.NeedsSecondPerson):
        actions.decide_breach(cast.decider, breach_id=breach.pk, is_confirmed=True, note="认定")
    with pytest.raises(errors.NotHeardYet):
        actions.decide_breach(other, breach_id=breach.pk, is_confirmed=True, note="认定")
    elsewhere = replace(cast.citizen, scope=Scope(item_codes=frozenset({"999"})))  # a mandate for something else
    for actor in (cast.stranger, elsewhere):
        with pytest.raises(CaseNotFound):
            actions.state_own_case(actor, breach_id=breach.pk, text="不是我")
    breach.refresh_from_db()
    assert (breach.state, breach.stated_at) == ("proposed", None)
    actions.state_own_case(cast.citizen, breach_id=breach.pk, text="已经改正")
    done = actions.decide_breach(other, breach_id=breach.pk, is_confirmed=True, note="不采纳")
    assert (done.state, done.ends_on > timezone.localdate()) == ("recorded", True)


@pytest.mark.django_db
def test_a_breach_on_record_bars_every_promise_until_it_ends_or_is_repaired(cast):
    breach = a_recorded_breach(cast)
    draft = moves.a_draft(cast)
    row = draft.materials.get(requirement__key="rules")
    with pytest.raises(errors.PromiseBarred) as refusal:
        drafts.promise_material(cast.citizen, case_id=draft.pk, material_id=row.pk)
    assert cast.scjg.name in refusal.value.text
    row.refresh_from_db()
    assert row.way == "missing"
    Breach.objects.filter(pk=breach.pk).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    drafts.promise_material(cast.citizen, case_id=draft.pk, material_id=row.pk)
    Breach.objects.filter(pk=breach.pk).update(ends_on=timezone.localdate())
    for key in ("premises", "plan"):
        other = draft.materials.get(requirement__key=key)
        drafts.upload_material(cast.citizen, case_id=draft.pk, material_id=other.pk, upload=a_picture())
    with pytest.raises(errors.PromiseBarred):
        submission.submit(cast.citizen, case_id=draft.pk, declared=True)
    draft.refresh_from_db()
    assert draft.state == "draft"
    actions.repair_breach(cast.decider, breach_id=breach.pk, note="已整改")
    submission.submit(cast.citizen, case_id=draft.pk, declared=True)


@pytest.mark.django_db
def test_what_a_refused_case_promised_is_not_checked(cast):
    case = moves.a_reviewed_case(cast)
    decision.refuse(cast.decider, case_id=case.pk, reason="不符合")
    assert case.undertakings.get().state == "void"


@pytest.mark.django_db(transaction=True)
def test_a_promise_accepted_twice_at_once_is_one():
    cast = build_cast()
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="rules")
    at_once(*[lambda: drafts.promise_material(cast.citizen, case_id=case.pk, material_id=row.pk) for _ in range(2)])
    for key in ("premises", "plan"):
        other = case.materials.get(requirement__key=key)
        drafts.upload_material(cast.citizen, case_id=case.pk, material_id=other.pk, upload=a_picture())
    submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert Undertaking.objects.filter(case=case).count() == 1


@pytest.mark.django_db(transaction=True)
def test_supplying_against_the_sweep_has_one_outcome():
    cast = build_cast()
    case = a_deferring_case(cast)
    one = case.undertakings.get(kind="deferred")
    results = at_once(
        lambda: actions.supply(cast.citizen, case_id=case.pk, material_id=one.material_id, upload=a_picture()),
        lambda: actions.expire_due(today=one.due_on + dt.timedelta(days=1)),
    )
    one.refresh_from_db()
    one.material.refresh_from_db()
    is_supplied = results[0] != "undertaking.not_open"
    assert (one.state, one.material.way) == (("supplied", "upload") if is_supplied else ("missed", "deferred"))
    assert CaseEvent.objects.filter(case=case, action__in=[actions.SUPPLIED, actions.MISSED]).count() == 1


@pytest.mark.django_db
def test_both_steps_of_a_breach_are_numbered_notices_that_are_delivered(cast, settings, key_folder):
    settings.KEY_DIR = key_folder
    one = a_false_promise(cast)
    before = set(one.case.notices.values_list("pk", flat=True))
    breach = actions.propose_breach(
        cast.food, undertaking_id=one.pk, reason="虚假承诺", basis="国办发〔2020〕42号", request_key="k"
    )
    actions.propose_breach(
        cast.food, undertaking_id=one.pk, reason="虚假承诺", basis="国办发〔2020〕42号", request_key="k"
    )
    hearing = one.case.notices.exclude(pk__in=before).get()
    assert hearing.kind == "breach_hearing"
    points = hearing.content["lists"][0]["items"]
    assert points[1:3] == ["理由：虚假承诺", "依据：国办发〔2020〕42号"]
    assert f"{breach.heard_until:%Y年%m月%d日}" in points[3]
    actions.state_own_case(cast.citizen, breach_id=breach.pk, text="已经补上了")
    actions.decide_breach(cast.decider, breach_id=breach.pk, is_confirmed=True, note="不采纳")
    decided = one.case.notices.get(kind="breach")
    assert "〔" in decided.number
    assert "行政复议" in decided.content["remedies"][0]
    assert any("不采纳" in point for point in decided.content["lists"][0]["items"])
    told = Announcement.objects.filter(about__in=[hearing.pk, decided.pk]).values_list("event", flat=True)
    assert sorted(told) == ["promise.breach_hearing", "promise.breach_recorded"]
    notices.produce_file(notice_id=decided.pk)
    decided.refresh_from_db()
    assert notices.read(cast.citizen, decided).startswith(b"%PDF")
    decided.refresh_from_db()
    assert decided.read_at is not None
    assert decided in serving.deliverable(cast.clerk)


@pytest.mark.django_db
def test_a_breach_that_is_dropped_leaves_no_record_on_paper(cast):
    one = a_false_promise(cast)
    breach = actions.propose_breach(cast.food, undertaking_id=one.pk, reason="虚假承诺", basis="国办发〔2020〕42号")
    actions.decide_breach(cast.decider, breach_id=breach.pk, is_confirmed=False, note="已经改正")
    assert not one.case.notices.filter(kind="breach").exists()
