"""Official documents of a case: their facts are frozen when they are issued, their PDF is made in the background."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from cases import errors, messages
from cases import events as codes
from cases.models import Case, Notice
from cases.notice_texts import text_of
from cases.serving.models import NoticeService
from cases.storing import content_of
from certificates.signing.pades import sign_pdf
from common import events
from common.jobs import after_commit
from common.numbering import document_number, next_number
from common.printing.pdf import render_pdf
from common.printing.qr import qr_svg
from common.printing.seal import seal_svg
from identity.actor import Actor
from identity.messaging.kinds import Kind
from identity.models import Department

_WORDS = {
    Notice.Kind.RECEIPT: "收",
    Notice.Kind.ACCEPTANCE: "受",
    Notice.Kind.CORRECTION: "补",
    Notice.Kind.NOT_ACCEPTED: "不受",
    Notice.Kind.NOT_REQUIRED: "不需",
    Notice.Kind.APPROVAL: "准",
    Notice.Kind.REFUSAL: "不予",
    Notice.Kind.SPECIAL: "特",
    Notice.Kind.EXTENSION: "延",
    Notice.Kind.TERMINATION: "终",
    Notice.Kind.FEE: "缴",
    Notice.Kind.BREACH_HEARING: "拟诺",
    Notice.Kind.BREACH: "诺",
    Notice.Kind.DEEMED_RENEWAL: "视延",
    Notice.Kind.HEARING_RIGHT: "听告",
    Notice.Kind.HEARING: "听",
}


def issue(
    actor: Actor,
    case: Case,
    kind: Notice.Kind,
    *,
    items: Sequence[str] = (),
    told: Kind | None = None,
    is_repeated: bool = False,
) -> Notice:
    """Issue a numbered notice in the action's transaction and have its PDF made after the commit.

    ``items`` are the points of a list (corrections, the competent body, the time needed). ``told`` is the event by
    which the applicant learns of it, where that is not one of :mod:`cases.messages`. ``is_repeated``: the second
    notice of corrections.
    """
    day = timezone.localdate()
    serial = next_number(f"notice:{case.department_id}:{kind}:{day.year}")
    number = document_number(f"{case.department.short_name}{_WORDS[kind]}", year=day.year, serial=serial)
    notice = Notice.objects.create(
        case=case,
        kind=kind,
        number=number,
        issued_on=day,
        content=text_of(case, kind, list(items)),
        is_repeated=is_repeated,
    )
    events.record(
        codes.NOTICE_ISSUED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        kind=str(kind),
        notice=number,
    )
    after_commit("cases.tasks.produce_notice_file", notice_id=str(notice.pk))
    messages.notify_of(notice, case, told)
    return notice


def finish_later(case: Case) -> None:
    """After the commit, have a decided case closed once its documents are there."""
    after_commit("cases.tasks.finish_case", case_id=str(case.pk))


@transaction.atomic
def produce_file(*, notice_id: UUID) -> Notice:
    """Print, seal and store a notice once; a second call changes nothing."""
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("case__department__region", "case__item_version")
        .get(pk=notice_id)
    )
    if notice.file:
        return notice
    pdf = print_sealed(
        notice.content,
        title=notice.content.get("title") or notice.get_kind_display(),
        number=notice.number,
        department=notice.case.department,
        issued_on=notice.issued_on,
        about=notice.case.number or "",
    )
    notice.file.save(f"{notice.pk}.pdf", ContentFile(pdf), save=False)
    notice.save(update_fields=["file", "updated_at"])
    return notice


def print_sealed(
    content: Mapping[str, Any], *, title: str, number: str, department: Department, issued_on: dt.date, about: str
) -> bytes:
    """Print an official document with the facts of ``content`` and seal it; ``about`` is the number its progress has.

    Load ``department.region``.
    """
    progress = f"{settings.PUBLIC_BASE_URL}{reverse('progress')}?number={about}"
    context: dict[str, Any] = {
        **content,
        "title": title,
        "document_number": number,
        "department_name": department.name,
        "issued_on": issued_on,
        "seal_svg": mark_safe(seal_svg(department.name, caption="行政审批专用章")),
        "qr_svg": mark_safe(qr_svg(progress)),
        "verify_url": progress,
    }
    printed = render_pdf("documents/notice.html", context, title=number, author=department.name)
    return sign_pdf(printed, reason=title, location=department.region.name, field_name="DepartmentSeal")


def _settle_service(notice: Notice) -> None:
    """What the counter was asked to deliver otherwise has come to its reader after all."""
    waiting = NoticeService.objects.filter(notice=notice).exclude(state=NoticeService.State.DONE)
    waiting.update(state=NoticeService.State.DONE, way=NoticeService.Way.ELECTRONIC, delivered_on=timezone.localdate())


@transaction.atomic
def read(actor: Actor, notice: Notice) -> bytes:
    """Return a notice's PDF. The applicant's first look proves electronic delivery (第四十四条).

    Raises :class:`CaseNotFound` while the file is being made, :class:`FileGone` when it was destroyed.
    """
    if not notice.file:
        raise errors.CaseNotFound
    if actor.is_citizen and notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=timezone.now())
        _settle_service(notice)
        events.record(
            codes.NOTICE_READ,
            actor=actor,
            subject_id=notice.case_id,
            holder_id=notice.case.applicant_id,
            notice=notice.number,
        )
    return content_of(notice.file)
