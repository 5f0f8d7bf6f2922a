"""Changing one's phone, name or document, and binding an organisation that one represents."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError, Forbidden
from identity import levels
from identity.account_queries import own_person
from identity.models import OneTimeCode
from identity.organisations import actions as organisations
from identity.organisations.queries import bindings_tried, own_organisations
from identity.persons.actions import change_facts, change_phone
from identity.persons.face_actions import begin_face_check, finish_face_check
from portal.access import actor_of, citizen_required, step_up_required
from portal.public import phone_proof
from portal.public.account_forms import BindingForm, IdentityFields, NewPhoneForm, PhoneCodesForm, show_refusal

_PAGE = ["GET", "HEAD", "POST"]
_Purpose = OneTimeCode.Purpose
_OLD = "old_phone_proof"
_LOST = "old_phone_lost"


@never_cache
@require_http_methods(_PAGE)
@citizen_required
@step_up_required
def new_phone(request: HttpRequest) -> HttpResponse:
    """First step of another phone: its number, and whether the old one still rings."""
    person = own_person(actor_of(request))
    form = NewPhoneForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        is_lost = form.cleaned_data["has_old"] == "no" or not person.phone
        try:
            phone_proof.begin(request, phone=form.cleaned_data["phone"], purpose=_Purpose.NEW_PHONE)
            if not is_lost and person.phone:
                phone_proof.begin(request, phone=person.phone, purpose=_Purpose.OLD_PHONE, key=_OLD)
        except DomainError as error:
            show_refusal(form, error)
            status = error.http_status
        else:
            request.session[_LOST] = is_lost
            return redirect("new_phone_codes")
    context = {"form": form, "person": person}
    return render(request, "account/new_phone.html", context, status=status)


@never_cache
@sensitive_post_parameters("code", "old_code")
@require_http_methods(_PAGE)
@citizen_required
@step_up_required
def new_phone_codes(request: HttpRequest) -> HttpResponse:
    """Second step: the codes. Other devices are signed out, the old phone is told."""
    proof = phone_proof.under_way(request, _Purpose.NEW_PHONE)
    old = phone_proof.under_way(request, _Purpose.OLD_PHONE, key=_OLD)
    if proof is None:
        return redirect("new_phone")
    with_old = not request.session.get(_LOST) and old is not None
    form = PhoneCodesForm(request.POST or None, with_old=with_old)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            change_phone(
                actor_of(request),
                phone=proof.phone,
                code_id=proof.code_id,
                code=form.cleaned_data["code"],
                old_code_id=old.code_id if with_old and old else None,
                old_code=form.cleaned_data.get("old_code", ""),
                current_key=request.session.session_key or "",
            )
        except DomainError as error:
            show_refusal(form, error)
            status = error.http_status
        else:
            phone_proof.forget(request)
            phone_proof.forget(request, key=_OLD)
            messages.success(request, _("手机号已更换，其他设备都已经退出登录。"))
            return redirect("my_account")
    context = {"form": form, "phone": proof.phone, "with_old": with_old}
    return render(request, "account/new_phone_codes.html", context, status=status)


@never_cache
@sensitive_post_parameters("name", "id_number")
@require_http_methods(_PAGE)
@citizen_required
@step_up_required
def change_identity(request: HttpRequest) -> HttpResponse:
    """Another name or document, when the population library confirms it."""
    person = own_person(actor_of(request))
    form = IdentityFields(request.POST or None, initial={"document_kind": person.document_kind})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            change_facts(
                actor_of(request),
                name=data["name"],
                document_kind=data["document_kind"],
                id_number=data["id_number"],
                issuer=data["issuer"],
                current_key=request.session.session_key or "",
            )
        except DomainError as error:
            show_refusal(form, error)
            status = error.http_status
        else:
            messages.success(request, _("已按登记信息更改，其他设备都已经退出登录。"))
            return redirect("my_account")
    return render(request, "account/change_identity.html", {"form": form, "person": person}, status=status)


@never_cache
@require_safe
@citizen_required
def face_check(request: HttpRequest) -> HttpResponse:
    """Lead to the face service's page; it sends the browser back here with its one-time proof."""
    actor, proof = actor_of(request), request.GET.get("proof", "")
    if not proof:
        return redirect(begin_face_check(actor, return_url=request.build_absolute_uri(request.path)))
    level = finish_face_check(actor, proof=proof)
    messages.success(request, _("人脸核验通过，您的实名等级现在是%(level)s。") % {"level": levels.name_of(level)})
    return redirect("my_account")


@never_cache
@require_http_methods(_PAGE)
@citizen_required
def my_organisations(request: HttpRequest) -> HttpResponse:
    """The organisations one represents, with the register's state, and the form to bind another."""
    actor = actor_of(request)
    form = BindingForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            found = organisations.bind(actor, uscc=form.cleaned_data["uscc"], name=form.cleaned_data["name"])
        except Forbidden:
            raise
        except DomainError as error:
            show_refusal(form, error)
            status = error.http_status
        else:
            messages.success(request, _("已绑定%(name)s，可以代表它办理了。") % {"name": found.name})
            return redirect("my_organisations")
    context: dict[str, Any] = {
        "form": form,
        "organisations": list(own_organisations(actor)),
        "last": bindings_tried(actor).first(),
        "may_bind": levels.has(actor, levels.Right.AUTHORISE) and actor.principal_id == actor.person_id,
        "needed": levels.name_of(levels.NEEDED[levels.Right.AUTHORISE]),
    }
    return render(request, "public/organisations.html", context, status=status)


@require_POST
@citizen_required
def refresh_organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Ask the corporate library again."""
    found = organisations.refresh(actor_of(request), organisation_id=organisation_id)
    state = found.get_state_display()
    messages.success(request, _("已重新核对%(name)s：%(state)s。") % {"name": found.name, "state": state})
    return redirect("my_organisations")
