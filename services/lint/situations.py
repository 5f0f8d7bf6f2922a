"""Can every branch of the guiding questions be reached, and does none end without an answer?

Solved over the finite sets of options: an assignment is searched for each condition, question by question, over
the questions it depends on and no others. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from services.descriptions import SituationPart
from services.lint.findings import Finding
from services.lint.subject import Subject
from services.rules import applies, situation_labels
from services.validation import condition_problems

_STEPS = 50_000  # tries for one condition before the check says that it gave up

Answers = dict[str, str]


class TooMany(Exception):
    """The search was given up."""


class Solver:
    """Searches answers to a version's questions that people can really give."""

    def __init__(self, questions: Sequence[SituationPart]) -> None:
        self._questions = list(questions)
        self._by_key = {question.key: question for question in self._questions}
        self._steps = 0

    def find(self, keys: set[str], holds: Callable[[Mapping[str, str]], bool]) -> Answers | None:
        """Return possible answers for which ``holds``; it may look at ``keys``. Raises :class:`TooMany`."""
        self._steps = 0
        needed = self._closure(keys)
        return self._search([question for question in self._questions if question.key in needed], {}, holds)

    def in_words(self, answers: Mapping[str, str]) -> str:
        """Answers as people read them: 要卖吗？——是；…"""
        said = [f"{question}——{label}" for question, label in situation_labels(self._questions, answers)]
        return "；".join(said) or "—"

    def _closure(self, keys: set[str]) -> set[str]:
        """The keys with those that decide whether their questions are asked and which options are open."""
        needed: set[str] = set()
        waiting = [key for key in keys if key in self._by_key]
        while waiting:
            key = waiting.pop()
            if key in needed:
                continue
            needed.add(key)
            question = self._by_key[key]
            waiting += [name for name in question.when if name in self._by_key]
            waiting += [
                name for option in question.options for name in option.get("when") or {} if name in self._by_key
            ]
        return needed

    def _search(
        self, rest: list[SituationPart], answers: Answers, holds: Callable[[Mapping[str, str]], bool]
    ) -> Answers | None:
        self._steps += 1
        if self._steps > _STEPS:
            raise TooMany
        if not rest:
            return answers if holds(answers) else None
        question, later = rest[0], rest[1:]
        if not applies(question.when, answers):
            return self._search(later, answers, holds)
        for option in open_options(question, answers):
            found = self._search(later, {**answers, question.key: option["value"]}, holds)
            if found is not None:
                return found
        return None  # a dead end: nobody gets past this question


def open_options(question: SituationPart, answers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The options open after these answers."""
    return [option for option in question.options if applies(option.get("when") or {}, answers)]


def check(subject: Subject) -> Iterator[Finding]:
    """Yield branches nobody reaches, and answers after which nobody gets on."""
    problems = list(condition_problems(subject.content))
    for problem in problems:
        yield Finding("situation.looks_forward", "situations", {"problem": problem})
    if problems:
        return  # conditions on what does not exist make no sense to solve
    solver = Solver(subject.content.situations)
    try:
        yield from _questions(subject, solver)
        yield from _parts(subject, solver)
    except TooMany:
        yield Finding("situation.too_many", "situations")


def _questions(subject: Subject, solver: Solver) -> Iterator[Finding]:
    for question in subject.content.situations:
        where, name = f"situation:{question.key}", question.question
        if solver.find(set(question.when), partial(applies, question.when)) is None:
            yield Finding("situation.question_unreachable", where, {"name": name})
            continue
        for option in question.options:
            if not _is_open(question, option.get("when") or {}, solver):
                yield Finding("situation.option_unreachable", where, {"name": name, "option": option.get("label", "")})
        yield from _dead_ends(question, solver)


def _is_open(question: SituationPart, when: Mapping[str, Any], solver: Solver) -> bool:
    def holds(answers: Mapping[str, str]) -> bool:
        return applies(question.when, answers) and applies(when, answers)

    return solver.find({*question.when, *when}, holds) is not None


def _dead_ends(question: SituationPart, solver: Solver) -> Iterator[Finding]:
    """Search answers after which the question is asked and has no option left."""
    keys = {*question.when, *(name for option in question.options for name in option.get("when") or {})}
    if any(not option.get("when") for option in question.options):
        return
    found = solver.find(keys, lambda answers: applies(question.when, answers) and not open_options(question, answers))
    if found is not None:
        params = {"name": question.question, "answers": solver.in_words(found)}
        yield Finding("situation.dead_end", f"situation:{question.key}", params)


def _parts(subject: Subject, solver: Solver) -> Iterator[Finding]:
    parts = [(f"material:{one.key}", one.name, one.when) for one in subject.content.materials]
    parts += [(f"field:{one['key']}", one["label"], one.get("when") or {}) for one in subject.fields]
    for where, name, when in parts:
        if when and solver.find(set(when), partial(applies, when)) is None:
            yield Finding("situation.part_unreachable", where, {"name": name})
