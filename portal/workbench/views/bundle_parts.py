"""一件事: writing a draft, one page for its basics, for each question and for each item."""

import dataclasses
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.workbench.bundle_forms import BasicsForm, MemberForm, QuestionForm, moved
from portal.workbench.step_page import StepPage
from portal.workbench.views.bundles import address_of, managed, to_version
from services.bundles import editing, queries
from services.bundles.content import BundleContent, MemberPart
from services.bundles.errors import PartNotFound
from services.models import BundleVersion

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_NEW = "new"
_LONGEST_QUERY = 60


def _draft(request: HttpRequest, bundle_id: UUID, number: int) -> tuple[Actor, BundleVersion, BundleContent]:
    actor = actor_of(request)
    version = queries.get_version(actor, managed(actor, bundle_id), number)
    return actor, version, queries.content_of(version)


def _save(actor: Actor, version: BundleVersion, form: Any, **changes: Any) -> str:
    editing.save_draft(actor, version_id=version.pk, changes=changes, expected_revision=form.cleaned_data["revision"])
    return _("已经保存。")


@_page_methods
@staff_required
def basics(request: HttpRequest, bundle_id: UUID, version_number: int) -> HttpResponse:
    """Name, stage, everyday names and documents."""
    actor, version, content = _draft(request, bundle_id, version_number)
    form = BasicsForm(request.POST or None, initial=BasicsForm.initial_of(content, version.revision))
    page = StepPage(request, form, _("基本信息：%(name)s") % {"name": content.name}, _("保存"), address_of(version))
    return page.answer(
        lambda: _save(actor, version, form, **form.changes(content.legal_bases)), done=lambda: to_version(version)
    )


@_page_methods
@staff_required
def question(request: HttpRequest, bundle_id: UUID, version_number: int, part: str) -> HttpResponse:
    """One question; ``new`` adds one at the end."""
    actor, version, content = _draft(request, bundle_id, version_number)
    keys = [one.key for one in content.questions]
    if part != _NEW and part not in keys:
        raise PartNotFound
    place = len(keys) if part == _NEW else keys.index(part)
    old = None if part == _NEW else content.questions[place]
    form = QuestionForm(
        request.POST or None, questions=content.questions, place=place, part=old, revision=version.revision
    )

    def act() -> str:
        return _save(actor, version, form, questions=moved(content.questions, place, form, form.part()))

    page = StepPage(request, form, old.question if old else _("加一个问题"), _("保存"), address_of(version))
    return page.answer(act, done=lambda: to_version(version))


@_page_methods
@staff_required
def member(request: HttpRequest, bundle_id: UUID, version_number: int, part: str) -> HttpResponse:
    """One item; ``new`` adds one, picked from the directory by ``?q=``."""
    actor, version, content = _draft(request, bundle_id, version_number)
    keys = [one.key for one in content.members]
    if part != _NEW and part not in keys:
        raise PartNotFound
    place = len(keys) if part == _NEW else keys.index(part)
    old = None if part == _NEW else content.members[place]
    form = _member_form(request, version, content, old)

    def act() -> str:
        return _save(actor, version, form, members=moved(content.members, place, form, form.part()))

    def done() -> HttpResponse:
        if form.cleaned_data.get("remove"):
            return to_version(version)
        if old is None or form.has_new_source():  # what its questions are answered with comes next
            return redirect("bundle_member", version.bundle_id, version.version, form.part().key)
        return to_version(version)

    title = _("加一个事项") if old is None else _("怎么办“%(name)s”") % {"name": form.names.get(old.key, old.key)}
    return StepPage(request, form, title, _("保存"), address_of(version)).answer(act, done=done)


def _member_form(
    request: HttpRequest, version: BundleVersion, content: BundleContent, old: MemberPart | None
) -> MemberForm:
    known = queries.entries_named(one.entry_id for one in content.members)
    names = {one.key: known[one.entry_id].name for one in content.members}
    items = queries.open_items([old], version.bundle.region) if old else {}
    item = next(iter(items.values()), None)
    text = request.GET.get("q", "").replace("\x00", "")[:_LONGEST_QUERY]
    entries = [] if old else queries.find_entries(version.bundle, text, taken=known, limit=200)
    return MemberForm(
        request.POST or None,
        content=content,
        names=names,
        part=dataclasses.replace(old) if old else None,
        entries=entries,
        asked=list(item.current.situations.all()) if item and item.current else [],
        revision=version.revision,
    )
