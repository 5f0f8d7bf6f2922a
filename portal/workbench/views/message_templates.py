"""消息模板: the words of every event, their versions, a preview, and the way back to the first words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, Invalid
from identity.messaging import templates
from identity.messaging.kinds import GROUP_NAMES, OUTSIDE_FIELDS, Words, fill
from portal.access import actor_of, staff_required
from portal.workbench.message_forms import TemplateForm
from portal.workbench.pages import show
from portal.workbench.staff_forms import refuse

_LANGUAGE_NAMES = {"zh-hans": "中文", "en": "English"}
# What stands in a preview; nobody's real case.
_SAMPLE = {"number": "519900261122010000011", "day": "2026-12-01", "days": "5"}


@require_safe
@staff_required
def template_list(request: HttpRequest) -> HttpResponse:
    """Every event with its title in each language."""
    rows = [
        {
            "kind": kind,
            "group": GROUP_NAMES[kind.group],
            "languages": [(code, _LANGUAGE_NAMES[code], words) for code, words in found.items()],
        }
        for kind, found in templates.overview(actor_of(request))
    ]
    return show(request, "workbench/message_templates.html", {"rows": rows}, nav="management")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def template(request: HttpRequest, event: str, language: str) -> HttpResponse:
    """Read, preview or change the words of an event in a language."""
    actor = actor_of(request)
    kind, now, versions = templates.get(actor, event=event, language=language)
    first = {"version": now.version, "title": now.title, "body": now.body, "brief": now.brief}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=first)
    words, status, conflict = Words(now.title, now.body, now.brief), 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            words = form.words()
            problems = templates.problems_of(kind, words)
            if "preview" in request.POST and not problems:
                status = 200
            else:
                try:
                    templates.save(
                        actor,
                        event=event,
                        language=language,
                        words=words,
                        expected_version=form.cleaned_data["version"],
                    )
                except Conflict as error:
                    status, conflict = error.http_status, error
                except Invalid as error:
                    refuse(form, error)
                else:
                    messages.success(request, _("已保存，以后的消息用新的说法。"))
                    return redirect("message_template", event, language)
    sample = {**_SAMPLE, "item": _("某个事项")}
    context = {
        "kind": kind,
        "form": form,
        "conflict": conflict,
        "now": now,
        "versions": versions,
        "language": language,
        "language_name": _LANGUAGE_NAMES[language],
        "body_fields": [f"{{{name}}}" for name in sorted(kind.fields)],
        "brief_fields": [f"{{{name}}}" for name in sorted(kind.fields & OUTSIDE_FIELDS)],
        "preview": Words(words.title, fill(words.body, sample), fill(words.brief, sample)),
    }
    return show(request, "workbench/message_template.html", context, nav="management", status=status)


@require_POST
@staff_required
def template_reset(request: HttpRequest, event: str, language: str) -> HttpResponse:
    """Go back to the words that came with the site."""
    text = request.POST.get("version", "")
    expected = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
    templates.reset(actor_of(request), event=event, language=language, expected_version=expected)
    messages.success(request, _("已恢复成最初的说法。"))
    return redirect("message_template", event, language)
