"""Refusals of bundles."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class BundleNotFound(NotFound):
    """No such bundle, or it is not offered now."""

    code = "services.bundle_not_found"
    message = _("没有找到这件事，它可能还没有发布，或者已经不再联办。")
    what_to_do = _("请在“一件事”里看有哪些，或者在“找事项”里按名称搜索单个事项。")


class BundleVersionNotFound(NotFound):
    """No such version, or the actor may not see it."""

    code = "services.bundle_version_not_found"
    message = _("没有找到一件事的这个版本。")


class BundleExists(Conflict):
    """The code is taken."""

    code = "services.bundle_exists"
    message = _("编码 %(bundle)s 已经用过。")
    what_to_do = _("请换一个编码。")


class BundleInvalid(Invalid):
    """What a bundle's version says cannot be stored; ``fields`` names where."""

    code = "services.bundle_invalid"
    message = _("有 %(count)s 处填得不对：%(first)s")


class DependencyCycle(Invalid):
    """Members wait for each other: none of them could ever begin."""

    code = "services.bundle_cycle"
    message = _("先后顺序转成了圈：%(path)s。")
    what_to_do = _("请去掉其中一个“要等”。")


class PartNotFound(NotFound):
    """No such member or question in the draft (any more)."""

    code = "services.bundle_part_not_found"
    message = _("这一版里没有这个事项或者问题，可能刚被别人删掉。")


class RegionUnknownHere(Invalid):
    """The region asked for does not exist."""

    code = "services.bundle_region_unknown"
    http_status = 400
    message = _("没有这个行政区划代码。")
