"""The counter's writes: look up somebody's mandates with a reason, and end one for whoever is there in person."""

from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import events
from common.errors import Forbidden
from common.idempotency import claim
from identity import events as codes
from identity.actor import Actor
from identity.errors import MandateInvalid
from identity.mandates import moves
from identity.mandates.errors import PartyUnknown
from identity.models import Mandate, Party
from identity.permissions import Permission
from identity.queries import find_party
from identity.staff.current import hold as hold_post


class Word(models.TextChoices):
    """On whose word, or on what, a mandate ends at the counter."""

    PRINCIPAL = "principal", gettext_lazy("委托人本人到场（单位为法定代表人）")
    AGENT = "agent", gettext_lazy("代理人本人到场")
    RULING = "ruling", gettext_lazy("法院文书或者指定文书（监护关系）")


@transaction.atomic
def look_up(actor: Actor, *, code: str, reason: str) -> Party:
    """Find a party by the whole ID number or credit code to see its mandates; who looked and why is recorded.

    Raises :class:`Forbidden` without the counter's right, :class:`MandateInvalid` without a reason, or
    :class:`PartyUnknown`.
    """
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    hold_post(actor)
    why = reason.strip()
    if len(why) < 2:
        raise MandateInvalid(fields={"reason": _("请写明为什么要查，例如：本人到场要求解除委托。")})
    party = find_party(code)
    if party is None:
        raise PartyUnknown(fields={"code": _("没有这个号码的人或单位，请与证件核对。")})
    events.record(codes.MANDATES_LOOKED_UP, actor=actor, subject_id=party.pk, holder_id=party.pk, reason=why[:200])
    return party


@transaction.atomic
def end_at_counter(actor: Actor, *, mandate_id: UUID, word: str, original_id: str, request_key: str = "") -> Mandate:
    """End a mandate at once on paper; ``original_id`` is the document with the scan. Ended twice is ended once.

    A guardianship ends only by a ruling or designation (民法典第三十六条、第三十九条), nothing else does by one.
    Raises :class:`Forbidden`, :class:`MandateInvalid`, :class:`MandateNotFound` or :class:`MandateMoved`.
    """
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    hold_post(actor)
    claimed = claim(actor_id=actor.account_id, action="end_mandate", request_key=request_key)
    if claimed.earlier_id:
        return Mandate.objects.get(pk=claimed.earlier_id)
    rows = Mandate.objects.select_related("principal__person", "principal__organisation")
    mandate = moves.locked(rows, mandate_id)
    if word not in Word.values or (word == Word.RULING) != (mandate.kind == Mandate.Kind.GUARDIAN):
        raise MandateInvalid(fields={"word": _("监护关系凭法院文书或者指定文书结束，其他委托凭本人到场。")})
    moves.require_state(mandate, *moves.LIVE)
    moves.finish(actor, mandate, moves.State.REVOKED, side=f"counter:{word}")
    events.record(
        codes.MANDATE_ENDED_AT_COUNTER,
        actor=actor,
        subject_id=mandate.pk,
        holder_id=mandate.principal_id,
        kind=mandate.kind,
        side=word,
        original=original_id,
    )
    claimed.settle(mandate.pk)
    return mandate
