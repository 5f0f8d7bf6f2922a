"""Every other element of the lists that somebody who applies may want to know, in plain order (standards: GB/T 39046
table 4 and the national exchange tables). What an item leaves out, or fills with 无, says nothing and is not shown.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from common.formatting import code_label, format_list
from portal.public.guide.links import web_address
from services.codes import BodyKind, HandleArea, HandleForm, ItemType, OnlineDepth, PowerSource, UseLevel
from services.models import ItemVersion
from services.queries import Guide

Pairs = list[tuple[str, str]]
_NOTHING = frozenset(["", "无", "没有", "暂无", "/", "\\", "-", "—", "－", "不涉及", "null", "NULL", "None", "0"])


def said(text: object) -> str:
    """The text, or nothing for what says nothing."""
    plain = str(text or "").strip()
    return "" if plain.strip("。.；;") in _NOTHING else plain


def _filled(pairs: Iterable[tuple[str, object]]) -> Pairs:
    return [(label, text) for label, value in pairs if (text := said(value))]


def _labels(kind: type, values: Iterable[str]) -> str:
    labels = dict(kind.choices)  # type: ignore[attr-defined]
    return format_list([code_label(labels[one]) for one in values if one in labels])


def ways(guide: Guide) -> Pairs:
    """How one can apply and pay, and how the result arrives."""
    version = guide.version
    yes = _("可以")
    return _filled(
        [
            (_("办理形式"), _labels(HandleForm, version.handle_forms)),
            (_("网上能办到哪一步"), _labels(OnlineDepth, version.online_depth)),
            (_("通办范围"), _labels(HandleArea, [version.handle_area])),
            (_("预约"), yes if version.takes_appointments else ""),
            (_("自助终端"), yes if version.on_terminals else ""),
            (_("网上缴费"), yes if version.pays_online else ""),
            (_("怎么拿到结果"), _delivery(version)),
            (_("为什么要到现场"), version.visits_reason if version.visits else ""),
            (_("进驻政务大厅"), _("是") if version.in_hall else ""),
            (_("乡镇街道"), version.town_name),
            (_("村居社区"), version.village_name),
        ]
    )


def _delivery(version: ItemVersion) -> str:
    found = [_("到窗口领取") if HandleForm.WINDOW in version.handle_forms else ""]
    if version.is_applicable_online:
        found.append(
            _("在“我的办件”里看结果，电子证照在“我的证照”") if version.result_type_id else _("在“我的办件”里看")
        )
    found.append(_("邮寄到家") if version.by_express else "")
    return format_list([one for one in found if one])


def limits(guide: Guide) -> Pairs:
    """What is to be said of the limits, and procedures that take time of their own."""
    version = guide.version
    return _filled(
        [
            (_("法定时限的说明"), version.statutory_note),
            (_("承诺时限的说明"), version.promise_note),
            (_("特别程序"), version.special_procedure),
            (_("中介服务"), version.intermediary),
        ]
    )


def basics(guide: Guide) -> Pairs:
    """Who does it by what power, and the codes."""
    version, item = guide.version, guide.item
    joint = [str(one.get("name", "")) for one in version.joint_bodies if isinstance(one, dict)]
    return _filled(
        [
            (_("办理部门"), item.department_name),
            (_("部门性质"), _labels(BodyKind, [version.body_kind])),
            (_("承办机构"), version.undertaker),
            (_("联办机构"), format_list([one for one in joint if said(one)])),
            (_("委托部门"), version.entrusted_by),
            (_("谁来办"), format_list([code_label(name) for name in guide.audience])),
            (_("办好得到"), version.result_name),
            (_("主题"), format_list([code_label(name) for name in guide.themes])),
            (_("行使层级"), _labels(UseLevel, version.use_level.split("^"))),
            (_("权力来源"), _labels(PowerSource, [version.power_source])),
            (_("权限划分"), version.division),
            (_("行使内容"), version.power_content),
        ]
    )


def remedies(guide: Guide) -> list[str]:
    """Where one turns to against the decision (行政复议法第二十条、第二十四条，行政诉讼法第四十六条).

    Not for public services and the like, which decide about nobody.
    """
    if guide.item.item_type not in _DECIDING:
        return []
    region = guide.item.region
    body = _("%(region)s人民政府") % {"region": region.name} if region.level <= 3 else _("上一级人民政府")
    return [
        _("行政复议：知道决定之日起 60 日内，可以向%(body)s申请；") % {"body": body},
        _("行政诉讼：知道或者应当知道决定之日起 6 个月内，可以向有管辖权的人民法院起诉。"),
    ]


_DECIDING = frozenset(
    [
        ItemType.POWER, ItemType.LICENCE, ItemType.LEVY, ItemType.BENEFIT, ItemType.CONFIRMATION, ItemType.REWARD,
        ItemType.RULING, "10",
    ]
)  # fmt: skip


def elsewhere(guide: Guide) -> list[tuple[str, str]]:
    """Links into other systems that the list names, safe ones only: (address, words)."""
    version = guide.version
    if version.is_applicable_online:
        return []
    named = [(version.online_address, _("部门网站办理")), (version.link_address, _("部门网站办理"))]
    named.append((version.mobile_address, _("手机上办理")))
    found = {link: words for raw, words in reversed(named) if (link := web_address(raw))}
    return list(reversed(found.items()))
