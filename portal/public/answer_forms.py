"""One page of an item's form as controls. What an answer must be, the catalogue decides (``services.forms``)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.components.forms import named
from identity.persons import countries, documents
from identity.regions.queries import Book, Place, book_of, children_of
from services.composed import ELSEWHERE, PARTS
from services.forms import FieldSpec, Problem, StepSpec
from services.posting import LEVELS, posted_rows

_MANY = 6  # choices beyond this go into a list to open
_MANY_IN_A_TABLE = 2  # a row with more circles than this is no row any more
_TYPED_AS = {"integer": "numeric", "decimal": "decimal", "money": "decimal", "phone": "tel"}
_COMPLETED_BY = {
    "person.name": "name",
    "person.phone": "tel",
    "contact.name": "name",
    "contact.phone": "tel",
    "person.address": "street-address",
}
_LEVEL_NAMES = {1: gettext_lazy("省"), 2: gettext_lazy("市"), 3: gettext_lazy("区、县"), 4: gettext_lazy("街道、镇")}
_PART_NAMES = {
    "name": gettext_lazy("姓名"),
    "kind": gettext_lazy("证件类型"),
    "number": gettext_lazy("证件号码"),
    "issuer": gettext_lazy("护照签发国"),
    "phone": gettext_lazy("电话"),
    "uscc": gettext_lazy("统一社会信用代码"),
}


class PartField(forms.Field):
    """One control of an answer: it is drawn here and judged by the catalogue."""

    def clean(self, value: Any) -> Any:
        """Leave the value as it is."""
        return value


@dataclass(slots=True)
class Row:
    """One field on the page: its control, or its parts under a legend of their own."""

    spec: FieldSpec
    controls: list[BoundField]
    table: list[list[BoundField]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # of the whole answer, not of a part

    @property
    def kind(self) -> str:
        """Which template draws it."""
        return self.spec.type if self.spec.is_composed else "simple"

    @property
    def target(self) -> str:
        """The id of the field as a whole."""
        return target_of(self.spec.key)

    @property
    def has_errors(self) -> bool:
        """Whether anything in it is wrong."""
        cells = [*self.controls, *(cell for row in self.table for cell in row)]
        return bool(self.errors) or any(cell.errors for cell in cells)

    @property
    def can_grow(self) -> bool:
        """Whether the table takes another row."""
        return len(self.table) < self.spec.max_rows


class AnswersForm(forms.Form):
    """One page of an item's form, prefilled with the answers the draft has."""

    def __init__(
        self,
        step: StepSpec,
        *,
        answers: Mapping[str, Mapping[str, Any]],
        data: QueryDict | None = None,
        problems: Sequence[Problem] = (),
        region: str = "",
    ) -> None:
        """``problems`` are shown at their controls; ``region`` is where addresses begin when nothing is known."""
        self._values = {spec.key: answers[spec.key]["value"] for spec in step.fields if spec.key in answers}
        self._problems = problems
        self._shown: dict[str, list[str]] = {}
        self._tables: dict[str, int] = {}
        super().__init__(data)
        self._book, self._choices = self._regions(step.fields, region)
        for spec in step.fields:
            self._add(spec)
        self.rows = [self._row(spec) for spec in step.fields]

    def clean(self) -> dict[str, Any]:
        """Put what the catalogue found wrong beside the controls."""
        for problem in self._problems:
            name = self._name_of(problem.path)
            if name in self.fields:
                self.add_error(name, problem.message)
        return self.cleaned_data

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Entries for the error summary, in the order of the page."""
        labels = {row.spec.key: row.spec.label for row in self.rows}
        entries = []
        for problem in self._problems:
            name = self._name_of(problem.path)
            target = _first_id(self[name]) if name in self.fields else target_of(problem.key)
            entries.append((target, named(labels[problem.key], problem.message)))
        return entries

    def _name_of(self, path: str) -> str:
        """The control that a problem is shown at; empty when it is about the answer as a whole."""
        for name in (path, path.removesuffix(".detail")):
            if name in self.fields:
                return name
        levels = self._shown.get(path.removesuffix(".region"))  # of an address; a table's column may be called so, too
        return f"{path}.{levels[-1]}" if levels else ""

    def _regions(self, specs: Sequence[FieldSpec], region: str) -> tuple[Book, dict[str, list[tuple[str, str]]]]:
        """The regions that this page's addresses show: two queries, none without addresses."""
        addresses = [spec for spec in specs if spec.type == "address"]
        if not addresses:
            return Book(), {}
        self._picked = {spec.key: self._picks(spec.key, region) for spec in addresses}
        book = book_of(code for picks in self._picked.values() for code in picks)
        self._picked = {key: _chain(picks, book) for key, picks in self._picked.items()}
        return book, children_of(code for picks in self._picked.values() for code in picks)

    def _picks(self, key: str, region: str) -> list[str]:
        if self.is_bound and f"{key}.region.1" in self.data:
            return [self.data.get(f"{key}.region.{level}", "") for level in LEVELS]
        value = self._values.get(key)
        if isinstance(value, Mapping):
            return [str(value.get("region", ""))]
        return [ELSEWHERE if value else region]

    def _add(self, spec: FieldSpec) -> None:
        match spec.type:
            case "address":
                self._add_address(spec)
            case "person" | "organisation":
                self._add_parts(spec)
            case "group":
                self._add_table(spec)
            case "file":
                self.fields[spec.key] = PartField(label=spec.label, required=spec.required, widget=_file_widget())
            case _:
                self.fields[spec.key] = part_field(spec)
                self.initial[spec.key] = self._values.get(spec.key, "")

    def _add_address(self, spec: FieldSpec) -> None:
        picks, parent = self._picked[spec.key], ""
        shown = self._shown.setdefault(spec.key, [])
        for level in LEVELS:
            choices = self._choices.get(parent, [])
            if not choices or parent == ELSEWHERE:
                break
            first = [("", _("请选择")), *choices]
            options = [*first, (ELSEWHERE, _("不在列表里"))] if level == 1 else first
            name = f"{spec.key}.region.{level}"
            widget = forms.Select(choices=options, attrs={"data-region": ""})
            self.fields[name] = PartField(label=_LEVEL_NAMES[level], required=spec.required or level > 1, widget=widget)
            shown.append(str(level))
            parent = picks[level - 1] if level <= len(picks) else ""
            self.initial[name] = parent
            if not parent:
                break
        value = self._values.get(spec.key, "")
        self.fields[spec.key] = part_field(spec)
        self.initial[spec.key] = value.get("detail", "") if isinstance(value, Mapping) else value

    def _add_parts(self, spec: FieldSpec) -> None:
        value = self._values.get(spec.key)
        for part in PARTS[spec.type]:
            label = _("单位名称") if spec.type == "organisation" and part == "name" else _PART_NAMES[part]
            required = spec.required and part != "issuer"
            name = f"{spec.key}.{part}"
            hint = _("只有护照要选。") if part == "issuer" else ""
            self.fields[name] = PartField(label=label, required=required, widget=_part_widget(part), help_text=hint)
            self.initial[name] = value.get(part, "") if isinstance(value, Mapping) else ""

    def _add_table(self, spec: FieldSpec) -> None:
        stored = self._values.get(spec.key)
        rows: Sequence[Mapping[str, Any]] = stored if isinstance(stored, list) else []
        if self.is_bound and f"{spec.key}.rows" in self.data:
            rows = posted_rows(spec, self.data)
        count = min(max(len(rows), spec.min_rows, 1), spec.max_rows + 1)
        self._tables[spec.key] = count
        for place in range(count):
            for column in spec.columns:
                name = f"{spec.key}.{place}.{column.key}"
                self.fields[name] = part_field(column, most_shown=_MANY_IN_A_TABLE)
                self.initial[name] = rows[place].get(column.key, "") if place < len(rows) else ""

    def _row(self, spec: FieldSpec) -> Row:
        errors = [problem.message for problem in self._problems if problem.key == spec.key]
        own = [problem.message for problem in self._problems if problem.path == spec.key]
        match spec.type:
            case "address":
                names = [*(f"{spec.key}.region.{level}" for level in self._shown[spec.key]), spec.key]
                return Row(spec, [self[name] for name in names])
            case "person" | "organisation":
                return Row(spec, [self[f"{spec.key}.{part}"] for part in PARTS[spec.type]], errors=own)
            case "group":
                table = [
                    [self[f"{spec.key}.{place}.{column.key}"] for column in spec.columns]
                    for place in range(self._tables[spec.key])
                ]
                wrong_rows = [message for message in errors if message in own]
                return Row(spec, [], table=table, errors=wrong_rows)
        return Row(spec, [self[spec.key]])


def as_one(steps: Sequence[StepSpec]) -> StepSpec:
    """Pages of a form as one: field keys differ across a form, as its answers stand side by side."""
    return StepSpec("", _("填表"), tuple(spec for step in steps for spec in step.fields))


def target_of(key: str) -> str:
    """The id of a field as a whole; without dots, so that a style or script can name it."""
    return f"field-{key.replace('.', '-')}"


def _chain(picks: Iterable[str], book: Book) -> list[str]:
    """The picked regions from the province down, as far as each lies in the one before."""
    found: Place | None = None
    for code in filter(None, picks):
        if code == ELSEWHERE:
            return [ELSEWHERE]
        place = book.places.get(code)
        if place is None or (found is not None and found.code not in place.codes[:-1]):
            break
        found = place
    return list(found.codes) if found else []


def _first_id(bound: BoundField) -> str:
    several = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else bound.auto_id


def part_field(spec: FieldSpec, *, most_shown: int = _MANY) -> PartField:
    """The control of a simple field; its help and its example stand under the label. ``most_shown``: see ``_MANY``."""
    example = _("例如：%(example)s") % {"example": spec.example} if spec.example else ""
    return PartField(
        label=spec.label,
        help_text=" ".join(filter(None, (spec.help, example))),
        required=spec.required,
        widget=_widget(spec, most_shown),
    )


def _widget(spec: FieldSpec, most_shown: int) -> forms.Widget:
    if spec.is_multiple:
        return forms.CheckboxSelectMultiple(choices=spec.pairs)
    if spec.pairs:
        if len(spec.pairs) <= most_shown:
            return forms.RadioSelect(choices=spec.pairs)
        return forms.Select(choices=[("", _("请选择")), *spec.pairs])
    if spec.type == "longtext":
        return forms.Textarea()
    if spec.type == "date":
        return forms.DateInput()
    attributes = {}
    if spec.type in _TYPED_AS:
        attributes["inputmode"] = _TYPED_AS[spec.type]
    if spec.element in _COMPLETED_BY:
        attributes["autocomplete"] = _COMPLETED_BY[spec.element]
    return forms.TextInput(attrs=attributes)


def _part_widget(part: str) -> forms.Widget:
    if part == "kind":
        return forms.Select(choices=documents.choices())
    if part == "issuer":
        return forms.Select(choices=[("", _("不是护照")), *countries.foreign_choices()])
    return forms.TextInput(attrs={"inputmode": "tel"} if part == "phone" else {})


def _file_widget() -> forms.Widget:
    return forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"})


def reshaped(step: StepSpec, data: QueryDict, go: str) -> QueryDict | None:
    """Return the posted form with a table row more or less, or as it is to look again; None for another button.

    ``go`` is ``look``, ``add:<table>`` or ``drop:<table>:<row>``. Nothing is stored by these.
    """
    verb, _colon, rest = go.partition(":")
    key, _colon, place = rest.rpartition(":") if verb == "drop" else (rest, "", "")
    spec = next((spec for spec in step.fields if spec.key == key and spec.type == "group"), None)
    if verb == "look":
        return data
    if spec is None or verb not in {"add", "drop"}:
        return None
    rows = posted_rows(spec, data)
    if verb == "add" and len(rows) < spec.max_rows:
        rows.append({})
    elif verb == "drop" and place.isascii() and place.isdigit() and len(place) < 4 and int(place) < len(rows):
        rows.pop(int(place))
    return _with_rows(spec, data, rows)


def _with_rows(spec: FieldSpec, data: QueryDict, rows: Sequence[Mapping[str, Any]]) -> QueryDict:
    changed = data.copy()
    for name in [name for name in changed if name.startswith(f"{spec.key}.") and name != f"{spec.key}.rows"]:
        del changed[name]
    for place, row in enumerate(rows):
        for column in spec.columns:
            changed[f"{spec.key}.{place}.{column.key}"] = row.get(column.key, "")
    changed[f"{spec.key}.rows"] = str(len(rows))
    return changed
