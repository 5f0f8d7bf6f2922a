"""Writes of mandates: propose, record from paper, accept, decline, end."""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from common.idempotency import claim
from identity import events as codes
from identity import levels
from identity.actor import SYSTEM, Actor
from identity.errors import (
    MandateExists,
    MandateInvalid,
    MandateNotYours,
    NotRepresentative,
    TooManyMandates,
)
from identity.mandates import capacity, moves, queries
from identity.mandates.errors import GuardianshipByLaw
from identity.mandates.rules import Terms, check_sides, check_terms, wallet_of
from identity.models import Mandate, Organisation, Party
from identity.organisations.queries import ended
from identity.permissions import Permission
from identity.persons import documents
from identity.persons.finding import find_open_person, find_person, lock_party
from identity.rules import is_same_name, normal_name
from identity.staff.current import hold as hold_post

_State = moves.State
_Kind = Mandate.Kind
_PER_DAY = 20
_ENDED_BY: dict[str, set[str]] = {_Kind.MANAGER: {_Kind.HANDLER}, _Kind.GUARDIAN: {_Kind.PERSON}}
_BY_ORGANISATION = {_Kind.MANAGER, _Kind.HANDLER}


def choose_principal(actor: Actor, *, principal_id: UUID) -> UUID:
    """Choose for whom a citizen acts from now on: themselves, an organisation they represent, or by mandate.

    Returns the id to keep in the session. Raises :class:`NotRepresentative`, :class:`AssuranceTooLow` or, for
    one that ended, :class:`OrganisationNotActive`.
    """
    if principal_id != actor.person_id:
        if actor.person_id is None:
            raise NotRepresentative
        organisation = Organisation.objects.filter(pk=principal_id, legal_representative_id=actor.person_id).first()
        if organisation and organisation.state != Organisation.State.ACTIVE:
            raise ended(organisation)
        if organisation:
            levels.require(actor, levels.Right.AUTHORISE)
        elif not queries.find_current(agent_id=actor.person_id, principal_id=principal_id):
            raise NotRepresentative
    events.record(codes.PRINCIPAL_CHOSEN, actor=actor, subject_id=principal_id, holder_id=principal_id)
    return principal_id


@transaction.atomic
def propose(
    actor: Actor, *, kind: str, agent_name: str, agent_id_number: str, terms: Terms, request_key: str = ""
) -> Mandate:
    """Give a mandate for the party one acts for; it counts once the agent accepts.

    The answer is the same whether or not a person with this number and name is registered. Raises
    :class:`MandateNotYours`, :class:`AssuranceTooLow`, :class:`IdNumberInvalid`, :class:`MandateInvalid`,
    :class:`MandateExists` or :class:`TooManyMandates`.
    """
    claimed = claim(actor_id=actor.account_id, action="propose_mandate", request_key=request_key)
    if claimed.earlier_id:
        return Mandate.objects.get(pk=claimed.earlier_id)
    principal = lock_principal(actor, kind=kind)
    levels.require(actor, levels.Right.AUTHORISE)
    if kind != _Kind.PERSON and _is_own(actor, agent_id_number):
        raise MandateInvalid(fields={"id_number": _("不能委托给自己。")})
    _check_day(principal)
    mandate = _draft(actor, principal, kind, agent_name, agent_id_number, terms)
    moves.create(mandate)
    events.record(
        codes.MANDATE_PROPOSED, actor=actor, subject_id=mandate.pk, holder_id=principal.pk, **moves.said(mandate)
    )
    claimed.settle(mandate.pk)
    return mandate


@transaction.atomic
def record_from_paper(
    actor: Actor,
    *,
    kind: str,
    principal: Party,
    agent_name: str,
    agent_id_number: str,
    terms: Terms,
    original_id: str,
    request_key: str = "",
) -> Mandate:
    """Record at the counter what a paper original says; it counts once the agent accepts.

    ``original_id`` is the document with the scan. Raises :class:`Forbidden` without the counter's right, or the
    errors of :func:`propose`.
    """
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    hold_post(actor)
    claimed = claim(actor_id=actor.account_id, action="record_mandate", request_key=request_key)
    if claimed.earlier_id:
        return Mandate.objects.get(pk=claimed.earlier_id)
    wanted = _BY_ORGANISATION if principal.kind == Party.Kind.ORGANISATION else {_Kind.PERSON}
    if kind not in wanted:
        raise MandateInvalid(
            fields={"kind": _("个人用“委托代理人”，单位用“管理员”或“经办人”；监护人在“监护登记”里登记。")}
        )
    lock_party(principal.pk)
    if principal.kind == Party.Kind.PERSON and capacity.grade_of(principal.person) != capacity.Grade.FULL:
        raise MandateInvalid(fields={"kind": _("委托人依法不能自己委托，请由监护人办理，或者先登记监护关系。")})
    mandate = _draft(actor, principal, kind, agent_name, agent_id_number, terms)
    if mandate.agent is None:
        raise MandateInvalid(fields={"id_number": _("没有姓名和公民身份号码都相符的人，请与身份证核对。")})
    mandate.recorded_by_id = actor.account_id
    mandate.original_id = original_id
    moves.create(mandate)
    detail = {**moves.said(mandate), "original": original_id}
    events.record(codes.MANDATE_RECORDED, actor=actor, subject_id=mandate.pk, holder_id=principal.pk, **detail)
    claimed.settle(mandate.pk)
    return mandate


def lock_principal(actor: Actor, *, kind: str) -> Party:
    """Lock and return the party that gives the mandate, or say that this actor may not give one of this kind."""
    if not actor.is_citizen or actor.principal_id is None:
        raise MandateNotYours
    queries.hold(actor)
    capacity.require(actor)
    allowed = {_Kind.PERSON} if actor.principal_id == actor.person_id else _given_for_organisation(actor)
    if kind not in allowed:
        raise MandateNotYours
    return lock_party(actor.principal_id)


def _given_for_organisation(actor: Actor) -> set[_Kind]:
    if actor.mandate_id:  # a manager adds people who handle things, never another manager
        return {_Kind.HANDLER} if actor.mandate_kind == _Kind.MANAGER else set()
    organisations = Organisation.objects.filter(
        pk=actor.principal_id, legal_representative_id=actor.person_id, state=Organisation.State.ACTIVE
    )
    return set(_BY_ORGANISATION) if organisations.exists() else set()


def _is_own(actor: Actor, id_number: str) -> bool:
    person = find_person(documents.recognise(id_number))  # by the number of an earlier registration too
    return person is not None and person.pk == actor.person_id


def _check_day(principal: Party) -> None:
    """Few people give twenty mandates a day; whoever tries numbers one after the other does."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if Mandate.objects.filter(principal=principal, made_at__gte=today, recorded_by=None).count() >= _PER_DAY:
        raise TooManyMandates(limit=_PER_DAY)


def _draft(actor: Actor, principal: Party, kind: str, name: str, id_number: str, terms: Terms) -> Mandate:
    """Check everything that can be wrong and compose the row."""
    today = timezone.localdate()
    document = documents.recognise(id_number)
    name = normal_name(name, field="agent_name")
    is_organisation = principal.kind == Party.Kind.ORGANISATION
    check_sides(principal=None if is_organisation else principal.person, agent=document, today=today)
    check_terms(terms, kind=kind, today=today)
    person = find_open_person(document)
    if person is not None and person.pk == principal.pk:  # by the number of an earlier registration
        raise MandateInvalid(fields={"id_number": _("不能委托给自己。")})
    is_match = person is not None and is_same_name(person.name, name)
    return Mandate(
        principal=principal,
        agent=person if is_match else None,
        agent_name=name,
        agent_index=document.index,
        kind=kind,
        scope=terms.scope,
        item_codes=sorted(set(terms.item_codes)) if terms.scope == Mandate.Scope.ITEMS else [],
        case_number=terms.case_number if terms.scope == Mandate.Scope.CASE else "",
        purpose=terms.purpose.strip()[:200],
        may_use_wallet=wallet_of(terms, kind),
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        representative_id=principal.organisation.legal_representative_id if is_organisation else None,
        made_by_id=actor.known_account_id,
    )


@transaction.atomic
def accept(actor: Actor, *, mandate_id: UUID) -> Mandate:
    """Take a mandate on; doing it twice is doing it once. A renewal takes the place of the one it renews.

    Raises :class:`MandateNotFound`, :class:`MandateMoved`, :class:`MandateExists`, :class:`AssuranceTooLow` or
    :class:`NeedsGuardian` or :class:`AccountClosed`.
    """
    queries.hold(actor)
    earlier = Mandate.objects.filter(renewals=mandate_id, renewals__agent_id=actor.person_id, state=_State.ACCEPTED)
    earlier.select_for_update(of=("self",)).first()  # before its renewal: whoever revokes locks in this order too
    mandate = moves.locked(queries.received(actor), mandate_id)
    if queries.state_now(mandate) == _State.ACCEPTED:
        return mandate
    moves.require_state(mandate, _State.PROPOSED)
    levels.require(actor, levels.Right.USE_CERTIFICATES)
    capacity.require(actor)
    for row in earlier.all():
        moves.finish(actor, row, _State.ENDED, why="renewed")
    mandate.state = _State.ACCEPTED
    mandate.accepted_at = timezone.now()
    try:
        with transaction.atomic():
            mandate.save(update_fields=["state", "accepted_at", "updated_at"])
    except IntegrityError as error:  # a renewal, and the giver has made a new one since
        raise MandateExists from error
    events.record(
        codes.MANDATE_ACCEPTED,
        actor=actor,
        subject_id=mandate.pk,
        holder_id=mandate.principal_id,
        kind=mandate.kind,
    )
    return mandate


@transaction.atomic
def decline(actor: Actor, *, mandate_id: UUID) -> Mandate:
    """Say no to a mandate; twice is once. Raises the errors of :func:`accept`."""
    queries.hold(actor)
    mandate = moves.locked(queries.received(actor), mandate_id)
    if mandate.state == _State.DECLINED:
        return mandate
    moves.require_state(mandate, _State.PROPOSED)
    moves.finish(actor, mandate, _State.DECLINED)
    return mandate


@transaction.atomic
def revoke(actor: Actor, *, mandate_id: UUID) -> Mandate:
    """End a mandate at once, from either side; doing it twice is doing it once (民法典第一百七十三条).

    A manager ends those of handlers, a guardian those of the ward; a guardianship itself ends at the counter alone.
    Raises :class:`MandateNotFound`, :class:`MandateMoved`, :class:`MandateNotYours` or :class:`GuardianshipByLaw`.
    """
    queries.hold(actor)
    mandate = moves.locked(queries.received(actor) | queries.given(actor), mandate_id)
    if mandate.state == _State.REVOKED:
        return mandate
    if mandate.kind == _Kind.GUARDIAN:
        raise GuardianshipByLaw
    is_agent = mandate.agent_id == actor.person_id
    if not is_agent and mandate.kind not in _ENDED_BY.get(actor.mandate_kind, {mandate.kind}):
        raise MandateNotYours
    moves.require_state(mandate, *moves.LIVE)
    moves.finish(actor, mandate, _State.REVOKED, side="agent" if is_agent else "principal")
    return mandate


@transaction.atomic
def end_all_of(actor: Actor, *, principal_id: UUID, why: str) -> int:
    """End every live mandate of a party inside the caller's transaction; returns how many there were."""
    rows = list(
        Mandate.objects.filter(principal_id=principal_id, state__in=moves.LIVE).order_by("pk").select_for_update()
    )
    for row in rows:
        moves.finish(actor, row, _State.ENDED, why=why)
    return len(rows)


@transaction.atomic
def end_all_received(actor: Actor, *, agent_id: UUID, why: str) -> int:
    """End every live mandate that names a person as agent, as :func:`end_all_of` does for a party."""
    rows = list(Mandate.objects.filter(agent_id=agent_id, state__in=moves.LIVE).select_for_update())
    for row in rows:
        moves.finish(actor, row, _State.ENDED, why=why)
    return len(rows)


@transaction.atomic
def expire_due(*, today: dt.date, limit: int = 200) -> int:
    """Write down what ended yesterday or before; acting under it was over with the day. Returns how many."""
    due = Mandate.objects.filter(state__in=moves.LIVE, ends_on__lt=today).order_by("ends_on")
    rows = list(due.select_for_update(skip_locked=True)[:limit])
    for row in rows:
        moves.finish(SYSTEM, row, _State.ENDED, why="over")
    return len(rows)


@transaction.atomic
def end_for_merge(actor: Actor, *, kept_id: UUID, other_id: UUID) -> list[str]:
    """End what could not stand when two registrations become one; returns the ended mandates' ids.

    That is a live mandate between the two, and the other's live one for an agent whom the kept person has one for.
    """
    live = Mandate.objects.filter(state__in=moves.LIVE)
    between = live.filter(principal_id__in=[kept_id, other_id], agent_id__in=[kept_id, other_id])
    served = live.filter(principal_id=kept_id).values("agent_index")
    doubled = live.filter(principal_id=other_id, agent_index__in=served)
    rows = Mandate.objects.filter(Q(pk__in=between.values("pk")) | Q(pk__in=doubled.values("pk")))
    ended_rows = list(rows.select_for_update(nowait=True).order_by("pk"))
    for row in ended_rows:
        moves.finish(actor, row, _State.ENDED, why="merged")
    return [str(row.pk) for row in ended_rows]
