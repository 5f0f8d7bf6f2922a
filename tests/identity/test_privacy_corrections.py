"""Correcting one's data: received, passed to the source, answered with reasons; each for its own office."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from certificates.correction_actions import ask_correction
from certificates.errors import UploadTypeRefused
from certificates.models import Document
from common.models import AuditEvent, CalendarYear
from common.workdays import for_region
from identity.models import CorrectionRequest, Person, PostHolding
from identity.privacy import correction_actions
from identity.privacy.correction_actions import request_correction
from identity.privacy.errors import (
    CorrectionInvalid,
    CorrectionMoved,
    CorrectionNotFound,
    CorrectionOpen,
    NotYourData,
)
from identity.privacy.queries import get_correction, open_corrections, own_corrections
from tests.factories.cast import Cast, a_member_of_staff, a_picture
from tests.factories.catalogue import a_post
from tests.factories.phones import texts_to
from tests.factories.privacy import a_data_officer, a_wrong_address


def test_an_address_goes_from_request_to_corrected_and_the_person_is_told(cast: Cast):
    officer = a_data_officer(cast)
    row = request_correction(cast.stranger, wrong=a_wrong_address())
    assert (row.state, row.source) == ("received", None)
    assert row.due_on == for_region("").add(timezone.localdate(), 15)
    assert list(open_corrections(officer)) == [row]
    assert correction_actions.pass_on(officer, request_id=row.pk).state == "passed"
    assert correction_actions.pass_on(officer, request_id=row.pk).state == "passed"
    correction_actions.answer(officer, request_id=row.pk, corrected=True, text="")
    assert Person.objects.get(pk=cast.stranger.person_id).address == "示范市湖滨区解放路1号"
    assert "已经更正" in texts_to("13900000003")[-1]
    assert own_corrections(cast.stranger).get().get_state_display() == "已更正"
    codes = AuditEvent.objects.filter(subject_kind="correction").order_by("pk").values_list("code", flat=True)
    assert [code.split("_")[-1] for code in codes] == ["requested", "passed", "closed"]


def test_a_refusal_needs_its_reason(cast: Cast):
    officer = a_data_officer(cast)
    row = request_correction(cast.stranger, wrong=a_wrong_address())
    with pytest.raises(CorrectionInvalid) as refusal:
        correction_actions.answer(officer, request_id=row.pk, corrected=False, text=" ")
    assert set(refusal.value.fields) == {"text"}
    row.refresh_from_db()
    assert row.state == "received"
    correction_actions.answer(officer, request_id=row.pk, corrected=False, text="与户籍登记一致")
    row.refresh_from_db()
    assert (row.state, row.answer) == ("refused", "与户籍登记一致")
    assert Person.objects.get(pk=cast.stranger.person_id).address is None


def test_what_stands_on_a_certificate_is_reported_to_its_issuer_and_not_here(cast: Cast):
    with pytest.raises(CorrectionInvalid) as refusal:
        ask_correction(cast.stranger, wrong=a_wrong_address(subject="certificate"), proof=a_picture())
    assert "报错" in str(refusal.value.fields["subject"])
    assert not CorrectionRequest.objects.exists()
    assert not Document.objects.filter(owner_id=cast.stranger.person_id).exists()


def test_a_request_that_names_a_department_is_for_no_other_one(cast: Cast):
    row = ask_correction(cast.stranger, wrong=a_wrong_address(), proof=a_picture(), request_key="k")
    again = ask_correction(cast.stranger, wrong=a_wrong_address(), proof=a_picture(), request_key="k")
    assert again == row
    assert Document.objects.get(pk=row.proof_id).kind == "correction-proof"
    CorrectionRequest.objects.update(source=cast.scjg)
    elsewhere = a_member_of_staff("1091", a_post(cast.xfj, "数据"), PostHolding.Role.DATA_OFFICER)
    assert list(open_corrections(elsewhere)) == []
    for act in (
        lambda: get_correction(elsewhere, row.pk),
        lambda: correction_actions.pass_on(elsewhere, request_id=row.pk),
        lambda: correction_actions.answer(elsewhere, request_id=row.pk, corrected=True, text=""),
        lambda: correction_actions.pass_on(cast.decider, request_id=row.pk),
    ):
        with pytest.raises(CorrectionNotFound):
            act()
    row.refresh_from_db()
    assert row.state == "received"
    get_correction(a_data_officer(cast), row.pk)
    assert AuditEvent.objects.get(code="identity.correction_read").holder_id == cast.stranger.person_id


def test_a_bad_proof_stores_nothing(cast: Cast):
    with pytest.raises(UploadTypeRefused):
        ask_correction(
            cast.stranger, wrong=a_wrong_address(), proof=SimpleUploadedFile("a.pdf", b"MZ not a pdf at all")
        )
    with pytest.raises(CorrectionInvalid):
        ask_correction(cast.stranger, wrong=a_wrong_address(wanted=""), proof=a_picture())
    assert not CorrectionRequest.objects.exists()
    assert not Document.objects.filter(owner_id=cast.stranger.person_id).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wanted": "  "}, "wanted"),
        ({"current": "甲", "wanted": "甲"}, "wanted"),
        ({"wanted": "𠮷" * 501}, "wanted"),
        ({"reason": "长" * 501}, "reason"),
        ({"subject": "everything"}, "subject"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_at_its_field(cast: Cast, changes, field):
    with pytest.raises(CorrectionInvalid) as refusal:
        request_correction(cast.stranger, wrong=a_wrong_address(**changes))
    assert set(refusal.value.fields) == {field}
    assert not CorrectionRequest.objects.exists()


def test_one_request_for_each_datum_until_it_is_taken_back(cast: Cast):
    row = request_correction(cast.stranger, wrong=a_wrong_address())
    with pytest.raises(CorrectionOpen):
        request_correction(cast.stranger, wrong=a_wrong_address(wanted="别处"))
    with pytest.raises(CorrectionNotFound):
        correction_actions.withdraw_correction(cast.person, request_id=row.pk)
    correction_actions.withdraw_correction(cast.stranger, request_id=row.pk)
    with pytest.raises(CorrectionMoved):
        correction_actions.answer(a_data_officer(cast), request_id=row.pk, corrected=True, text="")
    assert Person.objects.get(pk=cast.stranger.person_id).address is None
    assert request_correction(cast.stranger, wrong=a_wrong_address()).state == "received"


def test_an_organisation_and_an_agent_correct_nothing_here(cast: Cast):
    with pytest.raises(NotYourData):
        request_correction(cast.citizen, wrong=a_wrong_address())
    assert not CorrectionRequest.objects.exists()


def test_a_year_nobody_loaded_leaves_the_day_open(cast: Cast, settings, monkeypatch):
    CalendarYear.objects.all().delete()
    monkeypatch.setattr("common.workdays._PACKAGE_YEARS", frozenset({timezone.localdate().year}))
    settings.CORRECTION_WORKDAYS = 400
    assert request_correction(cast.stranger, wrong=a_wrong_address()).due_on is None
