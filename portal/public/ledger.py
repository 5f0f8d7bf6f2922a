"""谁看过我的数据: audit rows in plain words, with the office and the purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import events as case_codes
from cases.queries import item_names
from certificates import events as proof_codes
from certificates.queries import granted_proofs, type_names
from common.models import AuditEvent
from identity import events as identity_codes
from identity.account_queries import department_names
from identity.actor import Actor, ActorKind

_WORDS = {
    case_codes.CASE_READ.code: gettext_lazy("打开了您的办件"),
    case_codes.UNMASKED.code: gettext_lazy("查看了办件里没有遮挡的个人信息"),
    case_codes.NOTICE_READ.code: gettext_lazy("打开了给您的文书"),
    identity_codes.MANDATES_LOOKED_UP.code: gettext_lazy("查了您的委托"),
    proof_codes.READ.code: gettext_lazy("查看了您的证照"),
    proof_codes.FILE_READ.code: gettext_lazy("打开了您的证照文件"),
    proof_codes.DISCLOSED.code: gettext_lazy("调阅了您的证照或材料"),
}
KINDS = frozenset(_WORDS)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at somebody's data."""

    at: datetime
    who: str
    what: str
    thing: str
    purpose: str
    reason: str


def in_words(actor: Actor, rows: Sequence[AuditEvent]) -> list[Look]:
    """Put one page of rows into words; four queries however many rows there are."""
    departments = department_names(row.department_id for row in rows)
    cases = item_names(actor, _subjects(rows, "case"))
    certificates = type_names(actor, _subjects(rows, "certificate"))
    proofs = granted_proofs(_subjects(rows, "grant"))
    looks = []
    for row in rows:
        subject = UUID(row.subject_id)
        proof, purpose = proofs.get(subject, ("", ""))
        number = row.detail.get("number") or row.detail.get("case_number") or ""
        name = cases.get(subject) or certificates.get(subject) or proof
        looks.append(
            Look(
                at=row.occurred_at,
                who=_who(row, departments),
                what=str(_WORDS[row.code]),
                thing=_("%(name)s（%(number)s）") % {"name": name, "number": number} if name and number else name,
                purpose=purpose or _purpose(row),
                reason=str(row.detail.get("reason", "")),
            )
        )
    return looks


def _subjects(rows: Sequence[AuditEvent], kind: str) -> set[UUID]:
    return {UUID(row.subject_id) for row in rows if row.subject_kind == kind}


def _who(row: AuditEvent, departments: dict[UUID, str]) -> str:
    if row.actor_kind == ActorKind.CITIZEN:
        return _("代您或您单位办事的人")
    return departments.get(row.department_id, _("政务服务工作人员")) if row.department_id else _("政务服务工作人员")


def _purpose(row: AuditEvent) -> str:
    if row.subject_kind == "party":
        return _("窗口办理委托")
    return _("办理您的申请") if row.subject_kind == "case" else _("管理本机关签发的证照")
