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
    also: Permission | None = None  # another permission that opens it

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
        Permission.MANAGE_ITEMS,
        "workbench_legacy",
        _("应用整合"),
        _("各部门原有的应用和小程序：哪些重复、哪些没人用，并到哪些事项，旧网址转到哪里"),
        also=Permission.SUPERVISE,
    ),
    Entry(
        Permission.MANAGE_CLIENTS,
        "workbench_clients",
        _("接入应用"),
        _("登记用一站通账号登录的部门应用：读哪些数据、地址、密钥、停用"),
    ),
    Entry(
        Permission.MANAGE_PERSONS,
        "workbench_persons",
        _("自然人与法人"),
        _("按完整的证件号码或统一社会信用代码查找，每次都要写理由；核对登记信息"),
    ),
    Entry(
        Permission.MANAGE_PERSONS,
        "workbench_duplicates",
        _("重复登记"),
        _("同一个人登记了两次的，核对后合并"),
    ),
    Entry(
        Permission.COUNTER,
        "workbench_counter",
        _("当面核验和登记"),
        _("本人带证件到窗口：核验后升到五级，登记没有手机号的人，更改姓名、证件、手机号"),
    ),
    Entry(
        Permission.MANAGE_PERSONS,
        "workbench_corrections",
        _("更正申请"),
        _("本人说登记的信息不对，转来源部门核实并答复"),
    ),
    Entry(
        Permission.MANAGE_PERSONS,
        "workbench_closed_person",
        _("查已注销的人"),
        _("按完整号码查，要写明理由，本人看得到"),
    ),
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
    return [
        entry
        for entry in ENTRIES
        if actor.departments(entry.permission) or (entry.also and actor.departments(entry.also))
    ]
