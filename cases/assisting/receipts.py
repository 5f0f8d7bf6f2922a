"""What the clerk prints for the person when something was handed in: the sealed receipt, or of corrections a slip."""

from uuid import UUID

from django.db import transaction

from cases.assisting import errors
from cases.assisting.models import Assistance
from cases.assisting.moving import record
from cases.assisting.queries import get_assistance
from cases.assisting.standing import State
from cases.correcting import points_of
from cases.errors import CaseNotFound
from cases.models import Case, Notice
from cases.notices import read as read_notice
from cases.storing import content_of
from common.formatting import legal_datetime
from common.printing.pdf import render_pdf
from identity.actor import Actor

CORRECTION_TITLE = "补正材料收件回执"
_Purpose = Assistance.Purpose


def is_ready(row: Assistance) -> bool:
    """Whether the receipt of what was handed in can be printed now."""
    if row.state != State.DONE:
        return False
    if row.joint is not None:
        return bool(row.joint.receipt_file)
    if row.purpose == _Purpose.CORRECT:
        return row.case is not None
    notice = _receipt_of(row)
    return bool(notice and notice.file)


def _receipt_of(row: Assistance) -> Notice | None:
    return Notice.objects.filter(case=row.case_id, kind=Notice.Kind.RECEIPT).select_related("case").first()


def read(actor: Actor, assistance_id: UUID) -> tuple[str, bytes]:
    """(number, PDF) of the receipt, for the clerk to print. Raises :class:`AssistanceNotFound`, or
    :class:`CaseNotFound` while the file is being made.
    """
    row = get_assistance(actor, assistance_id)
    if row.state != State.DONE:
        raise errors.AssistanceNotFound
    with transaction.atomic():
        record(actor, row, "receipt")
        return _content(actor, row)


def _content(actor: Actor, row: Assistance) -> tuple[str, bytes]:
    if row.purpose == _Purpose.CORRECT and row.case is not None:
        return f"{CORRECTION_TITLE} {row.number}", _of_correction(row, row.case)
    if row.joint is not None:
        if not row.joint.receipt_file:
            raise CaseNotFound
        return row.joint.receipt_number, content_of(row.joint.receipt_file)
    notice = _receipt_of(row)
    if notice is None:
        raise errors.AssistanceNotFound
    return notice.number, read_notice(actor, notice)


def _of_correction(row: Assistance, case: Case) -> bytes:
    """A slip that the window stamps by hand. Corrections are handed in once, so it always says what was signed then."""
    signature = case.signature
    notice = case.notices.get(kind=Notice.Kind.CORRECTION)
    context = {
        "title": CORRECTION_TITLE,
        "department": case.department.name,
        "addressee": case.applicant.name,
        "facts": [
            ("办件编号", case.number or ""),
            ("事项名称", case.item_version.name),
            ("补正时间", legal_datetime(row.ended_at) if row.ended_at else ""),
            ("收件窗口", str(signature.content.get("channel", ""))),
            ("内容摘要（SHA-256）", f"{signature.digest[:32]}\n{signature.digest[32:]}"),
        ],
        "points": points_of(notice),
    }
    return render_pdf("documents/correction_receipt.html", context, title=CORRECTION_TITLE, author=case.department.name)
