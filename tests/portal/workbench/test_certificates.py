"""证照: who sees them, what may be done to them, and that refusals change nothing."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Flag
from certificates.actions import issue
from certificates.models import Certificate, CertificateOperation, StateProposal
from common.ids import uuid7
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Post, PostHolding
from portal.middleware import PRINCIPAL_KEY
from tests.factories.cast import a_member_of_staff, a_type
from tests.factories.moves import a_submitted_case
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_markup import check

LIST = "/workbench/certificates/"
REASONS = {"reason": "年度抽查不合格", "legal_basis": "食品安全法第一百二十四条"}


def address_of(certificate: Certificate, operation: str) -> str:
    return reverse("certificate_operation", args=[certificate.pk, operation])


def post(actor, certificate: Certificate, operation: str, **fields):
    ground = {"ground": "70-6"} if operation == "cancel" else {}
    given = {"request_key": str(uuid7()), **REASONS, **ground, **fields}
    return browser_of(actor).post(address_of(certificate, operation), given)


def state_of(certificate: Certificate) -> tuple[str, int]:
    fresh = Certificate.objects.get(pk=certificate.pk)
    return fresh.state, CertificateOperation.objects.filter(certificate=certificate).count()


def an_id_card(cast) -> Certificate:
    """A certificate of a person, with a field the type calls sensitive."""
    fields = [{"key": "name", "label": "姓名"}, {"key": "number", "label": "号码", "sensitive": True}]
    kind = a_type("id-card", "居民身份证", cast.scjg, "003", holder_kind="person", fields=fields)
    face = {"name": "李清荷", "number": "519902198001010222"}
    return issue(SYSTEM, certificate_type=kind, holder=cast.li.party, issuer=cast.scjg, face=face)


def test_the_list_is_for_those_who_issue_and_masks_persons(cast):
    an_id_card(cast)
    html = browser_of(cast.decider).get(LIST).content.decode()

    assert cast.licence.number in html
    assert "李**" in html
    assert "李清荷" not in html
    assert cast.licence.number not in browser_of(cast.outsider).get(LIST).content.decode()
    assert "不管证照" in browser_of(cast.clerk).get(LIST).content.decode()


def test_search_and_state_narrow_the_list(cast):
    an_id_card(cast)
    browser = browser_of(cast.decider)

    def found(**query) -> list[str]:
        return [row["certificate"].type.name for row in browser.get(LIST, query).context["rows"]]

    assert found(text=cast.licence.number) == ["营业执照"]
    assert found(text="身份") == ["居民身份证"]
    assert found(state="cancelled") == []
    assert len(found(state="no such", text="\x00", ends="7")) == 2
    assert found(text=cast.shop.uscc.lower()) == ["营业执照"]
    assert found(ends="30") == []
    Certificate.objects.filter(pk=cast.licence.pk).update(valid_until=timezone.localdate() + dt.timedelta(days=30))
    assert found(ends="30") == ["营业执照"]
    assert found(state="in_review") == []
    post(cast.decider, cast.licence, "revoke", **PENALTY)
    assert found(state="in_review") == ["营业执照"]


def test_the_list_takes_as_many_queries_for_more_rows(cast):
    browser = browser_of(cast.decider)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as one:
        browser.get(LIST)
    kind = a_type("notice", "备案回执", cast.scjg, "004", is_single_instance=False)
    for _ in range(19):
        issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={})
    with CaptureQueriesContext(connection) as twenty:
        browser.get(LIST)

    assert len(twenty) == len(one) == 7  # session, account, post with grants; waiting, reports; count and rows


def test_the_page_masks_personal_data_and_records_the_look(cast):
    card = an_id_card(cast)

    html = browser_of(cast.decider).get(reverse("workbench_certificate", args=[card.pk])).content.decode()

    assert "李清荷" not in html
    assert "519902198001010222" not in html
    look = AuditEvent.objects.get(code="certificate.read")
    assert (look.actor_id, look.holder_id) == (cast.decider.account_id, cast.li.pk)


@pytest.mark.parametrize("name", ["workbench_certificate", "workbench_certificate_file"])
def test_outsiders_find_nothing(cast, name):
    address = reverse(name, args=[cast.licence.pk])

    for actor in (cast.outsider, cast.clerk, cast.citizen):
        assert browser_of(actor).get(address).status_code == 404


def test_suspend_lift_and_cancel(cast):
    a_submitted_case(cast)
    page = browser_of(cast.decider).get(reverse("workbench_certificate", args=[cast.licence.pk]))
    assert [row["name"] for row in page.context["operations"]] == [
        "suspend",
        "cancel",
        "annul",
        "revoke",
    ]

    for operation, state in (("suspend", "suspended"), ("lift", "valid"), ("cancel", "cancelled")):
        assert browser_of(cast.decider).get(address_of(cast.licence, operation)).status_code == 200
        assert post(cast.decider, cast.licence, operation).status_code == 302
        assert state_of(cast.licence)[0] == state
        assert Flag.objects.filter(resolved_at=None).exists() == (state != "valid")


@pytest.mark.parametrize("missing", ["reason", "legal_basis", "request_key"])
def test_reason_and_basis_are_needed(cast, missing):
    before = state_of(cast.licence)

    answer = post(cast.decider, cast.licence, "suspend", **{missing: " "})

    assert answer.status_code == 422
    assert missing in answer.context["form"].errors
    assert state_of(cast.licence) == before


def test_what_the_state_does_not_allow_is_refused_and_keeps_what_was_typed(cast):
    before = state_of(cast.licence)

    answer = post(cast.decider, cast.licence, "lift")

    assert answer.status_code == 409
    assert REASONS["reason"] in answer.content.decode()
    assert browser_of(cast.decider).get(address_of(cast.licence, "lift")).status_code == 302
    assert state_of(cast.licence) == before


@pytest.mark.parametrize("operation", ["issue", "replace", "expire", "nonsense"])
def test_only_an_officers_operations_have_a_page(cast, operation):
    before = state_of(cast.licence)

    assert post(cast.decider, cast.licence, operation).status_code == 404
    assert state_of(cast.licence) == before


def test_another_department_cannot_touch_it(cast):
    before = state_of(cast.licence)

    for actor in (cast.outsider, cast.clerk, cast.citizen):
        assert post(actor, cast.licence, "cancel").status_code == 404
    assert state_of(cast.licence) == before


def test_a_double_click_suspends_once(cast):
    key = str(uuid7())

    answers = [post(cast.decider, cast.licence, "suspend", request_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert CertificateOperation.objects.filter(certificate=cast.licence, operation="suspend").count() == 1


def test_the_file_opens_once_it_is_signed(cast):
    address = reverse("workbench_certificate_file", args=[cast.licence.pk])
    browser = browser_of(cast.decider)
    assert browser.get(address).status_code == 302

    cast.licence.file.save("c.pdf", ContentFile(b"%PDF-1.7 licence"))
    answer = browser.get(address)

    assert answer.content == b"%PDF-1.7 licence"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(code="certificate.file_read").count() == 1


PENALTY = {"ground": "penalty-9-3", "decision_number": "示市监处罚〔2026〕18号"}


def a_second(cast):
    post_ = Post.objects.get(department=cast.scjg, name="负责人")
    return a_member_of_staff("2004", post_, PostHolding.Role.DECIDER)


def step(actor, proposal, name: str, **fields):
    address = reverse("certificate_proposal", args=[proposal.pk])
    return browser_of(actor).post(address, {"step": name, **fields})


def test_a_revocation_is_proposed_by_one_and_approved_by_another(cast):
    before, other = state_of(cast.licence), a_second(cast)
    assert post(cast.decider, cast.licence, "revoke", **PENALTY).status_code == 302
    proposal = StateProposal.objects.get()
    assert state_of(cast.licence) == before
    page = browser_of(other).get(reverse("certificate_proposal", args=[proposal.pk]))
    assert page.context["can_decide"]
    check(page.content.decode())
    assert not browser_of(cast.decider).get(page.request["PATH_INFO"]).context["can_decide"]
    assert step(cast.decider, proposal, "approve").status_code == 403
    assert step(other, proposal, "return", note=" ").status_code == 422
    assert step(other, proposal, "nonsense").status_code == 422
    assert state_of(cast.licence) == before
    assert step(other, proposal, "approve").status_code == 302
    assert state_of(cast.licence)[0] == "revoked"
    assert step(other, proposal, "approve").status_code == 409
    html = browser_of(cast.decider).get(reverse("workbench_certificate", args=[cast.licence.pk])).content.decode()
    for words in ("已吊销", PENALTY["decision_number"], "员1004提出，员2004审核"):
        assert words in html
    assert "已被依法吊销" in browser_of(cast.citizen).get(f"/verify/?number={cast.licence.number}").content.decode()
    owner = browser_of(cast.citizen)
    session = owner.session
    session[PRINCIPAL_KEY] = str(cast.shop.pk)
    session.save()
    assert "已吊销" in owner.get("/my/certificates/").content.decode()


@pytest.mark.parametrize("missing", ["ground", "decision_number"])
def test_a_proposal_needs_ground_and_number(cast, missing):
    before = state_of(cast.licence)
    answer = post(cast.decider, cast.licence, "revoke", **{**PENALTY, missing: ""})
    assert answer.status_code == 422
    assert missing in answer.context["form"].errors
    assert state_of(cast.licence) == before
    assert not StateProposal.objects.exists()


def test_nobody_else_finds_a_proposal(cast):
    post(cast.decider, cast.licence, "revoke", **PENALTY)
    proposal = StateProposal.objects.get()
    for actor in (cast.outsider, cast.clerk, cast.citizen):
        assert step(actor, proposal, "approve").status_code == 404
    assert state_of(cast.licence)[0] == "valid"


def test_a_correction_fills_only_what_changes(cast):
    address = reverse("certificate_correct", args=[cast.licence.pk])
    page = browser_of(cast.decider).get(address)
    check(page.content.decode())
    given = {"request_key": str(uuid7()), **REASONS}
    assert browser_of(cast.decider).post(address, given).status_code == 422
    assert state_of(cast.licence)[0] == "valid"
    answers = [browser_of(cast.decider).post(address, {**given, "face_name": "青禾餐馆"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    after = Certificate.objects.get(version=2)
    assert (after.face["name"], after.face["address"]) == ("青禾餐馆", cast.licence.face["address"])
    assert answers[1].url.endswith(f"{after.pk}/")
