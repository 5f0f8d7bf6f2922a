"""Refusals of the services room."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound, Text


class ItemNotFound(NotFound):
    """No such item, or it is not published."""

    code = "services.item_not_found"
    message = _("没有找到这个事项，它可能已经取消或者合并。")
    what_to_do = _("请在“找事项”里用名称搜索，或者拨打 12345 询问。")


class VersionNotFound(NotFound):
    """No such version of an item."""

    code = "services.version_not_found"
    message = _("没有找到事项的这个版本。")


class ImportBatchNotFound(NotFound):
    """No such import run, or the actor manages no items."""

    code = "services.import_batch_not_found"
    message = _("没有找到这次导入的报告。")


class FieldInvalid(Invalid):
    """One answer of a form is wrong. ``reason`` is stable and machine-readable, the message is for people."""

    code = "services.field_invalid"

    def __init__(self, *, key: str, reason: str, message: Text) -> None:
        super().__init__(fields={key: message})
        self.key = key
        self.reason = reason
        self.field_message = str(message)


class SituationInvalid(Invalid):
    """An answer to a situation question is not one of its options."""

    code = "services.situation_invalid"
    message = _("“%(question)s”的回答不在可选范围内。")
    what_to_do = _("请从列出的选项里选一个。")


class DescriptionInvalid(Invalid):
    """An item's description contradicts itself or the code sets."""

    code = "services.description_invalid"
    message = _("事项“%(name)s”的内容有误：%(problem)s")


class ItemRepeated(Conflict):
    """The same item stands twice in what is to be saved."""

    code = "services.item_repeated"
    message = _("同一个事项编码出现了两次：%(item_code)s。")
    what_to_do = _("请只保留一条。")


class ElementInvalid(Invalid):
    """A data element contradicts itself; ``fields`` says where."""

    code = "services.element_invalid"
    message = _("数据元的内容有误。")
    what_to_do = _("请按提示改好后再保存。")


class ElementNotFound(NotFound):
    """No such data element."""

    code = "services.element_not_found"
    message = _("没有找到这个数据元。")


class ElementExists(Conflict):
    """The code of a new data element is taken."""

    code = "services.element_exists"
    message = _("数据元 %(element)s 已经有了。")
    what_to_do = _("请换一个代码，或者修改原来的数据元。")
