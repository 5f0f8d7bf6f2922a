"""自然人与法人: one person or organisation by the whole number and with a reason. Nobody browses here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from certificates.identity_actions import change_with_scan, confirm_with_scan
from common.errors import DomainError, Forbidden, NotFound
from common.masking import mask_id, mask_name, mask_phone
from identity import levels
from identity.actor import Actor
from identity.models import Person
from identity.organisations import actions as organisations
from identity.organisations.reading import look_up_organisation
from identity.permissions import Permission
from identity.persons import documents
from identity.persons.merge_actions import report_pair
from identity.persons.queries import Dossier, look_up, may_look, open_dossier
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, show
from portal.workbench.person_forms import ORGANISATION, DuplicateForm, ScanForm, SearchForm, ShownForm, refuse

_PAGE = ["GET", "HEAD", "POST"]


def person_card(person: Person) -> dict[str, Any]:
    """What the pages show of a person: masked, whoever looks."""
    born = person.born
    return {
        "id": person.pk,
        "name": mask_name(person.name),
        "kind": documents.NAMES.get(person.document_kind, person.document_kind),
        "number": mask_id(person.id_number),
        "born": f"{born.year}-**-**" if born else "",
        "phone": mask_phone(person.phone) if person.phone else "",
        "region": person.region.name if person.region else "",
        "level": levels.name_of(person.assurance_level),
    }


@sensitive_post_parameters("id_number")
@require_http_methods(_PAGE)
@staff_required
@fresh_sign_in
def search(request: HttpRequest) -> HttpResponse:
    """Ask for a number and a reason; the answer is shown once, at no address of its own."""
    actor = actor_of(request)
    if not may_look(actor):
        raise Forbidden
    if request.method != "POST":
        return _search_page(request, SearchForm(initial={"request_key": new_request_key()}), {})
    form = SearchForm(request.POST)
    if not form.is_valid():
        return _search_page(request, form, {}, 422)
    try:
        found = _find(actor, form.cleaned_data)
    except Forbidden:
        raise
    except DomainError as error:
        return _search_page(request, form, {}, refuse(form, error))
    return _search_page(request, form, found)


def _find(actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    if data["document_kind"] == ORGANISATION:
        organisation = look_up_organisation(actor, uscc=data["id_number"], reason=data["reason"])
        representative = mask_name(organisation.legal_representative.name)
        return {"organisation": organisation, "representative": representative}
    document = documents.check(data["document_kind"], data["id_number"], issuer=data["issuer"])
    person = look_up(actor, document, reason=data["reason"])
    return _dossier(open_dossier(actor, person.pk, reason=data["reason"]))


def _dossier(dossier: Dossier) -> dict[str, Any]:
    return {
        "person": person_card(dossier.person),
        "account": dossier.account,
        "organisations": dossier.organisations,
        "changes": [
            {"kind": row.get_kind_display(), "source": row.source, "at": row.created_at} for row in dossier.changes
        ],
        "merges": dossier.merges,
    }


def _search_page(request: HttpRequest, form: SearchForm, found: dict[str, Any], status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "form": form,
        **found,
        "may_counter": bool(actor.departments(Permission.COUNTER)),
        "may_manage": bool(actor.departments(Permission.MANAGE_PERSONS)),
    }
    return show(request, "workbench/persons.html", context, nav="management", status=status)


_STEPS = {
    "face": (Permission.COUNTER, ScanForm),
    "change": (Permission.COUNTER, ShownForm),
    "duplicate": (Permission.MANAGE_PERSONS, DuplicateForm),
}


@sensitive_post_parameters("id_number", "name", "phone")
@require_http_methods(_PAGE)
@staff_required
@fresh_sign_in
def step(request: HttpRequest, person_id: UUID, action: str) -> HttpResponse:
    """One act on a person: the face-to-face check, a change by the document shown, or a report of a second row."""
    if action not in _STEPS:
        raise NotFound
    actor = actor_of(request)
    permission, kind = _STEPS[action]
    if not actor.departments(permission):
        raise Forbidden
    dossier = open_dossier(actor, person_id, reason=_titles()[action])
    form: Any = kind(initial={"request_key": new_request_key()})
    status = 200
    if request.method == "POST":
        form = kind(request.POST, request.FILES)
        status = 422
        if form.is_valid():
            try:
                return _do(request, actor, dossier.person, action, form)
            except Forbidden:
                raise
            except DomainError as error:
                status = refuse(form, error)
    context = {"form": form, "title": _titles()[action], "action": action, "person": person_card(dossier.person)}
    return show(request, "workbench/person_step.html", context, nav="management", status=status)


def _titles() -> dict[str, str]:
    return {
        "face": _("窗口当面核验"),
        "change": _("按证件更改信息"),
        "duplicate": _("报告重复登记"),
    }


def _do(request: HttpRequest, actor: Actor, person: Person, action: str, form: Any) -> HttpResponse:
    data = form.cleaned_data
    if action == "duplicate":
        document = documents.check(data["document_kind"], data["id_number"], issuer=data["issuer"])
        other = look_up(actor, document, reason=data["reason"])
        pair = report_pair(actor, first_id=person.pk, second_id=other.pk, signs=["officer"])
        return redirect("workbench_duplicate", pair.pk)
    key = data["request_key"]
    if action == "face":
        confirm_with_scan(actor, person_id=person.pk, scan=data["scan"], request_key=key)
        messages.success(request, _("已记录当面核验，实名等级升到最高级。"))
    else:
        change_with_scan(actor, person_id=person.pk, shown=form.shown(), scan=data["scan"], request_key=key)
        messages.success(request, _("已按证件更改。"))
    return redirect("workbench_persons")


@require_POST
@staff_required
@fresh_sign_in
def refresh(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Ask the corporate library again."""
    actor = actor_of(request)
    if not actor.departments(Permission.MANAGE_PERSONS):
        raise Forbidden
    found = organisations.refresh(actor, organisation_id=organisation_id)
    values = {"name": found.name, "state": found.get_state_display()}
    messages.success(request, _("已重新核对%(name)s：%(state)s。") % values)
    return redirect("workbench_persons")
