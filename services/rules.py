"""Pure rules of the catalogue: which questions, options, fields and materials apply to a situation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from services.errors import SituationInvalid
from services.models import ItemVersion, MaterialRequirement


class Question(Protocol):
    """A guiding question, an item's or a bundle's: stored or described."""

    @property
    def key(self) -> str:
        """Names it in answers and conditions."""

    @property
    def question(self) -> str:
        """Its words."""

    @property
    def options(self) -> Sequence[Mapping[str, Any]]:
        """What may be answered: ``{value, label, when?}``."""

    @property
    def when(self) -> Mapping[str, Any]:
        """Which earlier answers make it asked."""


_Asked = TypeVar("_Asked", bound=Question)


def applies(when: Mapping[str, Any], situation: Mapping[str, str]) -> bool:
    """Tell whether every condition holds; ``when`` maps a question's key to an answer or a list of answers."""
    return all(
        situation.get(key) in (wanted if isinstance(wanted, list | tuple) else [wanted]) for key, wanted in when.items()
    )


def options_for(question: Question, answers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Return the options ``{value, label, when?}`` of a question that are open after the earlier answers."""
    return [option for option in question.options if applies(option.get("when") or {}, answers)]


def normal_situation(questions: Iterable[Question], raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers that count: those to questions that apply, in order; anything else is dropped.

    An answer to a question that an earlier, changed answer closed is dropped with it. Raises
    :class:`SituationInvalid` for an answer outside the open options.
    """
    answers: dict[str, str] = {}
    for question in questions:
        value = raw.get(question.key)
        if value in (None, "") or not applies(question.when, answers):
            continue
        if value not in [option["value"] for option in options_for(question, answers)]:
            message = SituationInvalid.message
            raise SituationInvalid(
                fields={question.key: str(message) % {"question": question.question}}, question=question.question
            )
        answers[question.key] = value
    return answers


def next_situation(questions: Sequence[_Asked], answers: Mapping[str, str]) -> _Asked | None:
    """Return the first question that applies and has no valid answer yet, or None when all are answered."""
    known: dict[str, str] = {}
    for question in questions:
        if not applies(question.when, known):
            continue
        value = answers.get(question.key)
        if value is None or value not in [option["value"] for option in options_for(question, known)]:
            return question
        known[question.key] = value
    return None


def situation_complete(questions: Sequence[Question], answers: Mapping[str, str]) -> bool:
    """Tell whether every question that applies is answered."""
    return next_situation(questions, answers) is None


def situation_labels(questions: Iterable[Question], answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (question, chosen label) for the answers given, in order, for summaries and documents."""
    return [
        (question.question, option["label"])
        for question in questions
        for option in question.options
        if answers.get(question.key) == option["value"]
    ]


def required_materials(version: ItemVersion, situation: Mapping[str, str]) -> list[MaterialRequirement]:
    """Return the materials that apply to the situation, in order (reads ``version.materials``)."""
    return [material for material in version.materials.all() if applies(material.when, situation)]


def possible_situations(
    questions: Sequence[Question], keys: Iterable[str], *, limit: int = 512
) -> list[dict[str, str]] | None:
    """Every way people can answer the questions ``keys`` and those these depend on; None for more than ``limit``."""
    needed = _with_what_they_depend_on(questions, set(keys))
    asked = [question for question in questions if question.key in needed]
    found: list[dict[str, str]] = [{}]
    for question in asked:
        following: list[dict[str, str]] = []
        for answers in found:
            if not applies(question.when, answers):
                following.append(answers)
                continue
            following += [{**answers, question.key: option["value"]} for option in options_for(question, answers)]
            if len(following) > limit:
                return None
        found = following
    return found


def _with_what_they_depend_on(questions: Sequence[Question], keys: set[str]) -> set[str]:
    by_key = {question.key: question for question in questions}
    needed: set[str] = set()
    waiting = [key for key in keys if key in by_key]
    while waiting:
        question = by_key[waiting.pop()]
        if question.key in needed:
            continue
        needed.add(question.key)
        around = {*question.when, *(name for option in question.options for name in option.get("when") or {})}
        waiting += [name for name in around if name in by_key]
    return needed
