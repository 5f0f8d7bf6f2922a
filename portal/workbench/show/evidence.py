"""The evidence table: what stands for each material, how far it can be trusted, and its state at this moment."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, CaseMaterial
from certificates.models import Certificate, Document
from certificates.queries import state_now
from common.formatting import code_label

_Way = CaseMaterial.Way
_GRADES = {Document.Grade.B: "grade_b", Document.Grade.C: "grade_c", Document.Grade.D: "grade_d"}
_REUSED = frozenset({_Way.CERTIFICATE, _Way.VERIFIED, _Way.EARLIER})


@dataclass(frozen=True, slots=True)
class Proof:
    """One row. ``mark`` is a seal or empty; ``tone`` colours the state; ``can_open`` says the grant is open."""

    material_id: UUID
    name: str
    way: str
    mark: str
    source: str
    state: str
    tone: str
    note: str
    can_open: bool
    needs_original: bool
    can_dispute: bool
    document_id: UUID | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The table with its two counts."""

    proofs: list[Proof]
    reused: int
    handed_in: int

    @property
    def unseen(self) -> list[str]:
        """Names of uploaded copies whose original nobody has compared yet."""
        return [proof.name for proof in self.proofs if proof.needs_original]


def evidence_of(case: Case) -> Evidence:
    """Describe the materials of a case from :func:`cases.queries.get_case`; states are the register's, as of now."""
    rows = list(case.materials.all())
    return Evidence(
        proofs=[_proof(row) for row in rows],
        reused=sum(row.way in _REUSED for row in rows),
        handed_in=sum(row.way == _Way.UPLOAD for row in rows),
    )


def _proof(row: CaseMaterial) -> Proof:
    mark, source, state, tone = _shown(row)
    is_ready = bool(row.certificate.file) if row.certificate else row.document is not None
    return Proof(
        material_id=row.pk,
        name=row.name,
        way=code_label(row.get_way_display()),
        mark=mark,
        source=source,
        state=state,
        tone=tone,
        note=row.correction,
        can_open=is_ready and row.grant is not None and row.grant.ends_at is None,
        needs_original=row.document is not None and row.document.grade == Document.Grade.C,
        can_dispute=row.document is not None and row.document.grade == Document.Grade.B,
        document_id=row.document_id,
    )


def _shown(row: CaseMaterial) -> tuple[str, str, str, str]:
    if row.certificate:
        return ("grade_a", *_certificate(row.certificate))
    if row.document:
        return (_GRADES[Document.Grade(row.document.grade)], *_document(row.document))
    if row.way == _Way.PROMISE:
        days = row.requirement.promise_check_days
        check = _("办结后 %(days)s 个工作日内核查") % {"days": days} if days else _("办结后核查")
        return "vow", _("告知承诺：%(text)s") % {"text": row.requirement.promise_text}, check, "amber"
    if row.way == _Way.DEFERRED:
        return "", _("容缺受理"), row.reason, "amber"
    is_optional = row.requirement.need == "2"
    return "", "", _("没有交（非必要）") if is_optional else _("还没有交"), "plain" if is_optional else "red"


def _certificate(certificate: Certificate) -> tuple[str, str, str]:
    source = _("证照库 · %(issuer)s %(day)s 签发") % {
        "issuer": certificate.issuer.short_name,
        "day": certificate.issued_on.isoformat(),
    }
    state = state_now(certificate)
    if state != Certificate.State.VALID:
        return source, code_label(state.label), "red"
    if certificate.valid_until is None:
        return source, _("有效（长期）"), "jade"
    return source, _("有效至 %(day)s") % {"day": certificate.valid_until.isoformat()}, "jade"


def _document(document: Document) -> tuple[str, str, str]:
    if document.grade == Document.Grade.B and document.verified_at:
        body = document.verified_department.short_name if document.verified_department else _("窗口")
        post = document.verified_post.name if document.verified_post else ""
        seen = timezone.localdate(document.verified_at).isoformat()
        told = _("已由%(body)s%(post)s于 %(day)s 与原件核对，不用再核") % {"body": body, "post": post, "day": seen}
        return told, _("已核验"), "brand"
    if document.disputed_at:
        doubted = timezone.localdate(document.disputed_at).isoformat()
        return _("原来的核验 %(day)s 被提出异议") % {"day": doubted}, _("要重新核对原件"), "red"
    if document.scan == Document.Scan.WAITING:
        return _("申请人上传"), _("正在检查病毒"), "amber"
    day = timezone.localdate(document.created_at).isoformat()
    if document.grade == Document.Grade.D:
        return _("申请人自制，%(day)s 上传") % {"day": day}, _("没有原件要核"), "plain"
    return _("申请人 %(day)s 上传") % {"day": day}, _("原件待核对"), "amber"
