"""A version's way to publication, whatever it is a version of: starting a draft, and the page of one step."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from common.formatting import action_label
from identity.reviewing.states import VERSION_MOVES, VersionAction, VersionState
from portal.workbench.step_page import StepPage
from services.errors import VersionNotFound

Version = TypeVar("Version")
_DANGER = (VersionAction.DISCARD, VersionAction.RETURN)


def version_number(text: str) -> int | None:
    """The number of a version as an address or a form names it; None for none; raises :class:`VersionNotFound`."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise VersionNotFound
    return int(text)


def begin_draft(request: HttpRequest, *, fresh: Callable[[], Version], earlier: Callable[[int], Version]) -> Version:
    """Start a version from the one in force, or from the earlier one that ``version`` names; say so."""
    number = version_number(request.POST.get("version", ""))
    draft: Any = fresh() if number is None else earlier(number)
    messages.success(request, _("第 %(number)s 版草稿已经建好。") % {"number": draft.version})
    return draft


def wanted_step(action: str) -> VersionAction:
    """The step that an address names; raises :class:`VersionNotFound` for one that no page takes."""
    if action not in VersionAction.values or action == VersionAction.EDIT:
        raise VersionNotFound
    wanted = VersionAction(action)
    if VERSION_MOVES[wanted].by_system:
        raise VersionNotFound
    return wanted


def answer_step(
    request: HttpRequest,
    version: Any,
    wanted: VersionAction,
    form: forms.Form,
    take: Callable[..., Any],
    *,
    back: str,
    published: str = "",
    nav: str = "items",
) -> HttpResponse:
    """Show the page of one step, or take it and lead to ``back``.

    ``take`` gets the version's id, the expected revision and what the form gave, and returns the version afterwards;
    ``published`` is what to say of one that is in force now.
    """
    label = action_label(wanted.label)
    title = _("%(action)s：%(name)s（第 %(number)s 版）") % {
        "action": label,
        "name": version.name,
        "number": version.version,
    }

    def act() -> str:
        given = dict(form.cleaned_data)
        after = take(version_id=version.pk, expected_revision=given.pop("revision"), **given)
        if wanted == VersionAction.PUBLISH and after.state != VersionState.PUBLISHED:
            return _("已经定好，%(day)s 起自动生效。") % {"day": after.effective_on}
        if wanted == VersionAction.PUBLISH and published:
            return published
        return _("已办好：%(action)s。") % {"action": label}

    page = StepPage(request, form, title, label, back, is_danger=wanted in _DANGER, nav=nav)
    return page.answer(act, done=lambda: redirect(back))
