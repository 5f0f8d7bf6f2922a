"""What can be arranged for a member of staff: which form each operation has and which action it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.actor import Actor
from identity.models import Account, PostHolding
from identity.staff import queries
from identity.staff.actions import accounts, holdings
from identity.staff.errors import StaffInvalid
from portal.workbench import staff_forms

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Operation:
    """One change. ``run`` takes actor, account and the cleaned form, and returns a code to show, if there is one."""

    slug: str
    label: Text
    form: type[forms.Form]
    run: Callable[[Actor, Account, dict[str, Any]], str | None]
    done: Text = ""
    hint: Text = ""
    kind: str = "quiet"
    leads_to_work: bool = False
    for_closed: bool = False  # offered while the account is closed, instead of while it is open


def _rename(actor: Actor, account: Account, sent: dict[str, Any]) -> None:
    accounts.rename(actor, account=account, name=sent["name"])


def _give(actor: Actor, account: Account, sent: dict[str, Any]) -> None:
    holdings.assign_post(actor, account=account, **sent)


def _end(actor: Actor, account: Account, sent: dict[str, Any]) -> None:
    holdings.end_holding(actor, holding_id=UUID(sent["holding"]), why=sent["why"])


def _substitute(actor: Actor, account: Account, sent: dict[str, Any]) -> None:
    substitute = queries.find_staff(sent["substitute"])
    if substitute is None:
        raise StaffInvalid(fields={"substitute": _("没有这个工号。")})
    holdings.name_substitute(
        actor,
        holding_id=UUID(sent["holding"]),
        substitute=substitute,
        starts_on=sent["starts_on"],
        ends_on=sent["ends_on"],
    )


def _disable(actor: Actor, account: Account, sent: dict[str, Any]) -> None:
    accounts.disable(actor, account=account, reason=sent["reason"])


def _enable(actor: Actor, account: Account, sent: dict[str, Any]) -> None:
    accounts.enable(actor, account=account)


def _code(actor: Actor, account: Account, sent: dict[str, Any]) -> str:
    return accounts.issue_enrolment(actor, account=account)


def _reset(actor: Actor, account: Account, sent: dict[str, Any]) -> str:
    return accounts.reset_sign_in(actor, account=account)


_OPERATIONS = (
    Operation("give", _("给一个岗位"), staff_forms.GivePostForm, _give, _("岗位已安排。")),
    Operation(
        "end",
        _("结束一个岗位"),
        staff_forms.EndPostForm,
        _end,
        _("岗位已结束，正在用这个岗位的设备已退出登录。下面是还在等这些岗位的审查。"),
        _("立即生效，这个岗位的代理也一起结束。"),
        "danger",
        leads_to_work=True,
    ),
    Operation("substitute", _("安排代理"), staff_forms.SubstituteForm, _substitute, _("代理已安排，到期自动结束。")),
    Operation("rename", _("更正姓名"), staff_forms.RenameForm, _rename, _("姓名已更正。")),
    Operation(
        "code",
        _("发启用码"),
        staff_forms.ConfirmForm,
        _code,
        hint=_("启用码 72 小时内有效，只能用一次；以前发的随即作废。请当面交给本人。"),
    ),
    Operation(
        "reset",
        _("重设登录"),
        staff_forms.ConfirmForm,
        _reset,
        hint=_("密码和第二验证方式都会清除，所有设备退出登录。本人用新的启用码自己设密码。请先核对本人身份。"),
        kind="danger",
    ),
    Operation(
        "disable",
        _("停用账号"),
        staff_forms.ReasonForm,
        _disable,
        _("账号已停用，所有设备已退出登录。下面是还在等这些岗位的审查。"),
        _("不能再登录；岗位保留，启用后接着用。离职的，请把岗位也逐个结束。"),
        "danger",
        leads_to_work=True,
    ),
    Operation("enable", _("启用账号"), staff_forms.ConfirmForm, _enable, _("账号已启用。"), for_closed=True),
)
OPERATIONS = {operation.slug: operation for operation in _OPERATIONS}


def open_operations(actor: Actor, account: Account) -> list[Operation]:
    """What may be offered for this account: nothing for one's own."""
    if account.pk == actor.account_id:
        return []
    return [row for row in _OPERATIONS if row.for_closed != account.is_active]


def form_for(operation: Operation, actor: Actor, account: Account, data: Any) -> forms.Form:
    """Build the form of an operation, bound to ``data`` or fresh."""
    extra: dict[str, Any] = {}
    live = [row for row in account.all_holdings if row.ended_at is None]  # type: ignore[attr-defined]
    if issubclass(operation.form, staff_forms.GivePostForm):
        extra["posts"] = queries.managed_posts(actor)
    elif issubclass(operation.form, staff_forms.EndPostForm):
        extra["holdings"] = _in_hand(actor, live, with_substitutes=operation.slug == "end")
    initial = {"name": account.staff_name, "starts_on": staff_forms.today() if operation.slug == "substitute" else None}
    return operation.form(data, initial=initial, **extra)


def _in_hand(actor: Actor, live: list[PostHolding], *, with_substitutes: bool) -> list[PostHolding]:
    managed = queries.managed(actor)
    return [
        row for row in live if row.post.department_id in managed and (with_substitutes or row.substitute_for_id is None)
    ]
