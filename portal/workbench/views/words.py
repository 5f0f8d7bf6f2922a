"""搜索用词: what people say and what it stands for, and questions that found nothing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import Conflict, DomainError, Forbidden, Invalid
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.workbench.forms import SynonymForm, WordFilterForm
from portal.workbench.pages import page_of, show
from services.models import Synonym
from services.searching import actions, queries

_MISSES = 30


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def words(request: HttpRequest) -> HttpResponse:
    """The synonyms, a form for a new one, and what was asked in vain. Only for posts that manage items."""
    actor = _editor(request)
    if request.method != "POST":
        return _page(request, actor, SynonymForm(initial={"term": request.GET.get("term", "")[:20]}))
    form = SynonymForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            synonym = actions.add_synonym(actor, term=form.cleaned_data["term"], stands_for=form.lines())
        except DomainError as error:
            status = _refused(form, error)
        else:
            messages.success(request, _("“%(term)s”已经生效，现在就能搜到。") % {"term": synonym.term})
            return redirect("workbench_words")
    return _page(request, actor, form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def word(request: HttpRequest, synonym_id: UUID) -> HttpResponse:
    """Change what one term stands for, or take it away."""
    actor = _editor(request)
    synonym = queries.get_synonym(actor, synonym_id)
    if request.method != "POST":
        return _word_page(request, synonym, _form_of(synonym))
    form = SynonymForm(request.POST, term=synonym.term)
    status = 422
    if "remove" in request.POST or form.is_valid():
        try:
            done = _save(actor, synonym, form, is_removal="remove" in request.POST)
        except DomainError as error:
            form.is_valid()
            status = _refused(form, error)
        else:
            messages.success(request, done)
            return redirect("workbench_words")
    return _word_page(request, synonym, form, status=status)


def _save(actor: Actor, synonym: Synonym, form: SynonymForm, *, is_removal: bool) -> str:
    seen = form.data.get("seen", "")
    if is_removal:
        actions.remove_synonym(actor, synonym_id=synonym.pk, seen=seen)
        return _("“%(term)s”已经删掉。") % {"term": synonym.term}
    actions.change_synonym(actor, synonym_id=synonym.pk, stands_for=form.lines(), seen=seen)
    return _("“%(term)s”已经改好。") % {"term": synonym.term}


@require_POST
@staff_required
def ignore_miss(request: HttpRequest) -> HttpResponse:
    """Take a question off the work list."""
    text = request.POST.get("text", "")
    actions.ignore_miss(_editor(request), text=text)
    messages.success(request, _("“%(text)s”不再列出。") % {"text": text})
    return redirect("workbench_words")


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.departments(Permission.MANAGE_ITEMS):
        raise Forbidden
    return actor


def _refused(form: SynonymForm, error: DomainError) -> int:
    """Put a refusal into the form and return its status."""
    if isinstance(error, Invalid):
        for name, text in error.fields.items():
            form.add_error(name if name in form.fields else None, str(text))
    elif isinstance(error, Conflict):
        form.add_error(None, f"{error.text}{error.what_to_do}")
    else:
        raise error
    return error.http_status


def _page(request: HttpRequest, actor: Actor, form: SynonymForm, *, status: int = 200) -> HttpResponse:
    filters = WordFilterForm(request.GET)
    filters.is_valid()  # a wrong value is left out
    text = filters.cleaned_data.get("text", "")
    context = {
        "form": form,
        "filters": filters,
        "text": text,
        "page": page_of(request, queries.synonyms(actor, text=text)),
        "misses": queries.open_misses(actor, limit=_MISSES),
        "address": reverse("workbench_words"),
    }
    return show(request, "workbench/words.html", context, nav="items", status=status)


def _form_of(synonym: Synonym) -> SynonymForm:
    initial = {"stands_for": "\n".join(synonym.stands_for), "seen": queries.version_of(synonym)}
    return SynonymForm(initial=initial, term=synonym.term)


def _word_page(request: HttpRequest, synonym: Synonym, form: SynonymForm, *, status: int = 200) -> HttpResponse:
    return show(request, "workbench/word.html", {"synonym": synonym, "form": form}, nav="items", status=status)
