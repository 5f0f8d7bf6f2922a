"""A clerk who fills in for somebody at the counter opens the citizen's own pages of that one draft, and no others."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from cases.assisting.desk_actions import note_page
from cases.assisting.standing import find_actor
from identity.actor import Actor

# The pages of a draft; a file's pages are put together on trays of the clerk's own for that person.
OF_CASE = frozenset(
    {
        "draft_situation",
        "draft_whole",
        "draft_step",
        "set_prefill",
        "draft_materials",
        "material_upload",
        "material_pages",
        "material_promise",
        "material_defer",
        "material_clear",
        "material_file",
        "draft_check",
        "submit_case",
        "application_form",
        "my_delivery",
    }
)
OF_TRAY = frozenset(
    {"tray", "tray_add", "upload_begin", "upload_piece", "tray_sheet_file", "tray_sheet", "tray_hand_in"}
    | {"tray_discard"}
)


def assisted_actor(request: HttpRequest, clerk: Actor) -> Actor | None:
    """As whom a clerk sees this page: the person who consented, on pages of the one draft; None on all others.

    Every such page is recorded for the person to read.
    """
    if not request.path.startswith("/my/"):
        return None
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return None
    if found.url_name in OF_CASE:
        actor = find_actor(clerk, case_id=found.kwargs["case_id"])
    elif found.url_name in OF_TRAY:
        actor = find_actor(clerk)
    else:
        return None
    if actor is not None:
        note_page(actor, page=str(found.url_name), method=str(request.method))
    return actor
