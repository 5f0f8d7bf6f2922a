"""What stands for the materials of a draft, and why: pieces, reasons, refusal, and whose papers they are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import errors, evidence
from cases.actions import decision, drafts, submission
from cases.actions.refreshing import take_current_values
from cases.models import Case, CaseMaterial
from cases.refreshing import outdated_values, stale_copies
from certificates.actions import change_state, issue
from certificates.choosing import Way
from certificates.models import Document
from certificates.reuse import element_values
from certificates.states import Operation
from common.errors import Forbidden
from identity.actor import SYSTEM
from identity.models import Account
from identity.queries import actor_for
from services.models import MaterialRequirement
from tests.factories import moves
from tests.factories.cast import Cast, a_citizen, a_person, a_picture, a_type
from tests.factories.mandates import an_agent

HOUSEHOLD = [{"key": "front", "name": "首页", "kind": "front"}, {"key": "own", "name": "本人页", "kind": "own"}]
EITHER = [{"key": "licence", "name": "营业执照"}, {"key": "other", "name": "事业单位法人证书", "kind": "institution"}]


def a_material(cast: Cast, combination: str, pieces: list[dict], *, key="register", **more) -> MaterialRequirement:
    return MaterialRequirement.objects.create(
        version=cast.version, key=key, name="证明", combination=combination, pieces=pieces, order=9, **more
    )


def rows_of(case: Case, key: str = "register") -> dict[str, CaseMaterial]:
    rows = CaseMaterial.objects.filter(case=case, requirement__key=key).select_related("requirement", "document")
    return {row.piece: row for row in rows}


def causes(row: CaseMaterial) -> list[str]:
    return [one["cause"] for one in row.passed_over]


def test_all_of_is_handed_in_piece_by_piece(cast: Cast):
    a_material(cast, "all", HOUSEHOLD)
    case = moves.a_ready_draft(cast)
    rows = rows_of(case)
    assert [row.name for row in rows.values()] == ["证明：首页", "证明：本人页"]
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=rows["front"].pk, upload=a_picture())
    with pytest.raises(errors.MaterialsIncomplete) as refused:
        submission.submit(cast.citizen, case_id=case.pk, declared=True)
    assert "本人页" in refused.value.text
    assert "首页" not in refused.value.text
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=rows["own"].pk, upload=a_picture())
    done = submission.submit(cast.citizen, case_id=case.pk, declared=True)
    kept = rows_of(done)
    assert {piece: row.document.kind for piece, row in kept.items()} == {"front": "front", "own": "own"}
    assert len({row.grant_id for row in kept.values()} - {None}) == 2, "each piece is granted on its own"


def test_one_certificate_stands_for_every_piece_it_is_named_for(cast: Cast):
    kind = cast.licence.type
    pieces = [{**HOUSEHOLD[0], "types": [str(kind.pk)]}, {**HOUSEHOLD[1], "types": []}]
    a_material(cast, "all", pieces).satisfied_by.add(kind)
    rows = rows_of(drafts.start_draft(cast.citizen, item_id=cast.item.pk))
    assert (rows["front"].way, rows["front"].certificate_id) == ("certificate", cast.licence.pk)
    assert (rows["own"].way, rows["own"].certificate_id) == ("missing", None)


def test_any_of_takes_the_certificate_or_asks_which_paper_it_is(cast: Cast):
    material = a_material(cast, "any", EITHER)
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    row = rows_of(case)[""]
    assert causes(row) == ["none_of_these"]
    with pytest.raises(errors.AlternativeUnknown):
        drafts.upload_material(
            cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(), alternative="passport"
        )
    assert not Document.objects.exists()
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(), alternative="other")
    document = Document.objects.get()
    assert (document.kind, document.name) == ("institution", "证明：事业单位法人证书")
    material.satisfied_by.add(cast.licence.type)
    drafts.refresh_draft(cast.citizen, case_id=case.pk)
    assert rows_of(case)[""].certificate_id == cast.licence.pk


def test_a_paper_of_one_alternative_is_found_again(cast: Cast):
    a_material(cast, "any", EITHER, source_type="20")
    first = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    row = rows_of(first)[""]
    drafts.upload_material(cast.citizen, case_id=first.pk, material_id=row.pk, upload=a_picture(), alternative="other")
    drafts.discard_draft(cast.citizen, case_id=first.pk)
    again = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert rows_of(again)[""].way == "earlier"


def test_twelve_materials_take_two_queries(cast: Cast):
    for number in range(8):
        extra = a_material(cast, "any", [], key=f"m{number}", kind=f"kind-{number}")
        extra.satisfied_by.add(cast.licence.type, cast.food_licence)
    draft = Case.objects.select_related("applicant", "item_version").get(pk=moves.a_draft(cast).pk)
    with CaptureQueriesContext(connection) as captured:
        found = evidence.preview(draft, today=timezone.localdate())
    assert (len(found), len(captured)) == (12, 2)
    with CaptureQueriesContext(connection) as again:
        evidence.refresh(draft, today=timezone.localdate())
    assert len(again) == 3, "with the rows of the draft; nothing is written when nothing changed"


def test_a_suspended_certificate_is_named_as_the_reason(cast: Cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    assert rows_of(case, "licence")[""].way == "certificate"
    change_state(SYSTEM, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason="查", legal_basis="法")
    drafts.refresh_draft(cast.citizen, case_id=case.pk)
    row = rows_of(case, "licence")[""]
    assert (row.way, causes(row)) == ("missing", ["suspended"])
    assert row.passed_over[0]["words"] == "营业执照暂扣"


def test_who_refuses_prefill_gets_nothing_taken_over(cast: Cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    drafts.set_prefill(cast.citizen, case_id=case.pk, use=False)
    row = rows_of(case, "licence")[""]
    assert (row.way, row.certificate_id, causes(row)) == ("missing", None, ["refused"])
    assert Case.objects.get(pk=case.pk).answers == {}
    drafts.set_prefill(cast.citizen, case_id=case.pk, use=True)
    assert rows_of(case, "licence")[""].certificate_id == cast.licence.pk


def _ids(cast: Cast) -> MaterialRequirement:
    kind = a_type("id-card", "居民身份证", cast.scjg, "009", holder_kind="person")
    cast.version.audience = ["1", "2"]
    cast.version.save()
    material = a_material(cast, "any", [], key="identity", kind="id-copy")
    material.satisfied_by.add(kind)
    return material


def test_two_principals_share_nothing(cast: Cast):
    material = _ids(cast)
    kind = material.satisfied_by.get()
    other = a_person("钱有证", serial="07", phone="13900000007")
    issue(SYSTEM, certificate_type=kind, holder=other.party, issuer=cast.scjg, face={"name": other.name})
    mine = drafts.start_draft(cast.person, item_id=cast.item.pk)
    assert rows_of(mine, "identity")[""].way == "missing"
    theirs = drafts.start_draft(actor_for(a_citizen(other)), item_id=cast.item.pk)
    assert rows_of(theirs, "identity")[""].way == "certificate"
    again = drafts.refresh_draft(cast.person, case_id=mine.pk)
    row = rows_of(again, "identity")[""]
    assert (row.certificate_id, causes(row)) == (None, [])


def test_an_agent_s_own_papers_stay_out_and_are_not_told(cast: Cast):
    """Neither used nor named: the principal and the department learn nothing of what the agent holds."""
    material = _ids(cast)
    agent = an_agent(cast)
    person = Case(agent_id=agent.person_id).agent
    issue(SYSTEM, certificate_type=material.satisfied_by.get(), holder=person.party, issuer=cast.scjg, face={})
    case = drafts.start_draft(agent, item_id=cast.item.pk)
    row = rows_of(case, "identity")[""]
    assert (row.way, row.certificate_id) == ("missing", None)
    assert person.name not in str(row.passed_over)
    alike = Case(item_version=cast.version, applicant=cast.li.party, agent_id=person.pk, situation={})
    found = evidence.preview(alike, today=timezone.localdate())["identity"]
    assert found.way == Way.MISSING
    assert [one.cause for one in found.passed] == ["anothers"]


def test_the_newest_word_of_the_authority_fills_the_form(cast: Cast):
    """Two certificates of the authority's type: the newer one speaks, whatever the order of the rows."""
    today = timezone.localdate()
    kind = a_type(
        "address-proof", "住所证明", cast.scjg, "008", is_single_instance=False,
        fields=[{"key": "address", "label": "住所", "element": "org.address"}],
    )  # fmt: skip
    for day, address in ((today.replace(year=today.year - 2), "旧街1号"), (today, "新街2号")):
        face = {"address": address}
        issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face=face, issued_on=day)
    values = element_values(cast.shop.pk, agent_id=None, today=today, authorities={"org.address": "address-proof"})
    assert values["org.address"].value == "新街2号"


def test_a_draft_of_somebody_else_stays_closed(cast: Cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    stranger = replace(cast.stranger)
    with pytest.raises(errors.CaseNotFound):
        drafts.refresh_draft(stranger, case_id=case.pk)


def _move_away(cast: Cast) -> None:
    cast.shop.name = "青禾餐饮新店"
    cast.shop.save()
    renamed = {"name": cast.shop.name, "address": cast.shop.address}
    licence = cast.licence
    issue(SYSTEM, certificate_type=licence.type, holder=cast.shop.party, issuer=cast.scjg, face=renamed, former=licence)


def test_what_changed_since_the_application_is_taken_over_before_the_decision(cast: Cast):
    case = moves.a_reviewed_case(cast)
    assert outdated_values(case, today=timezone.localdate()) == []
    _move_away(cast)
    with pytest.raises(errors.AnswersOutdated) as refused:
        decision.approve(cast.decider, case_id=case.pk)
    assert "名称" in refused.value.text
    unchanged = Case.objects.get(pk=case.pk)
    assert (unchanged.state, unchanged.certificate_id, unchanged.version) == ("in_review", None, case.version)
    for actor in (cast.citizen, cast.fire, cast.supervisor):
        with pytest.raises(Forbidden):
            take_current_values(actor, case_id=case.pk)
    with pytest.raises(errors.StaleForm):
        take_current_values(cast.decider, case_id=case.pk, expected_version=case.version - 1)
    assert Case.objects.get(pk=case.pk).answers == case.answers
    done = take_current_values(cast.decider, case_id=case.pk, expected_version=case.version)
    answer = done.answers["org.name"]
    assert (answer["value"], answer["was"]) == ("青禾餐饮新店", "青禾餐饮店")
    again = take_current_values(cast.decider, case_id=case.pk)
    assert again.version == done.version, "twice is once"
    assert "名称" in done.events.get(action="take_current_values").note
    approved = decision.approve(cast.decider, case_id=case.pk)
    assert approved.certificate.face["name"] == "青禾餐饮新店"


def test_what_the_applicant_typed_is_theirs(cast: Cast):
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    drafts.save_answers(cast.citizen, case_id=case.pk, step_key="shop", raw={"org.name": "另一个名字", "area": "8"})
    _move_away(cast)
    assert outdated_values(Case.objects.get(pk=case.pk), today=timezone.localdate()) == []


def test_a_comparison_that_grew_old_is_told_and_does_not_stop_the_decision(cast: Cast):
    case = moves.a_reviewed_case(cast)
    Document.objects.filter(kind="premises-proof").update(verified_at=timezone.now() - timedelta(days=400))
    lines = stale_copies(case, today=timezone.localdate())
    assert len(lines) == 1
    assert "365" in lines[0]
    assert decision.approve(cast.decider, case_id=case.pk).outcome == "approved"


def test_the_page_tells_what_changed_and_takes_it_over(cast: Cast, client):
    case = moves.a_reviewed_case(cast)
    _move_away(cast)
    client.force_login(Account.objects.get(pk=cast.decider.account_id))
    address = reverse("workbench_case", args=[case.pk])
    page = client.get(address).content.decode()
    assert "申请以后来源的内容变了" in page
    sent = client.post(reverse("take_current_values", args=[case.pk]), {"version": case.version})
    assert sent.status_code == 302
    assert "申请以后来源的内容变了" not in client.get(address).content.decode()
