"""What was signed is frozen, printed on the sealed receipt, and any change past the product is seen."""

import shutil
import subprocess

import pytest

from cases import notices
from cases.actions import drafts, intake, submission
from cases.errors import ProofNeeded
from cases.models import Case, CaseMaterial, Notice, Signature
from cases.queries import get_case
from cases.signing.checking import check
from cases.signing.rules import DECLARATION, canonical, digest_of
from common.models import AuditEvent
from identity.step_up import Proof
from services.models import ItemVersion
from tests.factories import moves
from tests.factories.cast import a_picture

pytestmark = pytest.mark.django_db


def test_what_was_signed_is_frozen_with_who_when_and_how(cast):
    case = moves.a_ready_draft(cast)
    submission.submit(cast.citizen, case_id=case.pk, declared=True, proof=Proof("code", None, is_fresh=True))
    one = Signature.objects.get(case=case)
    assert (one.capacity, one.method, one.is_fresh, one.level) == ("representative", "code", True, 4)
    assert one.content["declaration"] == DECLARATION
    assert one.content["answers"]["org.name"]["value"] == "青禾餐饮店"
    upload = case.materials.get(requirement__key="premises")
    assert one.content["materials"]["premises"]["sha256"] == upload.document.sha256
    assert one.content["promises"][0]["material"] == "rules"
    assert digest_of(one.content) == one.digest
    told = AuditEvent.objects.get(code="case.signed", subject_id=str(case.pk))
    assert told.detail["digest"] == one.digest


def test_the_canonical_form_does_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": "甲"}) == canonical({"a": "甲", "b": 1}) == '{"a":"甲","b":1}'.encode()


def test_an_item_of_a_high_level_asks_for_a_fresh_proof_and_changes_nothing_without(cast):
    ItemVersion.objects.filter(pk=cast.version.pk).update(assurance_level=4)
    case = moves.a_ready_draft(cast)
    for proof in (None, Proof("password", None, is_fresh=False)):
        with pytest.raises(ProofNeeded):
            submission.submit(cast.citizen, case_id=case.pk, declared=True, proof=proof)
    case.refresh_from_db()
    assert (case.state, case.number) == ("draft", None)
    assert not Signature.objects.exists()
    assert not case.undertakings.exists()
    submission.submit(cast.citizen, case_id=case.pk, declared=True, proof=Proof("code", None, is_fresh=True))


def test_an_untouched_case_is_the_same(cast):
    case = moves.an_accepted_case(cast)
    assert check(get_case(cast.clerk, case.pk)).state == "same"


def test_a_changed_answer_a_changed_file_and_a_changed_signature_are_seen(cast):
    case = moves.an_accepted_case(cast)
    case.answers["area"]["value"] = "800"
    case.save()
    found = check(get_case(cast.clerk, case.pk))
    assert (found.state, found.different) == ("different", ("面积（平方米）",))
    row = CaseMaterial.objects.get(case=case, requirement__key="premises")
    type(row.document).objects.filter(pk=row.document_id).update(sha256="0" * 64)
    assert len(check(get_case(cast.clerk, case.pk)).different) == 2
    one = Signature.objects.get(case=case)
    one.content["answers"]["area"]["value"] = "800"
    one.save()
    assert "签名记录本身" in check(get_case(cast.clerk, case.pk)).different
    one.digest = digest_of(one.content)  # somebody recomputes it: the receipt says otherwise
    one.save()
    assert "回执上的摘要" in check(get_case(cast.clerk, case.pk)).different


def test_a_correction_is_signed_anew(cast):
    case = moves.a_submitted_case(cast)
    first = Signature.objects.get(case=case).digest
    row = case.materials.get(requirement__key="premises")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "看不清"})
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(size=30))
    assert check(get_case(cast.clerk, case.pk)).state == "recorded"
    submission.correct(cast.citizen, case_id=case.pk)
    again = Signature.objects.get(case=case)
    assert (again.follows, again.digest != first) == (first, True)
    assert check(get_case(cast.clerk, case.pk)).state == "same"


def test_the_receipt_lists_everything_and_is_sealed(cast, settings, key_folder, tmp_path):
    settings.KEY_DIR = key_folder
    case = moves.a_submitted_case(cast)
    case = Case.objects.get(pk=case.pk)
    notice = case.notices.get(kind=Notice.Kind.RECEIPT)
    assert notice.content["digest"] == case.signature.digest
    pdf = notices.produce_file(notice_id=notice.pk).file.read()
    upload = case.materials.get(requirement__key="premises").document
    if not shutil.which("pdfsig"):
        pytest.skip("pdfsig and pdftotext (poppler-utils) are not installed")
    path = tmp_path / "receipt.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    printed = "".join(text.split())
    for words in (upload.sha256[:16], case.signature.digest[:32], "告知承诺", "五个工作日", "国办发〔2020〕42号"):
        assert words in printed
    read = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in read
    assert "Total document signed" in read
