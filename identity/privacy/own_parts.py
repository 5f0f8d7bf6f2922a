"""What the identity room itself holds about a party, and what of it hinders closing an account.

A copy is a document of a public body, in standard Chinese whoever asked for it (国家通用语言文字法第九条).
"""

from django.utils.translation import gettext as _

from common.models import AuditEvent
from identity import events as codes
from identity import levels
from identity.mandates import queries as mandates
from identity.mandates.queries import state_now
from identity.models import CorrectionRequest, Mandate, Organisation, Party, VerificationRecord
from identity.privacy.hooks import Part, Row

_LIVE = (Mandate.State.PROPOSED, Mandate.State.ACCEPTED)
_MOST_SIGN_INS = 5000


def collect(party: Party) -> list[Part]:
    """Facts, checks, mandates, sign-ins and corrections of a person; facts and mandates of an organisation."""
    if party.kind == Party.Kind.ORGANISATION:
        return [Part("organisation", "单位信息", [_organisation(party.organisation)]), _mandates(party)]
    return [
        Part("person", "个人信息", [_person(party)]),
        Part("organisations", "代表的单位", [_organisation(row) for row in _represented(party)]),
        Part("verifications", "实名核对记录", _verifications(party)),
        _mandates(party),
        Part("sign_ins", "登录记录", _sign_ins(party)),
        Part("corrections", "更正申请", _corrections(party)),
    ]


def _person(party: Party) -> Row:
    person = party.person
    return {
        "姓名": person.name,
        "公民身份号码": person.id_number,
        "手机号": person.phone or "",
        "住址": person.address or "",
        "实名等级": levels.name_of(person.assurance_level),
        "登记时间": party.created_at,
    }


def _represented(party: Party) -> list[Organisation]:
    return list(Organisation.objects.filter(legal_representative_id=party.pk))


def _organisation(organisation: Organisation) -> Row:
    return {
        "名称": organisation.name,
        "统一社会信用代码": organisation.uscc,
        "类型": organisation.kind,
        "状态": organisation.get_state_display(),
        "住所": organisation.address,
    }


def _verifications(party: Party) -> list[Row]:
    rows = VerificationRecord.objects.filter(person_id=party.pk).order_by("created_at", "pk")
    return [
        {
            "时间": row.created_at,
            "来源": row.source,
            "核对了什么": "、".join(row.facts),
            "结果": row.get_result_display(),
        }
        for row in rows
    ]


def _mandates(party: Party) -> Part:
    own = Mandate.objects.select_related("principal__person", "principal__organisation").order_by("made_at", "pk")
    rows = [_mandate(row, "委托别人", row.agent_name) for row in own.filter(principal=party)]
    rows += [_mandate(row, "受人委托", row.principal.name) for row in own.filter(agent_id=party.pk)]
    return Part("mandates", "委托和授权", rows)


def _mandate(row: Mandate, side: str, other: str) -> Row:
    return {
        "方向": side,
        "对方": other,
        "身份": row.get_kind_display(),
        "状态": state_now(row).label,
        "范围": row.get_scope_display(),
        "事项编码": "、".join(row.item_codes),
        "办件编号": row.case_number,
        "原因": row.purpose,
        "起": row.starts_on,
        "止": row.ends_on,
    }


def _sign_ins(party: Party) -> list[Row]:
    account = getattr(party.person, "account", None)
    if account is None:
        return []
    rows = AuditEvent.objects.filter(
        subject_kind=codes.SIGNED_IN.subject_kind, subject_id=str(account.pk), code=codes.SIGNED_IN.code
    )
    return [
        {"时间": row.occurred_at, "方式": row.detail["method"], "浏览器": row.detail["browser"]}
        for row in rows.order_by("-pk")[:_MOST_SIGN_INS]
    ]


def _corrections(party: Party) -> list[Row]:
    return [
        {
            "时间": row.created_at,
            "更正什么": row.certificate_name or row.get_subject_display(),
            "现在的内容": row.current,
            "应当是": row.wanted,
            "理由": row.reason,
            "状态": row.get_state_display(),
            "答复": row.answer,
        }
        for row in CorrectionRequest.objects.filter(person_id=party.pk).order_by("created_at", "pk")
    ]


def hinder(party: Party) -> list[str]:
    """Organisations that only this person acts for, wards whose guardian they are, and guardians of their own."""
    texts = []
    for organisation in _represented(party):
        managers = mandates.standing().filter(
            principal_id=organisation.pk, kind=Mandate.Kind.MANAGER, state=Mandate.State.ACCEPTED
        )
        has_other = any(state_now(row) == Mandate.State.ACCEPTED for row in managers.exclude(agent_id=party.pk))
        if organisation.state == Organisation.State.ACTIVE and not has_other:
            texts.append(_("您是“%(name)s”的法定代表人，这个单位还没有别的管理员") % {"name": organisation.name})
    wards = Mandate.objects.filter(agent_id=party.pk, kind=Mandate.Kind.GUARDIAN, state__in=_LIVE)
    for row in wards.select_related("principal__person"):
        texts.append(_("您是%(name)s的监护人") % {"name": row.principal.name})
    own = Mandate.objects.filter(principal=party, kind=Mandate.Kind.GUARDIAN, state__in=_LIVE)
    if any(state_now(row) == Mandate.State.ACCEPTED for row in own.select_related("principal__person")):
        texts.append(_("窗口登记了您的监护人，监护关系依法结束以后才能注销"))
    return texts
