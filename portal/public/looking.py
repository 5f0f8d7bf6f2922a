"""Looking at an application before it begins: its form with nothing in it, and answers that wait for a sign-in.

Nothing about a person is taken here: the controls are only shown, and of what is sent only the answers to the
guiding questions count.
"""

import time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.public.answer_forms import AnswersForm, as_one
from services.forms import FieldSpec, StepSpec
from services.queries import Guide

_KEY = "answers_before_sign_in"  # {item, answers, until}: of one item, the last one
_KEPT_FOR = 3600  # seconds
_PREFIX = "situation."
_MOST = 60  # questions and characters; more is nobody's guide
Rows = list[dict[str, Any]]


def form_rows(shown: Guide, step: StepSpec, authorities: dict[str, str] | None = None) -> Rows:
    """The controls of a page without any answer, as the template of answers draws them.

    With ``authorities`` ({element: who knows it}) each says whether it will be filled in after the sign-in.
    """
    materials = {material.key: material for material in shown.materials}
    form = AnswersForm(step, answers={}, region=shown.item.region.code)
    return [
        {
            "row": row,
            "bound": row.controls[0] if row.controls else None,
            "source": _source(row.spec, authorities or {}),
            "source_kind": "held",
            "inline": row.spec.type == "yesno",
            "file": {"is_missing": True, "requirement": materials.get(row.spec.material)},
        }
        for row in form.rows
    ]


def form_sections(shown: Guide, steps: tuple[StepSpec, ...], authorities: dict[str, str]) -> list[tuple[str, Rows]]:
    """(title, rows) of every page; as many queries as one page takes."""
    rows = {row["row"].spec.key: row for row in form_rows(shown, as_one(steps), authorities)}
    return [(step.title, [rows[spec.key] for spec in step.fields]) for step in steps]


def _source(spec: FieldSpec, authorities: dict[str, str]) -> str:
    if spec.is_asked_always:
        return ""
    known = {authorities[element] for element in (spec.element, *spec.parts.values()) if element in authorities}
    if not known:
        return ""
    return _("登录后从身份信息带出") if known == {"identity"} else _("有证照的，登录后自动带出")


def remember(request: HttpRequest, *, item_id: UUID, answers: dict[str, str]) -> None:
    """Keep answers over the sign-in, in this browser's session and nowhere else."""
    request.session[_KEY] = {"item": str(item_id), "answers": answers, "until": int(time.time()) + _KEPT_FOR}


def remembered(request: HttpRequest, *, item_id: UUID) -> dict[str, str]:
    """The answers kept for an item, unchecked; none when they are old or another item's."""
    kept = request.session.get(_KEY)
    if not isinstance(kept, dict) or kept.get("item") != str(item_id) or kept.get("until", 0) < time.time():
        return {}
    return dict(kept["answers"])


def forget(request: HttpRequest) -> None:
    """Let go of what was kept."""
    request.session.pop(_KEY, None)


def given_answers(request: HttpRequest) -> dict[str, str]:
    """The answers that come with the button that begins an application, unchecked."""
    names = [name for name in request.POST if name.startswith(_PREFIX)][:_MOST]
    return {name.removeprefix(_PREFIX): request.POST[name][:_MOST] for name in names}
