"""Forms described by data: what a version asks, and how each type of answer is checked.

Answers come back as JSON values: text as ``str``, integer as ``int``, decimal and money as ``str`` (no rounding),
date as ISO ``str``, yesno as ``"yes"`` or ``"no"``, multichoice as ``list[str]``; an empty optional answer is ``""``
(``[]`` for multichoice).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from services import fields
from services.errors import FieldInvalid
from services.models import ItemVersion
from services.rules import applies

__all__ = ["FieldSpec", "StepSpec", "applies", "clean_answers", "clean_value", "steps_of", "visible_steps"]


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

    @property
    def is_multiple(self) -> bool:
        """Whether the answer is a list."""
        return self.type == "multichoice"

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(value, label) of the choices, for a select or radio control."""
        if self.type == "yesno":
            return (("yes", _("是")), ("no", _("否")))
        return tuple((choice, choice) for choice in self.choices)

    @property
    def limit(self) -> int:
        """The longest answer in characters."""
        return self.max_length or fields.DEFAULT_LENGTHS.get(self.type, fields.SHORT)


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One page of a form."""

    key: str
    title: str
    fields: tuple[FieldSpec, ...]


def steps_of(version: ItemVersion) -> tuple[StepSpec, ...]:
    """Return the form pages of a version, all fields, whatever the situation."""
    return tuple(
        StepSpec(step["key"], step["title"], tuple(_field(stored) for stored in step["fields"]))
        for step in version.steps
    )


def visible_steps(version: ItemVersion, situation: Mapping[str, str]) -> tuple[StepSpec, ...]:
    """Return the pages and fields that apply to the situation; a page without fields is left out."""
    steps = (
        StepSpec(step.key, step.title, tuple(spec for spec in step.fields if applies(spec.when, situation)))
        for step in steps_of(version)
    )
    return tuple(step for step in steps if step.fields)


def clean_value(spec: FieldSpec, raw: Any) -> Any:
    """Check one answer and return it in normal form (see the module); raise :class:`FieldInvalid`."""
    try:
        if spec.is_multiple:
            return fields.clean_choices(raw, choices=spec.choices, required=spec.required)
        text = fields.plain_text(raw, lines=spec.type == "longtext")
        if not text:
            return fields.empty(required=spec.required)
        if spec.type in ("choice", "yesno"):
            return fields.clean_choice(text, [value for value, _label in spec.pairs])
        return fields.CLEANERS[spec.type](text, spec.limit)
    except fields.Refusal as refusal:
        raise FieldInvalid(key=spec.key, reason=refusal.reason, message=refusal.message) from refusal


def clean_answers(steps: Iterable[StepSpec], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check the answers to these pages: ``(values, errors)``, both by field key.

    ``raw`` is a ``QueryDict`` or a plain mapping; keys that are no field of these pages are ignored.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for spec in (spec for step in steps for spec in step.fields):
        try:
            values[spec.key] = clean_value(spec, _raw(spec, raw))
        except FieldInvalid as error:
            errors[spec.key] = error.field_message
    return values, errors


def _raw(spec: FieldSpec, raw: Mapping[str, Any]) -> Any:
    many = getattr(raw, "getlist", None)
    return many(spec.key) if spec.is_multiple and many else raw.get(spec.key)


def _field(stored: Mapping[str, Any]) -> FieldSpec:
    choices: Sequence[str] = stored.get("choices") or ()
    return FieldSpec(
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
