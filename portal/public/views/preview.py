"""A version as citizens will see it, for those who write it: its guide, its questions and the pages of its form.

The pages belong to the public surface because they are its own templates and forms; nothing typed here is kept.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.errors import Forbidden
from identity.actor import PUBLIC
from portal.access import actor_of, staff_required
from portal.public.forms import SituationForm
from portal.public.looking import form_rows
from portal.public.views.items import guide_page
from services.editing import queries
from services.errors import SituationInvalid, VersionNotFound
from services.forms import visible_steps
from services.queries import Guide, any_version_guide
from services.rules import next_situation, normal_situation, situation_labels

_PAGES = ("guide", "situation", "form")


@require_safe
@staff_required
def draft_preview(request: HttpRequest, item_id: UUID, version_number: int, page: str) -> HttpResponse:
    """One page of the preview; the answers to the questions and the form's page stand in the address."""
    actor = actor_of(request)
    item = queries.get_item(actor, item_id)
    if not queries.may_manage(actor, item):
        raise Forbidden
    if page not in _PAGES:
        raise VersionNotFound
    shown = any_version_guide(queries.get_version(actor, item, version_number))
    frame = _frame(shown, page)
    if page == "guide":
        context = {**guide_page(PUBLIC, shown), **frame, "is_open": True}
        return render(request, "public/preview_guide.html", context)
    answers = _answers(request, shown)
    if page == "situation":
        return _situation(request, shown, frame, answers)
    return _form(request, shown, frame, answers)


def _frame(shown: Guide, page: str) -> dict[str, Any]:
    keys = [shown.item.pk, shown.version.version]
    labels = {"guide": _("办事指南"), "situation": _("选情形"), "form": _("填表")}
    return {
        "version": shown.version,
        "back_url": f"{reverse('workbench_item', args=[keys[0]])}?version={keys[1]}",
        "tabs": [
            {"label": labels[name], "url": reverse("draft_preview", args=[*keys, name]), "is_here": name == page}
            for name in _PAGES
        ],
    }


def _answers(request: HttpRequest, shown: Guide) -> dict[str, str]:
    """The answers in the address that count; none when one of them is not offered."""
    try:
        return normal_situation(shown.situations, request.GET)
    except SituationInvalid:
        return {}


def _situation(request: HttpRequest, shown: Guide, frame: dict[str, Any], answers: dict[str, str]) -> HttpResponse:
    keys = [shown.item.pk, shown.version.version]
    context = {
        **frame,
        "form": SituationForm(shown.situations, chosen=answers) if shown.situations else None,
        "is_done": next_situation(shown.situations, answers) is None,
        "form_url": f"{reverse('draft_preview', args=[*keys, 'form'])}?{urlencode(answers)}",
    }
    return render(request, "public/preview_situation.html", context)


def _form(request: HttpRequest, shown: Guide, frame: dict[str, Any], answers: dict[str, str]) -> HttpResponse:
    pages = visible_steps(shown.version, answers)
    asked = request.GET.get("page_number", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    number = max(1, min(number, len(pages)))
    step = pages[number - 1] if pages else None
    context = {
        **frame,
        "situation": situation_labels(shown.situations, answers),
        "is_open": next_situation(shown.situations, answers) is not None,
        "situation_url": frame["tabs"][1]["url"],
        "step": step,
        "rows": form_rows(shown, step) if step else [],
        "is_preview": True,
        "step_number": number,
        "step_count": len(pages),
        "before": _page_url(frame, answers, number - 1) if number > 1 else "",
        "after": _page_url(frame, answers, number + 1) if number < len(pages) else "",
    }
    return render(request, "public/preview_form.html", context)


def _page_url(frame: dict[str, Any], answers: dict[str, str], number: int) -> str:
    return f"{frame['tabs'][2]['url']}?{urlencode({**answers, 'page_number': str(number)})}"
