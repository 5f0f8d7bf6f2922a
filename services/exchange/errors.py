"""Why an exchange as a whole is refused; what is wrong with single rows stands in :mod:`services.exchange.outcomes`."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class ExchangeRefused(Invalid):
    """The base of all: nothing was written."""

    code = "services.exchange_refused"


class FileUnfit(ExchangeRefused):
    """A file is missing, empty, damaged, too large or of a kind that cannot be read."""

    code = "services.exchange_file"
    message = _("文件 %(file)s 不能导入：%(problem)s")
    what_to_do = _("请核对文件后再试。")


class TableUnknown(ExchangeRefused):
    """Neither the name nor the columns tell which exchange table it is."""

    code = "services.exchange_table"
    message = _("看不出 %(file)s 是哪张交换表。")
    what_to_do = _("文件或者工作表请用交换表的名字，例如 up_task_general_basic。")


class ColumnsWrong(ExchangeRefused):
    """A table lacks columns that every row needs, or has some that nobody knows."""

    code = "services.exchange_columns"
    message = _("%(file)s 的列不对：%(problem)s")
    what_to_do = _("请按国家交换表的列名改好第一行。")


class BatchNotFound(NotFound):
    """No such batch, or it is somebody else's."""

    code = "services.exchange_not_found"
    message = _("没有这个导入导出批次。")


class BatchMoved(Conflict):
    """The batch is not where the page showed it."""

    code = "services.exchange_moved"
    message = _("这个批次现在是“%(state)s”，不能再做这一步。")
    what_to_do = _("请刷新页面，看最新的进度。")


class ExportRunning(Conflict):
    """One export of the catalogue is made at a time."""

    code = "services.exchange_running"
    message = _("正在导出，请等它完成。")
    what_to_do = _("完成后在列表里下载。")


class ExportTooLarge(ExchangeRefused):
    """More items than a file to download holds."""

    code = "services.exchange_too_large"
    message = _("目录超过 %(most)s 个事项，不能在网页上导出。")
    what_to_do = _("请管理员用 manage.py exchange_export 导出。")
