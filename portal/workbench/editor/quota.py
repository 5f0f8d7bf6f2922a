"""The limit of an item of which only so many are granted, as the editor asks for it."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from services.descriptions import VersionContent
from services.quotas import problems_of


def dress(fields: Mapping[str, forms.Field]) -> None:
    """Say what the three questions about a limit mean, and what it means to leave them."""
    if "quota_order" not in fields:
        return
    order, places, counts = (fields[name] for name in ("quota_order", "quota_places", "quota_counts"))
    order.help_text = _("行政许可法第五十七条：都符合条件的，按受理的先后顺序准予；法律、行政法规另有规定的除外")
    _name_nothing(order, _("没有数量限制"))
    places.help_text = _("还不知道的空着：前面受理的都决定以后，后面的才能准予")
    counts.help_text = _("不填名额的不用选")
    _name_nothing(counts, _("不计"))


def _name_nothing(field: forms.Field, name: str) -> None:
    assert isinstance(field, forms.ChoiceField)
    pairs: Any = field.choices
    field.choices = [(value, label if value else name) for value, label in pairs]


def is_whole(form: forms.Form, content: VersionContent, changes: Mapping[str, Any]) -> bool:
    """Whether number, what counts and order go together after ``changes``; if not, the form says at which field."""
    columns = {name: value for name, value in changes.items() if name.startswith("quota_")}
    problems = list(problems_of(dataclasses.replace(content, **columns))) if columns else []
    for name, text in problems:
        form.add_error(name, text)
    return not problems
