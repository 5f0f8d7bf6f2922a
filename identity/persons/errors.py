"""Refusals about natural persons."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class PersonNotFound(NotFound):
    """Nobody is registered under this document, or this post may not know."""

    code = "identity.person_not_found"
    message = _("没有按这个证件登记的人。")
    what_to_do = _("请对照证件核对类型和号码；没有登记过的，可以在窗口登记。")


class ReasonMissing(Invalid):
    """Somebody's data is looked at or changed without a reason."""

    code = "identity.reason_missing"
    message = _("请写明理由，至少 4 个字。")


class NothingChanges(Invalid):
    """What was filled in is what stands there already."""

    code = "identity.nothing_changes"
    message = _("和现在登记的一样，没有要改的内容。")


class PhoneTaken(Conflict):
    """Another account signs in with this phone."""

    code = "identity.phone_taken"
    message = _("这个手机号不能用，没有更换。")
    what_to_do = _("请换一个号码；号码确实是您本人的，带证件到任一政务服务窗口办理。")


class ChangeNotConfirmed(Conflict):
    """The population library does not confirm the new facts; it is not told which differs."""

    code = "identity.change_not_confirmed"
    message = _("新的姓名、证件号码和手机号与登记信息没有对上，没有更改。")
    what_to_do = _("刚在派出所改过的，等登记信息更新后再试，或者带证件到任一政务服务窗口办理。")


class NotTwice(Conflict):
    """These two rows cannot be merged."""

    code = "identity.not_twice"
    message = _("这两份登记不能合并：只能合并两个没有合并过的自然人。")
    what_to_do = _("请刷新页面看最新情况。")


class ClosedRecently(Conflict):
    """One of the two closed their account and may still change their mind."""

    code = "identity.closed_recently"
    message = _("其中一位刚注销了账号，反悔期还没有过，现在不能合并。")
    what_to_do = _("请在注销满十五天以后再合并；本人登录恢复账号以后，也可以合并。")


class KeptIsClosed(Conflict):
    """The registration that would be kept belongs to somebody who closed their account."""

    code = "identity.kept_is_closed"
    message = _("选定保留的那一份已经注销，不能保留，没有合并。")
    what_to_do = _("请保留另一份。")


class PersonBusy(Conflict):
    """One of the two is doing something right now."""

    code = "identity.person_busy"
    message = _("其中一位正在办事，没有合并，什么都没有变。")
    what_to_do = _("请过一会儿再合并。")


class NoFaceService(NotFound):
    """This city has no face service."""

    code = "identity.no_face_service"
    message = _("本市还没有接入人脸核验服务，四级暂时不能在网上取得。")
    what_to_do = _("带证件到任一政务服务窗口当面核验，当场升到五级。")


class FaceDiffers(Conflict):
    """The face service did not confirm the person."""

    code = "identity.face_differs"
    message = _("人脸核验没有通过，等级没有变。")
    what_to_do = _("请在光线好的地方重新核验；仍然不通过的，带证件到任一政务服务窗口当面核验。")
