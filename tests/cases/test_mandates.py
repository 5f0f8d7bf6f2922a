"""Acting by mandate: what is inside the scope, what never mixes, and what its end leaves as it was."""

from dataclasses import replace

import pytest
from django.test import Client

from cases import evidence
from cases.actions import drafts, intake, submission
from cases.errors import CaseNotFound
from cases.models import Case, CaseMaterial
from cases.visibility import visible_to
from certificates import locker
from certificates.actions import issue
from certificates.models import Document
from certificates.queries import locker as documents
from certificates.queries import visible_certificates
from identity import errors
from identity.actor import SYSTEM, Actor
from identity.mandates import actions as mandates
from identity.models import Person
from services.models import MaterialRequirement
from tests.factories import moves
from tests.factories.cast import Cast, a_picture, a_type
from tests.factories.catalogue import an_item
from tests.factories.mandates import an_agent, some_terms
from tests.factories.visitors import a_form, a_visitor, address


def for_items(cast: Cast, *codes: str) -> Actor:
    return an_agent(cast, terms=some_terms("items", item_codes=codes or (cast.item.code,)))


def agent_row(agent: Actor) -> Person:
    return Person.objects.get(pk=agent.person_id)


def test_under_a_mandate_for_everything_one_starts_fills_and_submits(cast: Cast):
    agent = an_agent(cast)
    case = drafts.start_draft(agent, item_id=cast.item.pk)
    assert (case.applicant_id, case.agent_id) == (cast.shop.pk, agent.person_id)
    acting = replace(cast, citizen=agent)
    done = submission.submit(agent, case_id=moves.a_ready_draft(acting).pk, declared=True)
    assert done.state == "submitted"
    assert done.events.get(action="submit").actor_label == "代理人"
    licence = case.materials.get(requirement__key="licence")
    assert licence.certificate_id == cast.licence.pk, "what the case needs is found"
    assert CaseMaterial.objects.get(case=done, requirement__key="licence").grant.case_number == done.number
    assert not visible_certificates(agent).exists()
    assert not documents(agent).exists()
    with pytest.raises(errors.MandateOutOfScope):
        locker.upload_document(agent, owner_id=cast.shop.pk, kind="x", name="x", upload=a_picture())


def test_the_wallet_and_the_locker_open_only_when_the_mandate_says_so(cast: Cast):
    agent = an_agent(cast, terms=some_terms(may_use_wallet=True))
    assert visible_certificates(agent).filter(pk=cast.licence.pk).exists()
    kept = locker.upload_document(agent, owner_id=cast.shop.pk, kind="x", name="x", upload=a_picture())
    assert documents(agent).get() == kept


def test_managers_open_the_wallet_unless_it_says_no(cast: Cast):
    manager = an_agent(cast, kind="manager")
    assert visible_certificates(manager).exists()
    mandates.revoke(cast.citizen, mandate_id=manager.mandate_id)
    assert not visible_certificates(an_agent(cast, kind="manager", terms=some_terms(may_use_wallet=False))).exists()


def test_a_mandate_for_other_items_starts_nothing(cast: Cast):
    agent = for_items(cast, "某个别的事项")
    with pytest.raises(errors.MandateOutOfScope):
        drafts.start_draft(agent, item_id=cast.item.pk)
    assert not Case.objects.exists()


def test_a_mandate_for_items_shows_their_cases_and_no_wallet(cast: Cast):
    other = an_item("别的事项", main="31002", department=cast.scjg, audience=["2"], is_applicable_online=True)
    hidden = drafts.start_draft(cast.citizen, item_id=other.pk)
    shown = moves.a_draft(cast)
    agent = for_items(cast)
    assert list(visible_to(agent)) == [shown]
    with pytest.raises(CaseNotFound):
        drafts.discard_draft(agent, case_id=hidden.pk)
    assert not visible_certificates(agent).exists()
    assert not documents(agent).exists()
    with pytest.raises(errors.MandateOutOfScope):
        locker.upload_document(agent, owner_id=cast.shop.pk, kind="x", name="x", upload=a_picture())
    assert drafts.upload_material(
        agent, case_id=shown.pk, material_id=shown.materials.get(requirement__key="plan").pk, upload=a_picture()
    ).document


def test_a_mandate_for_one_case_is_for_this_one_alone(cast: Cast):
    case = moves.a_submitted_case(cast)
    agent = an_agent(cast, terms=some_terms("case", case_number=case.number))
    draft = moves.a_draft(cast)
    assert list(visible_to(agent)) == [case]
    with pytest.raises(errors.MandateOutOfScope):
        drafts.start_draft(agent, item_id=cast.item.pk)
    with pytest.raises(CaseNotFound):
        submission.submit(agent, case_id=draft.pk, declared=True)
    assert submission.withdraw(agent, case_id=case.pk).state == "withdrawn"


def test_the_scope_is_the_database_s_whatever_the_actor_says(cast: Cast):
    case = moves.a_submitted_case(cast)
    agent = replace(for_items(cast, "某个别的事项"), scope=None)
    before = case.version
    with pytest.raises(errors.MandateOutOfScope):
        submission.withdraw(agent, case_id=case.pk)
    case.refresh_from_db()
    assert (case.state, case.version) == ("submitted", before)


@pytest.mark.parametrize("act", ["start", "answer", "upload", "submit", "discard", "remove"])
def test_after_its_end_nothing_is_done_and_the_draft_stays(cast: Cast, act):
    agent = an_agent(cast)
    case = moves.a_ready_draft(replace(cast, citizen=agent))
    before = (case.version, case.answers, Document.objects.count(), Case.objects.count())
    document = Document.objects.filter(owner_id=cast.shop.pk).latest("created_at")
    mandates.revoke(cast.citizen, mandate_id=agent.mandate_id)
    acts = {
        "start": lambda: drafts.start_draft(agent, item_id=cast.item.pk),
        "answer": lambda: drafts.save_answers(agent, case_id=case.pk, step_key="shop", raw={"area": "1"}),
        "upload": lambda: drafts.upload_material(
            agent, case_id=case.pk, material_id=case.materials.first().pk, upload=a_picture()
        ),
        "submit": lambda: submission.submit(agent, case_id=case.pk, declared=True),
        "discard": lambda: drafts.discard_draft(agent, case_id=case.pk),
        "remove": lambda: locker.remove_document(agent, document_id=document.pk),
    }
    with pytest.raises(errors.MandateEnded):
        acts[act]()
    case = Case.objects.get(pk=case.pk)
    assert (case.version, case.answers, Document.objects.count(), Case.objects.count()) == before
    assert Document.objects.get(pk=document.pk).removed_at is None
    assert visible_to(cast.citizen).get(pk=case.pk).state == "draft"


def _asks_for_identity(cast: Cast, proof_of: str) -> MaterialRequirement:
    kind = a_type("id-card", "居民身份证", cast.scjg, "009", holder_kind="person")
    for person in (cast.li, Person.objects.get(pk=cast.stranger.person_id)):
        issue(SYSTEM, certificate_type=kind, holder=person.party, issuer=cast.scjg, face={"name": person.name})
    material = MaterialRequirement.objects.create(
        version=cast.version, key="identity", name="身份证", kind="id-copy", order=9, proof_of=proof_of
    )
    material.satisfied_by.add(kind)
    return material


def test_the_representative_s_proof_is_neither_the_agent_s_nor_opened_to_the_agent(cast: Cast):
    material = _asks_for_identity(cast, "representative")
    own = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    row = own.materials.get(requirement=material)
    assert row.certificate.holder_id == cast.li.pk
    agent = an_agent(cast)
    case = drafts.refresh_draft(agent, case_id=own.pk)  # the agent goes on with the representative's draft
    row = case.materials.get(requirement=material)
    assert (row.way, row.certificate) == (CaseMaterial.Way.MISSING, None)
    drafts.upload_material(agent, case_id=case.pk, material_id=row.pk, upload=a_picture())
    assert CaseMaterial.objects.get(pk=row.pk).document.owner_id == cast.shop.pk


def test_a_correction_by_an_agent_does_not_reach_the_representative_s_own_locker(cast: Cast):
    material = _asks_for_identity(cast, "representative")
    case = moves.a_submitted_case(cast)
    row = case.materials.get(requirement=material)
    assert row.certificate.holder_id == cast.li.pk
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "看不清"})
    drafts.upload_material(an_agent(cast), case_id=case.pk, material_id=row.pk, upload=a_picture())
    assert CaseMaterial.objects.get(pk=row.pk).document.owner_id == cast.shop.pk


def test_the_agent_s_own_proof_comes_from_the_agent(cast: Cast):
    material = _asks_for_identity(cast, "agent")
    agent = an_agent(cast)
    case = drafts.start_draft(agent, item_id=cast.item.pk)
    assert evidence.holder_of(case, material) == agent.person_id
    assert case.materials.get(requirement=material).certificate.holder_id == agent.person_id


def test_for_a_person_the_form_and_the_proofs_are_the_person_s(cast: Cast):
    material = _asks_for_identity(cast, "representative")
    cast.version.audience = ["1"]
    fields = ["person.name", "person.phone", "contact.name", "contact.phone"]
    cast.version.steps[0]["fields"] = [
        {"key": key, "element": key, "label": key, "type": "text", "required": True} for key in fields
    ]
    cast.version.save()
    agent = an_agent(cast, giver=cast.person)
    case = drafts.start_draft(agent, item_id=cast.item.pk)
    values = {key: answer["value"] for key, answer in case.answers.items()}
    assert values == {
        "person.name": "李清荷",
        "person.phone": "13900000001",
        "contact.name": "赵无关",
        "contact.phone": "13900000003",
    }
    assert case.materials.get(requirement=material).certificate.holder_id == cast.li.pk
    mine = drafts.refresh_draft(cast.person, case_id=case.pk)
    assert mine.answers["contact.name"]["value"] == "李清荷", "what was filled in for the agent goes with the agent"


def test_a_mandate_that_ends_while_the_form_is_open_is_said_on_the_next_step(cast: Cast):
    agent = for_items(cast)
    browser = a_visitor(agent_row(agent).account, acting_for=cast.shop)
    case = drafts.start_draft(agent, item_id=cast.item.pk)
    step = address("draft_step", case.pk, "shop")
    page = browser.get(step).content.decode()
    assert "正在为" in page
    assert "您是经办人，只办指定事项" in page
    mandates.revoke(cast.citizen, mandate_id=agent.mandate_id)
    answer = browser.post(step, a_form(case, **{"org.name": "改名", "area": "9"}))
    assert answer.status_code == 409
    assert "identity.mandate_ended" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).version == case.version
    assert browser.get(step).status_code == 404, "now it is the person themselves"
    assert "正在为" not in browser.get("/my/cases/").content.decode()


def test_nothing_starts_in_one_s_own_name_by_mistake(cast: Cast):
    agent = an_agent(cast, giver=cast.person)
    browser: Client = a_visitor(agent_row(agent).account, acting_for=cast.li)  # type: ignore[arg-type]
    mandates.revoke(cast.person, mandate_id=agent.mandate_id)
    answer = browser.post(address("start_draft", cast.item.pk), {"request_key": "k"})
    assert answer.status_code == 409
    assert not Case.objects.exists()
