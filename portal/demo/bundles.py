"""Loads the demonstration's bundles (一件事), each by draft, review and publication; again does nothing."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from common.errors import DomainError
from identity.actor import Actor
from identity.reviewing.states import VersionAction
from portal.demo.catalogue import DemoCatalogue
from portal.demo.entries import CONTENT, Entry, read_folder, unique
from portal.demo.publishing import Officers
from portal.demo.staff import catalogue_officers
from services.bundles import editing
from services.bundles.codes import LifeEvent, Side
from services.bundles.content import BundleContent, MemberPart, describe
from services.bundles.queries import for_staff
from services.descriptions import SituationPart
from services.editing.errors import LintRefused
from services.models import Bundle, BundleVersion, ServiceItem

_REQUIRED = "code lead name summary side life_event synonyms legal questions members"


def load(actor: Actor, catalogue: DemoCatalogue, *, content: Path = CONTENT) -> int:
    """Bring the bundles in line with the content files and return how many were published.

    Raises :class:`ContentError` with the place of what contradicts the format (README.md) or is refused.
    """
    entries = [entry for _stem, entry in read_folder(content / "bundles", required=_REQUIRED)]
    officers = catalogue_officers(actor)
    known = {bundle.code: bundle for bundle in for_staff(officers.editor)}
    return sum(_load(officers, entry, catalogue, known.get(entry.text("code"))) for entry in unique(entries, "code"))


def _load(officers: Officers, entry: Entry, catalogue: DemoCatalogue, bundle: Bundle | None) -> bool:
    department = catalogue.departments.get(entry.text("lead"))
    if department is None:
        raise entry.fail(f"unknown department {entry.text('lead')!r}")
    wanted = _content(entry, catalogue.items)
    if bundle and bundle.current and describe(bundle.current) == wanted:
        return False
    try:
        with transaction.atomic():
            if bundle is None:
                code = entry.text("code")
                draft = editing.add_bundle(officers.editor, code=code, department=department, content=wanted)
            else:
                draft = editing.open_draft(officers.editor, bundle_id=bundle.pk)
                changes = {field.name: getattr(wanted, field.name) for field in dataclasses.fields(wanted)}
                draft = editing.save_draft(
                    officers.editor, version_id=draft.pk, changes=changes, expected_revision=draft.revision
                )
            _publish(officers, draft)
    except LintRefused as error:
        raise entry.fail("; ".join(finding.message for finding in error.findings)) from error
    except DomainError as error:
        raise entry.fail(f"{error.text} {dict(error.fields)}") from error
    return True


def _publish(officers: Officers, draft: BundleVersion) -> None:
    for who, action in (
        (officers.editor, VersionAction.SUBMIT),
        (officers.reviewer, VersionAction.APPROVE),
        (officers.editor, VersionAction.PUBLISH),
    ):
        draft = editing.step(who, version_id=draft.pk, action=action, expected_revision=draft.revision)


def _content(entry: Entry, items: Mapping[str, ServiceItem]) -> BundleContent:
    questions = tuple(
        _question(one) for one in entry.entries("questions", required="key question options", optional="help when")
    )
    offered = {question.key: [option["value"] for option in question.options] for question in questions}
    laws = entry.entries("legal", required="law", optional="article number gist")
    return BundleContent(
        name=entry.text("name"),
        summary=entry.text("summary"),
        side=entry.code("side", Side.values),
        life_event=entry.code("life_event", LifeEvent.values),
        synonyms=entry.texts("synonyms"),
        legal_bases=[{name: law.text(name) for name in ("law", "article", "number", "gist")} for law in laws],
        questions=questions,
        members=tuple(
            _member(one, items, offered)
            for one in entry.entries("members", required="key item", optional="when after answers note")
        ),
    )


def _question(entry: Entry) -> SituationPart:
    options: list[dict[str, Any]] = []
    for option in entry.entries("options", required="value label", optional="when"):
        stored: dict[str, Any] = {"value": option.text("value"), "label": option.text("label")}
        if "when" in option:
            stored["when"] = option.conditions()
        options.append(stored)
    return SituationPart(
        key=entry.text("key"),
        question=entry.text("question"),
        help=entry.text("help"),
        options=options,
        when=entry.conditions(),
    )


def _member(entry: Entry, items: Mapping[str, ServiceItem], offered: Mapping[str, list[str]]) -> MemberPart:
    item = items.get(entry.text("item"))
    if item is None or item.entry_id is None:
        raise entry.fail(f"unknown item {entry.text('item')!r}")
    return MemberPart(
        key=entry.text("key"),
        entry_id=item.entry_id,
        when=entry.conditions(),
        after=tuple(entry.texts("after")),
        answers={key: _rule(entry, rule, offered) for key, rule in entry.mapping("answers").items()},
        note=entry.text("note"),
    )


def _rule(entry: Entry, rule: Any, offered: Mapping[str, list[str]]) -> dict[str, Any]:
    """Read ``value`` or ``{by: question, values?: {answer: item's answer}}``; without values they are the same."""
    if isinstance(rule, str):
        return {"value": rule}
    if not isinstance(rule, Mapping) or rule.get("by") not in offered or rule.keys() - {"by", "values"}:
        raise entry.fail(f"answers: expected an answer or {{by, values}}, found {rule!r}")
    values = rule.get("values") or {value: value for value in offered[rule["by"]]}
    return {"question": rule["by"], "values": dict(values)}
