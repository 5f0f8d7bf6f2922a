"""Every notice prints, is sealed, and says what the law wants said."""

import re
import subprocess

import pytest

from cases import notices
from cases.actions import clocks, decision, intake
from cases.models import Case, Notice
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.pades import check_pdf
from tests.factories import moves


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    make_demo_ca(folder)
    return folder


def _text(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


def _produce(notice: Notice) -> bytes:
    with notices.produce_file(notice_id=notice.pk).file.open() as stored:
        return stored.read()


def test_acceptance_notice_prints_number_dates_and_a_valid_seal(cast, settings, keys):
    settings.KEY_DIR = keys
    case = moves.an_accepted_case(cast)
    notice = case.notices.get(kind=Notice.Kind.ACCEPTANCE)
    pdf = _produce(notice)
    text = _text(pdf)
    assert notice.number in text
    assert case.number in text
    assert f"{case.promise_due_on:%Y年%m月%d日}" in text
    assert "svg" not in text
    report = check_pdf(pdf)
    assert report.valid
    assert report.covers_whole_file


def test_file_is_made_once(cast, settings, keys):
    settings.KEY_DIR = keys
    notice = moves.a_submitted_case(cast).notices.get()
    assert _produce(notice) == _produce(notice)


def test_correction_notice_lists_everything_at_once(cast):
    case = moves.a_submitted_case(cast)
    rows = {row.requirement.key: row.pk for row in case.materials.select_related("requirement")}
    wanted = {rows["plan"]: "请标出清洗区", rows["premises"]: "请补签字页"}
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections=wanted, general="请写明面积")
    content = case.notices.get(kind=Notice.Kind.CORRECTION).content
    assert len(content["lists"][0]["items"]) == 3
    assert "第三十二条第一款第四项" in content["paragraphs"][0]


def test_refusal_gives_reasons_and_both_remedies(cast):
    case = moves.a_reviewed_case(cast)
    decision.refuse(cast.decider, case_id=case.pk, reason="场所与污染源距离不足")
    content = Case.objects.get(pk=case.pk).notices.get(kind=Notice.Kind.REFUSAL).content
    assert any("场所与污染源距离不足" in line for line in content["paragraphs"])
    assert any("六十日" in line and "行政复议" in line for line in content["remedies"])
    assert any("六个月" in line and "行政诉讼" in line for line in content["remedies"])


def test_special_procedure_tells_the_time_needed_and_the_basis(cast):
    case = moves.an_accepted_case(cast)
    clocks.start_special(
        cast.food, case_id=case.pk, kind="hearing", reason="重大利害关系", legal_basis="第四十七条", days_needed=20
    )
    items = case.notices.get(kind=Notice.Kind.SPECIAL).content["lists"][0]["items"]
    assert items == ["听证：20 个工作日", "第四十七条"]


def test_numbers_run_on_by_department_kind_and_year(cast):
    first = moves.a_submitted_case(cast).notices.get()
    assert re.fullmatch(r"市场监管局收〔\d{4}〕第000001号", first.number)


def test_first_look_of_the_applicant_proves_delivery(cast, settings, keys):
    settings.KEY_DIR = keys
    notice = moves.a_submitted_case(cast).notices.get()
    notice = notices.produce_file(notice_id=notice.pk)
    notices.read(cast.clerk, notice)
    notice.refresh_from_db()
    assert notice.read_at is None
    notices.read(cast.citizen, notice)
    notice.refresh_from_db()
    first = notice.read_at
    assert first is not None
    notices.read(cast.citizen, notice)
    notice.refresh_from_db()
    assert notice.read_at == first
