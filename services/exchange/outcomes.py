"""What became of a row, and what can be wrong with one: stable codes, for people and for the read-back table."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.importing.reasons import Finding, Weight


class RowOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    REVISED = "revised"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # maintained here: not written over
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell about a row."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; its message may hold ``%(detail)s``."""

    code: str
    message: str | Promise

    def found(self, detail: str = "") -> Problem:
        """One such problem."""
        return Problem(self.code, str(self.message) % {"detail": detail})


LINE_TOO_LONG = Kind("row_too_long", _("这一行超过 %(detail)s 字节，没有读"))
ROW_UNREADABLE = Kind("row_unreadable", _("这一行读不出来：%(detail)s"))
GUID_MISSING = Kind("row_guid_missing", _("没有 row_guid，或者超过 50 个字"))
GUID_REPEATED = Kind("row_guid_repeated", _("row_guid 和第 %(detail)s 行重复，只收第一行"))
CODE_REPEATED = Kind("duplicate_code", _("编码 %(detail)s 已经在这批的另一行里"))
CODE_OF_ANOTHER = Kind("code_of_another", _("row_guid 和编码 %(detail)s 指的不是同一个事项"))
VERSION_INVALID = Kind("task_version_invalid", _("task_version 应是 1 以上的整数"))
OLDER_VERSION = Kind("older_version", _("已经有第 %(detail)s 版，不收更早的版本"))
NOT_YET = Kind("not_in_force_yet", _("计划生效日期 %(detail)s 还没有到，请到时再导入"))
ORPHAN = Kind("task_guid_unknown", _("task_guid 在这批的基本信息表里没有"))
NOT_YOURS = Kind("not_your_department", _("您的岗位不维护“%(detail)s”的事项"))
BY_COMMAND_ONLY = Kind("by_command_only", _("基本目录、地区、部门、岗位、证照类型和数据元只能由管理员用命令导入"))
REFERENCE_UNKNOWN = Kind("reference_unknown", _("这里没有它用到的：%(detail)s"))
CONTENT_INVALID = Kind("content_invalid", _("内容有误：%(detail)s"))
HANDLING_PARENT = Kind("handling_parent_missing", _("业务办理项的上级事项 %(detail)s 不在这里"))
TYPE_IN_WRONG_TABLE = Kind("wrong_table", _("事项类型 %(detail)s 不在这张表里报"))
WAIVER_TO_REVIEW = Kind("waiver_to_review", _("带来的豁免 %(detail)s 要在这里由第二个人审核后才算数"))
ONLINE_TO_REVIEW = Kind("online_to_review", _("原来可以网上办；这里先只列指南，另起了草稿，审核发布后才开通"))


def of_finding(finding: Finding) -> Problem:
    """A finding of the list importer as a problem."""
    return Problem(finding.reason.code, finding.message)


def worth_telling(findings: list[Finding]) -> list[Problem]:
    """The findings that repaired or rejected a row."""
    return [of_finding(one) for one in findings if one.reason.weight != Weight.NOTE]
