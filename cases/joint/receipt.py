"""The one receipt (联办收件回执) of a joint case: numbered, frozen when it is issued, sealed by the lead department."""

from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from cases import notices
from cases.joint import errors
from cases.joint.queries import note_read
from cases.models import JointCase, JointItem
from cases.storing import content_of
from common.formatting import legal_datetime
from common.numbering import document_number, next_number
from identity.actor import Actor

TITLE = "联办收件回执"
_State = JointItem.State


def issue(actor: Actor, joint: JointCase) -> None:
    """Number the receipt and freeze what it says; the caller saves the joint case. Load the items' states first."""
    lead = joint.bundle_version.bundle.department
    day = timezone.localdate()
    serial = next_number(f"notice:{lead.pk}:joint:{day.year}")
    joint.receipt_number = document_number(f"{lead.short_name}联收", year=day.year, serial=serial)
    items = list(joint.items.select_related("item_version", "department", "case"))
    names = {item.key: item.item_version.name for item in items}
    begun = [item for item in items if item.state == _State.BEGUN]
    waiting = [item for item in items if item.state == _State.WAITING]
    offline = [item for item in items if item.state == _State.OFFLINE]
    lists = [
        ("已经收件的事项", [f"{_name(item)}：办件编号 {item.case.number}" for item in begun if item.case]),
        (
            "等前面的事项办好后自动收件的",
            [f"{_name(item)}：等“{'”、“'.join(names[key] for key in item.after if key in names)}”" for item in waiting],
        ),
        ("要到窗口办的事项", [_name(item) for item in offline]),
    ]
    joint.receipt_content = {
        "addressee": joint.applicant.name,
        "paragraphs": [
            f"你（单位）提交的“{joint.bundle_version.name}”联办申请已收到。",
            (
                "各事项由各自的部门分别办理，分别计算期限、分别作出决定；一项没有批准，不影响与它无关的其他事项。"
                "各部门在收件之日起五个工作日内答复是否受理；逾期没有答复的，自收到申请之日起即为受理。"
            ),
        ],
        "facts": [("联办编号", joint.number or ""), ("申请时间", legal_datetime(joint.submitted_at or timezone.now()))],
        "lists": [{"title": title, "items": rows} for title, rows in lists if rows],
        "remedies": [],
        "contact": "",
    }


def _name(item: JointItem) -> str:
    return f"{item.item_version.name}（{item.department.name}）"


@transaction.atomic
def produce_file(*, joint_id: UUID) -> JointCase:
    """Print, seal and store the receipt once; a second call changes nothing."""
    rows = JointCase.objects.select_for_update(of=("self",), no_key=True)
    joint = rows.select_related("bundle_version__bundle__department__region").get(pk=joint_id)
    if joint.receipt_file or joint.submitted_at is None:
        return joint
    pdf = notices.print_sealed(
        joint.receipt_content,
        title=TITLE,
        number=joint.receipt_number,
        department=joint.bundle_version.bundle.department,
        issued_on=timezone.localdate(joint.submitted_at),
        about=joint.number or "",
    )
    joint.receipt_file.save(f"{joint.pk}.pdf", ContentFile(pdf), save=False)
    joint.save(update_fields=["receipt_file", "updated_at"])
    return joint


@transaction.atomic
def read(actor: Actor, joint: JointCase) -> bytes:
    """Return the receipt's PDF; the applicant's first look proves delivery. :class:`JointNotFound` until it is made."""
    if not joint.receipt_file:
        raise errors.JointNotFound
    if joint.receipt_read_at is None:
        fresh = JointCase.objects.filter(pk=joint.pk, receipt_read_at__isnull=True)
        if fresh.update(receipt_read_at=timezone.now()):
            note_read(actor, joint)
    return content_of(joint.receipt_file)
