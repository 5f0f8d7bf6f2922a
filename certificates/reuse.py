"""What a party already holds against what is asked for: the first match wins, and says why.

Order: a valid certificate, a verified document still fresh, an earlier upload, a declaration, a later
delivery, an upload.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import Certificate, Document
from certificates.rules import is_fresh


class Way(StrEnum):
    """How a requirement is met; the values are those of a case's material."""

    CERTIFICATE = "certificate"
    VERIFIED = "verified"
    EARLIER = "earlier"
    PROMISE = "promise"
    DEFERRED = "deferred"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked for, in this room's words. ``holder_id`` is whose proof it must be (None: nobody's yet)."""

    key: str
    holder_id: UUID | None
    type_ids: frozenset[UUID] = frozenset()
    kind: str = ""
    fresh_days: int | None = None
    may_promise: bool = False
    may_defer: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """What meets a requirement, and the sentence the page shows."""

    way: Way
    reason: str
    certificate: Certificate | None = None
    document: Document | None = None


@dataclass(slots=True)
class _Held:
    certificates: dict[tuple[UUID, UUID], Certificate] = field(default_factory=dict)
    documents: dict[tuple[UUID, str], list[Document]] = field(default_factory=dict)


def resolve(requirements: Sequence[Requirement], *, today: dt.date) -> dict[str, Resolution]:
    """Resolve every requirement, in two queries however many there are: ``{requirement key: resolution}``."""
    held = _load(requirements, today)
    return {requirement.key: _first_match(requirement, held, today) for requirement in requirements}


def _load(requirements: Sequence[Requirement], today: dt.date) -> _Held:
    holders = {r.holder_id for r in requirements if r.holder_id}
    type_ids = {type_id for r in requirements for type_id in r.type_ids}
    kinds = {r.kind for r in requirements if r.kind}
    held = _Held()
    if holders and type_ids:
        for certificate in valid_certificates(today).filter(holder_id__in=holders, type_id__in=type_ids):
            held.certificates.setdefault((certificate.holder_id, certificate.type_id), certificate)
    if holders and kinds:
        documents = Document.objects.filter(owner_id__in=holders, kind__in=kinds, removed_at__isnull=True)
        for document in documents.select_related("verified_department").order_by("-created_at"):
            held.documents.setdefault((document.owner_id, document.kind), []).append(document)
    return held


def valid_certificates(today: dt.date) -> QuerySet[Certificate]:
    """Certificates valid on ``today``: state and dates; newest first."""
    valid = Certificate.objects.filter(state=Certificate.State.VALID, valid_from__lte=today)
    return valid.exclude(valid_until__lt=today).select_related("type", "issuer").order_by("-issued_on", "-id")


def _first_match(requirement: Requirement, held: _Held, today: dt.date) -> Resolution:
    for match in (_by_certificate, _by_verified_document, _by_earlier_upload):
        resolution = match(requirement, held, today)
        if resolution:
            return resolution
    if requirement.may_promise:
        return Resolution(Way.PROMISE, _("可以告知承诺，不用交；办结后按承诺核查"))
    if requirement.may_defer:
        return Resolution(Way.DEFERRED, _("可以先受理，材料随后补交"))
    return Resolution(Way.MISSING, _("请上传：拍照或 PDF，不超过 20 MB"))


def _by_certificate(requirement: Requirement, held: _Held, today: dt.date) -> Resolution | None:
    for type_id in requirement.type_ids:
        certificate = held.certificates.get((requirement.holder_id, type_id)) if requirement.holder_id else None
        if certificate:
            return Resolution(Way.CERTIFICATE, certificate_reason(certificate), certificate=certificate)
    return None


def _by_verified_document(requirement: Requirement, held: _Held, today: dt.date) -> Resolution | None:
    for document in _documents(requirement, held):
        if document.grade != Document.Grade.B or document.verified_at is None:
            continue
        seen_on = timezone.localdate(document.verified_at)
        if is_fresh(seen_on, requirement.fresh_days, today):
            body = document.verified_department.short_name if document.verified_department else _("窗口")
            reason = _("%(body)s已于 %(day)s 与原件核对") % {"body": body, "day": seen_on.isoformat()}
            return Resolution(Way.VERIFIED, reason, document=document)
    return None


def _by_earlier_upload(requirement: Requirement, held: _Held, today: dt.date) -> Resolution | None:
    for document in _documents(requirement, held):
        if document.grade == Document.Grade.C:
            day = timezone.localdate(document.created_at).isoformat()
            reason = _("您 %(day)s 上传过，可以直接用；决定前工作人员会核对原件") % {"day": day}
            return Resolution(Way.EARLIER, reason, document=document)
    return None


def _documents(requirement: Requirement, held: _Held) -> list[Document]:
    return held.documents.get((requirement.holder_id, requirement.kind), []) if requirement.holder_id else []


def certificate_reason(certificate: Certificate) -> str:
    """Say where a certificate comes from and how long it is good."""
    values = {"issuer": certificate.issuer.short_name, "day": certificate.issued_on.isoformat()}
    if certificate.valid_until is None:
        return _("证照库中有效，%(issuer)s %(day)s 签发") % values
    return _("证照库中有效，%(issuer)s签发，至 %(until)s") % {**values, "until": certificate.valid_until.isoformat()}


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value that a certificate answers for a data element."""

    value: str
    certificate_id: UUID
    source: str  # e.g. 营业执照，2026-11-20


def is_about_person(element: str) -> bool:
    """Tell whether a data element is about the person who acts, not about what they act for."""
    return element.startswith(("person.", "contact."))


def element_values(
    holder_id: UUID, *, agent_id: UUID | None, today: dt.date, authorities: Mapping[str, str]
) -> dict[str, HeldValue]:
    """Answer data elements from the valid certificates of an applicant and of who acts for it, in one query.

    The agent's certificates answer for that person alone: an organisation's premises are never those of its
    representative.

    ``authorities`` maps an element to the key of the type whose word counts most; other certificates that repeat
    the value (a trade licence repeats the shop's name) answer only where that one is not held, newest first.
    """
    values: dict[str, HeldValue] = {}
    for certificate in valid_certificates(today).filter(holder_id__in={holder_id, agent_id} - {None}):
        source = f"{certificate.type.name}，{certificate.issued_on.isoformat()}"
        for spec in certificate.type.fields:
            element, value = spec.get("element"), certificate.face.get(spec["key"])
            if element and certificate.holder_id != holder_id and not is_about_person(element):
                continue
            if element and value and (element not in values or authorities.get(element) == certificate.type.key):
                values[element] = HeldValue(str(value), certificate.pk, source)
    return values
