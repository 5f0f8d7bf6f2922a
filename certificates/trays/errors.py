"""Refusals about pages that are being put together, and about uploads in pieces."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class TrayNotFound(NotFound):
    """No such tray, or not this person's for this party."""

    code = "tray.not_found"
    message = _("没有找到这份正在整理的材料。")
    what_to_do = _("放了七天没有交的会自动清除。请回到“我的材料”重新开始。")


class TrayHandedIn(Conflict):
    """The pages were handed in already."""

    code = "tray.handed_in"
    message = _("这份材料已经交了。")
    what_to_do = _("要改的话，请重新上传一份。")


class TrayEmpty(Invalid):
    """There is nothing to hand in."""

    code = "tray.empty"
    message = _("还没有放任何一页。")
    what_to_do = _("请先拍照或者选文件。")


class TrayUnfinished(Conflict):
    """A file has not come in whole; handing in would leave it out."""

    code = "tray.unfinished"
    message = _("还有 %(count)s 个文件没传完。")
    what_to_do = _("请再选一次那个文件接着传，或者先把它删去。")


class TrayFull(Invalid):
    """More than one document may be."""

    code = "tray.full"
    message = _("一份材料最多 %(files)s 个文件、%(pages)s 页、%(size)s MB，放不下了。")
    what_to_do = _("请先交这一份，剩下的另存一份。")


class TooManyTrays(Conflict):
    """Too many begun and not handed in."""

    code = "tray.too_many"
    message = _("您有 %(count)s 份材料整理到一半，先交掉或者删去几份再开新的。")


class SheetNotFound(NotFound):
    """No such page on the tray: it was taken away meanwhile."""

    code = "tray.sheet_not_found"
    message = _("没有找到这一页，可能已经删去了。")
    what_to_do = _("请刷新页面查看。")


class UploadNotFound(NotFound):
    """No such upload, or not this person's, or it lay for too long."""

    code = "upload.not_found"
    message = _("没有找到这次上传，请重新选文件。")


class OffsetWrong(Conflict):
    """A piece does not begin where the last one ended: another one was quicker, or one was lost."""

    code = "upload.offset_wrong"
    message = _("这一段接不上：已经收到 %(received)s 字节。")
    what_to_do = _("请从这里接着传。")


class PieceTooLarge(Invalid):
    """A piece larger than a piece may be, or reaching over the end of the file."""

    code = "upload.piece_too_large"
    http_status = 413
    message = _("这一段太长，每段最多 %(limit)s 字节，也不能超过文件的长度。")


class PieceTooSmall(Invalid):
    """A piece so small, before the end of the file, that a photo would be thousands of them."""

    code = "upload.piece_too_small"
    message = _("这一段太短，除了最后一段，每段至少 16 KB。")
