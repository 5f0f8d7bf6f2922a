"""Refusals about the files and windows of guides."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class FileNotFound(NotFound):
    """No such file, or it belongs to a version that is not public."""

    code = "guide.file_not_found"
    message = _("没有找到这个文件，它可能已经换成新的。")
    what_to_do = _("请回到办事指南下载现在的表格。")


class FileTypeRefused(Invalid):
    """The content is none of the types that a guide offers, whatever the file is called."""

    code = "guide.file_type_refused"
    message = _("只能放 PDF、JPG、PNG、DOCX 或 XLSX 文件（看内容，不看后缀）。")
    what_to_do = _("旧格式的 .doc、.xls、.wps 请另存为 DOCX、XLSX 或 PDF 再传。")


class FileUnsafe(Invalid):
    """The file carries what could act on the computer of whoever opens it."""

    code = "guide.file_unsafe"
    message = _("文件里有%(what)s，办事人打开可能有危险，没有保存。")
    what_to_do = _("请去掉后另存，或者导出为 PDF 再传。")


class FilePlaceUnknown(Invalid):
    """The draft has no such material."""

    code = "guide.file_place_unknown"
    message = _("这一版没有这份材料，文件没有保存。")
    what_to_do = _("请回到事项页面，从材料旁边进来。")


class TooManyFiles(Conflict):
    """A material carries as many files as it may."""

    code = "guide.too_many_files"
    message = _("一份材料最多放 %(limit)s 个文件。")
    what_to_do = _("请先删掉一个，或者直接替换。")


class WindowsInvalid(Invalid):
    """The windows of an item name a hall that is not there, or too much."""

    code = "guide.windows_invalid"
    message = _("选的大厅已经停用，或者不在本市。")
    what_to_do = _("请刷新后重新选。")
