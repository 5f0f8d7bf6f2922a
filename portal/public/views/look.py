"""先看看要填什么: the whole application of an item for anybody, before a sign-in. Nothing typed is taken or kept."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.access import actor_of
from portal.public import looking
from portal.public.forms import SituationForm
from portal.public.materials import materials_asked
from portal.public.views.items import entry_of
from services.elements import element_authorities
from services.errors import SituationInvalid
from services.forms import visible_steps
from services.queries import Guide, get_known_item, guide
from services.rules import next_situation, normal_situation
from services.standing import closure

_Problems = list[tuple[str, str]]


@require_safe
def look_inside(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The guiding questions, and every field and material that the answers in the address ask for."""
    item = get_known_item(item_id)
    if closure(item):
        return redirect("item_guide", item_id)
    shown = guide(item)
    is_asked = any(question.key in request.GET for question in shown.situations)
    kept = {} if is_asked else looking.remembered(request, item_id=item_id)
    answers, problems = _answers(shown, kept or request.GET)
    return _page(request, shown, answers, [] if kept else problems)


@require_POST
def sign_in_with_answers(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Go to the sign-in and come back to the same answers; only those of the item's own questions are kept."""
    item = get_known_item(item_id)
    if closure(item):
        return redirect("item_guide", item_id)
    shown = guide(item)
    answers, problems = _answers(shown, request.POST)
    if problems:
        return _page(request, shown, answers, problems)
    looking.remember(request, item_id=item_id, answers=answers)
    back = reverse("look_inside", args=[item_id])
    if request.user.is_authenticated:
        return redirect(back)
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def _answers(shown: Guide, given: Mapping[str, Any]) -> tuple[dict[str, str], _Problems]:
    """The answers that count, and what is wrong with the others: those are asked again."""
    left = {question.key: str(given.get(question.key) or "") for question in shown.situations}
    problems: _Problems = []
    while True:
        try:
            return normal_situation(shown.situations, left), problems
        except SituationInvalid as error:
            problems += [(f"id_{key}_0", str(message)) for key, message in error.fields.items()]
            left = {key: value for key, value in left.items() if key not in error.fields}


def _page(request: HttpRequest, shown: Guide, answers: dict[str, str], problems: _Problems) -> HttpResponse:
    actor = actor_of(request)
    steps = visible_steps(shown.version, answers)
    materials = materials_asked(shown, answers, actor)
    context = {
        "nav": "items",
        "guide": shown,
        "version": shown.version,
        "questions": SituationForm(shown.situations, chosen=answers) if shown.situations else None,
        "answers": answers,
        "problems": problems,
        "has_more": next_situation(shown.situations, answers) is not None,
        "sections": looking.form_sections(shown, steps, element_authorities()) if steps else [],
        "field_count": sum(len(step.fields) for step in steps),
        "always": [row for row in materials if not row.condition],
        "sometimes": [row for row in materials if row.condition],
        "is_preview": True,
        **entry_of(actor, shown),
        "crumbs": [(_("首页"), "/"), (shown.version.name, f"/items/{shown.item.pk}/"), (_("先看看要填什么"), "")],
    }
    return render(request, "public/look.html", context, status=422 if problems else 200)
