"""The application form (申请表) as PDF: blank for an item, or filled in with a draft's or case's answers.

It is a document: in Chinese whoever asks for it, its yes and no and its days too.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.utils.translation import override

from cases import attachments, errors
from cases.actions import reading
from cases.assisting.handwriting import drawn
from cases.models import Case
from cases.queries import get_case
from cases.states import State
from common.errors import Forbidden
from common.printing.pdf import render_pdf
from identity.actor import Actor
from services.forms import FieldSpec, StepSpec, steps_of, visible_steps
from services.models import ItemVersion, Situation
from services.queries import situations_of
from services.rules import situation_labels
from services.texts import rows_of, text_of

_TEMPLATE = "documents/application.html"
_KEPT_FOR = 24 * 3600  # seconds a blank form is kept: it changes only with its version
_BLANK_ROWS = 6
_in_chinese = override("zh-hans")


@_in_chinese
def blank_form(version: ItemVersion, *, department: str) -> bytes:
    """Return the blank form of a version for anybody; printed once a day at most."""
    key = f"blank-form:{version.pk}:{version.updated_at.timestamp()}"
    kept = cache.get(key)
    if isinstance(kept, bytes):
        return kept
    context = _blank(version, department)
    pdf = render_pdf(_TEMPLATE, context, title=f"{version.name}申请表", author=department)
    cache.set(key, pdf, _KEPT_FOR)
    return pdf


@_in_chinese
def numbered_form(version: ItemVersion, *, department: str, number: str, office: str) -> bytes:
    """Return the blank form as a sheet for days without network: with its number, and where its receipt is noted."""
    context = {**_blank(version, department), "sheet": number, "office": office}
    title = f"{version.name}申请表 {number}"
    return render_pdf(_TEMPLATE, context, title=title, author=department)


def _blank(version: ItemVersion, department: str) -> dict[str, Any]:
    questions = situations_of(version)
    return {
        "is_blank": True,
        "questions": [(one.question, [option["label"] for option in one.options]) for one in questions],
        "sections": [_section(step, {}, {}, questions) for step in steps_of(version)],
        **_head(version, department),
    }


def own_form(actor: Actor, *, case_id: UUID) -> bytes:
    """Return the form filled in with everything the applicant wrote. Raises :class:`CaseNotFound` for others."""
    if not actor.is_citizen:
        raise errors.CaseNotFound
    case = get_case(actor, case_id)
    if case.state == State.DRAFT and case.agent_id != actor.person_id:  # filled in for somebody else
        raise errors.CaseNotFound
    return _filled(case, {key: answer["value"] for key, answer in case.answers.items()})


def staff_form(actor: Actor, *, case_id: UUID, reason: str) -> bytes:
    """Return the whole form to staff who may see the case; who printed it and why stays on record.

    Raises :class:`CaseNotFound` or :class:`ViewReasonMissing`.
    """
    if not actor.is_staff:
        raise Forbidden
    case = get_case(actor, case_id)
    return _filled(case, reading.unmask(actor, case_id=case_id, reason=reason))


def archived_form(case: Case) -> bytes:
    """Return the whole form for the archive, which keeps it sealed; nobody looks at it here."""
    return _filled(case, {key: answer["value"] for key, answer in case.answers.items()})


@_in_chinese
def _filled(case: Case, values: Mapping[str, Any]) -> bytes:
    version = case.item_version
    steps = visible_steps(version, case.situation)
    files = attachments.rows_by_field(case, [spec for step in steps for spec in step.fields])
    names = {key: row.document.file_name if row.document else row.reason for key, row in files.items()}
    rows = list(case.materials.all())
    signature = getattr(case, "signature", None)
    context = {
        "case": case,
        "applicant": case.applicant,
        "agent": case.agent,
        "situation": situation_labels(situations_of(version), case.situation),
        "sections": [_section(step, values, names, []) for step in steps],
        "materials": [(row.name, row.get_way_display()) for row in rows],
        "handwriting": drawn(case),
        "channel": signature.content.get("channel", "") if signature else "",
        "corrected_at": signature.signed_at if signature and signature.follows else None,
        **_head(version, case.department.name),
    }
    title = f"{version.name}申请表"
    return render_pdf(_TEMPLATE, context, title=title, author=case.department.name)


def _head(version: ItemVersion, department: str) -> dict[str, Any]:
    return {"item_name": version.name, "department_name": department, "version_number": version.version}


def _section(
    step: StepSpec, values: Mapping[str, Any], files: Mapping[str, str], questions: list[Situation]
) -> dict[str, Any]:
    return {"title": step.title, "rows": [_row(spec, values, files, questions) for spec in step.fields]}


def _row(
    spec: FieldSpec, values: Mapping[str, Any], files: Mapping[str, str], questions: list[Situation]
) -> dict[str, Any]:
    value = values.get(spec.key)
    table = spec.type == "group"
    filled = rows_of(spec, value) if table and isinstance(value, list) else []
    blank_rows = [[""] * len(spec.columns)] * min(max(spec.min_rows, _BLANK_ROWS), spec.max_rows)
    return {
        "label": spec.label,
        "required": spec.required,
        "help": spec.help,
        "condition": "；".join(f"{question}：{label}" for question, label in _conditions(spec, questions)),
        "choices": [label for _value, label in spec.pairs],
        "parts": _PART_NAMES.get(spec.type, ()),
        "text": files.get(spec.key, "") if spec.type == "file" else text_of(spec, value),
        "columns": [column.label for column in spec.columns] if table else [],
        "cells": filled if values else blank_rows,
    }


_PART_NAMES = {
    "person": ("姓名", "证件类型", "证件号码", "电话"),
    "organisation": ("单位名称", "统一社会信用代码"),
    "address": ("省、市、区县、街道", "详细地址"),
}


def _conditions(spec: FieldSpec, questions: list[Situation]) -> list[tuple[str, str]]:
    shown = []
    for question in questions:
        wanted = spec.when.get(question.key)
        values = wanted if isinstance(wanted, list) else [wanted]
        labels = [option["label"] for option in question.options if option["value"] in values]
        if labels:
            shown.append((question.question, "、".join(labels)))
    return shown
