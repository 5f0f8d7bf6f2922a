"""Asking the department about one's case, and reading its answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.consultation import actions, queries, rules
from cases.consultation.errors import ConsultationClosed, TooManyQuestions
from cases.errors import CaseNotFound
from cases.states import State
from cases.visibility import visible_to
from common.errors import DomainError, Invalid
from portal.access import actor_of, citizen_required
from portal.consultation import MessageForm, messages_of
from portal.downloads import file_response


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def my_questions(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The questions about a case with their answers, and the box for the next one."""
    if request.method != "POST":
        return _page(request, case_id, MessageForm())
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case_id, form, status=422)
    try:
        actions.ask(
            actor_of(request),
            case_id=case_id,
            text=form.cleaned_data["text"],
            uploads=form.cleaned_data["attachments"],
            request_key=form.key(),
        )
    except Invalid as error:
        form.add_refusals(error.fields, f"{error.text}{error.what_to_do}")
        return _page(request, case_id, form, status=422)
    except (ConsultationClosed, TooManyQuestions) as error:
        return _page(request, case_id, form, refusal=error, status=409)
    messages.success(request, _("您的问题已交给部门，答复以后会告诉您。"))
    return redirect("my_questions", case_id=case_id)


def _page(
    request: HttpRequest,
    case_id: UUID,
    form: MessageForm,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    case, thread = queries.open_thread(actor, case_id)
    if case.state == State.DRAFT:
        raise CaseNotFound
    may_ask = rules.may_ask(case, thread, today=timezone.localdate()) and visible_to(actor).filter(pk=case_id).exists()
    context = {
        "nav": "cases",
        "case": case,
        "version": case.item_version,
        "thread": thread,
        "messages_of_thread": messages_of(thread),
        "may_ask": may_ask,
        "days": rules.limit().days,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "public/questions.html", context, status=status)


@require_safe
@citizen_required
def question_file(request: HttpRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """A file of the thread."""
    row, content = queries.file(actor_of(request), case_id, file_id)
    return file_response(content, media_type=row.media_type, name=row.name.rsplit(".", 1)[0])
