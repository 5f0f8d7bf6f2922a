"""Why a whole file cannot be imported."""

from django.utils.translation import gettext_lazy as _

from common.errors import Invalid


class ImportRefused(Invalid):
    """The base of all: nothing was written."""

    code = "services.import_refused"


class FileUnreadable(ImportRefused):
    """The file is missing, empty or of a kind that cannot be read."""

    code = "services.import_file_unreadable"
    message = _("文件 %(file)s 不能导入：%(problem)s")
    what_to_do = _("请核对文件后再试。")


class EncodingUnknown(ImportRefused):
    """The text does not follow the encoding."""

    code = "services.import_encoding"
    message = _("文件 %(file)s 不是 %(encoding)s 编码（第 %(row)s 行附近）。")
    what_to_do = _("请另存为 UTF-8；如果是旧系统导出的 GBK 文件，请加 --encoding gb18030。")


class ColumnsUnknown(ImportRefused):
    """The file has none of the columns that name an item."""

    code = "services.import_columns"
    message = _("文件 %(file)s 里没有认识的列：找到 %(found)s。")
    what_to_do = _("需要国家交换标准列（task_name、task_code、dept_name……）或者 name、item_code、department。")


class RegionUnknown(ImportRefused):
    """Every row stands in a region that is not in the system."""

    code = "services.region_unknown"
    message = _("这批事项属于系统里没有的行政区划：%(regions)s。")
    what_to_do = _("请核对行政区划代码，并加上这些选项再运行（名称请改成实际名称）：%(options)s")

    @property
    def advice(self) -> str:
        """What to do, with the options to add."""
        return str(self.what_to_do) % self.params


class RegionOptionInvalid(ImportRefused):
    """A ``--create-region`` or ``--region`` option cannot be used."""

    code = "services.region_option"
    message = _("行政区划选项 %(option)s 不能用：%(problem)s")
