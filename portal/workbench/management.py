"""管理: what posts may look after besides cases, under a heading for each kind of work."""

from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.actor import Actor
from identity.permissions import Permission


class Area(StrEnum):
    """The headings of the page, in their order."""

    COUNTER = "counter"
    REGISTERS = "registers"
    CATALOGUE = "catalogue"
    STAFF = "staff"
    APPS = "apps"


AREA_NAMES: dict[Area, str | Promise] = {
    Area.COUNTER: _("窗口当面办"),
    Area.REGISTERS: _("个人和单位的登记"),
    Area.CATALOGUE: _("事项目录"),
    Area.STAFF: _("工作人员和机构"),
    Area.APPS: _("部门应用和消息"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look after: heading, who may (in any department), address, icon, name and a line about it."""

    area: Area
    permission: Permission
    url_name: str
    icon: str
    name: str | Promise
    about: str | Promise
    also: Permission | None = None  # another permission that opens it

    @property
    def url(self) -> str:
        """The address of its page."""
        return reverse(self.url_name)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "calling_windows",
        "people",
        _("叫号台"),
        _("到窗口上岗，叫号、过号、转窗口；给没有手机的人取号、代办"),
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "paper_sheets",
        "print",
        _("纸质表"),
        _("断网时用的编号空白表：先印好放在窗口，恢复后按实际收件时间补录；过期的由主管批准"),
        also=Permission.SUPERVISE,
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "terminal_releases",
        "lock",
        _("自助终端放行"),
        _("在终端上放了身份证、没带手机的人：看人和证件，一致的放行"),
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_counter",
        "user",
        _("当面核验和登记"),
        _("本人带证件到窗口：核验后升到五级，登记没有手机号的人，更改姓名、证件、手机号"),
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_mandates",
        "pen",
        _("委托登记"),
        _("按纸质委托书登记，代理人在网上接受后生效"),
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_mandate_lookup",
        "search",
        _("查委托、解除委托"),
        _("本人或者代理人带证件到场，要查、要解除时用"),
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_guardians",
        "people",
        _("监护登记"),
        _("父母、监护人带证明到场，登记后马上可以代办"),
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_disputes",
        "law",
        _("核验异议"),
        _("本部门核对过原件的材料，别的岗位认为不一致的，要重新核对"),
        also=Permission.REVIEW,
    ),
    Entry(
        Area.COUNTER,
        Permission.REVIEW,
        "workbench_undertakings",
        "pen",
        _("承诺核查"),
        _("告知承诺是不是真的、容缺的材料补了没有；承诺不实的，两人认定后记入"),
        also=Permission.COUNTER,
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_consultations",
        "bell",
        _("咨询答复"),
        _("申请人在办件页面问的问题：最急的在前，按工作日答复"),
        also=Permission.REVIEW,
    ),
    Entry(
        Area.COUNTER,
        Permission.REVIEW,
        "workbench_opinions",
        "people",
        _("征求意见"),
        _("别的部门审查时征求本部门意见：只看给您看的内容，按期答复，可以转给同事"),
        also=Permission.DECIDE,
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "to_hand_out",
        "certificate",
        _("待发放"),
        _("到大厅领取的：核对取件码和来人；要邮寄的：交快递；退回的：等人来领"),
    ),
    Entry(
        Area.COUNTER,
        Permission.DECIDE,
        "workbench_payments",
        "again",
        _("退费和对账"),
        _("提出和批准退费，和支付平台每天的流水对账"),
        also=Permission.COUNTER,
    ),
    Entry(
        Area.COUNTER,
        Permission.COUNTER,
        "workbench_serving",
        "file",
        _("待送达"),
        _("网上没有人打开的文书，当面、邮寄或者公告送达"),
    ),
    Entry(
        Area.REGISTERS,
        Permission.MANAGE_PERSONS,
        "workbench_persons",
        "search",
        _("自然人与法人"),
        _("按完整的证件号码或统一社会信用代码查找，每次都要写理由；核对登记信息"),
    ),
    Entry(
        Area.REGISTERS,
        Permission.MANAGE_PERSONS,
        "workbench_duplicates",
        "people",
        _("重复登记"),
        _("同一个人登记了两次的，核对后合并"),
    ),
    Entry(
        Area.REGISTERS,
        Permission.MANAGE_PERSONS,
        "workbench_corrections",
        "pen",
        _("更正申请"),
        _("本人说登记的信息不对，转来源部门核实并答复"),
    ),
    Entry(
        Area.REGISTERS,
        Permission.MANAGE_PERSONS,
        "workbench_closed_person",
        "lock",
        _("查已注销的人"),
        _("按完整号码查，要写明理由，本人看得到"),
    ),
    Entry(
        Area.REGISTERS,
        Permission.SUPERVISE,
        "workbench_archive",
        "folder",
        _("归档"),
        _("封存的办件：下载、核验、保管期限，复议诉讼期间暂停销毁，期满销毁"),
        also=Permission.DECIDE,
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "workbench_directory",
        "folder",
        _("基本目录"),
        _("事项的名称、编码、设定依据和行使层级；谁在实施，谁还没有"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "item_new",
        "plus",
        _("新增事项"),
        _("从基本目录选一项，生成实施编码，起草第一版"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "workbench_exchange",
        "upload",
        _("导入导出"),
        _("国家交换表：先检查、看报告，再导入；导出全部事项"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "workbench_words",
        "search",
        _("搜索用词"),
        _("群众的说法对应哪些事项，哪些问题没有搜到"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "halls",
        "place",
        _("办事大厅和窗口"),
        _("地址、电话、开门时间；取号叫号的窗口、预约放号、大屏和取号机"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "workbench_elements",
        "file",
        _("数据元"),
        _("各种申请表共用的栏目：类型、校验、权威来源和敏感程度"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.MANAGE_ITEMS,
        "certificate_types",
        "certificate",
        _("证照类型"),
        _("能发哪些证照：照面栏目、编号、有效期、版式、谁可以办；起草、审核、发布"),
    ),
    Entry(
        Area.CATALOGUE,
        Permission.ISSUE_CERTIFICATE,
        "stock_imports",
        "upload",
        _("存量证照入库"),
        _("以前发的证照，用本部门导出的清单入库：先检查，看过报告再入"),
    ),
    Entry(
        Area.STAFF,
        Permission.MANAGE_STAFF,
        "staff_list",
        "people",
        _("人员与岗位"),
        _("工作人员的账号、岗位、代理和离岗移交"),
    ),
    Entry(Area.STAFF, Permission.MANAGE_STAFF, "places", "building", _("地区、部门和岗位"), _("新建、更改、停用")),
    Entry(
        Area.STAFF,
        Permission.MANAGE_STAFF,
        "staff_imports",
        "upload",
        _("批量导入"),
        _("用表格一次登记地区、部门、岗位和人员"),
    ),
    Entry(
        Area.APPS,
        Permission.MANAGE_ITEMS,
        "workbench_legacy",
        "again",
        _("应用整合"),
        _("各部门原有的应用和小程序：哪些重复、哪些没人用，并到哪些事项，旧网址转到哪里"),
        also=Permission.SUPERVISE,
    ),
    Entry(
        Area.APPS,
        Permission.MANAGE_CLIENTS,
        "workbench_clients",
        "external",
        _("接入应用"),
        _("登记用一站通账号登录的部门应用：读哪些数据、地址、密钥、停用"),
    ),
    Entry(
        Area.APPS,
        Permission.MANAGE_CLIENTS,
        "message_templates",
        "bell",
        _("消息模板"),
        _("办件每一步怎么告诉群众：站内消息、短信和邮件的说法"),
    ),
)


def entries_for(actor: Actor) -> list[Entry]:
    """The things this actor's post may look after, in the order of the page."""
    return [
        entry
        for entry in ENTRIES
        if actor.departments(entry.permission) or (entry.also and actor.departments(entry.also))
    ]


def areas_for(actor: Actor) -> list[tuple[Area, str | Promise, list[Entry]]]:
    """The headings under which this actor has something to look after: key, name and entries of each."""
    entries = entries_for(actor)
    found = ((area, name, [entry for entry in entries if entry.area == area]) for area, name in AREA_NAMES.items())
    return [(area, name, mine) for area, name, mine in found if mine]
