"""Refusals of the vocabulary of search."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class SynonymInvalid(Invalid):
    """A synonym cannot be so; ``fields`` says what is wrong."""

    code = "services.synonym_invalid"


class SynonymNotFound(NotFound):
    """There is no such synonym (any more)."""

    code = "services.synonym_not_found"
    message = _("没有找到这个同义词，可能已经有人删掉了。")
    what_to_do = _("请回到“搜索用词”查看。")


class SynonymExists(Conflict):
    """Somebody has made a synonym of this term."""

    code = "services.synonym_exists"
    message = _("“%(term)s”已经有了，指的是：%(stands_for)s。")
    what_to_do = _("请在列表里改它。")


class SynonymMoved(Conflict):
    """Somebody changed the synonym since the form was opened."""

    code = "services.synonym_moved"
    message = _("有人刚把它改成了：%(stands_for)s。您的修改没有保存。")
    what_to_do = _("请看过现在的内容，需要的话再改。")


class MissNotFound(NotFound):
    """Nobody asked this in vain, or it has been dealt with."""

    code = "services.search_miss_not_found"
    message = _("没有这条搜不到的记录，可能已经有人处理了。")
    what_to_do = _("请回到“搜索用词”查看。")
