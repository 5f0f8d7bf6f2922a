"""管理: the way to everything a post looks after besides cases."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from common.errors import Forbidden
from portal.access import actor_of, staff_required
from portal.workbench.management import areas_for
from portal.workbench.pages import show


@require_safe
@staff_required
def management(request: HttpRequest) -> HttpResponse:
    """A card for each thing the actor's post may look after; Forbidden when there is none."""
    areas = areas_for(actor_of(request))
    if not areas:
        raise Forbidden
    return show(request, "workbench/management.html", {"areas": areas}, nav="management")
