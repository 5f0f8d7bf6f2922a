"""The register: identifiers, single instance, states, what the public is told."""

import pytest

from certificates import errors, rules
from certificates.actions import change_state, issue
from certificates.faces import face_of
from certificates.models import Certificate
from certificates.queries import get_certificate, verify, visible_certificates
from certificates.states import Operation
from common.models import AuditEvent
from identity.actor import SYSTEM

BASIS = {"reason": "依申请", "legal_basis": "行政许可法第七十条"}
STRUCK_OFF = {**BASIS, "ground": "70-6"}


@pytest.mark.parametrize(
    ("type_code", "issuer", "serial", "version", "check"),
    [
        ("11100000000013338W011", "11430000006122244L", "20230000403", 1, "U"),
        ("11100000000013338W009", "11330105002500287C", "2025052201", 2, "0"),
        ("11100000MB03271699022", "340100", "000000016", 1, "9"),
    ],
)
def test_identifier_has_the_published_check_character(type_code, issuer, serial, version, check):
    made = rules.identifier(type_code=type_code, issuer_code=issuer, serial=serial, version=version)
    assert made == f"1.2.156.3005.2.{type_code}.{issuer}.{serial}.{version:03d}.{check}"


def test_every_issued_face_carries_the_watermark_of_its_issuer(cast):
    assert face_of(cast.licence).watermark == f"此件由{cast.scjg.name}提供，仅供办理政务服务事项时使用，长期有效"
    Certificate.objects.filter(pk=cast.licence.pk).update(valid_until="2031-11-21")
    cast.licence.refresh_from_db()
    assert face_of(cast.licence).watermark.endswith("有效期至2031年11月21日")


def test_second_valid_certificate_of_a_single_type_is_refused(cast):
    with pytest.raises(errors.SingleInstance):
        issue(SYSTEM, certificate_type=cast.licence.type, holder=cast.shop.party, issuer=cast.scjg, face={})
    assert Certificate.objects.count() == 1


def test_cancelled_certificate_makes_room_for_another(cast):
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.CANCEL, **STRUCK_OFF)
    again = issue(SYSTEM, certificate_type=cast.licence.type, holder=cast.shop.party, issuer=cast.scjg, face={})
    assert again.number != cast.licence.number
    assert not verify(cast.licence.identifier).is_valid
    assert verify(again.identifier).is_valid


def test_replacement_keeps_the_number_and_counts_the_version(cast):
    old = cast.licence
    new = issue(SYSTEM, certificate_type=old.type, holder=old.holder, issuer=old.issuer, face={}, former=old)
    cast.licence.refresh_from_db()
    assert (new.number, new.version, new.former) == (cast.licence.number, 2, cast.licence)
    assert cast.licence.state == Certificate.State.CANCELLED
    assert verify(new.number).identifier == new.identifier


def test_persons_certificate_is_not_issued_to_an_organisation(cast):
    cast.licence.type.holder_kind = "person"
    with pytest.raises(errors.WrongHolderKind):
        issue(SYSTEM, certificate_type=cast.licence.type, holder=cast.shop.party, issuer=cast.scjg, face={})


def test_change_of_state_needs_reason_and_basis(cast):
    with pytest.raises(errors.ReasonMissing) as caught:
        change_state(
            cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, reason=" ", legal_basis=""
        )
    assert set(caught.value.fields) == {"reason", "legal_basis"}
    cast.licence.refresh_from_db()
    assert cast.licence.state == Certificate.State.VALID


@pytest.mark.parametrize("who", ["clerk", "food", "outsider", "citizen", "supervisor"])
def test_only_the_issuing_departments_decider_changes_a_state(cast, who):
    audited = AuditEvent.objects.count()
    with pytest.raises(errors.CertificateNotFound):
        change_state(getattr(cast, who), certificate_id=cast.licence.pk, operation=Operation.SUSPEND, **BASIS)
    cast.licence.refresh_from_db()
    assert cast.licence.state == Certificate.State.VALID
    assert AuditEvent.objects.count() == audited


def test_operation_outside_the_table_is_refused(cast):
    with pytest.raises(errors.OperationNotAllowed):
        change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.LIFT, **BASIS)
    with pytest.raises(errors.OperationNotAllowed):
        change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.EXPIRE, **BASIS)


def test_citizen_sees_the_certificates_of_the_party_they_act_for(cast):
    assert list(visible_certificates(cast.citizen)) == [cast.licence]
    assert not visible_certificates(cast.person).exists()
    with pytest.raises(errors.CertificateNotFound):
        get_certificate(cast.stranger, cast.licence.pk)


def test_public_is_told_the_state_and_no_more(cast):
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, **BASIS)
    found = verify(cast.licence.verify_code)
    assert (found.state, found.state_label) == ("suspended", "暂扣")
    assert not hasattr(found, "face")


@pytest.mark.parametrize("text", ["", "  ", "1" * 500, "不存在", "\x00", "%", "' OR 1=1 --"])
def test_unknown_number_has_no_answer(cast, text):
    assert verify(text) is None


def test_valid_row_past_its_day_is_told_as_expired(cast):
    Certificate.objects.filter(pk=cast.licence.pk).update(
        issued_on="2020-01-01", valid_from="2020-01-01", valid_until="2020-12-31"
    )
    assert verify(cast.licence.number).state == "expired"


def test_personal_holder_is_masked_for_the_public(cast):
    Certificate.objects.filter(pk=cast.licence.pk).update(holder=cast.li.pk)
    assert verify(cast.licence.number).holder_name == "李**"
