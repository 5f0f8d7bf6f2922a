"""Why a row was repaired or rejected: stable codes, and what they mean in words a data officer can act on."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Weight(StrEnum):
    """What a finding does to its row."""

    NOTE = "note"  # worth knowing; the row stays accepted
    REPAIR = "repaired"
    REJECT = "rejected"


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of finding. ``message`` may hold ``%(detail)s``."""

    code: str
    weight: Weight
    message: Promise


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason met in a row, with its detail."""

    reason: Reason
    detail: str = ""

    @property
    def message(self) -> str:
        """The reason in words, with its detail filled in."""
        return str(self.reason.message) % {"detail": self.detail}


def _note(code: str, message: Promise) -> Reason:
    return Reason(code, Weight.NOTE, message)


def _repair(code: str, message: Promise) -> Reason:
    return Reason(code, Weight.REPAIR, message)


def _reject(code: str, message: Promise) -> Reason:
    return Reason(code, Weight.REJECT, message)


LEGACY_ITEM_CODE = _note("legacy_item_code", _("事项编码不是 31 位国家标准实施编码，已作为地方实施编码保存"))
UNKNOWN_COLUMNS = _note("unknown_columns", _("不认识的列没有导入：%(detail)s"))
DEPARTMENT_UNMATCHED = _note("department_unmatched", _("系统里没有这个部门，事项只按部门名称列出，不能在线申报"))

TYPE_PADDED = _repair("item_type_padded", _("事项类型代码补足两位：%(detail)s"))
TYPE_FROM_NAME = _repair("item_type_from_name", _("事项类型代码缺失或不认识，已按类型名称“%(detail)s”确定"))
DEPARTMENT_CASE = _repair("department_code_normalised", _("部门代码有小写、全角或空格，已改为规范写法：%(detail)s"))
DEPARTMENT_SUFFIX = _repair("department_code_suffix", _("部门代码带系统内部后缀，已去掉：%(detail)s"))
DEPARTMENT_ORG_CODE = _repair(
    "department_code_org_code", _("部门代码是 9 位组织机构代码，已换成统一社会信用代码 %(detail)s")
)
DEPARTMENT_ORG_CODE_ONLY = _repair(
    "department_code_org_code_only", _("部门代码是 9 位组织机构代码 %(detail)s，推不出统一社会信用代码，只保留部门名称")
)
DEPARTMENT_INTERNAL = _repair(
    "department_code_internal_id", _("部门代码 %(detail)s 是系统内部编号，不是统一社会信用代码，只保留部门名称")
)
DEPARTMENT_LENGTH = _repair("department_code_length", _("部门代码 %(detail)s 的位数不对（应为 18 位），只保留部门名称"))
DEPARTMENT_CHECK = _repair("department_code_check_digit", _("部门代码 %(detail)s 校验位不对，只保留部门名称"))
DEPARTMENT_MISSING = _repair("department_code_missing", _("没有部门代码，只保留部门名称"))
CATALOG_CODE_DROPPED = _repair("catalog_code_dropped", _("基本编码 %(detail)s 不合标准，没有采用"))
VALUE_DROPPED = _repair("value_dropped", _("有的值不合要求，没有采用：%(detail)s"))
VALUE_CUT = _repair("value_cut", _("有的内容太长，已截断，全文留在原始数据里：%(detail)s"))
PART_DROPPED = _repair("part_dropped", _("有的明细缺少必填内容，没有采用：%(detail)s"))

ROW_UNREADABLE = _reject("row_unreadable", _("这一行读不出来：%(detail)s"))
ROW_TOO_LONG = _reject("row_too_long", _("这一行超过 %(detail)s 字节，可能缺少换行"))
NAME_MISSING = _reject("name_missing", _("没有事项名称"))
CODE_MISSING = _reject("item_code_missing", _("没有事项编码"))
CODE_INVALID = _reject("item_code_invalid", _("事项编码不能用：%(detail)s"))
DEPARTMENT_NAME_MISSING = _reject("department_missing", _("没有部门名称"))
TYPE_UNKNOWN = _reject("item_type_unknown", _("事项类型不认识：%(detail)s"))
REGION_MISSING = _reject("region_missing", _("没有行政区划代码，请用 --region 指定"))
REGION_MALFORMED = _reject("region_malformed", _("行政区划代码格式不对：%(detail)s"))
REGION_UNKNOWN = _reject(
    "region_unknown", _('系统里没有行政区划 %(detail)s，请加 --create-region "%(detail)s:名称" 再导入')
)
CODE_REPEATED = _reject("duplicate_code", _("事项编码和第 %(detail)s 行重复"))
NAME_REPEATED = _reject("duplicate_name", _("同一部门的同名事项在第 %(detail)s 行已经有了，编码却不同"))
NAME_IN_CATALOGUE = _reject(
    "duplicate_in_catalogue", _("目录里已有同一部门的同名事项，编码是 %(detail)s；请先核对是不是同一事项")
)
CONTENT_INVALID = _reject("content_invalid", _("内容有误：%(detail)s"))
MAINTAINED_HERE = _reject(
    "maintained_here", _("这个事项由本平台的编辑维护，或者已经取消，导入不覆盖；需要改的请在工作台起草新版本")
)
