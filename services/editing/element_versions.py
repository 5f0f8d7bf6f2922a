"""Writes of data elements: drafted by one person, reviewed by a second one, then in force. As items are (ADR 0017).

Everybody holds the post they act under, then the catalogue's own lock (ADR 0018): two who begin the same element see
each other. Needs :attr:`Permission.MANAGE_ITEMS` in any department, as elements belong to the whole catalogue.
"""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.db import transaction

from identity.actor import Actor
from identity.reviewing.states import VERSION_MOVES, VersionAction, VersionState
from identity.staff.current import hold
from services import events as codes
from services.actions import ElementDescription, lock_catalogue, write_element
from services.editing import steps
from services.elements import problems
from services.errors import ElementExists, ElementInvalid, ElementNotFound, VersionNotFound
from services.models import DataElement, ElementVersion
from services.validation import has_forbidden_text


def _hold(actor: Actor) -> None:
    hold(actor)
    steps.require_manager(actor, None)
    lock_catalogue()


@transaction.atomic
def add_element(actor: Actor, *, element: ElementDescription) -> ElementVersion:
    """Draft an element that is not there yet; returns its first draft.

    Raises :class:`ElementExists`, :class:`OpenVersionExists`, :class:`ElementInvalid` or ``Forbidden``.
    """
    _hold(actor)
    if DataElement.objects.filter(code=element.code).exists():
        raise ElementExists(element=element.code)
    return _begin(actor, element)


@transaction.atomic
def open_draft(actor: Actor, *, element: ElementDescription) -> ElementVersion:
    """Draft a change to an element in force.

    Raises :class:`ElementNotFound`, :class:`OpenVersionExists` while another is being written, :class:`ElementInvalid`.
    """
    _hold(actor)
    if not DataElement.objects.filter(code=element.code).exists():
        raise ElementNotFound
    return _begin(actor, element)


def _begin(actor: Actor, element: ElementDescription) -> ElementVersion:
    draft = ElementVersion(
        code=element.code,
        version=steps.next_number(ElementVersion.objects.filter(code=element.code)),
        revision=0,
        author_id=actor.account_id,
        **element.columns(),
    )
    _check(draft)
    _settle(actor, draft, "begin", VersionState.DRAFT)
    return draft


def _check(draft: ElementVersion) -> None:
    """Raise :class:`ElementInvalid` for a definition that cannot be."""
    wrong = dict(problems(draft))
    if has_forbidden_text(describe(draft).columns()):
        wrong["name"] = str(ElementInvalid.message)
    if wrong:
        raise ElementInvalid(fields=wrong)


def _settle(actor: Actor, version: ElementVersion, action: str, target: str, **more: Any) -> None:
    steps.settle(
        actor,
        version,
        action,
        target,
        event=codes.ELEMENT_STEP,
        version=version.version,
        element=version.code,
        **more,
    )


def _lock(actor: Actor, version_id: UUID) -> ElementVersion:
    """Take the locks, then read the version as it is now; raises :class:`VersionNotFound`."""
    _hold(actor)
    version = ElementVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise VersionNotFound
    return version


@transaction.atomic
def save_draft(
    actor: Actor, *, version_id: UUID, element: ElementDescription, expected_revision: int
) -> ElementVersion:
    """Change a draft, whose code stays; the same again changes nothing.

    Raises :class:`StaleVersion` when somebody saved since ``expected_revision``, :class:`ElementInvalid`,
    :class:`StepNotAllowed`.
    """
    version = _lock(actor, version_id)
    steps.check(actor, version, VersionAction.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    wanted = element.columns()
    changed = [name for name, value in wanted.items() if getattr(version, name) != value]
    for name in changed:
        setattr(version, name, wanted[name])
    _check(version)
    if changed:
        _settle(actor, version, VersionAction.EDIT, VersionState.DRAFT, fields=changed)
    return version


@transaction.atomic
def step(
    actor: Actor, *, version_id: UUID, action: VersionAction, expected_revision: int, note: str = ""
) -> ElementVersion:
    """Submit, recall, return, approve, publish or discard a version, by the table of :mod:`services.states`.

    What is published is in force at once for forms drafted from then on; published items keep the definition they
    were published with, and the findings name them until they are revised. Raises :class:`SamePerson`,
    :class:`StaleVersion`, :class:`StepNotAllowed`, :class:`NoteMissing`.
    """
    version = _lock(actor, version_id)
    move, note = steps.enter(actor, version, action, expected_revision=expected_revision, note=note)
    if action == VersionAction.PUBLISH:
        for old in ElementVersion.objects.filter(code=version.code, state=VersionState.PUBLISHED):
            _settle(actor, old, VersionAction.REPLACE, VersionState.RETIRED)
        write_element(actor, wanted=describe(version))
    _settle(actor, version, action, move.target, note=note)
    return version


def describe(stored: DataElement | ElementVersion) -> ElementDescription:
    """What an element or one of its versions says, as a description."""
    values = {one.name: getattr(stored, one.name) for one in fields(ElementDescription)}
    return ElementDescription(**{**values, "choices": tuple(stored.choices)})
