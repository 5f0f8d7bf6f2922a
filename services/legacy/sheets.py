"""Sheets of apps and functions: read by the catalogue's readers, one row for each function (or for an app alone)."""

import datetime as dt
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common import sheets
from services.importing.errors import FileUnreadable
from services.importing.readers import RawRow, read_table
from services.legacy.errors import SheetUnreadable
from services.legacy.rules import AppFacts, FunctionFacts, plain_text
from services.models import LegacyApp

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 2_000
_MOST_UNPACKED = 200 * 1024 * 1024
_CELL = 1_000  # characters
_YES = {"是", "yes", "y", "1", "true", "√"}
_NO = {"", "否", "no", "n", "0", "false"}

# Heading, field; those of an app come first. A function is there when its name is.
APP_COLUMNS = {
    "主管部门": "department",
    "应用名称": "name",
    "应用类型": "kind",
    "平台": "platform",
    "应用网址": "address",
    "用户总数": "users_total",
    "月活跃用户": "users_monthly",
    "数据日期": "figures_on",
    "最近发布": "released_on",
    "最近有人用": "last_used_on",
    "登录方式": "sign_in",
    "状态": "status",
}
FUNCTION_COLUMNS = {
    "功能名称": "name",
    "功能说明": "description",
    "功能网址": "address",
    "使用次数": "uses",
    "统计天数": "uses_days",
    "功能最近使用": "last_used_on",
    "只跳转": "is_link_only",
}
REQUIRED = ("主管部门", "应用名称", "应用类型", "登录方式")
_EXAMPLE_APP = (
    "市场监管局,食药通,手机应用,Android、iOS,m.example.cn,12000,300,2026-10-31,2021-05-01,2026-10-30,自有账号,在用"
)
_EXAMPLE_FUNCTION = "食品经营许可申请,网上提交申请,m.example.cn/food,45,30,2026-10-30,否"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where: the row and the heading as the sheet shows them."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as read: the department as written, and the facts without it."""

    number: int
    department: str
    app: Mapping[str, Any]
    function: Mapping[str, Any] | None

    def app_facts(self, department_id: Any) -> AppFacts:
        """The app's facts once the department is known."""
        return AppFacts(department_id=department_id, **self.app)

    def function_facts(self) -> FunctionFacts | None:
        """The function's facts, None for a row about an app alone."""
        return FunctionFacts(**self.function) if self.function else None


def template() -> list[list[str]]:
    """The rows of the empty template: headings and an example."""
    return [[*APP_COLUMNS, *FUNCTION_COLUMNS], [*_EXAMPLE_APP.split(","), *_EXAMPLE_FUNCTION.split(",")]]


def read_sheet(*, file_name: str, content: bytes) -> list[RawRow]:
    """Read a CSV (UTF-8 or GB18030) or XLSX file. Raises :class:`SheetUnreadable`."""
    if len(content) > MOST_BYTES:
        raise SheetUnreadable(why=_("超过 10 MB。"))
    is_packed = sheets.is_packed(content)
    try:
        if is_packed:
            sheets.check_archive(io.BytesIO(content), size=len(content), most=_MOST_UNPACKED)
        encoding = "utf-8" if is_packed else sheets.encoding_of(io.BytesIO(content))
    except sheets.SheetUnfit as error:
        raise SheetUnreadable(why=f"{error.why}。") from error
    with tempfile.NamedTemporaryFile(suffix=".xlsx" if is_packed else ".csv") as file:
        file.write(content)
        file.flush()
        rows = _rows(Path(file.name), encoding)
    if not rows:
        raise SheetUnreadable(why=_("里面没有数据行。"))
    if len(rows) > MOST_ROWS:
        raise SheetUnreadable(why=_("一次最多 %(most)s 行，请分几次导入。") % {"most": MOST_ROWS})
    missing = [name for name in REQUIRED if not any(name in row.values for row in rows)]
    if missing:
        raise SheetUnreadable(why=_("缺少这些列：%(names)s。") % {"names": "、".join(missing)})
    return rows


def _rows(path: Path, encoding: str) -> list[RawRow]:
    try:
        return read_table(path, encoding=encoding, most=MOST_ROWS)
    except FileUnreadable as error:
        raise SheetUnreadable(why=str(error.params.get("problem", error.text))) from error


def understand(raw: RawRow) -> tuple[SheetRow | None, list[Problem]]:
    """Turn a row into facts, or say which cells are wrong."""
    if raw.finding:
        return None, [Problem(raw.number, "", "legacy.row_unreadable", raw.finding.message)]
    reading = _Reading(raw)
    app = reading.fields(APP_COLUMNS)
    function = reading.fields(FUNCTION_COLUMNS)
    department = app.pop("department")
    for heading in REQUIRED:
        if not reading.text(heading):
            reading.complain(heading, "legacy.cell_empty", _("要填。"))
    if reading.problems:
        return None, reading.problems
    return SheetRow(raw.number, department, app, function if function["name"] else None), []


class _Reading:
    """The cells of one row, and what is wrong with them."""

    def __init__(self, raw: RawRow) -> None:
        self._raw = raw
        self.problems: list[Problem] = []

    def text(self, heading: str) -> str:
        value = self._raw.values.get(heading)
        if isinstance(value, dt.datetime | dt.date):
            return value.isoformat()[:10]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return plain_text(str(value))[:_CELL] if value is not None else ""

    def complain(self, heading: str, code: str, message: str) -> None:
        self.problems.append(Problem(self._raw.number, heading, code, message))

    def fields(self, columns: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for heading, field in columns.items():
            values[field] = _KINDS.get(field, _Reading.text)(self, heading)
        return values

    def number(self, heading: str) -> int | None:
        text = self.text(heading).replace(",", "").replace("，", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 13):
            self.complain(heading, "legacy.not_a_number", _("“%(text)s”不是整数。") % {"text": text[:20]})
            return None
        return int(text)

    def days(self, heading: str) -> int:
        return self.number(heading) or 30

    def day(self, heading: str) -> dt.date | None:
        text = self.text(heading).replace("/", "-").replace(".", "-")
        if not text:
            return None
        try:
            return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 a day without a clock
        except ValueError:
            message = _("“%(text)s”不是日期，请写成 2026-01-31。") % {"text": text[:20]}
            self.complain(heading, "legacy.not_a_date", message)
            return None

    def figures_day(self, heading: str) -> dt.date:
        return self.day(heading) or timezone.localdate()

    def flag(self, heading: str) -> bool:
        text = self.text(heading).lower()
        if text not in _YES | _NO:
            self.complain(heading, "legacy.not_yes_or_no", _("请填是或者否。"))
        return text in _YES

    def choice(self, heading: str, names: Mapping[str, str], default: str = "") -> str:
        text = self.text(heading)
        if not text:
            return default
        if text not in names:
            allowed = "、".join(names)
            message = _("“%(text)s”不在可选的里面：%(allowed)s。") % {"text": text[:20], "allowed": allowed}
            self.complain(heading, "legacy.choice_unknown", message)
        return names.get(text, default)


def _by_label(choices: Any) -> dict[str, str]:
    return {str(label): str(value) for value, label in choices.choices}


_KINDS: dict[str, Any] = {
    "users_total": _Reading.number,
    "users_monthly": _Reading.number,
    "uses": _Reading.number,
    "uses_days": _Reading.days,
    "figures_on": _Reading.figures_day,
    "released_on": _Reading.day,
    "last_used_on": _Reading.day,
    "is_link_only": _Reading.flag,
    "kind": lambda row, heading: row.choice(heading, _by_label(LegacyApp.Kind)),
    "sign_in": lambda row, heading: row.choice(heading, _by_label(LegacyApp.SignIn)),
    "status": lambda row, heading: row.choice(heading, _by_label(LegacyApp.Status), LegacyApp.Status.ACTIVE),
}
