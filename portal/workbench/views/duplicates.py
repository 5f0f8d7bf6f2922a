"""重复登记: likely pairs, side by side and masked; a data officer merges them or says that they are two."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError, Forbidden
from common.masking import mask_name
from identity.actor import Actor
from identity.models import LikelyDuplicate
from identity.persons.merge_actions import mark_different, merge
from identity.persons.queries import open_pair, open_pairs
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.person_forms import MergeForm, refuse
from portal.workbench.views.persons import person_card


@require_safe
@staff_required
def pairs(request: HttpRequest) -> HttpResponse:
    """Pairs that nobody has settled."""
    page = page_of(request, open_pairs(actor_of(request)))
    signs = _signs()
    rows = [
        {
            "id": pair.pk,
            "name": mask_name(pair.first.name),
            "signs": [signs.get(sign, sign) for sign in pair.signs],
            "at": pair.created_at,
        }
        for pair in page.object_list
    ]
    return show(request, "workbench/duplicates.html", {"page": page, "rows": rows}, nav="management")


def _signs() -> dict[str, str]:
    return {"phone": _("同一手机号"), "region": _("同一地区"), "officer": _("工作人员报告")}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def pair(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Two registrations side by side, and what to do with them. The look at both is recorded."""
    actor = actor_of(request)
    found = open_pair(actor, pair_id, reason=_("核对重复登记"))
    form = MergeForm(initial={"request_key": new_request_key()})
    status = 200
    if request.method == "POST":
        form = MergeForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                return _settle(request, actor, found, form.cleaned_data)
            except Forbidden:
                raise
            except DomainError as error:
                status = refuse(form, error)
    sides = [
        {"label": label, "person": person_card(person), "has_account": hasattr(person, "account")}
        for label, person in ((_("甲"), found.first), (_("乙"), found.second))
    ]
    is_open = found.state == LikelyDuplicate.State.OPEN
    context = {"pair": found, "sides": sides, "form": form, "is_open": is_open}
    return show(request, "workbench/duplicate.html", context, nav="management", status=status)


def _settle(request: HttpRequest, actor: Actor, found: LikelyDuplicate, data: dict[str, Any]) -> HttpResponse:
    if data["kept"] == "different":
        mark_different(actor, pair_id=found.pk, reason=data["reason"])
        messages.success(request, _("已记下不是同一人，不会再提示。"))
        return redirect("workbench_duplicates")
    kept, other = found.first_id, found.second_id
    if data["kept"] == "second":
        kept, other = other, kept
    made = merge(actor, kept_id=kept, other_id=other, reason=data["reason"], request_key=data["request_key"])
    count = sum(len(ids) for ids in made.moved.values())
    messages.success(request, _("已合并，一共移动 %(count)s 条记录，清单已保存。") % {"count": count})
    return redirect("workbench_duplicates")
