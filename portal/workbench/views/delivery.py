"""待发放: results that wait at the counter, and handing one out against its pick-up code."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.delivery import actions, queries
from cases.delivery.errors import CodeUnknown, NotReady, ReceiverUnknown, TooManyCodeTries
from cases.delivery.models import Delivery
from common.errors import DomainError, Forbidden
from common.masking import mask_id, mask_name
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import page_of, show
from portal.workbench.show.people import party_name


class CodeForm(forms.Form):
    """What somebody says at the counter."""

    code = forms.CharField(
        label=gettext_lazy("取件码"),
        max_length=20,
        help_text=gettext_lazy("来人手机上的八位字母和数字，大小写都行"),
        error_messages={"required": gettext_lazy("请填取件码。")},
    )


class ReceiverForm(forms.Form):
    """Who stands at the counter, with the code again."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=20)
    receiver = forms.TypedChoiceField(
        label=gettext_lazy("来人是"),
        coerce=UUID,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("核对来人的身份证件"),
        error_messages={
            "required": gettext_lazy("请选来人。"),
            "invalid_choice": gettext_lazy("请选来人：只能是本人（法定代表人）或者有委托的人。"),
        },
    )

    def __init__(self, delivery: Delivery, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = queries.receivers_of(delivery.case)
        self.fields["receiver"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{mask_name(one.name)}（{mask_id(one.id_number)}）") for one in people
        ]


@require_safe
@staff_required
def to_hand_out(request: HttpRequest) -> HttpResponse:
    """What waits at this post's counter, longest first."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    page = page_of(request, queries.to_hand_out(actor))
    rows = [{"delivery": one, "case": one.case, "applicant": party_name(one.case.applicant)} for one in page]
    return show(request, "workbench/to_hand_out.html", {"page": page, "rows": rows}, nav="management")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def pick_up(request: HttpRequest) -> HttpResponse:
    """Enter a code, see whose result it is, hand it out."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    form = CodeForm(request.POST or None)
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            delivery = actions.find_by_code(actor, code=form.cleaned_data["code"])
            return _receiver(request, delivery, form.cleaned_data["code"])
        except (CodeUnknown, NotReady) as error:
            form.add_error("code", error.text)
        except TooManyCodeTries as error:
            problem = error
    status = problem.http_status if problem else 422 if form.is_bound else 200
    return show(request, "workbench/pick_up.html", {"form": form, "problem": problem}, nav="management", status=status)


def _receiver(request: HttpRequest, delivery: Delivery, code: str) -> HttpResponse:
    is_sent = "step" in request.POST
    form = ReceiverForm(delivery, request.POST) if is_sent else ReceiverForm(delivery, initial={"code": code})
    if is_sent and form.is_valid():
        try:
            actions.hand_out(
                actor_of(request), delivery_id=delivery.pk, code=code, receiver_id=form.cleaned_data["receiver"]
            )
        except ReceiverUnknown as error:
            form.add_error("receiver", error.text)
        else:
            messages.success(request, _("已发放，送达日期记为今天。"))
            return redirect("to_hand_out")
    context = {"form": form, "delivery": delivery, "applicant": party_name(delivery.case.applicant)}
    return show(request, "workbench/pick_up.html", context, nav="management", status=422 if is_sent else 200)
