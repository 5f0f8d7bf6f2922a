"""An agent stands at the window: for whom they may have something done, how far, and what ends it."""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from cases import errors as case_errors
from cases.actions import drafts, intake, submission
from cases.assisting import choosing_actions, display_actions, errors, privacy, queries
from cases.assisting import desk_actions as desk
from cases.assisting.begin_actions import BundleWish
from cases.assisting.models import Assistance
from cases.assisting.standing import find_actor
from cases.joint import submission as joint_submission
from cases.models import Case, Notice
from certificates.queries import locker, visible_certificates
from common.models import AuditEvent
from identity.actor import PUBLIC
from identity.errors import MandateEndedAtWindow, MandateOutOfScope
from identity.mandates import actions as mandates
from identity.mandates.errors import NeedsGuardian
from identity.messaging import announcing
from identity.models import Account, Announcement, CapacityRecord, Mandate, Notification, Organisation, Person
from identity.queries import actor_for
from tests.factories import moves
from tests.factories.assisting import (
    a_whole_draft,
    a_whole_joint,
    a_window_of,
    a_wish,
    acting,
    agreed,
    begun,
    bundle_begun,
    confirmed,
    correction_begun,
    joint_confirmed,
    replaced,
    the_display_of,
    the_person_at,
)
from tests.factories.cast import a_picture
from tests.factories.counter import Counter
from tests.factories.joint import build_street
from tests.factories.mandates import an_agent, some_terms

pytestmark = pytest.mark.django_db


def the_agent(counter: Counter, **given) -> Person:
    """The stranger, whom Li's shop has authorised."""
    return Person.objects.get(pk=an_agent(counter.cast, **given).person_id)


def shop_of(counter: Counter):
    return counter.cast.shop.pk


def test_an_agent_files_for_the_shop_that_authorised_them(counter: Counter, key: str):
    agent = the_agent(counter)
    row = begun(counter, agent, party_id=shop_of(counter))
    mandate = Mandate.objects.get()
    assert (row.party_id, row.mandate_id) == (shop_of(counter), mandate.pk)
    name = counter.cast.shop.party.name
    assert row.asked[0].startswith(f"您来替{name}办，您是{name}的经办人，到")
    assert row.asked[-1] == f"{name}会收到消息，知道您在这里办了什么。"
    shown = queries.shown_on(key)
    assert (shown.step, shown.party) == ("asked", name)
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)
    case = a_whole_draft(counter, row)
    assert (case.applicant_id, case.agent_id) == (shop_of(counter), agent.pk)
    assert case.answers["org.name"]["source"] != ""
    assert case.materials.get(requirement__key="licence").certificate_id == counter.cast.licence.pk
    actor = acting(counter)
    assert (actor.mandate_id, actor.mandate_kind) == (mandate.pk, "handler")
    assert not visible_certificates(actor).exists()  # what the case needs is found; the wallet stays shut
    assert not locker(actor).exists()
    confirmed(counter, row, key)
    case = submission.submit(actor, case_id=case.pk, declared=True)
    signature = case.signature
    assert (signature.capacity, signature.method, signature.mandate_id) == ("mandate", "counter_display", mandate.pk)
    assert (signature.content["signer"], signature.content["applicant"]) == (agent.name, name)
    assert case.events.get(action="submit").actor_label.startswith("代理人（")
    assert Notice.objects.filter(case=case, kind="receipt").exists()


def test_the_principal_is_told_and_can_read_who_was_at_the_window(counter: Counter, key: str):
    agent = the_agent(counter)
    row = agreed(counter, agent, key, party_id=shop_of(counter))
    case = a_whole_draft(counter, row)
    desk.note_page(acting(counter), page="draft_check", method="GET")
    confirmed(counter, row, key)
    case = submission.submit(acting(counter), case_id=case.pk, declared=True)
    told = Announcement.objects.get(event="assist.filed_by_agent")
    assert told.values["number"] == case.number
    assert told.values["agent"] == agent.name
    announcing.spread(announcement_id=told.pk)
    note = Notification.objects.get(announcement=told)
    assert note.person_id == counter.cast.li.pk
    assert f"{counter.hall.name} 1 号窗口" in note.body
    of_shop = AuditEvent.objects.filter(holder_id=shop_of(counter))
    steps = of_shop.filter(code="counter.agent_at_window").values_list("detail__step", flat=True)
    assert {"asked", "agreed", "confirmed", "done"} <= set(steps)
    assert of_shop.filter(code="counter.assisted").exists()
    own = privacy.collect(counter.cast.shop.party)[0].rows[0]
    assert (own["到窗口的人"], own["凭什么"], own["问您的内容"]) == (agent.name, "经办人", "")
    theirs = privacy.collect(agent.party)[0].rows[0]
    assert "经办人" in theirs["问您的内容"]


def test_a_daughter_files_for_her_father(counter: Counter, key: str):
    cast = counter.cast
    father = replace(cast.citizen, principal_id=cast.li.pk)
    daughter = the_agent(counter, giver=father)
    row = agreed(counter, daughter, key, party_id=cast.li.pk)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    assert (case.applicant_id, case.agent_id) == (cast.li.pk, daughter.pk)
    said = {key: answer["value"] for key, answer in case.answers.items() if key.startswith("person.")}
    assert daughter.name not in said.values()


def test_who_comes_for_others_is_offered_what_counts_today_and_reaches_the_item(counter: Counter, man):
    agent = the_agent(counter, terms=some_terms("items", item_codes=(counter.item.code,)))
    wish = a_wish(counter, agent)
    offered = choosing_actions.offer(counter.clerk, wish=wish)
    assert [(one.party.pk, one.by_what[:3]) for one in offered] == [(shop_of(counter), "经办人")]
    looked = AuditEvent.objects.filter(code="identity.mandates_looked_up", holder_id=agent.pk)
    assert looked.count() == 1
    own = choosing_actions.offer(counter.clerk, wish=a_wish(counter, counter.cast.li))
    assert [(one.party.pk, one.mandate) for one in own] == [(shop_of(counter), None)]
    for change in ({"scope": "items", "item_codes": ["另外的"]}, {"scope": "case", "case_number": "1"}):
        Mandate.objects.update(**{"item_codes": [], "case_number": "", **change})
        with pytest.raises(errors.AssistanceInvalid) as refused:
            choosing_actions.offer(counter.clerk, wish=wish)
        assert set(refused.value.fields) == {"whose"}
    with pytest.raises(errors.AssistanceInvalid):
        choosing_actions.offer(counter.clerk, wish=a_wish(counter, man))
    with pytest.raises(errors.NotSeen):
        choosing_actions.offer(counter.clerk, wish=a_wish(counter, agent, is_seen=False))


def test_what_no_mandate_allows_begins_nothing(counter: Counter, man, key: str):
    agent = the_agent(counter, terms=some_terms("items", item_codes=("另外的事项",)))
    with pytest.raises(MandateOutOfScope):
        begun(counter, agent, party_id=shop_of(counter))
    for person, party in ((man, shop_of(counter)), (agent, man.pk), (agent, uuid4())):
        with pytest.raises(errors.AssistanceInvalid) as refused:
            begun(counter, person, party_id=party)
        assert set(refused.value.fields) == {"party"}
    Mandate.objects.update(scope="all", item_codes=[], state="revoked")
    with pytest.raises(errors.AssistanceInvalid):
        begun(counter, agent, party_id=shop_of(counter))
    Mandate.objects.update(state="accepted")
    version = counter.item.current
    version.audience = ["1"]
    version.save()
    with pytest.raises(case_errors.WrongApplicantKind):
        begun(counter, agent, party_id=shop_of(counter))
    assert not Assistance.objects.exists()


@pytest.mark.parametrize("state", ["revoked", "cancelled"])
def test_for_an_organisation_that_ended_nothing_begins(counter: Counter, key: str, state: str):
    agent = the_agent(counter)
    Organisation.objects.filter(pk=shop_of(counter)).update(state=state)
    with pytest.raises(errors.AssistanceInvalid):
        begun(counter, agent, party_id=shop_of(counter))
    assert not Assistance.objects.exists()


def test_a_clerk_takes_in_nothing_that_is_theirs_by_way_of_an_agent(counter: Counter, key: str):
    agent = the_agent(counter)
    Account.objects.filter(person=counter.cast.li).update(person=None)
    Account.objects.filter(pk=counter.clerk.account_id).update(person=counter.cast.li)
    with pytest.raises(errors.OwnAssistance):
        begun(counter, agent, party_id=shop_of(counter))


def test_who_cannot_act_alone_is_told_before_anything_is_asked(counter: Counter, man, key: str):
    CapacityRecord.objects.create(
        person=man, grade="limited", reference="（2026）民特1号", recorded_by_id=counter.clerk.account_id
    )
    with pytest.raises(NeedsGuardian):
        begun(counter, man)
    assert not Assistance.objects.exists()


def ended_by_revoking(counter: Counter, _man: Person) -> None:
    mandates.revoke(counter.cast.citizen, mandate_id=Mandate.objects.get().pk)


def ended_by_another_representative(counter: Counter, man: Person) -> None:
    Organisation.objects.filter(pk=shop_of(counter)).update(legal_representative=man)


def ended_by_its_last_day(_counter: Counter, _man: Person) -> None:
    day = timezone.localdate() - dt.timedelta(days=1)
    Mandate.objects.update(starts_on=day, ends_on=day)


@pytest.mark.parametrize("over", [ended_by_revoking, ended_by_another_representative, ended_by_its_last_day])
def test_the_end_of_the_mandate_stops_it_and_is_said(counter: Counter, man, key: str, over):
    row = agreed(counter, the_agent(counter), key, party_id=shop_of(counter))
    case = a_whole_draft(counter, row)
    actor = acting(counter)
    asked = desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    over(counter, man)
    before = Case.objects.get().version
    with pytest.raises(MandateEndedAtWindow):
        find_actor(counter.clerk, case_id=case.pk)
    with pytest.raises(MandateEndedAtWindow):
        drafts.save_answers(actor, case_id=case.pk, step_key="shop", raw={"org.name": "x", "area": "1"})
    with pytest.raises(MandateEndedAtWindow):
        submission.submit(actor, case_id=case.pk, declared=True)
    with pytest.raises(MandateEndedAtWindow):
        desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    assert queries.shown_on(key).step == "lapsed"
    with pytest.raises(errors.AssistanceMoved):
        display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest=asked.draft_digest)
    case = Case.objects.get()
    assert (case.version, case.state) == (before, "draft")
    assert desk.end_session(counter.clerk, assistance_id=row.pk).state == "ended"


def test_what_is_asked_for_one_party_never_becomes_another_s(counter: Counter, key: str):
    cast = counter.cast
    agent = the_agent(counter)
    for_father = an_agent(cast, giver=replace(cast.citizen, principal_id=cast.li.pk))
    row = agreed(counter, agent, key, party_id=shop_of(counter))
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    actor = acting(counter)
    other = replace(actor, principal_id=cast.li.pk, mandate_id=for_father.mandate_id, scope=for_father.scope)
    with pytest.raises(errors.AssistanceOver):
        drafts.start_draft(other, item_id=counter.item.pk)
    with pytest.raises(errors.AssistanceOver):
        drafts.save_situation(replace(actor, mandate_id=None, scope=None), case_id=case.pk, chosen={})
    with pytest.raises(errors.PersonAssisted):
        desk.begin(counter.colleague, window_id=counter.two.pk, wish=a_wish(counter, agent, party_id=cast.li.pk))
    assert set(Case.objects.values_list("applicant", flat=True)) == {shop_of(counter)}


def test_an_agent_brings_the_corrections_of_what_they_may_see(counter: Counter, key: str):
    agent = the_agent(counter, terms=some_terms("items", item_codes=(counter.item.code,)))
    row = agreed(counter, agent, key, party_id=shop_of(counter))
    case = a_whole_draft(counter, row)
    confirmed(counter, row, key)
    submission.submit(acting(counter), case_id=case.pk, declared=True)
    material = case.materials.get(requirement__key="premises")
    intake.ask_correction(counter.clerk, case_id=case.pk, corrections={material.pk: "看不清"})
    Mandate.objects.update(item_codes=["另外的事项"])
    with pytest.raises(errors.AssistanceInvalid):
        correction_begun(counter, agent)
    Mandate.objects.update(scope="case", item_codes=[], case_number=Case.objects.get().number)
    row = correction_begun(counter, agent)
    assert (row.party_id, row.mandate_id, row.case_id) == (shop_of(counter), Mandate.objects.get().pk, case.pk)
    assert row.asked[0].startswith("您来替")
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)
    replaced(counter, case)
    confirmed(counter, row, key)
    case = submission.correct(acting(counter), case_id=case.pk)
    assert (case.state, case.signature.capacity) == ("submitted", "mandate")
    assert Announcement.objects.filter(event="assist.filed_by_agent").count() == 2


def test_who_corrects_is_who_signed(counter: Counter, key: str):
    agent = the_agent(counter)
    case = moves.a_submitted_case(replace(counter.cast, citizen=_online(counter, agent)))
    assert case.signature.content["signer"] == agent.name
    material = case.materials.get(requirement__key="premises")
    intake.ask_correction(counter.clerk, case_id=case.pk, corrections={material.pk: "看不清"})
    owner = counter.cast.citizen
    drafts.upload_material(owner, case_id=case.pk, material_id=material.pk, upload=a_picture(size=40))
    case = submission.correct(owner, case_id=case.pk)
    signature = case.signature
    assert (signature.content["signer"], signature.capacity) == (counter.cast.li.name, "representative")
    assert (signature.account_id, signature.mandate_id) == (owner.account_id, None)
    assert case.agent_id == agent.pk  # who filled it in stays who filled it in


def _online(counter: Counter, agent: Person):
    return actor_for(agent.account, principal_id=shop_of(counter))


def test_a_bundle_is_applied_for_by_who_has_a_whole_mandate(db: None):
    street = build_street()
    window = a_window_of(street)
    key = the_display_of(street, window)
    agent = an_agent(street, giver=street.person)
    person = Person.objects.get(pk=agent.person_id)
    wish = BundleWish(document=person.document, bundle_code="open-shop", is_seen=True)
    assert [one.party.pk for one in choosing_actions.offer(street.clerk, wish=wish)] == [agent.principal_id]
    Mandate.objects.update(scope="items", item_codes=["1"])
    with pytest.raises(MandateOutOfScope):
        bundle_begun(street, window, document=person.document, party_id=agent.principal_id)
    with pytest.raises(errors.AssistanceInvalid):
        choosing_actions.offer(street.clerk, wish=wish)
    Mandate.objects.update(scope="all", item_codes=[])
    row = bundle_begun(street, window, document=person.document, party_id=agent.principal_id)
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)
    joint = a_whole_joint(street)
    joint_confirmed(street, row, key)
    joint = joint_submission.submit(the_person_at(street), joint_id=joint.pk, declared=True)
    assert (joint.applicant_id, joint.agent_id) == (agent.principal_id, agent.person_id)
    assert Announcement.objects.get(event="assist.filed_by_agent").values["number"] == joint.number
