"""Is a bundle whole, and does it fit the items as they are now? Pure; every code is permanent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from services.bundles import rules
from services.bundles.content import BundleContent, MemberPart
from services.descriptions import SituationPart
from services.lint.findings import Finding
from services.lint.situations import Solver, TooMany, open_options
from services.rules import Question, applies, next_situation, options_for
from services.states import Standing

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What a check needs of a member's item; ``item_id`` is empty where nobody in the region implements the entry."""

    name: str
    entry_state: str = Standing.ACTIVE
    item_id: str = ""
    state: str = ""
    number: int = 0
    is_online: bool = True
    questions: tuple[Question, ...] = ()
    fields: tuple[Mapping[str, Any], ...] = ()
    seen: Mapping[str, Any] | None = None  # {"item", "version"} that the mapping was compared with

    def with_seen(self, seen: Mapping[str, Any] | None) -> "ItemFacts":
        """The same with another note of what was compared."""
        return replace(self, seen=seen)


def check(content: BundleContent, facts: Mapping[UUID, ItemFacts], *, is_in_force: bool = False) -> list[Finding]:
    """Run every check; errors first."""
    found = [*_whole(content), *_items(content, facts, is_in_force=is_in_force), *_field_types(content, facts)]
    problems = list(_condition_problems(content))
    found += [Finding("bundle.condition_unknown", "questions", {"problem": one}) for one in problems]
    if not problems:  # conditions on what does not exist make no sense to solve
        try:
            found += _situations(content, facts)
        except TooMany:
            found.append(Finding("bundle.too_many", "questions"))
    return sorted(found, key=lambda finding: not finding.is_error)


def _whole(content: BundleContent) -> Iterator[Finding]:
    if not any(basis.get("law", "").strip() for basis in content.legal_bases):
        yield Finding("bundle.basis_missing", "legal_bases")
    if len(content.members) < _FEWEST:
        yield Finding("bundle.members_few", "members")
    circle = rules.find_cycle({member.key: member.after for member in content.members})
    if circle:
        yield Finding("bundle.cycle", "members", {"path": " → ".join(circle)})


def _items(content: BundleContent, facts: Mapping[UUID, ItemFacts], *, is_in_force: bool) -> Iterator[Finding]:
    for member in content.members:
        where, one = f"member:{member.key}", facts[member.entry_id]
        name = {"name": one.name}
        if one.entry_state == Standing.CANCELLED:
            yield Finding("bundle.entry_cancelled", where, name)
        if not one.item_id:
            yield Finding("bundle.member_missing", where, name)
        elif one.state == Standing.CANCELLED:
            yield Finding("bundle.member_cancelled", where, name)
        elif one.state == Standing.PAUSED:
            yield Finding("bundle.member_paused", where, name)
        else:
            if not one.is_online:
                yield Finding("bundle.member_offline", where, name)
            yield from _mapping(member, one, where)
            compared = (one.seen or {}).get("version", 0), (one.seen or {}).get("item", "")
            if is_in_force and compared != (one.number, one.item_id):
                yield Finding("bundle.item_changed", where, {**name, "own": compared[0], "number": one.number})


def _mapping(member: MemberPart, one: ItemFacts, where: str) -> Iterator[Finding]:
    """Every question and answer that the mapping names must exist in the item's version of today."""
    known = {question.key: question for question in one.questions}
    for key, rule in member.answers.items():
        question = known.get(key)
        if question is None:
            yield Finding("bundle.answer_unknown", where, {"name": one.name, "question": key})
            continue
        offered = {option["value"] for option in question.options}
        given = [rule["value"]] if "value" in rule else list((rule.get("values") or {}).values())
        for value in dict.fromkeys(given):
            if value and value not in offered:
                params = {"name": one.name, "question": question.question, "value": value}
                yield Finding("bundle.value_gone", where, params)


def _field_types(content: BundleContent, facts: Mapping[UUID, ItemFacts]) -> Iterator[Finding]:
    first: dict[str, tuple[str, Any]] = {}
    for member in content.members:
        one = facts[member.entry_id]
        for field in one.fields:
            element = field.get("element")
            if not element:
                continue
            kind = (field["type"], tuple(field.get("choices") or ()))
            name, earlier = first.setdefault(element, (one.name, kind))
            if earlier != kind:
                params = {"label": field["label"], "first": name, "second": one.name}
                yield Finding("bundle.field_types", f"member:{member.key}", params)


def _condition_problems(content: BundleContent) -> Iterator[str]:
    """Conditions and mappings that name questions or answers which are not there."""
    known: dict[str, set[str]] = {}
    for question in content.questions:
        for when in (question.when, *(option.get("when") or {} for option in question.options)):
            yield from _unknown(question.question, when, known)
        known[question.key] = {option["value"] for option in question.options}
    for member in content.members:
        yield from _unknown(member.key, member.when, known)
        for rule in member.answers.values():
            if "value" not in rule:
                yield from _unknown(member.key, {rule.get("question", ""): list(rule.get("values") or {})}, known)


def _unknown(where: str, when: Mapping[str, Any], known: Mapping[str, set[str]]) -> Iterator[str]:
    for key, wanted in when.items():
        for value in wanted if isinstance(wanted, list) else [wanted]:
            if value not in known.get(key, ()):
                yield f"{where}: {key}={value}"


def _situations(content: BundleContent, facts: Mapping[UUID, ItemFacts]) -> Iterator[Finding]:
    solver = Solver(content.questions)
    for question in content.questions:
        yield from _question(question, solver)
    yield from _unused(content)
    for member in content.members:
        one = facts[member.entry_id]
        if solver.find(set(member.when), partial(applies, member.when)) is None:
            yield Finding("bundle.member_unreachable", f"member:{member.key}", {"name": one.name})
        else:
            yield from _answered(member, one, solver)
    yield from _never_together(content, facts, solver)


def _question(question: SituationPart, solver: Solver) -> Iterator[Finding]:
    where, name = f"question:{question.key}", {"name": question.question}
    if solver.find(set(question.when), partial(applies, question.when)) is None:
        yield Finding("bundle.question_unreachable", where, name)
        return
    for option in question.options:
        when = option.get("when") or {}
        if when and solver.find({*question.when, *when}, _both(question.when, when)) is None:
            yield Finding("bundle.option_unreachable", where, {**name, "option": option.get("label", "")})
    keys = {*question.when, *(key for option in question.options for key in option.get("when") or {})}
    if all(option.get("when") for option in question.options):
        stuck = solver.find(keys, lambda given: applies(question.when, given) and not open_options(question, given))
        if stuck is not None:
            yield Finding("bundle.dead_end", where, {**name, "answers": solver.in_words(stuck)})


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> Any:
    return lambda given: applies(first, given) and applies(second, given)


def _unused(content: BundleContent) -> Iterator[Finding]:
    used: set[str] = set()
    for member in content.members:
        used |= set(member.when) | {rule.get("question", "") for rule in member.answers.values()}
    for question in content.questions:
        for when in (question.when, *(option.get("when") or {} for option in question.options)):
            used |= set(when)
    for question in content.questions:
        if question.key not in used:
            yield Finding("bundle.question_unused", f"question:{question.key}", {"name": question.question})


def _answered(member: MemberPart, one: ItemFacts, solver: Solver) -> Iterator[Finding]:
    """Whoever is led to the item has answered all it asks, and with what it offers."""
    keys = {*member.when, *(rule["question"] for rule in member.answers.values() if "question" in rule)}

    def unanswered(given: Mapping[str, str]) -> bool:
        situation = rules.answers_for(member, given)
        open_question = next_situation(one.questions, situation)
        return applies(member.when, given) and open_question is not None

    given = solver.find(keys, unanswered)
    if given is None:
        return
    situation = rules.answers_for(member, given)
    question = next_situation(one.questions, situation)
    if question is None:
        return
    params = {"name": one.name, "question": question.question, "answers": solver.in_words(given)}
    value = situation.get(question.key, "")
    where = f"member:{member.key}"
    if not value:
        yield Finding("bundle.answer_missing", where, params)
    elif value in {option["value"] for option in question.options} - set(_open_values(question, one, situation)):
        label = next(option["label"] for option in question.options if option["value"] == value)
        yield Finding("bundle.value_closed", where, {**params, "value": label})


def _open_values(question: Question, one: ItemFacts, situation: Mapping[str, str]) -> list[str]:
    earlier: dict[str, str] = {}
    for other in one.questions:
        if other.key == question.key:
            break
        if other.key in situation and applies(other.when, earlier):
            earlier[other.key] = situation[other.key]
    return [option["value"] for option in options_for(question, earlier)]


def _never_together(content: BundleContent, facts: Mapping[UUID, ItemFacts], solver: Solver) -> Iterator[Finding]:
    by_key: Mapping[str, MemberPart] = {member.key: member for member in content.members}
    for member in content.members:
        for other in (by_key[key] for key in member.after if key in by_key):
            if solver.find({*member.when, *other.when}, _both(member.when, other.when)) is None:
                params = {"name": facts[member.entry_id].name, "other": facts[other.entry_id].name}
                yield Finding("bundle.after_never", f"member:{member.key}", params)
