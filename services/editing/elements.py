"""How the elements of a version are grouped and called, for the editor, comparisons and comments; pure tables.

Every field of :class:`services.descriptions.VersionContent` stands in exactly one section, except those that no
editor sets: ``source_row`` (for the way back to the national list) and ``cancel_on`` (named at submission).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services import codes
from services.editing.labels import LABELS
from services.themes import ORGANISATION_THEMES, PERSON_THEMES

Text = str | Promise
STEPS = "steps"  # the form's pages: a list of lists, edited by an editor of its own


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the editor: ``columns`` are plain elements, ``part`` is a list with an editor of its own."""

    key: str
    title: Text
    hint: Text
    columns: tuple[str, ...] = ()
    part: str = ""


SECTIONS: tuple[Section, ...] = (
    Section(
        "basics",
        _("基本要素"),
        _("名称、服务对象、主题、行使层级"),
        (
            "name",
            "summary",
            "synonyms",
            "audience",
            "themes_person",
            "themes_org",
            "use_level",
            "project_type",
            "power_content",
            "division",
        ),
    ),
    Section("legal", _("设定依据"), _("法律、法规、规章的名称和条款"), part="legal_bases"),
    Section("situations", _("办理情形"), _("先问申请人的问题，答案决定要哪些材料、填哪些栏目"), part="situations"),
    Section("form", _("表单"), _("申请人一页一页填写的栏目"), part=STEPS),
    Section("materials", _("申请材料"), _("要什么、用哪种电子证照免交"), part="materials"),
    Section("fees", _("收费"), _("收费项目、标准和依据"), part="fees"),
    Section("route", _("审查路线"), _("哪些岗位审查、按什么先后、几个工作日"), part="route"),
    Section("faqs", _("常见问题"), _("办事人常问的和回答"), part="faqs"),
    Section(
        "limits",
        _("时限与办理方式"),
        _("法定和承诺时限、到现场次数、能不能在线申请"),
        (
            "statutory_days",
            "statutory_unit",
            "statutory_note",
            "promise_days",
            "promise_unit",
            "promise_note",
            "quantity_limit",
            "quota_order",
            "quota_places",
            "quota_counts",
            "visits",
            "visits_reason",
            "is_applicable_online",
            "handle_forms",
            "online_depth",
            "handle_area",
            "assurance_level",
            "open_from_age",
            "pays_online",
            "by_express",
            "takes_appointments",
            "on_terminals",
        ),
    ),
    Section(
        "conditions",
        _("条件与流程"),
        _("受理条件、办理流程、特别程序、中介服务"),
        ("conditions", "flow", "special_procedure", "intermediary"),
    ),
    Section(
        "result",
        _("办理结果"),
        _("发什么证照或者批文"),
        (
            *("result_kind", "result_name", "result_type_id", "replaces", "renew_before_days", "registers"),
            *("result_sample", "retention"),
        ),
    ),
    Section(
        "window",
        _("窗口与联系方式"),
        _("办理地点、时间、咨询和投诉电话"),
        ("in_hall", "hall_place", "hall_hours", "consult_phone", "complaint_phone"),
    ),
    Section(
        "national",
        _("国家目录的其他要素"),
        _("实施主体、权力来源、系统地址、乡镇村居"),
        (
            "power_source",
            "body_kind",
            "entrusted_by",
            "undertaker",
            "undertaker_code",
            "joint_bodies",
            "system_level",
            "link_address",
            "link_single_sign_on",
            "mobile_address",
            "mobile_single_sign_on",
            "online_address",
            "local_themes_person",
            "local_themes_org",
            "town_code",
            "town_name",
            "village_code",
            "village_name",
        ),
    ),
)
SECTION_OF: dict[str, Section] = {name: one for one in SECTIONS for name in (*one.columns, one.part) if name}

COLUMN_LABELS: dict[str, Text] = {
    **LABELS,
    "open_from_age": _("未成年人几岁起可以自己申请"),
    "special_procedure": _("特别程序"),
    "registers": _("登记设立的主体（信用代码前两位）"),
    "replaces": _("和原证照的关系"),
    "renew_before_days": _("延续要在届满前多少日提出（法律、法规、规章另有规定的才填，不填是 30 日）"),
    "retention": _("办件档案的保管期限（不选按事项类型定）"),
    "in_hall": _("进驻政务大厅"),
    "by_express": _("支持物流快递"),
    "takes_appointments": _("支持预约办理"),
    "on_terminals": _("支持自助终端办理"),
    "entrusted_by": _("委托部门"),
    "undertaker": _("承办机构"),
    "undertaker_code": _("承办机构代码"),
    "joint_bodies": _("联办机构"),
    "intermediary": _("中介服务"),
    "system_level": _("运行系统层级"),
    "link_address": _("计算机端办理地址"),
    "link_single_sign_on": _("计算机端对接单点登录"),
    "mobile_address": _("移动端办理地址"),
    "mobile_single_sign_on": _("移动端对接单点登录"),
    "online_address": _("网办地址"),
    "local_themes_person": _("自然人地方特色主题"),
    "local_themes_org": _("法人地方特色主题"),
    "town_code": _("乡镇街道代码"),
    "town_name": _("乡镇街道"),
    "village_code": _("村居社区代码"),
    "village_name": _("村居社区"),
}
PART_LABELS: dict[str, dict[str, Text]] = {
    "legal_bases": {
        "law": _("法规名称"),
        "article": _("条款"),
        "kind": _("效力等级"),
        "number": _("文号"),
        "issuer": _("颁布机关"),
        "since": _("实施日期"),
        "gist": _("条款内容"),
    },
    "situations": {"question": _("问题"), "help": _("提示"), "options": _("选项"), "when": _("什么情形下问")},
    "materials": {
        "name": _("材料名称"),
        "need": _("必要性"),
        "when": _("什么情形下要"),
        "satisfied_by": _("可以用这些电子证照免交"),
        "combination": _("有几个组成部分时"),
        "pieces": _("组成部分"),
        "proof_of": _("谁的材料"),
        "source_type": _("来源渠道"),
        "source_note": _("来源渠道说明"),
        "material_format": _("材料形式"),
        "material_type": _("材料类型"),
        "taken_by": _("收取方式"),
        "originals": _("原件份数"),
        "copies": _("复印件份数"),
        "legal": _("要求提供的依据"),
        "is_proof": _("是证明事项"),
        "note": _("填报须知"),
        "acceptance": _("受理标准"),
        "promise_text": _("告知承诺的内容"),
        "promise_check_days": _("承诺后几天内核查"),
        "defer_days": _("容缺后几个工作日内补"),
        "fresh_days": _("核验过的几天内有效"),
        "kind": _("材料种类代号"),
        "blank_form": _("空白表格"),
        "sample": _("示例样表"),
        "paper_format": _("纸质材料规格"),
        "issuer": _("出具机构"),
        "issuer_time": _("出具时间要求"),
        "issuer_place": _("材料办理地点"),
        "issuer_note": _("材料办理说明"),
        "use_note": _("材料使用说明"),
    },
    "fees": {
        "name": _("项目名称"),
        "standard": _("收费标准"),
        "basis": _("收费依据"),
        "amount": _("金额（元）"),
        "kind": _("收费类型"),
        "reduction": _("减免规定"),
        "note": _("说明"),
        "charging": _("网上缴费规则"),
    },
    "faqs": {"question": _("问题"), "answer": _("回答")},
    "route": {
        "name": _("环节名称"),
        "department_id": _("部门"),
        "post_id": _("岗位"),
        "days": _("几个工作日"),
        "is_substantive": _("实质审查，两名以上人员"),
        "kind": _("环节种类"),
        "after": _("等哪些环节办完才开始"),
        "lead": _("参加哪个联合审查"),
        "assignment": _("岗位里怎么分派"),
        "checklist": _("核查清单"),
    },
}
FIELD_LABELS: dict[str, Text] = {
    "label": _("栏目名称"),
    "type": _("类型"),
    "element": _("数据元"),
    "help": _("提示"),
    "required": _("必须填写"),
    "choices": _("选项"),
    "max_length": _("最多几个字"),
    "material": _("对应的材料"),
    "when": _("什么情形下填"),
    "ask": _("已有的也每次都填"),
    "example": _("填写示例"),
    "pattern": _("格式"),
    "pattern_message": _("格式不对时的提示"),
    "least": _("最小值"),
    "most": _("最大值"),
    "sensitivity": _("敏感程度"),
    "parts": _("各部分的来源"),
    "columns": _("表格的列"),
    "min_rows": _("最少行数"),
    "max_rows": _("最多行数"),
}

# Lists of codes and codes whose column has no ``choices`` of its own.
CODE_SETS: dict[str, Mapping[str, str]] = {
    "audience": dict(codes.Audience.choices),
    "themes_person": PERSON_THEMES,
    "themes_org": ORGANISATION_THEMES,
    "handle_forms": dict(codes.HandleForm.choices),
    "online_depth": dict(codes.OnlineDepth.choices),
    "handle_area": dict(codes.HandleArea.choices),
    "use_level": dict(codes.UseLevel.choices),
}


def column_label(name: str) -> str:
    """What people call a plain element."""
    return str(COLUMN_LABELS.get(name, name))


def section_of(where: str) -> Section:
    """The section that a finding's place (a column, a part, ``material:key``) belongs to; the first for the rest."""
    kind = where.partition(":")[0]
    name = {"field": STEPS, "material": "materials", "situation": "situations"}.get(kind, kind)
    return SECTION_OF.get(name, SECTIONS[0])


def section_by_key(key: str) -> Section | None:
    """The section with this key."""
    return next((section for section in SECTIONS if section.key == key), None)
