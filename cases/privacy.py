"""What this room adds to a copy of somebody's data, what of it hinders closing an account, and the drafts it erases."""

from functools import partial

from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from cases.consultation.actions import end_of_party
from cases.consultation.queries import thread_of
from cases.delivery.address import of_row
from cases.models import Breach, Case, ConsultationMessage, JointCase, Notice
from cases.states import OPEN_STATES, State
from cases.storing import content_of
from identity.actor import SYSTEM
from identity.models import Party
from identity.privacy.hooks import CopiedFile, Part, Row
from services.forms import visible_steps
from services.texts import plain_text, text_of


def collect(party: Party) -> list[Part]:
    """Every application of a party with its answers, materials and history, and the documents issued in it."""
    cases = (
        Case.objects.filter(applicant=party)
        .select_related(
            "item_version", "department", "agent", "delivery__parcel", "signature", "consultation", "archive"
        )
        .prefetch_related(
            "materials__requirement", "events", "notices", "fee_notices__payments", "consultation__messages__files"
        )
        .prefetch_related("hearings")
        .order_by("id")
    )
    with_files = [case for case in cases if not _is_destroyed(case)]
    files = [
        CopiedFile("文书", f"{notice.number}.pdf", partial(_read, notice))
        for case in with_files
        for notice in case.notices.all()
        if notice.file
    ]
    files += [
        CopiedFile("咨询附件", f"{case.number}-{order}-{row.name}", partial(content_of, row.file))
        for case in with_files
        for order, row in enumerate((row for one in _asked_in(case) for row in one.files.all()), start=1)
    ]
    joint = JointCase.objects.filter(applicant=party).select_related("bundle_version").order_by("id")
    joint = joint.prefetch_related("items__item_version", "items__case")
    files += [
        CopiedFile("文书", f"{one.receipt_number}.pdf", partial(_receipt, one))
        for one in joint
        if _is_there(one.receipt_file)
    ]
    return [
        Part("cases", "办件", [_case(case) for case in cases], files),
        Part("joint_cases", "联办件", [_joint(one) for one in joint], []),
        Part("breaches", "承诺不实记录", [_breach(one) for one in _breaches(party)], []),
    ]


def _is_destroyed(case: Case) -> bool:
    """Whether its files went when their term was over."""
    package = getattr(case, "archive", None)
    return package is not None and package.destroyed_at is not None


def _is_there(file: FieldFile) -> bool:
    return bool(file) and file.storage.exists(str(file.name))


def _breaches(party: Party) -> list[Breach]:
    rows = Breach.objects.filter(party=party).select_related("department", "undertaking__case__item_version")
    return list(rows.order_by("id"))


def _breach(breach: Breach) -> Row:
    return {
        "事项": breach.undertaking.case.item_version.name,
        "部门": breach.department.name,
        "状态": breach.get_state_display(),
        "理由": breach.reason,
        "依据": breach.basis,
        "您的陈述申辩": breach.statement,
        "认定时间": breach.decided_at,
        "有效期至": breach.ends_on,
        "修复时间": breach.repaired_at,
    }


def _joint(joint: JointCase) -> Row:
    return {
        "一件事": joint.bundle_version.name,
        "联办编号": joint.number or "",
        "提交时间": joint.submitted_at,
        "事项": {
            item.item_version.name: item.case.number or item.get_state_display()
            if item.case
            else item.reason or item.get_state_display()
            for item in joint.items.all()
        },
    }


def _receipt(joint: JointCase) -> bytes:
    return content_of(joint.receipt_file)


def _case(case: Case) -> Row:
    steps = visible_steps(case.item_version, case.situation)
    specs = {spec.key: spec for step in steps for spec in step.fields}
    answers = {
        str(specs[key].label) if key in specs else key: (
            text_of(specs[key], answer.get("value")) if key in specs else plain_text(answer.get("value"))
        )
        for key, answer in case.answers.items()
    }
    return {
        "事项": case.item_version.name,
        "办件编号": case.number or "",
        "部门": case.department.name,
        "状态": case.get_state_display(),
        "结果": case.get_outcome_display() if case.outcome else "",
        "填写人": case.agent.name,
        "提交时间": case.submitted_at,
        "办结时间": case.closed_at,
        "填写的内容": answers,
        "材料": {row.name: row.get_way_display() for row in case.materials.all()},
        "签名": _signature(case),
        "经过": {
            f"{number}. {event.created_at:%Y-%m-%d}": f"{event.actor_label} {event.to_state}"
            for number, event in enumerate(case.events.all(), start=1)
        },
        "文书": "、".join(notice.number for notice in case.notices.all()),
        **_asked(case),
        **_hearings(case),
        **_fees(case),
        **_delivery(case),
    }


def _signature(case: Case) -> Row:
    signature = getattr(case, "signature", None)
    if signature is None:
        return {}
    return {"签署时间": signature.signed_at, "身份": signature.get_capacity_display(), "SHA-256": signature.digest}


def _asked_in(case: Case) -> list[ConsultationMessage]:
    thread = thread_of(case)
    return list(thread.messages.all()) if thread else []


def _asked(case: Case) -> Row:
    said = {
        f"{number}. {one.created_at:%Y-%m-%d} {one.author}": one.text
        for number, one in enumerate(_asked_in(case), start=1)
    }
    return {"咨询和答复": said} if said else {}


def _hearings(case: Case) -> Row:
    said = {
        f"{number}. {one.get_state_display()}": "；".join(filter(None, [one.asked_text, one.record, one.result]))
        for number, one in enumerate(case.hearings.all(), start=1)
    }
    return {"听证": said} if said else {}


def _fees(case: Case) -> Row:
    fees = case.fee_notices.all()
    said = [f"{fee.total} 元，{fee.get_state_display()}" for fee in fees]
    receipts = [payment.receipt_number for fee in fees for payment in fee.payments.all()]
    return {"费用": "；".join([*said, *receipts])} if said else {}


def _delivery(case: Case) -> Row:
    delivery = getattr(case, "delivery", None)
    if delivery is None:
        return {}
    address, parcel = of_row(delivery.address), getattr(delivery, "parcel", None)
    posted = {"收件地址": " ".join(address.said().values())} if address else {}
    sent = {"运单号": parcel.waybill, "邮件": parcel.get_state_display()} if parcel else {}
    return {"送达方式": delivery.get_way_display(), "领取时间": delivery.handed_at, **posted, **sent}


def _read(notice: Notice) -> bytes:
    return content_of(notice.file)


def hinder(party: Party) -> list[str]:
    """Applications under way, by number."""
    cases = Case.objects.filter(applicant=party, state__in=OPEN_STATES).select_related("item_version").order_by("id")
    return [
        _("“%(item)s”（%(number)s）还没有办完") % {"item": case.item_version.name, "number": case.number}
        for case in cases
    ]


def erase(party: Party) -> int:
    """Erase drafts, joint ones too: nobody's record yet; end questions on ended cases. Returns how many cases."""
    end_of_party(SYSTEM, party=party)
    drafts = list(Case.objects.select_for_update(no_key=True).filter(applicant=party, state=State.DRAFT))
    for draft in drafts:
        draft.materials.all().delete()
        draft.flags.all().delete()
        draft.delete()
    for joint in JointCase.objects.filter(applicant=party, submitted_at__isnull=True):
        joint.items.all().delete()
        joint.delete()
    return len(drafts)
