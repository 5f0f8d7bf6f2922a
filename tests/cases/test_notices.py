"""Every notice prints, is sealed, and says what the law wants said."""

import re
import subprocess

import pytest
from django.utils.translation import override

from cases import notices
from cases.actions import clocks, decision, intake
from cases.models import Case, Notice
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.pades import check_pdf
from common.formatting import legal_date
from services.codes import ItemType
from services.models import ServiceItem
from tests.cases.test_promises import a_deferring_case
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
    assert items == ["听证：20 个工作日", "依据：第四十七条"]


def test_numbers_run_on_by_department_kind_and_year(cast):
    first = moves.a_submitted_case(cast).notices.get()
    assert re.fullmatch(r"市场监管局收〔\d{4}〕1号", first.number)


def test_series_goes_on_from_numbers_of_the_old_form(cast):
    """What was printed as 第000001号 keeps its number; the next one is 2号."""
    first = moves.a_submitted_case(cast).notices.get()
    old = first.number.replace("〕1号", "〕第000001号")
    Notice.objects.filter(pk=first.pk).update(number=old)
    second = moves.a_submitted_case(cast).notices.get()
    assert second.number.endswith("〕2号")
    first.refresh_from_db()
    assert first.number == old


def _of(case: Case, kind: Notice.Kind) -> Notice:
    return Case.objects.get(pk=case.pk).notices.get(kind=kind)


def test_decisions_name_what_is_granted(cast, settings, keys):
    settings.KEY_DIR = keys
    notice = _of(moves.an_approved_case(cast), Notice.Kind.APPROVAL)
    assert notice.content["paragraphs"][0].endswith("决定准予行政许可。")
    assert "准予行政许可决定书" in _text(_produce(notice))


def test_what_is_no_licence_follows_the_law_of_licences_by_analogy(cast, settings, keys):
    settings.KEY_DIR = keys
    ServiceItem.objects.filter(pk=cast.item.pk).update(item_type=ItemType.PUBLIC_SERVICE)
    case = moves.a_reviewed_case(cast)
    decision.refuse(cast.decider, case_id=case.pk, reason="场所与污染源距离不足")
    refusal, acceptance = (_of(case, kind) for kind in (Notice.Kind.REFUSAL, Notice.Kind.ACCEPTANCE))
    assert refusal.content["paragraphs"][0].endswith("决定不予办理。")
    assert refusal.content["paragraphs"][1] == "理由：场所与污染源距离不足。"
    assert "不予办理决定书" in _text(_produce(refusal))
    assert "参照《中华人民共和国行政许可法》第三十二条" in acceptance.content["paragraphs"][0]


def test_acceptance_says_what_is_to_come_and_until_when(cast):
    case = a_deferring_case(cast)
    content = _of(case, Notice.Kind.ACCEPTANCE).content
    assert "先予受理" in content["paragraphs"][0]
    assert "申请材料齐全、符合法定形式，依照" not in content["paragraphs"][0]
    one = case.undertakings.get(kind="deferred")
    assert content["lists"] == [
        {"title": "容缺后补的材料和期限", "items": [f"平面布局图：最迟{legal_date(one.due_on)}补交"]}
    ]
    assert "先予受理" not in _of(moves.an_accepted_case(cast), Notice.Kind.ACCEPTANCE).content["paragraphs"][0]


def test_a_refused_acceptance_is_in_chinese_whatever_the_clerk_reads(cast):
    case = moves.a_submitted_case(cast)
    with override("en"):
        intake.refuse_acceptance(
            cast.clerk, case_id=case.pk, reason="不属于本机关职权范围", competent_body="东区市场监管局"
        )
    content = _of(case, Notice.Kind.NOT_ACCEPTED).content
    assert content["lists"] == [{"title": "请向有权办理的机关申请", "items": ["东区市场监管局"]}]
    assert content["paragraphs"][1] == "理由：不属于本机关职权范围。"
    assert all("自知道或者应当知道" in line for line in content["remedies"])


@pytest.mark.parametrize(
    ("days", "words"), [(10, ("第四十二条第一款", "本机关负责人")), (15, ("第四十二条第二款", "本级人民政府负责人"))]
)
def test_an_extension_names_who_may_approve_it(cast, days, words):
    case = moves.an_accepted_case(cast)
    clocks.extend(cast.decider, case_id=case.pk, days=days, reason="协调多个部门", legal_basis="第四十二条")
    content = _of(case, Notice.Kind.EXTENSION).content
    assert all(one in content["paragraphs"][0] for one in words)
    assert content["lists"][0]["items"] == [f"延长 {days} 个工作日", "依据：第四十二条"]
    assert "延长后的法定办结日期" in dict(content["facts"])


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
