"""Code sets of the national catalogue standards, and the composition of item codes.

Sources: GB/T 39046-2020 appendix A (item type, level, project type), ZWFW C0109 / GB/T 39554.1-2020 (item codes).
Sets whose official values are not published use the values in common use.
"""

import re
from collections.abc import Collection, Iterable
from itertools import chain

from django.db import models

from common.checksums import USCC_ALPHABET, uscc_check


class ItemType(models.TextChoices):
    """事项类型 (GB/T 39046-2020 A.1)."""

    POWER = "00", "行政权力"
    LICENCE = "01", "行政许可"
    PENALTY = "02", "行政处罚"
    COERCION = "03", "行政强制"
    LEVY = "04", "行政征收"
    BENEFIT = "05", "行政给付"
    INSPECTION = "06", "行政检查"
    CONFIRMATION = "07", "行政确认"
    REWARD = "08", "行政奖励"
    RULING = "09", "行政裁决"
    OTHER = "10", "其他行政权力"
    PUBLIC_SERVICE = "20", "公共服务"


class Retention(models.TextChoices):
    """保管期限 of what is archived, with the codes that archive numbers carry (DA/T 13)."""

    PERMANENT = "Y", "永久"
    THIRTY = "D30", "30年"
    TEN = "D10", "10年"


class ProjectType(models.TextChoices):
    """办件类型 (GB/T 39046-2020 A.6)."""

    INSTANT = "1", "即办件"
    PROMISED = "2", "承诺件"
    OTHER = "9", "其他"


class TimeUnit(models.TextChoices):
    """时限单位."""

    WORKING = "W", "个工作日"
    CALENDAR = "N", "个自然日"


class Audience(models.TextChoices):
    """服务对象, the national platform's set (ZWFW C0109)."""

    PERSON = "1", "自然人"
    ENTERPRISE = "2", "企业法人"
    INSTITUTION = "3", "事业法人"
    SOCIAL = "4", "社会组织法人"
    UNINCORPORATED = "5", "非法人企业"
    AUTHORITY = "6", "行政机关"
    OTHER = "9", "其他组织"


class MaterialNeed(models.TextChoices):
    """材料必要性."""

    REQUIRED = "1", "必要"
    OPTIONAL = "2", "非必要"
    DEFERRABLE = "3", "容缺后补"


class Combination(models.TextChoices):
    """How the pieces of a material go together."""

    ANY = "any", "以下任一"
    ALL = "all", "以下全部"


class MaterialSource(models.TextChoices):
    """来源渠道."""

    APPLICANT = "10", "申请人自备"
    GOVERNMENT = "20", "政府部门核发"
    OTHER = "99", "其他"


class MaterialFormat(models.TextChoices):
    """材料形式."""

    PAPER = "1", "纸质"
    ELECTRONIC = "2", "电子"
    EITHER = "3", "纸质或电子"


class ProofOf(models.TextChoices):
    """Whose proof a material is."""

    APPLICANT = "applicant", "申请人"
    REPRESENTATIVE = "representative", "法定代表人（经营者）"
    AGENT = "agent", "经办人"


class Replaces(models.TextChoices):
    """What a result certificate does to the one of the same type that the case relied on."""

    NOTHING = "", "新发"
    CHANGE = "change", "变更（有效期不变）"
    RENEW = "renew", "延续、换领（有效期重新起算）"


class ResultKind(models.TextChoices):
    """审批结果类型."""

    CERTIFICATE = "certificate", "证照"
    DOCUMENT = "document", "批文"
    OTHER = "other", "其他"
    NONE = "none", "无"


class UseLevel(models.TextChoices):
    """行使层级 (GB/T 39046-2020 A.2)."""

    STATE = "1", "国家级"
    PROVINCE = "2", "省级"
    CITY = "3", "市级"
    COUNTY = "4", "县级"
    TOWNSHIP = "5", "镇（乡、街道）级"
    VILLAGE = "6", "村（社区）级"
    SHARED = "7", "分级管理"


class BodyKind(models.TextChoices):
    """实施主体性质 (GB/T 39046-2020 A.3)."""

    STATUTORY = "1", "法定机关"
    AUTHORISED = "2", "授权组织"
    ENTRUSTED = "3", "受委托组织"
    OTHER = "9", "其他"


class PowerSource(models.TextChoices):
    """权力来源."""

    OWN = "1", "法定本级行使"
    DELEGATED = "2", "上级下放"
    AUTHORISED = "3", "上级授权"
    PEER_AUTHORISED = "4", "同级授权"
    ENTRUSTED = "5", "上级委托"
    PEER_ENTRUSTED = "6", "同级委托"


class HandleForm(models.TextChoices):
    """办理形式, the national platform's set (ZWFW C0109)."""

    WINDOW = "1", "窗口办理"
    ONLINE = "2", "网上办理"
    EXPRESS = "3", "快递申请"


class OnlineDepth(models.TextChoices):
    """网上办理深度."""

    ADVICE = "1", "互联网咨询"
    INTAKE = "2", "互联网收件"
    PRECHECK = "3", "互联网预审"
    ACCEPTANCE = "4", "互联网受理"
    DECISION = "5", "互联网办理"
    RESULT = "6", "互联网办理结果信息反馈"
    OTHER = "9", "其他"


class HandleArea(models.TextChoices):
    """通办范围; the last two are local additions."""

    COUNTRY = "1", "全国"
    PROVINCES = "2", "跨省"
    CITIES = "3", "跨市"
    COUNTIES = "4", "跨县"
    TOWNSHIP = "5", "全镇（街道）"
    VILLAGE = "6", "全村（社区）"


class SystemLevel(models.TextChoices):
    """运行系统层级 (GB/T 39046-2020 table 4, 49)."""

    STATE = "1", "国家级"
    PROVINCE = "2", "省级"
    CITY = "3", "市级"


class MaterialType(models.TextChoices):
    """材料类型."""

    ORIGINAL = "1", "原件"
    COPY = "2", "复印件"
    BOTH = "3", "原件和复印件"


class TakenBy(models.TextChoices):
    """收取方式; the values in common use, the official ones are not published."""

    PAPER = "1", "纸质收取"
    UPLOAD = "2", "附件上传"
    SCAN = "3", "扫描"
    STORE = "4", "证照库"


class FeeKind(models.TextChoices):
    """收费类型."""

    FIXED = "1", "固定单价"
    FLOATING = "2", "浮动单价"
    FLOATING_RATE = "3", "浮动费率"
    STEPPED = "4", "分段固定单价"
    STEPPED_RATE = "5", "分段固定费率"
    STEPPED_SUM = "6", "分段费率累加"


# The set of GB/T 39046-2020 A.4 has no 非法人企业: it counts among 其他组织 there; 5 and 6 mean other things in it.
_TO_GB39046 = {"1": "1", "2": "2", "3": "3", "4": "4", "5": "6", "6": "5", "9": "6"}
_FROM_GB39046 = {"1": "1", "2": "2", "3": "3", "4": "4", "5": "6", "6": "9"}
_FORMS_TO_GB39046 = {"1": ("1",), "2": ("2", "3"), "3": ("4",)}
_FORMS_FROM_GB39046 = {"1": "1", "2": "2", "3": "2", "4": "3"}


def audience_to_gb39046(audience: Iterable[str]) -> list[str]:
    """Map service objects of the national platform's set to GB/T 39046-2020 A.4, each once, in code order."""
    return sorted({_TO_GB39046[code] for code in audience})


def audience_from_gb39046(audience: Iterable[str]) -> list[str]:
    """Map GB/T 39046-2020 A.4 to the national platform's set; 其他组织 stays 其他组织. KeyError: no such code."""
    return sorted({_FROM_GB39046[code] for code in audience})


def forms_to_gb39046(forms: Iterable[str]) -> list[str]:
    """Map 办理形式 of ZWFW C0109 to GB/T 39046-2020 A.5: online is both computer and mobile."""
    return sorted({wanted for code in forms for wanted in _FORMS_TO_GB39046[code]})


def forms_from_gb39046(forms: Iterable[str]) -> list[str]:
    """Map 办理形式 of GB/T 39046-2020 A.5 to ZWFW C0109; 其他 has no place there and is left out."""
    return sorted({_FORMS_FROM_GB39046[code] for code in forms if code != "9"})


_TAIL = "[0-9A-HJ-NP-RT-UW-Y]"  # letters without I, O, Z, S, V
CATALOG_CODE = re.compile(rf"[0-9]{{2}}[0-2][0-9]{_TAIL}{{5}}{_TAIL}{{3}}")
TASK_CODE = re.compile(rf"[{USCC_ALPHABET}]{{18}}[1-7]{CATALOG_CODE.pattern}")
HANDLE_CODE = re.compile(rf"{TASK_CODE.pattern}(?!00)[0-9]{{2}}")
_SEQUENCE = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # digits first; I, O, Z, S and V are left out
_NO_SUB, _HAS_SUBS = "000", "00Y"


def catalog_code(*, region: str, item_type: str, main: str, sub: str = "000") -> str:
    """Compose the 12-character 基本编码: region (2) + type (2) + main (5) + sub (3)."""
    code = f"{region[:2]}{item_type}{main}{sub}"
    if not CATALOG_CODE.fullmatch(code):
        raise ValueError(f"not a catalogue code: {code}")
    return code


def task_code(*, uscc: str, level: str, catalog: str) -> str:
    """Compose the 31-character 实施编码: USCC (18) + 行使层级 (1) + 基本编码 (12)."""
    code = f"{uscc}{level}{catalog}"
    if not is_task_code(code):
        raise ValueError(f"not a task code: {code}")
    return code


def is_task_code(code: str) -> bool:
    """Tell whether ``code`` has the form of a 31-character 实施编码 and its USCC's check character fits."""
    return bool(TASK_CODE.fullmatch(code)) and uscc_check(code[:17]) == code[17]


def handle_code(*, task: str, number: int) -> str:
    """Compose the 33-character 业务办理项编码: 实施编码 (31) + sequence 01 to 99."""
    code = f"{task}{number:02d}"
    if not is_handle_code(code):
        raise ValueError(f"not a handling code: {code}")
    return code


def is_handle_code(code: str) -> bool:
    """Tell whether ``code`` has the form of a 33-character 业务办理项编码 on a good 实施编码."""
    return bool(HANDLE_CODE.fullmatch(code)) and is_task_code(code[:31])


def next_handle_number(taken: Iterable[str]) -> int:
    """Return the next sequence of a 业务办理项, never one that was used before; ValueError after 99."""
    number = max((int(code[31:]) for code in taken), default=0) + 1
    if number > 99:
        raise ValueError("all 99 handling codes of the item are used")
    return number


def next_main(*, guiding: str, taken: Collection[str]) -> str:
    """Return the next 主项 (5) of a guiding department (2): the lowest of 001 … 999, 00A … that was never used."""
    return guiding + _next_sequence({code[2:] for code in taken if code[:2] == guiding})


def next_sub(taken: Collection[str]) -> str:
    """Return the next 子项 (3) under a 主项: the lowest of 001 … that was never used."""
    return _next_sequence(set(taken) | {_HAS_SUBS})


def has_subs(catalog: str) -> bool:
    """Tell whether a 基本编码 carries the mark of a 主项 that has 子项; such an item is not itself implemented."""
    return catalog[9:] == _HAS_SUBS


def _next_sequence(taken: Collection[str]) -> str:
    digits = (f"{number:03d}" for number in range(1, 1000))
    letters = (
        first + second + third
        for first in _SEQUENCE
        for second in _SEQUENCE
        for third in _SEQUENCE
        if not (first + second + third).isdigit()
    )
    for sequence in chain(digits, letters):
        if sequence not in taken:
            return sequence
    raise ValueError("every sequence is used")


class StageKind(models.TextChoices):
    """What is done at a stage of the review route."""

    REVIEW = "review", "部门审查"
    JOINT = "joint", "联合审查"
    EXPERT = "expert", "专家评审"
    SITE_VISIT = "site_visit", "现场核查"
    HEARING = "hearing", "听证"


class Assignment(models.TextChoices):
    """Who of a post takes a review when it opens."""

    SHARED = "shared", "由岗位共办"
    LOAD = "load", "按工作量分派"
    PERSON = "person", "由负责人指定"


class QuotaCount(models.TextChoices):
    """What takes a place of an item of which only so many are granted."""

    IN_FORCE = "in_force", "现在有效的证照"
    YEAR = "year", "当年准予的件数"


class QuotaOrder(models.TextChoices):
    """In which order such an item is decided (行政许可法第五十七条)."""

    ACCEPTANCE = "acceptance", "按受理的先后顺序"
    OTHER = "other", "法律、行政法规另有规定"
