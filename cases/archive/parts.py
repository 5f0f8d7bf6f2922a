"""What of a case goes into its package: the documents as they were issued and handed in, and the data behind them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.files import FieldFile

from cases.application import archived_form
from cases.archive import errors
from cases.archive.heard import heard
from cases.consultation.queries import asks_for_answer
from cases.models import Case, CaseMaterial, ConsultationFile, ConsultationMessage, Notice, OpinionFile, VisitPhoto
from certificates.errors import DocumentWaiting, FileDamaged
from certificates.models import Certificate, Document
from certificates.queries import stored_file
from certificates.verdicts import require_readable
from common.crypto import CannotDecrypt

PDF, JSON = "application/pdf", "application/json"
_ENDING = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a package. ``sealed``: a PDF with an electronic seal of its own."""

    name: str  # inside the package: ASCII, no way out of it
    title: str
    role: str
    media_type: str
    content: bytes
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """Something that stood for a material and whose file is gone, or never was here."""

    title: str
    role: str
    reason: str
    sha256: str = ""


def files_of(case: Case) -> tuple[list[Part], list[Absent]]:
    """Every document of a case, in a fixed order, and what is missing of them. A file that was used twice stands once.

    Raises :class:`NotReady` while one is being made, :class:`PartUnreadable` when a stored one is damaged.
    """
    parts = [Part("form/application.pdf", f"{case.item_version.name}申请表", "application", PDF, archived_form(case))]
    parts += _notices(case)
    parts += _joint_receipt(case)
    parts += _visit_photos(case)
    parts += _asked_files(case)
    parts += _opinion_files(case)
    absent: list[Absent] = []
    for found in [*_result(case), *_materials(case)]:
        (parts if isinstance(found, Part) else absent).append(found)  # type: ignore[arg-type]
    return parts, absent


def _read(title: str, read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except (OSError, CannotDecrypt, FileDamaged) as error:
        raise errors.PartUnreadable(what=title) from error


def _stored(file: FieldFile) -> bytes:
    with file.open() as stored:
        return bytes(stored.read())


def _notices(case: Case) -> Iterator[Part]:
    for order, notice in enumerate(case.notices.order_by("id"), start=1):
        title = f"{Notice.Kind(notice.kind).label} {notice.number}"
        if not notice.file:
            raise errors.NotReady(what=title)
        content = _read(title, lambda file=notice.file: _stored(file))  # type: ignore[misc]
        role = "receipt" if notice.kind == Notice.Kind.RECEIPT else "notice"
        yield Part(f"notices/{order:02d}-{notice.kind}.pdf", title, role, PDF, content, sealed=True)


def _joint_receipt(case: Case) -> Iterator[Part]:
    item = getattr(case, "joint_item", None)
    if item is None:
        return
    title = f"联办收件回执 {item.joint.receipt_number}"
    if not item.joint.receipt_file:
        raise errors.NotReady(what=title)
    content = _read(title, lambda: _stored(item.joint.receipt_file))
    yield Part("notices/00-joint-receipt.pdf", title, "receipt", PDF, content, sealed=True)


def _visit_photos(case: Case) -> Iterator[Part]:
    photos = VisitPhoto.objects.filter(visit__case=case).order_by("visit_id", "order")
    for order, photo in enumerate(photos, start=1):
        title = f"现场核查照片 {order}"
        content = _read(title, lambda file=photo.file: _stored(file))  # type: ignore[misc]
        yield Part(
            f"visits/{order:02d}.{_ENDING.get(photo.media_type, 'bin')}", title, "visit", photo.media_type, content
        )


def _asked_files(case: Case) -> Iterator[Part]:
    """What was sent with questions and answers; raises :class:`NotReady` while a question waits."""
    if asks_for_answer(case):
        raise errors.NotReady(what="咨询的答复")
    rows = ConsultationFile.objects.filter(message__consultation__case=case).order_by("message_id", "order")
    for order, row in enumerate(rows, start=1):
        title = f"咨询附件 {row.name}"
        content = _read(title, lambda file=row.file: _stored(file))  # type: ignore[misc]
        yield Part(f"asked/{order:02d}.{_ENDING.get(row.media_type, 'bin')}", title, "asked", row.media_type, content)


def _opinion_files(case: Case) -> Iterator[Part]:
    rows = OpinionFile.objects.filter(asked__request__case=case).order_by("asked_id", "order")
    for order, row in enumerate(rows, start=1):
        title = f"征求意见附件 {row.name}"
        content = _read(title, lambda file=row.file: _stored(file))  # type: ignore[misc]
        ending = _ENDING.get(row.media_type, "bin")
        yield Part(f"opinions/{order:02d}.{ending}", title, "opinion", row.media_type, content)


def _asked(case: Case) -> list[dict[str, Any]]:
    rows = ConsultationMessage.objects.filter(consultation__case=case).prefetch_related("files").order_by("id")
    return [
        {
            "at": row.created_at,
            "side": row.side,
            "by": row.author,
            "text": row.text,
            "files": [{"name": one.name, "sha256": one.sha256} for one in row.files.all()],
        }
        for row in rows
    ]


def _result(case: Case) -> Iterator[Part | Absent]:
    if case.certificate is not None:
        yield _certificate(case.certificate, "certificates/result.pdf", "result", needs_file=True)


def _certificate(certificate: Certificate, name: str, role: str, *, needs_file: bool) -> Part | Absent:
    title = f"{certificate.type.name} {certificate.number}"
    if certificate.file:
        return Part(name, title, role, PDF, _read(title, lambda: stored_file(certificate)), sealed=True)
    if needs_file:
        raise errors.NotReady(what=title)
    return Absent(title, role, "核验时用的是证照库里的登记，没有文件")


def _materials(case: Case) -> Iterator[Part | Absent]:
    seen: set[Any] = set()
    for order, row in enumerate(_rows(case), start=1):
        proof = row.document or row.certificate
        if proof is None or proof.pk in seen:
            continue
        seen.add(proof.pk)
        if row.document is not None:
            yield _document(row.document, f"{row.name}：{row.document.name}", order)
        elif row.certificate is not None:
            name = f"materials/{order:02d}-certificate.pdf"
            yield _certificate(row.certificate, name, "material", needs_file=False)


def _document(document: Document, title: str, order: int) -> Part | Absent:
    if document.erased_at is not None:
        return Absent(title, "material", "文件已按本人的要求删除", document.sha256)
    try:
        require_readable(document)
    except DocumentWaiting as error:
        raise errors.NotReady(what=title) from error
    content = _read(title, lambda: _stored(document.file))
    ending = _ENDING.get(document.media_type, "bin")
    return Part(f"materials/{order:02d}-document.{ending}", title, "material", document.media_type, content)


def _rows(case: Case) -> list[CaseMaterial]:
    rows = case.materials.select_related("requirement", "document", "certificate__type")
    return list(rows.order_by("requirement__order", "id"))


def data_of(case: Case) -> dict[str, Any]:
    """The case's data by file: answers with their sources, materials and why they count, the review, the history."""
    return {
        "data/answers.json": ("填写的内容和来源", {"situation": case.situation, "answers": case.answers}),
        "data/materials.json": ("材料清单", [_material(row) for row in _rows(case)]),
        "data/review.json": (
            "审查意见和审查记录",
            {"branches": _branches(case), "entries": _entries(case), **heard(case)},
        ),
        "data/asked.json": ("咨询和答复", _asked(case)),
        "data/history.json": (
            "办理经过",
            [
                {
                    "at": one.created_at,
                    "action": one.action,
                    "from": one.from_state,
                    "to": one.to_state,
                    "by": one.actor_label,
                    "note": one.note,
                }
                for one in case.events.order_by("id")
            ],
        ),
    }


def _branches(case: Case) -> list[dict[str, Any]]:
    rows = case.branches.select_related("stage", "department", "reviewer").order_by("stage__order", "id")
    return [
        {
            "stage": row.stage.name,
            "department": row.department.name,
            "state": row.state,
            "opinion": row.opinion,
            "reviewer": row.reviewer.staff_name if row.reviewer else "",
            "second_officer": row.second_officer,
            "reviewed_at": row.reviewed_at,
        }
        for row in rows
    ]


def _entries(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "at": row.created_at,
            "kind": row.kind,
            "by": row.author,
            "name": row.name,
            "text": row.text,
            "detail": row.detail,
        }
        for row in case.route_entries.order_by("id")
    ]


def _material(row: CaseMaterial) -> dict[str, Any]:
    return {
        "key": row.requirement.key,
        "piece": row.piece,
        "name": row.name,
        "way": row.way,
        "reason": row.reason,
        "certificate": row.certificate.number if row.certificate else "",
        "document": row.document.name if row.document else "",
        "grade": row.document.grade if row.document else "",
        "sha256": row.document.sha256 if row.document else "",
        "original_seen_at": row.original_seen_at,
    }
