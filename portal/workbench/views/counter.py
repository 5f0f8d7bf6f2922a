"""当面登记: a clerk registers somebody who shows their document, with or without a phone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from certificates.identity_actions import register_with_scan
from common.errors import DomainError, Forbidden
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, show
from portal.workbench.person_forms import ShownForm, refuse


@sensitive_post_parameters("id_number", "name", "phone")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def register(request: HttpRequest) -> HttpResponse:
    """The way to people who are registered, and the form for one who is not."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    form = ShownForm(initial={"request_key": new_request_key()})
    status = 200
    if request.method == "POST":
        form = ShownForm(request.POST, request.FILES)
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                register_with_scan(actor, shown=form.shown(), scan=data["scan"], request_key=data["request_key"])
            except Forbidden:
                raise
            except DomainError as error:
                status = refuse(form, error)
            else:
                messages.success(request, _("已登记并当面核验，可以办理事项了。"))
                return redirect("workbench_counter")
    return show(request, "workbench/counter.html", {"form": form}, nav="management", status=status)
