"""Forms described by data: what a version asks, and how each type of answer is checked.

Answers come back as JSON values: text as ``str``, integer as ``int``, decimal and money as ``str`` (no rounding),
date as ISO ``str``, yesno as ``"yes"`` or ``"no"``, multichoice as ``list[str]``; an empty optional answer is ``""``
(``[]`` for multichoice and tables). Those with parts have the forms of :mod:`services.composed`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from identity.regions.queries import Book, book_of
from services import composed, fields
from services.errors import FieldInvalid
from services.models import ItemVersion
from services.posting import raw_of
from services.rules import applies

__all__ = [
    "Checked",
    "FieldSpec",
    "Problem",
    "StepSpec",
    "applies",
    "book_for",
    "check_answers",
    "clean_answers",
    "clean_value",
    "spec_of",
    "steps_of",
    "visible_steps",
]
DEFAULT_ROWS = 20  # of a table that says nothing else
_NUMBERS = frozenset({"integer", "decimal", "money"})
_STORED = ("example", "pattern", "pattern_message", "least", "most", "sensitivity", "parts")
_STORED_WITH_PARTS = ("min_rows", "max_rows", "material")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a form. ``key`` equals ``element`` where a data element gives the meaning."""

    key: str
    label: str
    type: str
    help: str = ""
    required: bool = True
    choices: tuple[str, ...] = ()
    max_length: int | None = None  # characters
    when: Mapping[str, Any] = field(default_factory=dict)
    element: str = ""
    is_asked_always: bool = False  # typed every time, though a source knows it: needs a waiver (不重复要)
    example: str = ""
    pattern: str = ""  # a regular expression the whole text must match
    pattern_message: str = ""
    least: str = ""  # number or ISO date
    most: str = ""
    sensitivity: str = ""  # public, personal or sensitive; empty: by meaning and type
    parts: Mapping[str, str] = field(default_factory=dict)  # part of a person or organisation → element that knows it
    columns: tuple["FieldSpec", ...] = ()  # of a table
    min_rows: int = 0
    max_rows: int = DEFAULT_ROWS
    material: str = ""  # of a file: the key of the item's material that the file is

    @property
    def is_multiple(self) -> bool:
        """Whether the answer is a list of choices."""
        return self.type == "multichoice"

    @property
    def is_composed(self) -> bool:
        """Whether the answer has parts."""
        return self.type in fields.COMPOSED

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(value, label) of the choices, for a select or radio control."""
        if self.type == "yesno":
            return (("yes", _("是")), ("no", _("否")))
        return tuple((choice, choice) for choice in self.choices)

    @property
    def limit(self) -> int:
        """The longest answer in characters."""
        return self.max_length or fields.longest_of(self.type)


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One page of a form."""

    key: str
    title: str
    fields: tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an answer. ``path`` is the field's key, with a part or row and column after it where the
    answer has such; ``code`` is stable, the message is for people."""

    path: str
    code: str
    message: str
    key: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers by field key, in normal form, and what is wrong with the others."""

    values: dict[str, Any]
    problems: tuple[Problem, ...]

    @property
    def messages(self) -> dict[str, str]:
        """{path: message}."""
        return {problem.path: problem.message for problem in self.problems}


def steps_of(version: ItemVersion) -> tuple[StepSpec, ...]:
    """Return the form pages of a version, all fields, whatever the situation."""
    return tuple(
        StepSpec(step["key"], step["title"], tuple(spec_of(stored) for stored in step["fields"]))
        for step in version.steps
    )


def visible_steps(version: ItemVersion, situation: Mapping[str, str]) -> tuple[StepSpec, ...]:
    """Return the pages and fields that apply to the situation; a page without fields is left out."""
    steps = (
        StepSpec(step.key, step.title, tuple(spec for spec in step.fields if applies(spec.when, situation)))
        for step in steps_of(version)
    )
    return tuple(step for step in steps if step.fields)


def clean_value(spec: FieldSpec, raw: Any, *, book: Book | None = None) -> Any:
    """Check one answer and return it in normal form (see the module); raise :class:`FieldInvalid`.

    ``book`` has the regions that addresses speak of (:func:`book_for`); without it they stay text.
    """
    try:
        return _clean(spec, raw, book or Book())
    except composed.Refusals as refusals:
        path, refusal = refusals.problems[0]
        raise FieldInvalid(key=f"{spec.key}.{path}", reason=refusal.reason, message=refusal.message) from refusals
    except fields.Refusal as refusal:
        raise FieldInvalid(key=spec.key, reason=refusal.reason, message=refusal.message) from refusal


def _clean(spec: FieldSpec, raw: Any, book: Book) -> Any:
    match spec.type:
        case "address":
            return composed.clean_address(raw, spec.limit, required=spec.required, book=book)
        case "person":
            return composed.clean_person(raw, required=spec.required)
        case "organisation":
            return composed.clean_organisation(raw, required=spec.required)
        case "group":
            return composed.clean_rows(
                raw,
                least=spec.min_rows,
                most=spec.max_rows,
                required=spec.required,
                clean_row=lambda row: _clean_row(spec.columns, row),
            )
        case "file":
            return composed.clean_file(raw)
        case "multichoice":
            return fields.clean_choices(raw, choices=spec.choices, required=spec.required)
    return _clean_simple(spec, raw)


def _clean_simple(spec: FieldSpec, raw: Any) -> Any:
    text = fields.plain_text(raw, lines=spec.type == "longtext")
    if not text:
        return fields.empty(required=spec.required)
    if spec.type in ("choice", "yesno"):
        return fields.clean_choice(text, [value for value, _label in spec.pairs])
    value = fields.CLEANERS[spec.type](text, spec.limit)
    if spec.type in _NUMBERS or spec.type == "date":
        fields.check_bounds(value, least=spec.least, most=spec.most, is_date=spec.type == "date")
    if spec.pattern:
        fields.check_pattern(str(value), spec.pattern, spec.pattern_message)
    return value


def _clean_row(columns: Sequence[FieldSpec], row: Mapping[str, Any]) -> dict[str, Any]:
    values, problems = {}, []
    for column in columns:
        try:
            values[column.key] = _clean_simple(column, row.get(column.key))
        except fields.Refusal as refusal:
            problems.append((column.key, refusal))
    if problems:
        raise composed.Refusals(problems)
    return values


def check_answers(steps: Iterable[StepSpec], raw: Mapping[str, Any]) -> Checked:
    """Check the answers to these pages; one query where addresses name regions.

    ``raw`` is a ``QueryDict`` or a plain mapping; keys that are no field of these pages are ignored.
    """
    specs = [spec for step in steps for spec in step.fields]
    given = {spec.key: raw_of(spec, raw) for spec in specs}
    book = book_for(specs, given)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for spec in specs:
        try:
            values[spec.key] = _clean(spec, given[spec.key], book)
        except composed.Refusals as refusals:
            problems += [
                Problem(f"{spec.key}.{path}", refusal.reason, refusal.message, spec.key)
                for path, refusal in refusals.problems
            ]
        except fields.Refusal as refusal:
            problems.append(Problem(spec.key, refusal.reason, refusal.message, spec.key))
    return Checked(values, tuple(problems))


def clean_answers(steps: Iterable[StepSpec], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check the answers to these pages: ``(values by field key, messages by path)``; see :func:`check_answers`."""
    checked = check_answers(steps, raw)
    return checked.values, checked.messages


def book_for(specs: Iterable[FieldSpec], given: Mapping[str, Any]) -> Book:
    """Look up the regions that these raw answers name: by code where picked, by words where written."""
    codes, texts = set[str](), set[str]()
    for value in (given.get(spec.key) for spec in specs if spec.type == "address"):
        parts = value if isinstance(value, Mapping) else {"detail": value}
        region = parts.get("region")
        codes |= {code for code in (region if isinstance(region, list) else [region]) if isinstance(code, str)}
        detail = parts.get("detail")
        if isinstance(detail, str):
            texts.add(detail.strip())
    return book_of(codes, texts)


def spec_of(stored: Mapping[str, Any]) -> FieldSpec:
    """Read one stored field (see :attr:`services.models.ItemVersion.steps`)."""
    choices: Sequence[str] = stored.get("choices") or ()
    spec = FieldSpec(
        key=stored["key"],
        label=stored["label"],
        type=stored["type"],
        help=stored.get("help", ""),
        required=stored.get("required", True),
        choices=tuple(choices),
        max_length=stored.get("max_length"),
        when=stored.get("when") or {},
        element=stored.get("element", ""),
        is_asked_always=stored.get("ask") == "always",
    )
    plain = {name: stored[name] for name in (*_STORED, *_STORED_WITH_PARTS) if stored.get(name)}
    columns = tuple(spec_of(column) for column in stored.get("columns") or ())
    return replace(spec, columns=columns, **plain) if columns or plain else spec
