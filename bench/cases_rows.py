"""A city's worth of cases: copies of a walked one over forty departments, a year of days and every state.

Nine of ten are closed. Each has its two branches; those under review wait for one of them or for the decision.
Applicants are organisations with names of their own, so that words find some of them.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bench.register_rows import fill, key
from cases.models import Branch, Case, CaseEvent, CaseMaterial, Notice, Signature
from identity.models import Department, Party, Post
from identity.rules import make_uscc
from services.models import ServiceItem
from tests.factories import moves
from tests.factories.cast import Cast
from tests.factories.catalogue import a_post, a_region, an_item

DEPARTMENTS = 40
ORGANISATIONS = 100_000
_CASES, _PARTIES, _PART = 9, 20, 30

# Of a hundred cases: 3 wait for acceptance, 1 for corrections, 4 are under review, 1 is paused, 1 decided, 90 closed.
_STATE = """CASE WHEN mod(n, 100) < 3 THEN 'submitted' WHEN mod(n, 100) < 4 THEN 'correcting'
 WHEN mod(n, 100) < 8 THEN 'in_review' WHEN mod(n, 100) < 9 THEN 'suspended'
 WHEN mod(n, 100) < 10 THEN 'decided' ELSE 'closed' END"""
_OPEN = "mod(n, 100) BETWEEN 4 AND 8"  # whose clock runs or is paused
_DAY = "(%(today)s::date - (({end} - n) * 365 / {end})::int)"
_SYLLABLES = "青禾蓝海长江东方宏远瑞丰华盛金桥新城明德恒通天和众信安康万家福星"


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in: how many cases, and the places they are spread over."""

    cases: int
    departments: list[UUID]
    posts: list[UUID]


def fill_cases(cast: Cast, count: int, *, whole: int = 0) -> Filled:
    """Fill in ``count`` cases: what lists read, which is cases, branches and applicants; the last ``whole`` of them
    have what a case's page reads too."""
    pattern = moves.an_accepted_case(cast)
    organisations = min(ORGANISATIONS, count)
    _organisations(cast, organisations)
    departments, posts, items = _places(cast)
    values: dict[str, Any] = {
        "departments": [one.pk for one in departments],
        "posts": [one.pk for one in posts],
        "items": [one.pk for one in items],
        "versions": [one.current_id for one in items],
        "today": timezone.localdate(),
    }
    fill(Case, pattern.pk, 1, count, _case_columns(count, organisations), values)
    for part, row in enumerate(pattern.branches.order_by("stage__order")):
        fill(Branch, row.pk, 1, count, _branch_columns(part, count), values)
    _not_begun()
    if whole:
        _rest(pattern, count - whole + 1, count, values)
    return Filled(count, values["departments"], values["posts"])


def _not_begun() -> None:
    """What waits for acceptance has no branch yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM cases_branch b USING cases_case c"
            " WHERE c.id = b.case_id AND c.state IN ('submitted', 'correcting')"
        )
        cursor.execute("VACUUM (ANALYZE) cases_branch")


def _places(cast: Cast) -> tuple[list[Department], list[Post], list[ServiceItem]]:
    departments = [cast.scjg, *map(_department, range(1, DEPARTMENTS))]
    posts = [a_post(one, f"审查岗{number}") for number, one in enumerate(departments)]
    items = [
        cast.item,
        *(an_item(f"事项{number}许可", department=one) for number, one in enumerate(departments[1:], start=1)),
    ]
    return departments, posts, items


def _department(number: int) -> Department:
    uscc = make_uscc(prefix="11", region="519900", body=f"BN{number:06d}")
    name = f"第{number}局"
    return Department.objects.create(uscc=uscc, name=f"示范市{name}", short_name=name, region=a_region())


def _spread(name: str) -> str:
    """Which of the places a case belongs to; the first has a fifth of everything."""
    place = f"CASE WHEN mod(n / 7, 5) = 0 THEN 1 ELSE 1 + mod(n * 7919 + n / 100, {DEPARTMENTS})::int END"
    return f"(%({name})s::uuid[])[{place}]"


def _case_columns(count: int, organisations: int) -> dict[str, str]:
    day = _DAY.format(end=count)
    return {
        "id": key(_CASES, "n"),
        "number": "'BENCH' || lpad(n::text, 9, '0')",
        "state": _STATE,
        "outcome": "CASE WHEN mod(n, 100) < 9 THEN '' WHEN mod(n, 7) = 0 THEN 'refused' ELSE 'approved' END",
        "department_id": _spread("departments"),
        "item_id": _spread("items"),
        "item_version_id": _spread("versions"),
        "applicant_id": key(_PARTIES, f"1 + mod(n, {organisations})"),
        "received_on": day,
        "accepted_on": f"CASE WHEN mod(n, 100) < 4 THEN NULL ELSE {day} + 1 END",
        "promise_due_on": f"CASE WHEN {_OPEN} THEN %(today)s::date + mod(n / 100, 30)::int - 5 END",
        "statutory_due_on": f"CASE WHEN {_OPEN} THEN %(today)s::date + mod(n / 100, 40)::int - 3 END",
        "closed_at": f"CASE WHEN mod(n, 100) >= 10 THEN {day} + 9 END",
    }


def _branch_columns(part: int, count: int) -> dict[str, str]:
    other = f"1 + mod(n * 7919 + n / 100 + {part} * 13, {DEPARTMENTS})::int"
    return {
        "id": key(_PART + part, "n"),
        "case_id": key(_CASES, "n"),
        "department_id": _spread("departments") if not part else f"(%(departments)s::uuid[])[{other}]",
        "post_id": _spread("posts") if not part else f"(%(posts)s::uuid[])[{other}]",
        "state": "CASE WHEN mod(n, 100) BETWEEN 4 AND 8 AND mod(n / 100 + "
        + str(part)
        + ", 3) > 1 THEN 'open' ELSE 'agreed' END",
    }


def key_of(number: int) -> UUID:
    """The key of the case with this number, from 1 to how many were filled in."""
    return UUID(f"{_CASES:08x}-0000-7000-8000-{number:012x}")


def _rest(pattern: Case, start: int, end: int, values: dict[str, Any]) -> None:
    """Materials, history, notices and signature, each a copy of the walked case's own."""
    part = _PART + 10
    for model in (CaseMaterial, CaseEvent, Notice, Signature):
        for row in model.objects.filter(case=pattern):
            own = {"id": key(part, "n"), "case_id": key(_CASES, "n")}
            if model is Notice:
                own["number"] = f"'BENCH{part}-' || n"
            fill(model, row.pk, start, end, own, values)
            part += 1


def _organisations(cast: Cast, count: int) -> None:
    fill(Party, cast.shop.pk, 1, count, {"id": key(_PARTIES, "n")}, {})
    letters = ", ".join(f"'{one}'" for one in _SYLLABLES)
    letter = f"(ARRAY[{letters}])[1 + mod(n * {{step}} / {{part}}, {len(_SYLLABLES)})::int]"
    name = " || ".join(letter.format(step=step, part=part) for step, part in ((1, 1), (7, 3), (11, 31), (3, 997)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_organisation (party_id, uscc, name, kind, state, address, legal_representative_id)"
            f" SELECT {key(_PARTIES, 'n')}, 'B' || lpad(n::text, 17, '0'), {name} || '商贸有限公司', kind, state,"
            " address, legal_representative_id FROM identity_organisation, generate_series(1, %s::bigint) n"
            " WHERE party_id = %s",
            [count, cast.shop.pk],
        )
        cursor.execute("ANALYZE identity_organisation")
