"""启用账号: a member of staff sets their own password with the one-time code an administrator handed them."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from common.addresses import client_address
from common.errors import Invalid
from common.limits import is_over
from identity.staff.actions.accounts import enrol
from identity.staff.errors import TooManyEnrolments
from portal.access import actor_of
from portal.public.account_forms import NewPasswordForm

_MOST_TRIES = 30  # from one address in a quarter of an hour; each code bears ten of its own
_SECONDS = 15 * 60


class EnrolmentForm(NewPasswordForm):
    """Number, code and the password to be, twice."""

    staff_number = forms.CharField(
        label=gettext_lazy("工号"),
        max_length=32,
        error_messages={"required": gettext_lazy("请填写工号。")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=gettext_lazy("启用码"),
        max_length=40,
        help_text=gettext_lazy("管理员交给您的 16 位字母和数字，大小写、短横都不要紧"),
        error_messages={"required": gettext_lazy("请填写启用码。")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    field_order = ("staff_number", "code", "password", "again")


@never_cache
@sensitive_post_parameters("password", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_page(request: HttpRequest) -> HttpResponse:
    """The form, and setting the password; then the person signs in with it."""
    if request.user.is_authenticated:
        messages.info(request, _("您已经登录。要启用另一个账号，请先退出。"))
        return redirect("home")
    form = EnrolmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if is_over("enrol", client_address(request) or "", most=_MOST_TRIES, seconds=_SECONDS):
            raise TooManyEnrolments
        sent = form.cleaned_data
        try:
            enrol(actor_of(request), staff_number=sent["staff_number"], code=sent["code"], password=sent["password"])
        except Invalid as error:
            for name, text in error.fields.items():
                form.add_error(name, str(text))
        else:
            messages.success(request, _("密码已设置，启用码已经作废。请用工号和新密码登录。"))
            return redirect("account_login")
    return render(request, "account/enrol.html", {"form": form}, status=422 if form.is_bound else 200)
