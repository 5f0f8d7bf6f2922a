"""The other errands a window takes in: the corrections that a case waits for, and a bundle applied for as one."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.assisting import errors, opening, rules
from cases.assisting.behalf import chosen, is_whole, whose_name
from cases.assisting.models import Assistance
from cases.assisting.queries import cases_to_correct, region_at
from cases.correcting import points_of
from cases.counter.models import CounterWindow
from cases.counter.seats import seated_window
from cases.models import Case, Notice
from cases.states import State as CaseState
from common.formatting import code_label
from common.idempotency import claim
from identity.actor import Actor
from identity.models import Person
from identity.permissions import Permission
from identity.persons.documents import IdDocument
from services.bundles import queries as bundles
from services.models import Bundle

_Purpose = Assistance.Purpose
_LONGEST = 40  # characters of a case's number


@dataclass(frozen=True, slots=True)
class CorrectionWish:
    """Who comes back with corrections, and for which case; without a number the one case that waits for some.

    ``is_seen``: the clerk compared face and document.
    """

    document: IdDocument
    is_seen: bool
    number: str = ""


@transaction.atomic
def begin_correction(actor: Actor, *, window_id: UUID, wish: CorrectionWish, request_key: str = "") -> Assistance:
    """Ask somebody who brings corrections for their consent; their case opens to the clerk when they agree.

    It may be a case of their own, of an organisation they represent, or one that a mandate reaches. Raises
    :class:`WindowNotFound`, :class:`NotSeated`, :class:`NotSeen`, :class:`PersonNotFound`, :class:`OwnAssistance`,
    :class:`AssistanceInvalid` at the number, :class:`NotCorrecting`, :class:`ItemNotTaken`,
    :class:`WindowAssisting` or :class:`PersonAssisted`; then nothing is asked.
    """
    window = seated_window(actor, window_id)
    claimed = claim(actor_id=actor.account_id, action="begin_assistance", request_key=request_key)
    if claimed.earlier_id:
        return Assistance.objects.get(pk=claimed.earlier_id)
    opening.require_seen(wish.is_seen)
    person = opening.identified(actor, wish.document, reason=_("窗口补正"))
    case = _case_of(actor, person, wish.number)
    behalf = chosen(person, case.applicant_id, lambda scope: scope.covers_case(case.number, case.item.code))
    version = case.item_version
    is_away = opening.is_away(actor, window, case.item, name=version.name, handle_area=version.handle_area)
    row = opening.ask(
        actor,
        window=window,
        person=person,
        purpose=_Purpose.CORRECT,
        behalf=behalf,
        item=case.item,
        case=case,
        is_away=is_away,
        asked=_asked(window, case, whose_name(person, behalf)),
    )
    claimed.settle(row.pk)
    return row


def _case_of(actor: Actor, person: Person, number: str) -> Case:
    """The case with this number, else the only one that waits for corrections at a body this post takes in for."""
    own = cases_to_correct(person.pk)
    typed = "".join(number.split())[:_LONGEST]
    if typed:
        case = own.filter(number=typed).first()
        if case is None:
            raise _unknown(_("这个人没有这个编号的办件，请核对告知书上的编号。"))
        if case.state != CaseState.CORRECTING:
            raise errors.NotCorrecting(number=typed, state=code_label(case.get_state_display()))
        return case
    waiting = own.filter(state=CaseState.CORRECTING, department__in=actor.departments(Permission.COUNTER))
    found = list(waiting[:_MOST])
    if not found:
        raise _unknown(_("这里没有这个人等着补正的办件。别的地区的办件，请填补正告知书上的编号。"))
    if len(found) > 1:
        names = "；".join(f"{case.number} {case.item_version.name}" for case in found)
        raise _unknown(_("这个人有几件在等补正，请填编号：%(names)s") % {"names": names})
    return found[0]


_MOST = 10  # cases that are named


def _unknown(message: str) -> errors.AssistanceInvalid:
    return errors.AssistanceInvalid(fields={"number": message})


def _asked(window: CounterWindow, case: Case, whose: rules.InWhoseName) -> list[str]:
    notice = case.notices.get(kind=Notice.Kind.CORRECTION)
    return rules.correction_lines(
        item=case.item_version.name,
        number=case.number or "",
        office=opening.office_of(window),
        whose=whose,
        points=points_of(notice),
    )


@dataclass(frozen=True, slots=True)
class BundleWish:
    """Who wants the items of a bundle applied for as one. ``party_id``: in whose name, None for their own.

    ``is_seen``: the clerk compared face and document.
    """

    document: IdDocument
    bundle_code: str
    is_seen: bool
    party_id: UUID | None = None


@transaction.atomic
def begin_bundle(actor: Actor, *, window_id: UUID, wish: BundleWish, request_key: str = "") -> Assistance:
    """Ask for the consent to fill in one application for all items of a bundle (一件事).

    A window takes it in for its lead department, whose post it has. Raises :class:`WindowNotFound`,
    :class:`NotSeated`, :class:`NotSeen`, :class:`BundleNotFound`, :class:`ItemNotTaken`, :class:`PersonNotFound`,
    :class:`OwnAssistance`, :class:`OrganisationNotActive`, :class:`MandateOutOfScope` for a mandate for some items
    only, :class:`AssistanceInvalid`, :class:`WindowAssisting` or :class:`PersonAssisted`; then nothing is asked.
    """
    window = seated_window(actor, window_id)
    claimed = claim(actor_id=actor.account_id, action="begin_assistance", request_key=request_key)
    if claimed.earlier_id:
        return Assistance.objects.get(pk=claimed.earlier_id)
    opening.require_seen(wish.is_seen)
    bundle = bundles.get_offered(wish.bundle_code)
    if not actor.may(Permission.COUNTER, bundle.department_id):
        raise errors.ItemNotTaken(item=bundle.name, department=bundle.department.name)
    person = opening.identified(actor, wish.document, reason=_("窗口代办：%(item)s") % {"item": bundle.name})
    behalf = chosen(person, wish.party_id, is_whole)
    row = opening.ask(
        actor,
        window=window,
        person=person,
        purpose=_Purpose.JOINT,
        behalf=behalf,
        bundle=bundle,
        asked=_asked_for_bundle(window, bundle, whose_name(person, behalf)),
    )
    claimed.settle(row.pk)
    return row


def _asked_for_bundle(window: CounterWindow, bundle: Bundle, whose: rules.InWhoseName) -> list[str]:
    """The lines name what any of its items may ask: which ones are wanted, the questions say only later."""
    assert bundle.current is not None  # offered
    members = bundles.content_of(bundle.current).members
    items = bundles.open_items(members, region_at(window, bundle)).values()
    versions = [item.current for item in items if item.current]
    return rules.lines(
        item=bundle.current.name,
        office=opening.office_of(window),
        whose=whose,
        fields=[label for version in versions for label in opening.known_fields(version)],
        proofs=[name for version in versions for name in opening.held_proofs(version)],
    )
