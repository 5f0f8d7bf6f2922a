"""Has everything its basis in law, and is no promise longer than the statute? Pure."""

from collections.abc import Iterator

from services.codes import ItemType, TimeUnit
from services.descriptions import VersionContent
from services.lint.findings import Finding
from services.lint.subject import Subject

_SETS_LICENCES = frozenset({"法律", "行政法规", "国务院决定", "地方性法规", "政府规章"})  # 行政许可法第十四条、第十五条
_WORKDAYS = 5


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what lacks a basis, and promises beyond the statute."""
    content = subject.content
    if is_promise_longer(content):
        params = {
            "promise": _words(content.promise_days, content.promise_unit),
            "statute": _words(content.statutory_days, content.statutory_unit),
        }
        yield Finding("legal.promise_longer", "promise_days", params)
    if content.statutory_days is None and subject.item_type == ItemType.LICENCE:
        yield Finding("legal.limit_missing", "statutory_days")
    yield from _bases(subject)
    yield from _materials(subject)


def is_promise_longer(content: VersionContent) -> bool:
    """Whether the promise surely ends after the statute; calendar days are compared at their shortest."""
    promise, statute = content.promise_days, content.statutory_days
    if promise is None or statute is None:
        return False
    if content.promise_unit == content.statutory_unit:
        return promise > statute
    if content.promise_unit == TimeUnit.WORKING:
        return shortest_calendar(promise) > statute
    return promise > _longest(statute)


def shortest_calendar(workdays: int) -> int:
    """The fewest calendar days that hold so many working days: weekends inside, no holidays."""
    return workdays + 2 * ((workdays - 1) // _WORKDAYS) if workdays else 0


def _longest(workdays: int) -> int:
    """Calendar days beyond which so many working days are over, holidays of two weeks a year left in."""
    return workdays + 2 * (workdays // _WORKDAYS + 1) + 14 if workdays else 0


def _words(days: int | None, unit: str) -> str:
    return f"{days}{dict(TimeUnit.choices).get(unit, unit)}"


def _bases(subject: Subject) -> Iterator[Finding]:
    bases = subject.content.legal_bases
    if not bases:
        yield Finding("legal.basis_missing", "legal_bases")
        return
    if subject.item_type == ItemType.LICENCE and not {basis.kind for basis in bases} & _SETS_LICENCES:
        yield Finding("legal.basis_weak", "legal_bases")
    for basis in bases:
        if not basis.article.strip():
            yield Finding("legal.article_missing", "legal_bases", {"law": basis.law})


def _materials(subject: Subject) -> Iterator[Finding]:
    for material in subject.content.materials:
        if material.legal.strip():
            continue
        is_proof = material.is_proof or material.name.rstrip("）)").endswith("证明")
        code = "legal.proof_basis" if is_proof else "legal.material_basis"
        yield Finding(code, f"material:{material.key}", {"name": material.name})
