"""Deliver a notice otherwise: on paper against a signature, by post, or by public notice; and what days bring about."""

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases import messages
from cases.models import Notice
from cases.serving import errors, queries, rules
from cases.serving.models import NoticeService
from common import events
from common.jobs import for_each
from common.workdays import UnknownYear, for_region
from identity.actor import SYSTEM, Actor
from identity.permissions import Permission
from identity.staff.current import hold as hold_post

_State, _Way = NoticeService.State, NoticeService.Way
_OPEN = (_State.TO_DO, _State.POSTED, _State.PUBLISHED)


@transaction.atomic
def record_paper(actor: Actor, *, notice_id: UUID, signer: str, signer_kind: str, delivered_on: dt.date) -> None:
    """Record that somebody signed for the paper (民事诉讼法第八十七条、第八十八条).

    Raises :class:`ServiceNotFound`, :class:`Forbidden`, :class:`ServiceMoved` or :class:`ServiceInvalid`.
    """
    row = _lock(actor, notice_id, *_OPEN)
    problems = _day_problem(row, "delivered_on", delivered_on)
    if not signer.strip():
        problems["signer"] = _("请填写签收人的姓名。")
    if signer_kind not in NoticeService.Signer.values:
        problems["signer_kind"] = _("请选择签收人是谁。")
    _refuse(problems)
    row.signer, row.signer_kind = signer.strip()[:60], signer_kind
    _done(actor, row, _Way.PAPER, delivered_on)


@transaction.atomic
def record_posting(actor: Actor, *, notice_id: UUID, tracking: str, posted_on: dt.date) -> None:
    """Record that the notice went by post, with the number under which it can be followed. Raises as above."""
    row = _lock(actor, notice_id, _State.TO_DO)
    problems = _day_problem(row, "posted_on", posted_on)
    number = tracking.strip()
    if not (number.isascii() and number.isalnum() and 6 <= len(number) <= 60):
        problems["tracking"] = _("请填写邮件号，由字母和数字组成。")
    _refuse(problems)
    row.state, row.way, row.tracking, row.posted_on = _State.POSTED, _Way.POST, number, posted_on
    _save(actor, row)


@transaction.atomic
def record_receipt(actor: Actor, *, notice_id: UUID, delivered_on: dt.date) -> None:
    """Record the day that the return receipt of the post names. Raises as above."""
    row = _lock(actor, notice_id, _State.POSTED)
    problems = _day_problem(row, "delivered_on", delivered_on)
    if not problems and row.posted_on and delivered_on < row.posted_on:
        problems["delivered_on"] = _("签收日期不能早于寄出日期。")
    _refuse(problems)
    _done(actor, row, _Way.POST, delivered_on)


@transaction.atomic
def record_return(actor: Actor, *, notice_id: UUID, reason: str) -> None:
    """Record that the post brought it back, and why: it is to be delivered otherwise. Raises as above."""
    row = _lock(actor, notice_id, _State.POSTED)
    if not reason.strip():
        _refuse({"reason": _("请写明退回的原因。")})
    row.state, row.way, row.reason = _State.TO_DO, "", reason.strip()[:500]
    _save(actor, row)


@transaction.atomic
def publish(actor: Actor, *, notice_id: UUID, reason: str) -> None:
    """Publish the notice because no other way is left; the file keeps why (民事诉讼法第九十五条). Raises as above."""
    row = _lock(actor, notice_id, _State.TO_DO)
    if len(reason.strip()) < 5:
        _refuse({"reason": _("请写明为什么用其他方式无法送达，例如打过几次电话、邮件为什么退回。")})
    row.state, row.way = _State.PUBLISHED, _Way.PUBLIC
    row.reason, row.published_on = reason.strip()[:500], timezone.localdate()
    _save(actor, row)


def _lock(actor: Actor, notice_id: UUID, *states: str) -> NoticeService:
    """Lock the delivery of a notice, which begins with the first word about it; the notice before it."""
    hold_post(actor)
    visible = queries.deliverable(actor).select_related("case")
    notice = visible.select_for_update(of=("self",), no_key=True).filter(pk=notice_id).first()
    if notice is None:
        raise errors.ServiceNotFound
    actor.require(Permission.COUNTER, notice.case.department_id)
    row = NoticeService.objects.select_for_update(no_key=True).filter(notice=notice).first()
    row = row or NoticeService(notice=notice, department_id=notice.case.department_id)
    if notice.read_at or row.state not in states:
        raise errors.ServiceMoved(state=_State.DONE.label if notice.read_at else row.get_state_display())
    row.notice = notice
    return row


def _day_problem(row: NoticeService, field: str, day: dt.date) -> dict[str, str]:
    if day > timezone.localdate():
        return {field: _("日期不能晚于今天。")}
    if day < row.notice.issued_on:
        return {field: _("日期不能早于文书的日期。")}
    return {}


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise errors.ServiceInvalid(fields=problems)


def _done(actor: Actor, row: NoticeService, way: str, day: dt.date) -> None:
    row.state, row.way, row.delivered_on = _State.DONE, way, day
    _save(actor, row)


def _save(actor: Actor, row: NoticeService) -> None:
    row.recorded_by_id = actor.account_id
    row.save()
    events.record(
        codes.NOTICE_SERVED,
        actor=actor,
        subject_id=row.notice.case_id,
        holder_id=row.notice.case.applicant_id,
        notice=row.notice.number,
        way=row.way,
        state=row.state,
    )


def remind_or_ask(*, today: dt.date) -> int:
    """Remind of notices unread for five working days, and ask the counter for those unread for ten. Once each."""
    return for_each([pk for pk, _issued in queries.unread(today)], partial(_follow, today))


@transaction.atomic
def _follow(today: dt.date, notice_id: UUID) -> bool:
    rows = Notice.objects.select_related("case__item_version", "case__department__region")
    notice = rows.select_for_update(of=("self",), no_key=True).filter(pk=notice_id, read_at__isnull=True).first()
    if notice is None or NoticeService.objects.filter(notice=notice).exists():
        return False
    calendar = for_region(notice.case.department.region.code)
    try:
        is_late = today > calendar.add(notice.issued_on, rules.OTHER_WAY_AFTER)
        is_due = today > calendar.add(notice.issued_on, rules.REMIND_AFTER)
    except UnknownYear:
        return False
    if is_late:
        row = NoticeService(notice=notice, department_id=notice.case.department_id)
        _save(SYSTEM, row)
    elif is_due:
        messages.notify(notice.case, messages.NOTICE_UNREAD, about=notice.pk)
    return is_late or is_due


def deem_delivered(*, today: dt.date) -> int:
    """Count public notices as delivered once their thirty days have passed; returns how many."""
    before = today - dt.timedelta(days=rules.PUBLIC_DAYS)
    over = NoticeService.objects.filter(state=_State.PUBLISHED, published_on__lt=before)
    return for_each(list(over.values_list("pk", flat=True)), _deem)


@transaction.atomic
def _deem(service_id: UUID) -> bool:
    notice_id = NoticeService.objects.values_list("notice_id", flat=True).get(pk=service_id)
    notice = Notice.objects.select_related("case").select_for_update(of=("self",), no_key=True).get(pk=notice_id)
    row = NoticeService.objects.select_for_update(no_key=True).get(pk=service_id)
    if row.state != _State.PUBLISHED or row.published_on is None:
        return False
    row.notice = notice
    _done(SYSTEM, row, _Way.PUBLIC, rules.deemed_on(row.published_on))
    return True
