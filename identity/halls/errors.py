"""Refusals about halls."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class HallNotFound(NotFound):
    """No such hall, or one of a department this post does not look after."""

    code = "hall.not_found"
    message = _("没有找到这个办事大厅。")


class HallInvalid(Invalid):
    """Something said about a hall is wrong; ``fields`` says what."""

    code = "hall.invalid"


class HallChanged(Conflict):
    """Somebody else saved the hall meanwhile."""

    code = "hall.changed"
    message = _("别人刚刚改过这个大厅，您的修改没有保存。")
    what_to_do = _("请看过最新内容后再改。")
