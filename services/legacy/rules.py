"""Facts of apps and functions, what is wrong with them, and how old links are spelt. No database."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import UUID

from django.utils.translation import gettext as _

from services.models import LegacyApp, LegacyFunction

LONGEST_LINK = 300  # characters
DAYS = range(1, 3651)  # for "not used for so many days"
USUAL_DAYS = 90
_MOST = 10**12  # users or uses: more is a slip of the finger
_LIMITS = {"name": 100, "platform": 100, "address": 300, "description": 500}
_PAGE = re.compile(r"\.(?:html?|jsp|do|action|php|aspx?)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class AppFacts:
    """What is registered about an app. Figures are those of ``figures_on``; None: not known."""

    department_id: UUID
    name: str
    kind: str
    sign_in: str
    figures_on: dt.date
    status: str = LegacyApp.Status.ACTIVE
    platform: str = ""
    address: str = ""
    users_total: int | None = None
    users_monthly: int | None = None
    released_on: dt.date | None = None
    last_used_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """What is registered about a function. ``uses`` in the ``uses_days`` before the app's figures were taken."""

    name: str
    description: str = ""
    address: str = ""
    uses: int | None = None
    uses_days: int = 30
    last_used_on: dt.date | None = None
    is_link_only: bool = False


def plain_text(text: str) -> str:
    """A name as it is stored: NFC, without control characters, single spaces."""
    kept = "".join(" " if char.isspace() else char for char in text if char.isprintable() or char.isspace())
    return " ".join(unicodedata.normalize("NFC", kept).split())


def problems_of(facts: AppFacts | FunctionFacts, today: dt.date) -> dict[str, str]:
    """What is wrong, by field; empty when nothing is."""
    wrong: dict[str, str] = {}
    for field, limit in _LIMITS.items():
        if len(getattr(facts, field, "")) > limit:
            wrong[field] = _("最多 %(limit)s 个字。") % {"limit": limit}
    if not facts.name:
        wrong["name"] = _("请填写名称。")
    for field in ("users_total", "users_monthly", "uses"):
        value = getattr(facts, field, None)
        if value is not None and not 0 <= value <= _MOST:
            wrong[field] = _("请填不小于 0 的整数。")
    for field in ("released_on", "last_used_on", "figures_on"):
        day = getattr(facts, field, None)
        if day is not None and day > today:
            wrong[field] = _("不能晚于今天。")
    return wrong | (_app_problems(facts) if isinstance(facts, AppFacts) else _function_problems(facts))


def _app_problems(facts: AppFacts) -> dict[str, str]:
    wrong = {}
    kinds = {"kind": LegacyApp.Kind, "sign_in": LegacyApp.SignIn, "status": LegacyApp.Status}
    for field, choices in kinds.items():
        if getattr(facts, field) not in choices.values:
            wrong[field] = _("请从列出的选项里选一个。")
    total, monthly = facts.users_total, facts.users_monthly
    if total is not None and monthly is not None and monthly > total:
        wrong["users_monthly"] = _("月活跃用户不能比用户总数多。")
    return wrong


def _function_problems(facts: FunctionFacts) -> dict[str, str]:
    return {} if facts.uses_days in range(1, 3651) else {"uses_days": _("请填 1 到 3650 天。")}


def changed_fields(record: LegacyApp | LegacyFunction, facts: AppFacts | FunctionFacts) -> Mapping[str, Any]:
    """The columns in which a record differs from the facts, with the new values."""
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return {name: value for name, value in values.items() if getattr(record, name) != value}


def plain_link(address: str) -> str:
    """Spell an old address so that equal ones are equal: host and path in small letters, its query in order.

    ``https://m.Example.cn/Food/apply.do?b=2&a=1`` is ``m.example.cn/food/apply.do?a=1&b=2``. Scheme, fragment and
    slashes at the ends do not count; empty when nothing is left or it is too long.
    """
    text = unicodedata.normalize("NFC", unquote(address.strip()))
    text = "".join(char for char in text if char.isprintable())
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    path = re.sub(r"/+", "/", f"{parts.netloc}/{parts.path}").strip("/").lower()
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    link = f"{path}?{query}" if path and query else path
    return link if len(link) <= LONGEST_LINK else ""


def words_of(link: str) -> str:
    """The words of an address that are worth searching for: those of its last part, never digits.

    What looks like a number may be somebody's; it goes into no box.
    """
    last = _PAGE.sub("", link.partition("?")[0].rstrip("/").rpartition("/")[2])
    return " ".join(_WORD.findall(last))[:60]
