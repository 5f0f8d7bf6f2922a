"""Fields and the error summary."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.components.library import register, require, require_one_of

SOURCE_KINDS = frozenset({"held", "yours"})
# Browsers' pickers want ISO values whatever the language of the page; Django accepts them in every language.
PICKERS = {
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.DateInput: ("date", "%Y-%m-%d"),
    forms.TimeInput: ("time", "%H:%M"),
}


@register.simple_tag
def field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    source: str = "",
    source_kind: str = "held",
    source_url: str = "",
    autocomplete: str = "",
    readonly: bool = False,
    inline: bool = False,
) -> SafeString:
    """One field of a form with its label, hint, error and the line that says where its value came from.

    ``source`` is that line, e.g. 来自营业执照，2026-11-20; ``source_kind`` is held (an authority
    or a verified document) or yours (an earlier answer of the same person); ``source_url`` leads to
    correcting the source.
    ``readonly`` is for text controls only. ``inline`` puts short choices side by side.
    """
    if not isinstance(bound, BoundField):
        raise TemplateSyntaxError(f"{{% field %}}: {bound!r} is not a form field.")
    require_one_of("field", "source_kind", source_kind, SOURCE_KINDS)
    if bound.is_hidden:
        return bound.as_widget()
    widget = bound.field.widget
    if isinstance(widget, forms.MultiWidget | forms.SelectDateWidget):
        raise TemplateSyntaxError(f"{{% field %}}: {bound.name} has several controls, each needs a label.")
    if readonly and not isinstance(widget, forms.Textarea | forms.TextInput):
        raise TemplateSyntaxError(f"{{% field %}}: only text controls can be read-only, not {bound.name}.")
    context: dict[str, Any] = {
        "bound": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "errors": list(bound.errors),
        "source": source,
        "source_kind": source_kind,
        "source_url": source_url,
        "inline": inline,
        "optional": not (bound.field.required or readonly or bound.field.disabled or _starts_answered(bound)),
    }
    context["described_by"] = _described_by(bound.auto_id, context)
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        context["radio"] = isinstance(widget, forms.RadioSelect)
        return render_to_string("components/field_choices.html", context)
    context["control"] = _control(bound, context["described_by"], autocomplete, readonly)
    context["is_file"] = isinstance(widget, forms.FileInput)
    template = "field_checkbox" if isinstance(widget, forms.CheckboxInput) else "field"
    return render_to_string(f"components/{template}.html", context)


def _starts_answered(bound: BoundField) -> bool:
    """Whether it is a choice with one chosen already: there is nothing to leave out, whatever the form accepts."""
    if not isinstance(bound.field, forms.ChoiceField) or isinstance(bound.field, forms.MultipleChoiceField):
        return False
    value = str(bound.value() or "")
    return bool(value) or (isinstance(bound.field.widget, forms.RadioSelect) and bound.field.valid_value(value))


def _described_by(auto_id: str, context: dict[str, Any]) -> str:
    """The ids that explain the control, in reading order; the templates give the elements these ids."""
    parts = [("hint", context["hint"]), ("error", context["errors"]), ("source", context["source"])]
    return " ".join(f"{auto_id}-{name}" for name, present in parts if present)


def _control(bound: BoundField, described_by: str, autocomplete: str, readonly: bool) -> SafeString:
    """Render the control itself with the attributes this design needs."""
    widget = bound.field.widget
    attributes: dict[str, Any] = {}
    if described_by:
        attributes["aria-describedby"] = described_by
    if autocomplete:
        attributes["autocomplete"] = autocomplete
    if readonly:
        attributes["readonly"] = True
    if isinstance(widget, forms.FileInput):
        attributes["data-max-bytes"] = settings.UPLOAD_MAX_BYTES
    if isinstance(widget, forms.NumberInput):
        # A number box forgets what it cannot read; a text box with a number pad lets the person mend it.
        widget.input_type = "text"
        for limit in ("min", "max", "step"):
            widget.attrs.pop(limit, None)
        attributes["inputmode"] = "numeric" if type(bound.field) is forms.IntegerField else "decimal"
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        attributes["rows"] = "4"  # Django's ten lines fill a phone
    _use_picker(widget)
    return bound.as_widget(attrs=attributes)


def _use_picker(widget: forms.Widget) -> None:
    """Turn date and time boxes into the browser's picker. Safe: a form owns a copy of each of its widgets."""
    for kind, (input_type, iso_format) in PICKERS.items():
        if isinstance(widget, kind):
            widget.input_type = input_type
            widget.format = iso_format
            return


@register.simple_tag
def error_summary(source: forms.BaseForm | BaseFormSet | Iterable[tuple[str, str]], title: str = "") -> SafeString:
    """All errors of a form, a formset or a list of (field id, message), each linked to its control.

    Shows nothing when there is none. Takes the focus when the page opens: place it once, above the form.
    """
    require("error_summary", source=source)
    if isinstance(source, BaseFormSet):
        entries = [("", str(message)) for message in source.non_form_errors()]
        for form in source.forms:
            entries += _form_errors(form)
    elif isinstance(source, forms.BaseForm):
        entries = _form_errors(source)
    else:
        entries = list(source)
    if not entries:
        return SafeString("")
    context = {"entries": entries, "title": title or _("有 %(count)s 处要改") % {"count": len(entries)}}
    return render_to_string("components/error_summary.html", context)


def _form_errors(form: forms.BaseForm) -> list[tuple[str, str]]:
    entries = []
    for name, messages in form.errors.items():
        bound = form[name] if name in form.fields else None
        for message in messages:
            entries.append((_target_id(bound), _named(bound, str(message))))
    return entries


def _target_id(bound: BoundField | None) -> str:
    """The id a summary line links to: the control, the first choice of a group, none for a hidden field."""
    if bound is None or bound.is_hidden:
        return ""
    several = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else bound.auto_id


def _named(bound: BoundField | None, message: str) -> str:
    """Put the field's label before a message that does not name it: the summary stands far from the field."""
    if bound is None or str(bound.label) in message:
        return message
    return named(str(bound.label), message)


def named(label: str, message: str) -> str:
    """A message with the name of what it is about before it; a label that asks has its sign at its end already."""
    if label.endswith(("？", "?")):
        return f"{label} {message}"
    return _("%(label)s：%(message)s") % {"label": label, "message": message}
