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
from identity.account_queries import department_names, looks
from identity.actor import Actor, ActorKind
from identity.models import Party
from identity.privacy.hooks import Part
from identity.sso.scopes import TABLE

_WORDS = {
    case_codes.CASE_READ.code: gettext_lazy("打开了您的办件"),
    case_codes.OPINION_READ.code: gettext_lazy("应征求意见，看了您办件里为此选出的内容"),
    case_codes.VISIT_READ.code: gettext_lazy("打开了您办件的核查、听证或者评审记录"),
    case_codes.CONSULTATION_READ.code: gettext_lazy("看了您问部门的问题"),
    case_codes.UNMASKED.code: gettext_lazy("查看了办件里没有遮挡的个人信息"),
    case_codes.ARCHIVE_READ.code: gettext_lazy("下载了您办件的档案包"),
    case_codes.CASE_LISTED.code: gettext_lazy("核对证照的来龙去脉时看到了您的办件"),
    case_codes.PROVENANCE_READ.code: gettext_lazy("核对了您的证照从哪里来、用在哪里"),
    case_codes.DECISIONS_LISTED.code: gettext_lazy("查看了依据您的证照作出的决定"),
    case_codes.DOCUMENT_DECISIONS_LISTED.code: gettext_lazy("查看了依据您的材料作出的决定"),
    case_codes.NOTICE_READ.code: gettext_lazy("打开了给您的文书"),
    case_codes.ASSISTED.code: gettext_lazy("在窗口代您办理这份申请"),
    case_codes.ASSISTANCE_MOVED.code: gettext_lazy("在窗口请您同意代为办理，或者结束了办理"),
    case_codes.AGENT_AT_WINDOW.code: gettext_lazy("在窗口接待了替您办事的代理人，或者结束了办理"),
    case_codes.TICKET_READ.code: gettext_lazy("在窗口看了您取号用的号码"),
    identity_codes.MANDATES_LOOKED_UP.code: gettext_lazy("查了您的委托"),
    proof_codes.READ.code: gettext_lazy("查看了您的证照"),
    proof_codes.FILE_READ.code: gettext_lazy("打开了您的证照文件"),
    proof_codes.DISCLOSED.code: gettext_lazy("调阅了您的证照或材料"),
    identity_codes.SSO_CLAIMS_READ.code: gettext_lazy("经您同意，应用读取了您的信息"),
    case_codes.STATUS_READ.code: gettext_lazy("部门的系统查询了您办件的状态"),
    identity_codes.PERSON_READ.code: gettext_lazy("查看了您的登记信息"),
    identity_codes.PERSON_CHANGED.code: gettext_lazy("更改了您的登记信息"),
    identity_codes.SEEN_FACE_TO_FACE.code: gettext_lazy("当面核验了您的证件"),
    identity_codes.DUPLICATE_SETTLED.code: gettext_lazy("核对了与您相似的登记"),
    identity_codes.PERSONS_MERGED.code: gettext_lazy("合并了您的重复登记"),
    identity_codes.CORRECTION_READ.code: gettext_lazy("打开了您的更正申请"),
    identity_codes.CLOSED_PERSON_READ.code: gettext_lazy("查找了您注销后封存的信息"),
}
_MOST = 5000  # looks in one copy of somebody's data
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
        name = cases.get(subject) or certificates.get(subject) or proof or _read_by_app(row)
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


def collect(party: Party) -> list[Part]:
    """The access ledger as a chapter of a copy of somebody's data, the newest looks first."""
    actor = Actor(kind=ActorKind.CITIZEN, principal_id=party.pk, account_id=_account_id(party))
    rows = list(looks(actor, KINDS)[:_MOST])
    return [Part("access", "谁看过我的数据", [_row(look) for look in in_words(actor, rows)])]


def _account_id(party: Party) -> UUID | None:
    """The party's own account, whose looks are no news to it; an organisation has none."""
    person = getattr(party, "person", None)
    account = getattr(person, "account", None)
    return account.pk if account else None


def _row(look: Look) -> dict[str, object]:
    return {
        "时间": look.at,
        "谁": look.who,
        "做了什么": look.what,
        "哪一件": look.thing,
        "为了什么": look.purpose,
        "理由": look.reason,
    }


def _subjects(rows: Sequence[AuditEvent], kind: str) -> set[UUID]:
    return {UUID(row.subject_id) for row in rows if row.subject_kind == kind}


def _who(row: AuditEvent, departments: dict[UUID, str]) -> str:
    if row.actor_kind == ActorKind.CITIZEN and row.subject_kind == "grant":
        return _("您出示或分享证照的对象")
    if row.actor_kind == ActorKind.CITIZEN and not row.department_id:
        return _("代您或您单位办事的人")
    return departments.get(row.department_id, _("政务服务工作人员")) if row.department_id else _("政务服务工作人员")


def _read_by_app(row: AuditEvent) -> str:
    """The app and what it read; empty for any other row."""
    if row.subject_kind != "client":
        return ""
    names = _("、").join(str(TABLE[scope].name) for scope in row.detail.get("scopes", []) if scope in TABLE)
    return _("%(app)s：%(names)s") % {"app": row.detail.get("name", ""), "names": names}


def _purpose(row: AuditEvent) -> str:
    if row.subject_kind == "client":
        return str(row.detail.get("purpose", ""))
    if row.code == identity_codes.MANDATES_LOOKED_UP.code:
        return _("窗口办理委托")
    if row.code == case_codes.CASE_LISTED.code:
        return _("管理本机关签发的证照")
    purposes = {
        "assistance": _("窗口代您办理"),
        "document": _("核对您交过的材料"),
        "case": _("办理您的申请"),
        "correction": _("核实您要更正的信息"),
        "party": _("维护登记信息"),
    }
    return purposes.get(row.subject_kind, _("管理本机关签发的证照"))
