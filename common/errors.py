"""Domain errors: a stable code, a plain message, and the HTTP status each surface answers with.

A room's ``errors.py`` subclasses one of the kinds below. Surfaces map the kind once
(``portal.middleware`` for pages, ``portal.api.problems`` for the API).
"""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """A refusal the domain can explain.

    ``code`` is permanent and machine-readable; ``message`` says what is wrong; ``what_to_do`` says
    the next step; ``fields`` maps a form field to its message. Placeholders in the message are
    filled from ``params``.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 400
    message: ClassVar[Text] = _("操作没有完成。")
    what_to_do: ClassVar[Text] = ""

    def __init__(self, *, fields: Mapping[str, Text] | None = None, **params: object) -> None:
        self.fields = dict(fields or {})
        self.params = params
        super().__init__(self.code)

    @property
    def text(self) -> str:
        """The message with its placeholders filled, in the active language."""
        return str(self.message) % self.params if self.params else str(self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class Invalid(DomainError):
    """The input is wrong; ``fields`` says where."""

    code = "invalid"
    http_status = 422
    message = _("填写的内容有误，请按提示修改。")


class NotFound(DomainError):
    """There is no such thing, or this actor may not know of it (outsiders get the same answer)."""

    code = "not_found"
    http_status = 404
    message = _("没有找到您要的内容。")
    what_to_do = _("请核对网址或编号，或者回到首页查找。")


class Forbidden(DomainError):
    """The actor sees the thing but may not do this."""

    code = "forbidden"
    http_status = 403
    message = _("您没有这项操作的权限。")
    what_to_do = _("如果确实需要办理，请联系本部门管理员。")


class Conflict(DomainError):
    """The thing has moved on since the actor looked at it."""

    code = "conflict"
    http_status = 409
    message = _("内容已经变化，操作没有执行。")
    what_to_do = _("请刷新页面，看过最新内容后再操作。")
