"""The form's answers with where each came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.attachments import rows_by_field
from cases.models import Case
from common.formatting import code_label
from portal.workbench.show.people import is_personal, masked
from services.forms import FieldSpec, visible_steps
from services.rules import situation_labels
from services.texts import text_of


@dataclass(frozen=True, slots=True)
class Answer:
    """One line: the label, the text (masked or not), where it came from and how far that can be trusted."""

    label: str
    text: str
    source: str
    tone: str  # jade: an authority or certificate; brand: an earlier answer; plain: typed
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One page of the form."""

    title: str
    answers: list[Answer]


def groups_of(case: Case, *, whole: Mapping[str, Any] | None = None) -> list[Group]:
    """List the answers by form page. ``whole`` is what :func:`cases.actions.reading.unmask` returned, or None."""
    groups = [_situation(case)]
    for step in visible_steps(case.item_version, case.situation):
        groups.append(Group(step.title, [_answer(case, spec, whole) for spec in step.fields]))
    return [group for group in groups if group.answers]


def _situation(case: Case) -> Group:
    chosen = situation_labels(case.item_version.situations.all(), case.situation)
    source = _("申请人选择")
    return Group(_("办理情形"), [Answer(question, label, source, "plain", False) for question, label in chosen])


def _answer(case: Case, spec: FieldSpec, whole: Mapping[str, Any] | None) -> Answer:
    if spec.type == "file":
        return _file(case, spec)
    stored = case.answers.get(spec.key) or {}
    value = stored.get("value") if whole is None else whole.get(spec.key)
    text = text_of(spec, value)
    hidden = whole is None and is_personal(spec) and bool(text)
    source, tone = _source(stored)
    return Answer(spec.label, masked(spec, value) if hidden else text, source, tone, hidden)


def _file(case: Case, spec: FieldSpec) -> Answer:
    """A file of the form stands among the materials, where it is opened under the case's grant."""
    row = rows_by_field(case, [spec]).get(spec.key)
    text = _("见申请材料“%(name)s”") % {"name": row.name} if row else ""
    return Answer(spec.label, text, code_label(row.get_way_display()) if row else "", "plain", False)


def _source(stored: Mapping[str, Any]) -> tuple[str, str]:
    kind, label = stored.get("source", ""), stored.get("label", "")
    if kind == "certificate":
        return _("证照库：%(label)s") % {"label": label}, "jade"
    if kind == "identity":
        return _("实名身份信息"), "jade"
    if kind == "earlier":
        return _("申请人以前填过"), "brand"
    if kind == "typed" and stored.get("changed"):
        return _("申请人改过预填的内容"), "amber"
    return (_("申请人填写"), "plain") if kind else (_("没有填"), "plain")
