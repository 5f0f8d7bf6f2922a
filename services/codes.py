"""Code sets of the national catalogue standards, and the composition of item codes.

Sources: GB/T 39046-2020 appendix A (item type, level, project type), ZWFW C0109 / GB/T 39554.1-2020 (item codes).
Sets whose official values are not published use the values in common use.
"""

import re

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


_TAIL = "[0-9A-HJ-NP-RT-UW-Y]"  # letters without I, O, Z, S, V
CATALOG_CODE = re.compile(rf"[0-9]{{2}}[0-2][0-9]{_TAIL}{{5}}{_TAIL}{{3}}")
TASK_CODE = re.compile(rf"[{USCC_ALPHABET}]{{18}}[1-7]{CATALOG_CODE.pattern}")


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
