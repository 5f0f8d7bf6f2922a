"""A sheet against what is known: every wrong cell, every change it would make, and the steps that make them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from identity.actor import Actor
from identity.errors import UsccInvalid
from identity.models import PostHolding
from identity.rules import normal_uscc
from identity.staff import rules
from identity.staff.sheets import layout, steps
from identity.staff.sheets.known import Known, Person, load
from identity.staff.sheets.reading import Problem, Row

NEW, CHANGED, SAME = "new", "changed", "same"
_ROLES = {
    **{role.label: role.value for role in PostHolding.Role},
    **{role.value: role.value for role in PostHolding.Role},
}
_NOBODY = UUID(int=0)  # a person who is to be made
Step = Callable[[Actor], None]


@dataclass(frozen=True, slots=True)
class Change:
    """What one row would do: ``kind`` is new, changed or same; ``step`` does it."""

    sheet: str
    row: int
    kind: str
    text: str
    step: Step | None = None


@dataclass
class Plan:
    """The outcome of a check. ``steps`` are the changes with something to do, in the order they must be done."""

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def steps(self) -> list[Change]:
        """The changes with something to do."""
        return [change for change in self.changes if change.step]

    def counts(self) -> dict[str, int]:
        """How many rows are new, changed, the same, and how many places are wrong."""
        kinds = [change.kind for change in self.changes]
        return {**{kind: kinds.count(kind) for kind in (NEW, CHANGED, SAME)}, "wrong": len(self.problems)}


def check(actor: Actor, rows: list[Row], problems: list[Problem]) -> Plan:
    """Check the rows of a sheet for this actor and plan what they change; writes nothing."""
    return _Check(load(actor), Plan(problems=list(problems))).run(rows)


class _Check:
    def __init__(self, known: Known, plan: Plan) -> None:
        self.known = known
        self.plan = plan
        self.seen: dict[object, int] = {}

    def run(self, rows: list[Row]) -> Plan:
        by_sheet: dict[str, list[Row]] = {sheet.key: [] for sheet in layout.SHEETS}
        for row in rows:
            by_sheet[row.sheet.key].append(row)
        first_posts: dict[str, Row] = {}
        for row in by_sheet[layout.HOLDINGS]:
            first_posts.setdefault(row.cells["number"].lower(), row)
        for row in by_sheet[layout.REGIONS]:
            self._region(row)
        for row in by_sheet[layout.DEPARTMENTS]:
            self._department(row)
        for row in by_sheet[layout.POSTS]:
            self._post(row)
        for row in by_sheet[layout.STAFF]:
            self._person(row, first_posts.get(row.cells["number"].lower()))
        for row in by_sheet[layout.HOLDINGS]:
            self._holding(row)
        self.plan.problems.sort(key=lambda problem: ([s.name for s in layout.SHEETS].index(problem.sheet), problem.row))
        return self.plan

    def _wrong(self, row: Row, key: str, code: str, message: str) -> None:
        self.plan.problems.append(
            Problem(row.sheet.name, row.number, row.sheet.column(key).heading, f"sheet.{code}", message)
        )

    def _do(self, row: Row, kind: str, text: str, step: Step | None) -> None:
        self.plan.changes.append(Change(row.sheet.name, row.number, kind, text, None if kind == SAME else step))

    def _is_twice(self, row: Row, key: str, what: object) -> bool:
        """Report a row that says something about what an earlier row was about."""
        earlier = self.seen.setdefault((row.sheet.key, what), row.number)
        if earlier == row.number:
            return False
        self._wrong(row, key, "twice", _("和第 %(row)s 行重复。") % {"row": earlier})
        return True

    def _region(self, row: Row) -> None:
        code, name, above = row.cells["code"], row.cells["name"], row.cells.get("parent", "")
        level = int(row.cells["level"][:1]) if row.cells["level"][:1] in "12345" else 0
        if self._is_twice(row, "code", code):
            return None
        if above and above not in self.known.regions:
            return self._wrong(row, "parent", "region_unknown", _("没有这个上级地区；上级要先登记，或者写在前面。"))
        above_level = self.known.regions[above][1] if above else 0
        wrong = rules.region_problems(code, level, parent_code=above, parent_level=above_level)
        for key, text in wrong.items():
            self._wrong(row, key, "region_code", text)
        if wrong or self._is_long(row, "name", name, 60):
            return None
        if not self.known.may_in_region(above or code) or (not above and self.known.managed is not None):
            return self._wrong(row, "code", "not_yours", _("这个地区不在您管理的范围。"))
        kind = self._kind(self.known.regions.get(code), (name, level, above))
        self.known.regions[code] = (name, level, above)
        return self._do(
            row, kind, f"{code} {name}", partial(steps.region, code=code, name=name, level=level, above=above)
        )

    def _department(self, row: Row) -> None:
        uscc = self._uscc(row, "uscc")
        name, short, region = row.cells["name"], row.cells["short_name"], row.cells["region"]
        if region not in self.known.regions:
            self._wrong(row, "region", "region_unknown", _("没有这个地区代码。"))
            return None
        if uscc is None or self._is_twice(row, "uscc", uscc):
            return None
        if self._is_long(row, "name", name, 100) or self._is_long(row, "short_name", short, 50):
            return None
        before = self.known.departments.get(uscc)
        if not self.known.may_in_region(region) or (before and not self.known.may_in(uscc)):
            return self._wrong(row, "uscc", "not_yours", _("这个部门不在您管理的范围。"))
        kind = self._kind(before, (name, short, region))
        self.known.departments[uscc] = (name, short, region)
        if self.known.managed is not None:
            self.known.managed.add(uscc)
        step = partial(steps.department, uscc=uscc, name=name, short_name=short, region=region)
        return self._do(row, kind, f"{uscc} {name}", step)

    def _post(self, row: Row) -> None:
        uscc = self._department_of(row)
        name = row.cells["name"]
        if uscc is None or self._is_long(row, "name", name, 50) or self._is_twice(row, "name", (uscc, name)):
            return None
        words = (
            row.cells.get("serves", "").replace("，", "、").replace(",", "、").replace(";", "、").replace("；", "、")
        )
        codes = [word.strip().upper() for word in words.split("、") if word.strip()]
        unknown = [code for code in codes if code not in self.known.departments]
        if unknown:
            return self._wrong(
                row, "serves", "department_unknown", _("没有这个部门：%(code)s。") % {"code": unknown[0][:30]}
            )
        before = self.known.posts.get((uscc, name))
        serves = frozenset(codes) or before or frozenset({uscc})
        changed = serves ^ (before or frozenset({uscc}))
        if not all(self.known.may_in(code) for code in changed):
            return self._wrong(row, "serves", "not_yours", _("服务的部门超出您管理的范围。"))
        kind = self._kind(before, serves)
        self.known.posts[uscc, name] = serves
        text = f"{self.known.departments[uscc][1]} {name}"
        return self._do(row, kind, text, partial(steps.post, uscc=uscc, name=name, serves=serves))

    def _person(self, row: Row, first: Row | None) -> None:
        number, name = row.cells["number"], row.cells["name"]
        if self._is_twice(row, "number", number.lower()):
            return None
        problem = rules.number_problem(number)
        if problem:
            return self._wrong(row, "number", "staff_number", problem)
        if (problem := rules.name_problem(name)) is not None:
            return self._wrong(row, "name", "staff_name", problem)
        person = self.known.people.get(number.lower())
        if person is None:
            if first is None:
                return self._wrong(row, "number", "no_post", _("新的人员要在“任职”表里有一个岗位。"))
            self.known.people[number.lower()] = Person(_NOBODY, name, True, frozenset())
            return self._do(row, NEW, f"{number} {name}", partial(self._appoint, number=number, name=name, first=first))
        if person.name == name:
            return self._do(row, SAME, f"{number} {name}", None)
        if number.lower() == self.known.own_number or not self.known.may_change(person):
            return self._wrong(row, "number", "not_yours", _("工号已经有人使用，而且不在您管理的范围：请核对工号。"))
        text = f"{number} {person.name} → {name}"
        return self._do(row, CHANGED, text, partial(steps.rename, number=number, name=name))

    def _appoint(self, actor: Actor, *, number: str, name: str, first: Row) -> None:
        # Runs only when nothing was wrong, so the cells of the first post are good.
        uscc, role = normal_uscc(first.cells["department"]), _ROLES[first.cells["role"]]
        first_post = (uscc, first.cells["post"], role, _date(first, "starts_on"), _date(first, "ends_on"))
        steps.person(actor, number=number, name=name, first=first_post)

    def _holding(self, row: Row) -> None:
        number, name = row.cells["number"].lower(), row.cells["post"]
        uscc = self._department_of(row)
        role = _ROLES.get(row.cells["role"])
        if role is None:
            self._wrong(row, "role", "role_unknown", _("没有这个角色，见模板的“说明”。"))
        starts_on, ends_on = _date(row, "starts_on"), _date(row, "ends_on")
        wrong_dates = [key for key in ("starts_on", "ends_on") if row.cells.get(key) and _date(row, key) is None]
        for column in wrong_dates:
            self._wrong(row, column, "date", _("日期写成 2026-01-31 这样。"))
        person = self.known.people.get(number)
        if person is None:
            self._wrong(row, "number", "staff_unknown", _("没有这个工号；新的人员要写在“人员”表里。"))
        if uscc is not None and (uscc, name) not in self.known.posts:
            self._wrong(row, "post", "post_unknown", _("这个部门没有这个岗位；新的岗位要写在“岗位”表里。"))
            return None
        if uscc is None or role is None or person is None or wrong_dates:
            return None
        today = timezone.localdate()
        if ends_on and ends_on < max(starts_on or today, today):
            return self._wrong(row, "ends_on", "dates", _("结束日期不能早于开始日期，也不能早于今天。"))
        key = (number, uscc, name, role)
        if self._is_twice(row, "number", key) or not self._may_hold(row, key, person):
            return None
        kind = SAME if key in self.known.holdings else NEW
        self.known.holdings.add(key)
        step = partial(
            steps.holding, number=number, uscc=uscc, post=name, role=role, starts_on=starts_on, ends_on=ends_on
        )
        text = f"{row.cells['number']} · {self.known.departments[uscc][1]} {name} · {PostHolding.Role(role).label}"
        return self._do(row, kind, text, step)

    def _may_hold(self, row: Row, key: tuple[str, str, str, str], person: Person) -> bool:
        number, uscc, name, role = key
        is_new = key not in self.known.holdings
        if not person.is_active:
            self._wrong(row, "number", "account_closed", _("这个账号已经停用。"))
        elif number == self.known.own_number and is_new:
            self._wrong(row, "number", "own_account", _("不能更改自己的岗位。"))
        elif is_new and ((uscc, name) in self.known.closed or uscc in self.known.closed):
            self._wrong(row, "post", "post_closed", _("这个岗位或部门已经停用。"))
        elif role == PostHolding.Role.ADMINISTRATOR and not all(
            self.known.may_in(code) for code in self.known.posts[uscc, name] | {uscc}
        ):
            self._wrong(row, "role", "beyond_own_rights", _("这个管理员岗位服务的部门超出您管理的范围。"))
        else:
            return True
        return False

    def _department_of(self, row: Row) -> str | None:
        uscc = self._uscc(row, "department")
        if uscc is None:
            return None
        if uscc not in self.known.departments:
            self._wrong(row, "department", "department_unknown", _("没有这个部门；新的部门要写在“部门”表里。"))
            return None
        if not self.known.may_in(uscc):
            self._wrong(row, "department", "not_yours", _("这个部门不在您管理的范围。"))
            return None
        return uscc

    def _uscc(self, row: Row, key: str) -> str | None:
        try:
            return normal_uscc(row.cells[key])
        except UsccInvalid as error:
            self._wrong(row, key, "uscc", error.text)
            return None

    def _is_long(self, row: Row, key: str, text: str, limit: int) -> bool:
        if len(text) > limit:
            self._wrong(row, key, "too_long", _("最多 %(limit)s 个字。") % {"limit": limit})
        return len(text) > limit

    @staticmethod
    def _kind(before: object, after: object) -> str:
        return NEW if before is None else SAME if before == after else CHANGED


def _date(row: Row, key: str) -> dt.date | None:
    """The date in a cell; None for an empty or a wrong one."""
    text = row.cells.get(key, "").replace("/", "-").replace(".", "-")
    try:
        year, month, day = (int(part) for part in text.split("-"))
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return found if 1950 <= found.year <= 2100 else None
