"""管理: what posts may look after besides cases, one entry for each thing."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.actor import Actor
from identity.permissions import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look after: who may (a permission in any department), its address, name and a line about it."""

    permission: Permission
    url_name: str
    name: str | Promise
    about: str | Promise

    @property
    def url(self) -> str:
        """The address of its page."""
        return reverse(self.url_name)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        Permission.MANAGE_STAFF,
        "staff_list",
        _("人员与岗位"),
        _("工作人员的账号、岗位、代理和离岗移交"),
    ),
    Entry(Permission.MANAGE_STAFF, "places", _("地区、部门和岗位"), _("新建、更改、停用")),
    Entry(Permission.MANAGE_STAFF, "staff_imports", _("批量导入"), _("用表格一次登记地区、部门、岗位和人员")),
)


def entries_for(actor: Actor) -> list[Entry]:
    """The things this actor's post may look after, in the order of the page."""
    return [entry for entry in ENTRIES if actor.departments(entry.permission)]
