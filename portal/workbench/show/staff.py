"""Holdings and what was recorded about somebody, in words."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common.models import AuditEvent
from identity import events as codes
from identity.models import PostHolding
from portal.workbench.staff_forms import holding_label


def holding_rows(holdings: Iterable[PostHolding]) -> list[dict[str, Any]]:
    """Each holding with its state now: active, held, to come, over."""
    return [{"holding": row, "label": holding_label(row), **_state(row)} for row in holdings]


def _state(row: PostHolding) -> dict[str, str]:
    today = timezone.localdate()
    if row.ended_at or (row.ends_on and row.ends_on < today):
        return {"state": _("已结束"), "tone": "plain"}
    if row.starts_on > today:
        return {"state": _("还没开始"), "tone": "amber"}
    return {"state": _("正在用"), "tone": "jade"} if row.is_active else {"state": _("在任"), "tone": "brand"}


def event_rows(events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Recorded events, newest first, with their names and the reason given."""
    names = {
        codes.STAFF_OPENED.code: _("开设账号"),
        codes.STAFF_RENAMED.code: _("更正姓名"),
        codes.STAFF_DISABLED.code: _("停用账号"),
        codes.STAFF_ENABLED.code: _("启用账号"),
        codes.SIGN_IN_RESET.code: _("重设登录"),
        codes.ENROLMENT_ISSUED.code: _("发出启用码"),
        codes.ENROLLED.code: _("本人设置密码"),
        codes.POST_ASSIGNED.code: _("安排岗位"),
        codes.POST_ENDED.code: _("结束岗位"),
        codes.POST_SWITCHED.code: _("换岗位"),
        codes.SUBSTITUTE_NAMED.code: _("安排代理"),
        codes.GRANTS_SYNCED.code: _("权限同步"),
        codes.SIGNED_IN.code: _("登录"),
        codes.SESSIONS_ENDED.code: _("退出登录的设备"),
        codes.PASSWORD_CHANGED.code: _("本人改密码"),
    }
    return [
        {
            "title": names.get(event.code, event.code),
            "time": event.occurred_at,
            "note": str(event.detail.get("reason") or event.detail.get("why") or ""),
            "state": "done",
        }
        for event in events
    ]
