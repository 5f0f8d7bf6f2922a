"""监护登记: guardians, people who live on their own income, and rulings that give capacity back."""

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from certificates.mandate_actions import record_guardianship, record_own_income, restore_capacity
from common.errors import Conflict, Forbidden, Invalid
from identity.actor import Actor
from identity.mandates.capacity import Grade
from identity.mandates.guardianship_actions import Guardianship
from identity.models import Mandate, Person
from identity.permissions import Permission
from identity.queries import find_person_by_id_number
from identity.rules import is_same_name
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, show


class What(models.TextChoices):
    """What is recorded."""

    GUARDIAN = "guardian", gettext_lazy("登记监护人")
    INCOME = "income", gettext_lazy("满十六周岁，以自己的劳动收入生活")
    RESTORED = "restored", gettext_lazy("法院恢复民事行为能力")


class GuardianForm(forms.Form):
    """What the papers say: shape only; what the law asks for, the actions decide."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    what = forms.ChoiceField(
        label=gettext_lazy("登记什么"),
        choices=What.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择登记什么。")},
    )
    ward_name = forms.CharField(
        label=gettext_lazy("被监护人（本人）姓名"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写姓名。")},
    )
    ward_number = forms.CharField(
        label=gettext_lazy("被监护人（本人）公民身份号码"),
        max_length=30,
        help_text=gettext_lazy("没有登记过的人会一并登记，不用手机号"),
        error_messages={"required": gettext_lazy("请填写公民身份号码。")},
    )
    address = forms.CharField(label=gettext_lazy("被监护人住址"), required=False, max_length=200)
    agent_name = forms.CharField(
        label=gettext_lazy("监护人姓名"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("登记监护人时填写"),
    )
    id_number = forms.CharField(
        label=gettext_lazy("监护人公民身份号码"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("登记监护人时填写；监护人要先有自己的账号"),
    )
    proof = forms.ChoiceField(
        label=gettext_lazy("凭什么登记监护人"), required=False, choices=Mandate.Proof.choices, widget=forms.RadioSelect
    )
    proof_number = forms.CharField(
        label=gettext_lazy("证明或者文书的编号"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("户口簿可以不填"),
    )
    grade = forms.ChoiceField(
        label=gettext_lazy("法院认定的民事行为能力"),
        required=False,
        choices=[("", gettext_lazy("没有法院认定（未成年人）")), *Grade.choices[:2]],
        widget=forms.RadioSelect,
    )
    ruling_number = forms.CharField(
        label=gettext_lazy("法院文书编号或者收入证明"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("被监护人是成年人、登记劳动收入或者恢复行为能力时填写"),
    )
    scan = forms.FileField(
        label=gettext_lazy("证明或者文书的扫描件"),
        help_text=gettext_lazy("PDF 或照片；原件当场核对后退还"),
        error_messages={"required": gettext_lazy("请上传扫描件。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def guardians(request: HttpRequest) -> HttpResponse:
    """The form; only for posts that take in applications."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    if request.method != "POST":
        first = {"request_key": new_request_key(), "what": What.GUARDIAN, "grade": ""}
        return _page(request, GuardianForm(initial=first))
    form = GuardianForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        said = _record(actor, form)
    except Invalid as error:
        _refuse(form, error)
        return _page(request, form, status=error.http_status)
    except Conflict as error:
        form.add_error(None, f"{error.text}{error.what_to_do}")
        return _page(request, form, status=error.http_status)
    messages.success(request, said)
    return redirect("workbench_guardians")


def _record(actor: Actor, form: GuardianForm) -> str:
    data = form.cleaned_data
    kept = {"scan": data["scan"], "request_key": data["request_key"]}
    if data["what"] == What.GUARDIAN:
        facts = Guardianship(
            guardian_name=data["agent_name"],
            guardian_id_number=data["id_number"],
            proof=data["proof"],
            proof_number=data["proof_number"],
            grade=data["grade"],
            ruling_number=data["ruling_number"],
        )
        number, name = data["ward_number"], data["ward_name"]
        record_guardianship(actor, ward_name=name, ward_id_number=number, address=data["address"], facts=facts, **kept)
        return _("监护人已登记，现在就能代办。")
    person = _person(data["ward_name"], data["ward_number"])
    if data["what"] == What.INCOME:
        record_own_income(actor, person=person, reference=data["ruling_number"], **kept)
        return _("已登记，现在可以自己办理。")
    restore_capacity(actor, person=person, reference=data["ruling_number"], **kept)
    return _("已登记恢复民事行为能力。")


def _person(name: str, number: str) -> Person:
    person = find_person_by_id_number(number)
    if person is None or not is_same_name(person.name, name):
        raise Invalid(fields={"ward_number": _("没有姓名和公民身份号码都相符的人，请与身份证核对。")})
    return person


_WARDS = {"ward_id_number": "ward_number"}


def _refuse(form: GuardianForm, error: Invalid) -> None:
    for name, message in error.fields.items():
        known = _WARDS.get(name, name)
        form.add_error(known if known in form.fields else None, str(message))
    if not error.fields:
        form.add_error(None, error.text)


def _page(request: HttpRequest, form: GuardianForm, *, status: int = 200) -> HttpResponse:
    return show(request, "workbench/guardians.html", {"form": form}, nav="mandates", status=status)
