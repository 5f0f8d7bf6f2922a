"""Nightly messages about mandates: before they run out, and when nobody has answered. Each goes out once."""

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.formatting import format_date
from common.jobs import for_each
from common.masking import mask_name
from identity import events as codes
from identity import messaging
from identity.actor import SYSTEM
from identity.mandates import queries
from identity.models import Mandate, Party

BEFORE_END = (30, 7, 1)  # days
UNANSWERED = 7  # days
_State = Mandate.State


def step_for(mandate: Mandate, today: dt.date) -> int | None:
    """Which reminder is due: the nearest of :data:`BEFORE_END`; none that is as long as the mandate itself lasts."""
    left, lasts = (mandate.ends_on - today).days, (mandate.ends_on - mandate.starts_on).days
    due = [days for days in BEFORE_END if 0 <= left <= days < lasts]
    return min(due, default=None)


def remind_of_end(*, today: dt.date) -> int:
    """Tell both sides that a mandate runs out in 30, 7 or 1 days; run again it sends nothing. Returns how many.

    A night that was missed is made up for by the nearest step alone.
    """
    soon = queries.current(today).filter(ends_on__lte=today + dt.timedelta(days=max(BEFORE_END)))
    return for_each(list(soon.order_by("ends_on").values_list("pk", flat=True)), partial(_remind_of_end, today))


@transaction.atomic
def _remind_of_end(today: dt.date, mandate_id: UUID) -> bool:
    mandate = _locked(mandate_id)
    if mandate is None or queries.state_now(mandate) != _State.ACCEPTED:
        return False
    step = step_for(mandate, today)
    if step is None or (mandate.expiry_told_days is not None and mandate.expiry_told_days <= step):
        return False
    mandate.expiry_told_days = step
    mandate.save(update_fields=["expiry_told_days", "updated_at"])
    day = format_date(mandate.ends_on)
    agent, principal = mask_name(mandate.agent_name), _shown(mandate.principal)
    if mandate.kind == Mandate.Kind.GUARDIAN:
        to_principal = _("您将满十八周岁，监护人%(name)s代办到%(day)s为止，以后由您自己办。")
        to_agent = _("%(name)s将满十八周岁，您作为监护人代办到%(day)s为止。")
    else:
        to_principal = _("您请%(name)s代办的委托到%(day)s为止。还要代办的，登录后一键续办。")
        to_agent = _("%(name)s请您代办的委托到%(day)s为止。还要代办的，请对方续办。")
    _tell(_phone_of(mandate.principal), to_principal % {"name": agent, "day": day})
    _tell(mandate.agent.phone if mandate.agent else None, to_agent % {"name": principal, "day": day})
    events.record(
        codes.MANDATE_REMINDED,
        actor=SYSTEM,
        subject_id=mandate.pk,
        holder_id=mandate.principal_id,
        about="end",
        days=step,
    )
    return True


def remind_of_offers(*, today: dt.date) -> int:
    """Tell both sides once that a proposal has waited for seven days. Returns how many.

    The giver gets the same words whether or not the agent is registered.
    """
    before = timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=UNANSWERED - 1), dt.time.min))
    waiting = queries.standing().filter(
        state=_State.PROPOSED, answer_asked_at__isnull=True, made_at__lt=before, ends_on__gte=today
    )
    return for_each(list(waiting.order_by("made_at").values_list("pk", flat=True)), _remind_of_offer)


@transaction.atomic
def _remind_of_offer(mandate_id: UUID) -> bool:
    mandate = _locked(mandate_id)
    if mandate is None or mandate.answer_asked_at or queries.state_now(mandate) != _State.PROPOSED:
        return False
    mandate.answer_asked_at = timezone.now()
    mandate.save(update_fields=["answer_asked_at", "updated_at"])
    _tell(
        _phone_of(mandate.principal),
        _("您请%(name)s代办的委托还没有被接受。请提醒对方登录接受，或者核对姓名和号码后重新委托。")
        % {"name": mask_name(mandate.agent_name)},
    )
    if mandate.agent:
        text = _("%(name)s请您代办，等您答复。请登录一站通接受或者谢绝。") % {"name": _shown(mandate.principal)}
        _tell(mandate.agent.phone, text)
    events.record(
        codes.MANDATE_REMINDED,
        actor=SYSTEM,
        subject_id=mandate.pk,
        holder_id=mandate.principal_id,
        about="answer",
        days=UNANSWERED,
    )
    return True


def _locked(mandate_id: UUID) -> Mandate | None:
    rows = Mandate.objects.select_related("principal__person", "principal__organisation__legal_representative", "agent")
    return rows.filter(pk=mandate_id).select_for_update(of=("self",), skip_locked=True).first()


def _shown(party: Party) -> str:
    return mask_name(party.name) if party.kind == Party.Kind.PERSON else party.name


def _phone_of(party: Party) -> str | None:
    """A person's phone, or the legal representative's; none of a ward without one."""
    if party.kind == Party.Kind.PERSON:
        return party.person.phone
    return party.organisation.legal_representative.phone


def _tell(phone: str | None, text: str) -> None:
    if phone:
        messaging.send(phone=phone, text=text)
