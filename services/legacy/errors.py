"""Refusals of the registry of old apps."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class AppNotFound(NotFound):
    """No such app, or the post has nothing to do with its department."""

    code = "services.legacy_app_not_found"
    message = _("没有找到这个应用。")


class FunctionNotFound(NotFound):
    """No such function, or the post has nothing to do with its department."""

    code = "services.legacy_function_not_found"
    message = _("没有找到这个功能。")


class PlanNotFound(NotFound):
    """No such plan, or the post has nothing to do with its department."""

    code = "services.legacy_plan_not_found"
    message = _("没有找到这个整合计划。")


class SheetNotFound(NotFound):
    """No such upload of this account."""

    code = "services.legacy_sheet_not_found"
    message = _("没有找到这次导入。")


class LegacyInvalid(Invalid):
    """What was filled in about an app, function, link or plan is wrong; ``fields`` says what."""

    code = "services.legacy_invalid"


class LegacyMoved(Conflict):
    """Somebody else saved since the page was opened: nothing is overwritten."""

    code = "services.legacy_moved"
    message = _("您打开以后，“%(name)s”已经有人改过。您的修改没有保存。")
    what_to_do = _("请看过最新内容，需要的话再改。")


class AppExists(Conflict):
    """The department has an app of this name and kind."""

    code = "services.legacy_app_exists"
    message = _("这个部门已经登记了同名同类的应用“%(name)s”。")
    what_to_do = _("请在列表里找到它再改。")


class FunctionExists(Conflict):
    """The app has a function of this name."""

    code = "services.legacy_function_exists"
    message = _("这个应用已经有功能“%(name)s”。")
    what_to_do = _("请在功能列表里找到它再改。")


class LinkTaken(Conflict):
    """The old address leads elsewhere."""

    code = "services.legacy_link_taken"
    message = _("这个旧网址已经登记给“%(name)s”。")
    what_to_do = _("请先在那个功能里去掉它。")


class PlanExists(Conflict):
    """One plan at a time."""

    code = "services.legacy_plan_exists"
    message = _("这个应用已经有计划：%(decision)s（%(state)s）。")
    what_to_do = _("要改主意，请先撤回它；已完成的并入和关停不能再改。")


class PlanUnready(Conflict):
    """An app is merged when every function has found its place."""

    code = "services.legacy_plan_unready"
    message = _("还有 %(count)s 个功能没有对应事项，也没有写明为什么没有，不能算完成。")
    what_to_do = _("请逐个确认对应的事项，或者写明理由。")


class SheetUnreadable(Invalid):
    """The file cannot be read as a sheet of apps."""

    code = "services.legacy_sheet_unreadable"
    message = _("表格读不出来：%(why)s")
    what_to_do = _("请用模板填写后重新上传。")


class SheetMoved(Conflict):
    """The sheet was applied, or what it was checked against has changed."""

    code = "services.legacy_sheet_moved"
    message = _("这份表格已经导入过，或者检查以后登记的内容变了。没有再导入。")
    what_to_do = _("请重新上传，看过新的检查结果再导入。")
