"""Refusals of catalogue editing."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound
from common.findings import Refused
from identity.reviewing.errors import (
    DateInvalid,
    NoteMissing,
    OpenVersionExists,
    SamePerson,
    StaleVersion,
    StepNotAllowed,
)

# Refusals of every review, known under this name too.
__all__ = ("DateInvalid", "NoteMissing", "OpenVersionExists", "SamePerson", "StaleVersion", "StepNotAllowed")


class BaseMoved(Conflict):
    """A newer version was published since this one was drafted."""

    code = "services.base_moved"
    message = _("起草这一版以后，第 %(number)s 版已经发布。直接发布会把它改回去。")
    what_to_do = _("请对照现行版本改好草稿，点“以现行版本为基础”后重新提交审核。")


class LintRefused(Refused):
    """The checks before publishing found errors; ``findings`` lists them all."""

    code = "services.lint_refused"
    message = _("发布前检查有 %(count)s 处错误，改好才能继续：%(first)s")
    what_to_do = _("按检查结果逐条修改；确有理由要求已知信息的，先登记豁免并由第二人同意。")


class BasicElementFixed(Invalid):
    """Basic elements come from the directory."""

    code = "services.basic_element_fixed"
    message = _("这是基本目录里的要素，不能在实施清单里改。")
    what_to_do = _("需要改的，请在基本目录里改；发布后会通知每个实施部门。")


class EntryNotFound(NotFound):
    """No such directory entry."""

    code = "services.entry_not_found"
    message = _("基本目录里没有这一项。")


class EntryNotUsable(Conflict):
    """An implementation cannot be made from this entry now."""

    code = "services.entry_not_usable"
    message = _("基本目录里的这一项现在不能实施：%(why)s")


class ItemExists(Conflict):
    """The body implements the entry already."""

    code = "services.item_exists"
    message = _("本部门在这一层级已经有这个事项：%(item_code)s。")
    what_to_do = _("需要分开办理的，在它下面增加业务办理项。")


class ItemCancelled(Conflict):
    """A cancelled item stays as it is; its code is never used again."""

    code = "services.item_cancelled"
    message = _("这个事项已经取消，不能再改。")


class LocalCodeTaken(Invalid):
    """Another item has this local code."""

    code = "services.local_code_taken"
    message = _("这个地方编码太长，或者别的事项已经在用。")


class OnlineNeedsReview(Invalid):
    """A list alone opens no item for application."""

    code = "services.online_needs_review"
    message = _("可以在线申请的事项要经过起草、审核再发布，不能直接导入。")


class OperationInvalid(Invalid):
    """What an operation names does not fit."""

    code = "services.operation_invalid"
    message = _("%(problem)s")


class OperationExists(Conflict):
    """One operation at a time is proposed for an item."""

    code = "services.operation_exists"
    message = _("这个事项已经有一个“%(kind)s”在等审核或者等生效。")
    what_to_do = _("请先办完或者撤回它。")


class OperationNotFound(NotFound):
    """No such operation."""

    code = "services.operation_not_found"
    message = _("没有找到这次操作。")


class WaiverNotFound(NotFound):
    """No such waiver."""

    code = "services.waiver_not_found"
    message = _("没有找到这条豁免。")


class WaiverInvalid(Invalid):
    """What a waiver names does not fit."""

    code = "services.waiver_invalid"
    message = _("豁免没有登记。")


class WaiverExists(Conflict):
    """There is one already."""

    code = "services.waiver_exists"
    message = _("这一项已经登记过豁免。")


class RowNotFound(NotFound):
    """No such row in this list."""

    code = "services.row_not_found"
    message = _("没有找到这一项，它可能已经被删掉或者移到别处。")
    what_to_do = _("请回到列表看最新的内容。")


class RowFixed(Invalid):
    """The row comes from the directory."""

    code = "services.row_fixed"
    message = _("这一项来自基本目录，不能在这里改、删或者移动。")
    what_to_do = _("需要改的，请在基本目录里改；发布后会通知每个实施部门。")


class ConditionBroken(Invalid):
    """Something else depends on a question or option that would go, or come too late."""

    code = "services.condition_broken"
    message = _("%(where)s的条件要用到它，这样改以后条件就没有着落了。")
    what_to_do = _("请先改那里的条件，再来删除或者移动；条件只能用排在前面的问题。")


class CommentNotFound(NotFound):
    """No such comment."""

    code = "services.comment_not_found"
    message = _("没有找到这条审核意见。")


class CommentInvalid(Invalid):
    """A comment without words, or on nothing."""

    code = "services.comment_invalid"
    message = _("审核意见没有保存。")


class CommentAnswered(Conflict):
    """Somebody answered it already."""

    code = "services.comment_answered"
    message = _("这条意见已经标为处理过了。")
    what_to_do = _("请刷新页面看处理的说明。")
