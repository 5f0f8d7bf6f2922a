"""Files asked for inside the form: each is one of the item's materials, so it lives, is granted and is read as such."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases import evidence
from cases.models import Case, CaseMaterial
from certificates.errors import QuotaExceeded
from certificates.locker import upload_document
from certificates.models import Document
from common.errors import Invalid
from identity.actor import Actor
from services.codes import MaterialNeed
from services.forms import FieldSpec, Problem

_Way = CaseMaterial.Way


def rows_by_field(case: Case, specs: Iterable[FieldSpec]) -> dict[str, CaseMaterial]:
    """Return the material that stands for each file field, by field key; those not asked for are left out."""
    wanted = {spec.material: spec.key for spec in specs if spec.type == "file"}
    if not wanted:
        return {}
    rows = {row.requirement.key: row for row in case.materials.all() if not row.piece}
    return {key: rows[material] for material, key in wanted.items() if material in rows}


def take(
    actor: Actor,
    case: Case,
    specs: Iterable[FieldSpec],
    *,
    values: dict[str, Any],
    files: Mapping[str, UploadedFile],
    request_key: str,
) -> list[Problem]:
    """Move the files of a page to the case's materials, out of ``values``; return what is wrong with them."""
    asked = [spec for spec in specs if spec.type == "file"]
    if not asked:
        return []
    rows = {row.requirement.key: row for row in case.materials.select_related("requirement") if not row.piece}
    problems = []
    for spec in asked:
        given = values.pop(spec.key, "")
        row = rows.get(spec.material)
        if row is None:  # the situation does not ask for it
            continue
        if spec.key in files:
            problems += _upload(actor, case, spec, row, files[spec.key], request_key)
        elif given:
            problems += _refer(actor, case, spec, row, given["document"])
        elif row.way == _Way.MISSING and spec.required and row.requirement.need != MaterialNeed.OPTIONAL:
            problems.append(_problem(spec, "required", _("请选一个文件上传。")))
    return problems


def _upload(
    actor: Actor, case: Case, spec: FieldSpec, row: CaseMaterial, upload: UploadedFile, request_key: str
) -> list[Problem]:
    try:
        with transaction.atomic():
            upload_row(actor, case, row, upload, request_key=f"{request_key[:40]}:{spec.material}"[:64])
    except (Invalid, QuotaExceeded) as error:
        return [_problem(spec, error.code, f"{error.text}{error.what_to_do}")]
    return []


def upload_row(
    actor: Actor,
    case: Case,
    row: CaseMaterial,
    upload: UploadedFile,
    *,
    request_key: str,
    more: Sequence[UploadedFile] = (),
    turns: Sequence[int] = (),
    alternative: str = "",
) -> None:
    """Put a file into the locker and let it stand for one material. Raises the upload errors.

    ``alternative`` is the key of the piece it is, where any of several is enough.
    """
    requirement = row.requirement
    kind, name = evidence.kind_and_name(row, alternative)
    document = upload_document(
        actor,
        owner_id=evidence.locker_of(case, requirement, actor.person_id),
        kind=kind,
        name=name,
        upload=upload,
        more=more,
        turns=turns,
        self_made=requirement.is_self_made,
        for_case=True,
        request_key=request_key,
    )
    choose(row, way=_Way.UPLOAD, document=document, reason=_("您这次上传的"))


def _refer(actor: Actor, case: Case, spec: FieldSpec, row: CaseMaterial, document_id: str) -> list[Problem]:
    """Let a document that is in the right locker already stand for it; anybody else's is not there.

    Nor is the principal's for somebody whose mandate does not open it.
    """
    if str(row.document_id) == document_id:
        return []
    owner = evidence.holder_of(case, row.requirement)
    is_shut = actor.is_wallet_shut and owner != actor.person_id
    document = None if is_shut else _document(owner, document_id)
    if document is None:
        return [_problem(spec, "file_unknown", _("材料库里没有这个文件，请重新上传。"))]
    choose(row, way=_Way.UPLOAD, document=document, reason=_("您从材料库里选的"))
    return []


def _document(owner: UUID, document_id: str) -> Document | None:
    return Document.objects.filter(pk=document_id, owner_id=owner, removed_at__isnull=True).first()


def choose(row: CaseMaterial, *, way: str, document: Document | None, reason: str) -> None:
    """Set what the applicant chose for a material."""
    row.way = way
    row.certificate = None
    row.document = document
    row.grant = None
    row.reason = reason
    row.passed_over = []
    row.chosen_by_applicant = True
    row.original_seen_at = None
    row.original_seen_by = None
    row.save()


def _problem(spec: FieldSpec, code: str, message: str) -> Problem:
    return Problem(spec.key, code, message, spec.key)


def tray_target(case_id: UUID, material_id: UUID) -> str:
    """The place of the tray on which the pages of one material are put together."""
    return f"material:{case_id}:{material_id}"


def material_of_target(target: str) -> tuple[UUID, UUID] | None:
    """(case, material) of such a place; None for another one."""
    kind, _colon, rest = target.partition(":")
    if kind != "material":
        return None
    case_id, _colon, material_id = rest.partition(":")
    return UUID(case_id), UUID(material_id)
