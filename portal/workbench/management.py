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
        Permission.MANAGE_ITEMS,
        "workbench_words",
        _("搜索用词"),
        _("群众的说法对应哪些事项，哪些问题没有搜到"),
    ),
    Entry(
        Permission.MANAGE_CLIENTS,
        "workbench_clients",
        _("接入应用"),
        _("登记用一站通账号登录的部门应用：读哪些数据、地址、密钥、停用"),
    ),
)


def entries_for(actor: Actor) -> list[Entry]:
    """The things this actor's post may look after, in the order of the page."""
    return [entry for entry in ENTRIES if actor.departments(entry.permission)]
