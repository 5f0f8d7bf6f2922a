"""The words of each notice. They are frozen into the notice when it is issued, in Chinese: it is a legal document."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from cases.clock import SILENCE_DAYS
from cases.models import Case, CaseMaterial, Notice, Undertaking
from cases.proceedings.closing import heard_on
from cases.signing.rules import method_name
from certificates.models import Certificate
from common.formatting import legal_date, legal_datetime, sentence
from common.workdays import UnknownYear, for_region
from common.written import Given, written
from services.codes import ItemType
from services.models import LegalBasis

_Kind = Notice.Kind


def text_of(case: Case, kind: Notice.Kind, items: list[str]) -> dict[str, Any]:
    """Return ``{addressee, paragraphs, facts, lists, remedies, contact}`` for ``documents/notice.html``.

    A decision has its ``title`` too, a receipt the ``digest`` that it vouches for.
    """
    content = {
        "addressee": case.applicant.name,
        "paragraphs": _PARAGRAPHS[kind](case),
        "facts": _hearing_facts(case, items) if kind == _Kind.HEARING else _facts(case, kind),
        "lists": _lists(case, kind, items),
        "remedies": remedies_of(case) if kind in _WITH_REMEDIES else [],
        "contact": _contact(case),
    }
    if kind == _Kind.RECEIPT:
        content["digest"] = case.signature.digest  # what the sealed receipt vouches for
    if kind in _DECISIONS:
        content["title"] = f"{_DECISIONS[kind]}{_granted(case)}决定书"
    return content


_WITH_REMEDIES = {_Kind.NOT_ACCEPTED, _Kind.REFUSAL, _Kind.TERMINATION, _Kind.BREACH}
_DECISIONS = {_Kind.APPROVAL: "准予", _Kind.REFUSAL: "不予"}


def _item(case: Case) -> str:
    return f"“{case.item_version.name}”"


def _is_licence(case: Case) -> bool:
    return case.item.item_type == ItemType.LICENCE


def _granted(case: Case) -> str:
    """What a decision is about, as its title and its words name it."""
    return "行政许可" if _is_licence(case) else "办理"


def _by_law(case: Case, articles: str) -> str:
    """The law of licences binds licences; what is no licence follows it by analogy."""
    return f"{'依照' if _is_licence(case) else '参照'}《中华人民共和国行政许可法》{articles}"


def _bases(case: Case) -> str:
    return "、".join(f"《{law}》{article}" for law, article in _laws(case.item_version_id)) or "有关规定"


@written
def _laws(version_id: Given) -> QuerySet[LegalBasis, tuple[str, str]]:
    return LegalBasis.objects.filter(version_id=version_id).values_list("law", "article")


def _receipt(case: Case) -> list[str]:
    day = _reply_day(case)
    until = f"（{legal_date(day)}以前）" if day else ""
    return [
        f"你（单位）提交的{_item(case)}申请材料已收到，本回执是申请和材料的接收凭证。",
        f"我们将在五个工作日内{until}答复是否受理；逾期没有答复的，自收到申请之日起即为受理。",
        case.signature.content["declaration"],
    ]


def _reply_day(case: Case) -> dt.date | None:
    """The last day to answer; none where the year has no calendar."""
    try:
        return for_region(case.department.region.code).add(case.received_on or timezone.localdate(), SILENCE_DAYS)
    except UnknownYear:
        return None


def _acceptance(case: Case) -> list[str]:
    if case.is_deemed_accepted:
        opening = f"五个工作日内未作出答复，{_by_law(case, '第三十二条第一款第四项')}，自收到申请之日起视为受理。"
    elif case.to_come:
        opening = (
            "经审查，申请事项属于本机关职权范围，主要申请材料齐全、符合法定形式，决定先予受理；下列材料请在期限内补交。"
        )
    else:
        opening = (
            "经审查，申请事项属于本机关职权范围，申请材料齐全、符合法定形式，"
            f"{_by_law(case, '第三十二条第一款第五项')}，决定予以受理。"
        )
    return [f"你（单位）提出的{_item(case)}申请，{opening}", "办理期限自受理之日的次日起计算，不含法定节假日。"]


def _correction(case: Case) -> list[str]:
    first = case.notices.filter(kind=_Kind.CORRECTION).first()
    return [
        *([_left_out(first)] if first else []),
        (
            f"你（单位）提出的{_item(case)}申请，材料不齐全或者不符合法定形式。"
            f"{_by_law(case, '第三十二条第一款第四项')}，现将需要补正的全部内容一次告知如下。"
        ),
        (
            "请在“我的办件”中补齐，或者到综合窗口提交。自收到全部补正材料之日起五个工作日内，我们答复是否受理；"
            "补正期间不计入办理期限。"
        ),
    ]


def _left_out(first: Notice) -> str:
    """A second notice says that it is our fault."""
    return f"{legal_date(first.issued_on)}的{first.number}告知书没有一次说全，由此给你（单位）带来不便，我们表示歉意。"


def _not_accepted(case: Case) -> list[str]:
    return [
        f"你（单位）提出的{_item(case)}申请，经审查，{_by_law(case, '第三十二条')}，决定不予受理。",
        f"理由：{sentence(case.refusal_reason)}",
    ]


def _not_required(case: Case) -> list[str]:
    return [
        (
            f"你（单位）提出的{_item(case)}申请，依法不需要{'取得行政许可' if _is_licence(case) else '办理'}。"
            f"{_by_law(case, '第三十二条第一款第一项')}，现告知不受理。"
        ),
        f"理由：{sentence(case.refusal_reason)}",
    ]


def _approval(case: Case) -> list[str]:
    result = case.item_version.result_name
    ending = f"{result}已签发并存入“我的证照”，与纸质证照具有同等法律效力。" if case.certificate_id else ""
    return [
        f"你（单位）提出的{_item(case)}申请，经审查符合法定条件、标准。依照{_bases(case)}，决定准予{_granted(case)}。",
        *_heard(case),
        *([ending] if ending else []),
    ]


def _deemed_renewal(case: Case) -> list[str]:
    made = case.certificate
    assert made is not None
    assert made.former is not None
    ended = legal_date(made.former.valid_until) if made.former.valid_until else ""
    return [
        (
            f"你（单位）在法定期限内提出{_item(case)}申请，申请延续的{made.type.name}（编号 {made.number}）"
            f"有效期至{ended}。本机关没有在有效期届满前作出是否准予延续的决定。"
        ),
        (
            "依照《中华人民共和国行政许可法》第五十条第二款“行政机关应当根据被许可人的申请，在该行政许可有效期届满前作出"
            "是否准予延续的决定；逾期未作决定的，视为准予延续”，该行政许可视为准予延续。"
        ),
        (
            f"视为准予延续与作出准予延续的决定具有同等法律效力：该行政许可没有中断，{_term(made)}。延续后的证照已签发并存入"
            "“我的证照”，与纸质证照具有同等法律效力。"
        ),
    ]


def _term(made: Certificate) -> str:
    first = f"延续的有效期自{legal_date(made.valid_from)}起"
    return f"{first}至{legal_date(made.valid_until)}止" if made.valid_until else f"{first}，长期有效"


def _refusal(case: Case) -> list[str]:
    return [
        f"你（单位）提出的{_item(case)}申请，经审查不符合法定条件、标准。依照{_bases(case)}，决定不予{_granted(case)}。",
        f"理由：{sentence(case.refusal_reason)}",
        *_heard(case),
    ]


def _special(case: Case) -> list[str]:
    return [
        (
            f"你（单位）提出的{_item(case)}申请，需要依法进行下列程序。"
            f"{_by_law(case, '第四十五条')}，所需时间不计入办理期限。"
        ),
    ]


def _hearing_right(case: Case) -> list[str]:
    return [
        (
            f"你（单位）提出的{_item(case)}申请，直接涉及你（单位）与他人之间的重大利益关系。"
            f"{_by_law(case, '第四十七条')}，在作出决定前，你（单位）和利害关系人有要求听证的权利。"
        ),
        (
            "要求听证的，请自收到本告知书之日起五个工作日内，在“我的办件”中提出，或者向本机关书面提出；逾期不提出的，"
            "视为放弃。申请人、利害关系人不承担组织听证的费用。"
        ),
    ]


def _hearing(case: Case) -> list[str]:
    return [
        f"你（单位）提出的{_item(case)}申请，定于下列时间、地点举行听证，请准时参加。",
        (
            "你（单位）认为主持人与本申请有直接利害关系的，有权申请回避。听证中可以提出证据，进行申辩和质证；听证笔录"
            "交参加人确认无误后签字或者盖章，本机关根据听证笔录作出决定（《中华人民共和国行政许可法》第四十八条）。"
        ),
        "听证所需时间不计入办理期限（第四十五条）。不能参加的，请提前告知本机关。",
    ]


def _heard(case: Case) -> list[str]:
    """What a decision says of the hearing it rests on (第四十八条第二款)."""
    hearing = heard_on(case)
    if hearing is None or hearing.held_on is None:
        return []
    return [(f"本机关于{legal_date(hearing.held_on)}举行听证，{_by_law(case, '第四十八条')}，根据听证笔录作出本决定。")]


def _extension(case: Case) -> list[str]:
    """Fifteen days are for joint handling, and another's to approve (第四十二条第二款)."""
    is_joint = case.extension.days > 10
    head = "本级人民政府负责人" if is_joint else "本机关负责人"
    articles = "第四十二条第二款" if is_joint else "第四十二条第一款"
    return [
        (
            f"你（单位）提出的{_item(case)}申请，在规定期限内不能作出决定。"
            f"{_by_law(case, articles)}，经{head}批准，延长办理期限。"
        ),
        f"理由：{sentence(case.extension.reason)}",
    ]


def _termination(case: Case) -> list[str]:
    return [f"你（单位）提出的{_item(case)}申请，现终止办理。", f"理由：{sentence(case.refusal_reason)}"]


def _fee(case: Case) -> list[str]:
    return [
        f"你（单位）申请的{_item(case)}，按下列标准和依据缴纳费用。所收费用全部上缴国库。",
        "请在“我的办件”中缴费，或者持本通知书到综合窗口缴费。逾期未缴的，办件予以保留，缴清后送达结果。",
    ]


def _breach_hearing(case: Case) -> list[str]:
    return [
        f"你（单位）申请{_item(case)}时以告知承诺代替了证明材料。经核查，拟认定下列承诺不实。",
        "你（单位）可以在下列期限内，在“我的办件”中或者到综合窗口陈述和申辩；逾期没有陈述的，视为放弃。",
    ]


def _breach(case: Case) -> list[str]:
    return [
        f"你（单位）申请{_item(case)}时作出的下列承诺，经核查和听取陈述、申辩，认定为不实。",
        "认定有效期内，再次申请时不适用告知承诺。纠正以后，可以向本机关申请信用修复。",
    ]


_PARAGRAPHS = {
    _Kind.RECEIPT: _receipt,
    _Kind.ACCEPTANCE: _acceptance,
    _Kind.CORRECTION: _correction,
    _Kind.NOT_ACCEPTED: _not_accepted,
    _Kind.NOT_REQUIRED: _not_required,
    _Kind.APPROVAL: _approval,
    _Kind.DEEMED_RENEWAL: _deemed_renewal,
    _Kind.REFUSAL: _refusal,
    _Kind.SPECIAL: _special,
    _Kind.EXTENSION: _extension,
    _Kind.TERMINATION: _termination,
    _Kind.FEE: _fee,
    _Kind.BREACH_HEARING: _breach_hearing,
    _Kind.BREACH: _breach,
    _Kind.HEARING_RIGHT: _hearing_right,
    _Kind.HEARING: _hearing,
}


def _facts(case: Case, kind: Notice.Kind) -> list[tuple[str, str]]:
    facts = [("办件编号", case.number or ""), ("事项名称", case.item_version.name)]
    if case.submitted_at:
        facts.append(("申请时间", legal_datetime(case.submitted_at)))
    if kind == _Kind.RECEIPT:
        facts += _signed(case)
        channel = case.signature.content.get("channel")
        facts += [("收件窗口", channel)] if channel else []
    if kind in {_Kind.ACCEPTANCE, _Kind.EXTENSION, _Kind.SPECIAL} and case.accepted_on:
        facts.append(("受理日期", legal_date(case.accepted_on)))
        later = "延长后的" if kind == _Kind.EXTENSION else ""
        if case.promise_due_on:
            facts.append((f"{later}承诺办结日期", legal_date(case.promise_due_on)))
        if case.statutory_due_on:
            facts.append((f"{later}法定办结日期", legal_date(case.statutory_due_on)))
    if kind in {_Kind.APPROVAL, _Kind.DEEMED_RENEWAL} and case.certificate:
        facts.append(("证照编号", case.certificate.number))
    return facts


def _hearing_facts(case: Case, items: list[str]) -> list[tuple[str, str]]:
    """Time and place first: that is what somebody has to know (``items`` as ``时间：…``)."""
    told = [one.partition("：") for one in items]
    return [*((name, said) for name, _colon, said in told), ("办件编号", case.number or "")]


def _signed(case: Case) -> list[tuple[str, str]]:
    signature = case.signature
    with override("zh-hans"):  # a legal document, whatever language the page had
        how = f"{signature.get_capacity_display()}，{method_name(signature.method)}"
    return [
        ("声明签署人", f"{signature.content['signer']}（{how}）"),
        ("签署时间", legal_datetime(signature.signed_at, seconds=True)),
        ("内容摘要（SHA-256）", f"{signature.digest[:32]}\n{signature.digest[32:]}"),
    ]


def _received(row: CaseMaterial) -> str:
    """One material as the receipt lists it: how it came, and the beginning of its file's hash."""
    mark = f"，SHA-256 前 16 位 {row.document.sha256[:16]}" if row.document else ""
    licence = f"，证照编号 {row.certificate.number}" if row.certificate else ""
    return f"{row.name}（{row.get_way_display()}{licence}{mark}）"


def _receipt_lists(case: Case) -> list[dict[str, Any]]:
    rows = case.signature.materials
    if rows is None:
        rows = list(case.materials.select_related("requirement", "document", "certificate", "undertaking"))
    received = [_received(row) for row in rows if row.way != row.Way.MISSING]
    lists: list[dict[str, Any]] = [{"title": "收到的材料", "items": received}] if received else []
    for row in rows:
        undertaking = getattr(row, "undertaking", None)
        if undertaking is not None:
            title = f"{undertaking.get_kind_display()}：{row.name}"
            lists.append({"title": title, "items": list(undertaking.text), "plain": True})  # numbered in its words
    return lists


def _lists(case: Case, kind: Notice.Kind, items: list[str]) -> list[dict[str, Any]]:
    if kind == _Kind.RECEIPT:
        return _receipt_lists(case)
    if kind == _Kind.HEARING:
        return []
    if kind == _Kind.ACCEPTANCE:
        items = [f"{one.material.name}：{_supply_by(one)}" for one in case.to_come]
    titles = {
        _Kind.ACCEPTANCE: "容缺后补的材料和期限",
        _Kind.CORRECTION: "需要补正的内容",
        _Kind.NOT_ACCEPTED: "请向有权办理的机关申请",
        _Kind.SPECIAL: "程序、所需时间和依据",
        _Kind.EXTENSION: "延长的时间和依据",
        _Kind.FEE: "收费项目、金额、标准和依据",
        _Kind.BREACH_HEARING: "拟认定的承诺、理由和依据",
        _Kind.BREACH: "认定的承诺、理由、依据和期限",
        _Kind.HEARING_RIGHT: "涉及的利益和利害关系人",
    }
    return [{"title": titles[kind], "items": items}] if items else []


def _supply_by(one: Undertaking) -> str:
    """Until when it is to come; in days where the year has no calendar."""
    return f"最迟{legal_date(one.due_on)}补交" if one.due_on else f"受理之日起 {one.days} 个工作日内补交"


def remedies_of(case: Case) -> list[str]:
    """Rights under 行政复议法第二十条 (60 days) and 行政诉讼法第四十六条 (six months)."""
    return [
        f"如不服本决定，可以自知道或者应当知道本决定之日起六十日内，向{case.department.region.name}人民政府申请行政复议；",
        "也可以自知道或者应当知道本决定之日起六个月内，依法向有管辖权的人民法院提起行政诉讼。",
    ]


def _contact(case: Case) -> str:
    version = case.item_version
    return "；".join(
        part
        for part in (
            f"地点：{version.hall_place}" if version.hall_place else "",
            f"咨询电话：{version.consult_phone}" if version.consult_phone else "",
        )
        if part
    )
