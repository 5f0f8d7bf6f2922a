"""Nightly messages before a certificate runs out: 60, 30 and 7 days before. Each goes out once."""

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from certificates import events as codes
from certificates.models import Certificate
from certificates.wallet.models import ExpiryNotice
from common import events
from common.formatting import format_date
from common.jobs import for_each
from identity import messaging
from identity.actor import SYSTEM
from identity.mandates.queries import current
from identity.models import Mandate, Organisation, Party

BEFORE_END = (60, 30, 7)  # days


def step_for(certificate: Certificate, today: dt.date) -> int | None:
    """Which reminder is due: the nearest of :data:`BEFORE_END`; none that is as long as the certificate lasts."""
    if certificate.valid_until is None:
        return None
    left, lasts = (certificate.valid_until - today).days, (certificate.valid_until - certificate.valid_from).days
    return min((days for days in BEFORE_END if 0 <= left <= days < lasts), default=None)


def told_days(certificate: Certificate) -> int | None:
    """The last reminder that went out; None before the first."""
    notice: ExpiryNotice | None = getattr(certificate, "expiry_notice", None)
    return notice.told_days if notice else None


def remind_of_expiry(*, today: dt.date) -> int:
    """Tell holders of valid certificates that end soon; run again it sends nothing. Returns how many were told.

    A night that was missed is made up for by the nearest step alone.
    """
    last = today + dt.timedelta(days=max(BEFORE_END))
    soon = Certificate.objects.filter(state=Certificate.State.VALID, valid_until__range=(today, last))
    due = [
        row.pk
        for row in soon.only("valid_from", "valid_until", "expiry_notice__told_days").select_related("expiry_notice")
        if (step := step_for(row, today)) and step < (told_days(row) or max(BEFORE_END) + 1)
    ]
    return for_each(due, partial(_remind, today))


@transaction.atomic
def _remind(today: dt.date, certificate_id: UUID) -> bool:
    rows = Certificate.objects.select_related("type", "holder__person", "holder__organisation__legal_representative")
    locked = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    certificate = locked.filter(pk=certificate_id, state=Certificate.State.VALID).first()
    step = step_for(certificate, today) if certificate else None
    if certificate is None or step is None or certificate.valid_until is None:
        return False
    notice = ExpiryNotice.objects.filter(certificate=certificate).first()
    if notice and notice.told_days <= step:
        return False
    ExpiryNotice.objects.update_or_create(certificate=certificate, defaults={"told_days": step})
    text = _("%(name)s的%(type)s到%(day)s为止，还有%(left)s天。能网上延续的，登录一站通在“我的证照”里一键办理。") % {
        "name": _whose(certificate.holder),
        "type": certificate.type.name,
        "day": format_date(certificate.valid_until),
        "left": (certificate.valid_until - today).days,
    }
    for phone in _phones(certificate.holder, today):
        messaging.send(phone=phone, text=text)
    events.record(
        codes.EXPIRY_TOLD, actor=SYSTEM, subject_id=certificate.pk, holder_id=certificate.holder_id, days=step
    )
    return True


def _whose(holder: Party) -> str:
    return _("您") if holder.kind == Party.Kind.PERSON else holder.name


def _phones(holder: Party, today: dt.date) -> list[str]:
    """The holder's phone, the legal representative's, or the guardians' of somebody who has none.

    Nobody is told who closed their account, nor for an organisation that is no more.
    """
    if holder.kind == Party.Kind.ORGANISATION:
        is_active = holder.organisation.state == Organisation.State.ACTIVE
        phone = holder.organisation.legal_representative.phone if is_active else None
        return [phone] if phone else []
    if holder.person.locked_at:
        return []
    if holder.person.phone:
        return [holder.person.phone]
    guardians = current(today).filter(principal=holder, kind=Mandate.Kind.GUARDIAN).select_related("agent")
    return [row.agent.phone for row in guardians if row.agent and row.agent.phone]
