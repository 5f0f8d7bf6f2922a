"""A clerk who fills in for somebody at the counter opens the citizen's own pages of that one errand, and no others."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from cases.assisting.desk_actions import note_page
from cases.assisting.models import Assistance
from cases.assisting.standing import find_actor
from identity.actor import Actor

# The pages of a draft; a file's pages are put together on trays of the clerk's own for that person.
OF_FILE = frozenset({"material_upload", "material_pages", "material_file"})
OF_MATERIAL = OF_FILE | {"material_promise", "material_defer", "material_clear"}
OF_DRAFT = OF_MATERIAL | {
    "draft_situation",
    "draft_whole",
    "draft_step",
    "set_prefill",
    "draft_materials",
    "draft_check",
    "submit_case",
    "application_form",
    "my_delivery",
}
OF_CORRECTION = OF_FILE | {"case_correction", "correct_case", "application_form"}
OF_JOINT = OF_MATERIAL | {"my_joint", "joint_step", "joint_materials", "joint_check", "submit_joint"}
OF_BUNDLE = frozenset({"bundle", "start_joint"})
OF_TRAY = frozenset(
    {"tray", "tray_add", "upload_begin", "upload_piece", "tray_sheet_file", "tray_sheet", "tray_hand_in"}
    | {"tray_discard"}
)
PAGES = {
    Assistance.Purpose.APPLY: OF_DRAFT | OF_TRAY,
    Assistance.Purpose.CORRECT: OF_CORRECTION | OF_TRAY,
    Assistance.Purpose.JOINT: OF_JOINT | OF_BUNDLE | OF_TRAY,
}


def assisted_actor(request: HttpRequest, clerk: Actor) -> Actor | None:
    """As whom a clerk sees this page: the person who consented, on pages of what they consented to; None on all others.

    Every such page is recorded for the person to read.
    """
    if not request.path.startswith(("/my/", "/bundles/")):
        return None
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return None
    purposes = [purpose for purpose, names in PAGES.items() if found.url_name in names]
    if not purposes:
        return None
    place = {name: found.kwargs[name] for name in ("case_id", "joint_id", "bundle_code") if name in found.kwargs}
    actor = find_actor(clerk, purposes=purposes, **place)
    if actor is not None:
        note_page(actor, page=str(found.url_name), method=str(request.method))
    return actor
