"""What this room adds to a copy of somebody's data, and the documents it erases when an account was closed."""

from functools import partial

from django.db import transaction
from django.db.models import Q

from certificates import events as codes
from certificates.keeping import drop
from certificates.models import Certificate, Document
from certificates.queries import state_now
from certificates.trays.base import clear_tray
from certificates.trays.models import Tray
from certificates.types.queries import fields_of
from common import events
from identity.actor import SYSTEM
from identity.models import Party
from identity.privacy.hooks import CopiedFile, Part, Row

_KEPT_KINDS = ("mandate-original", "correction-proof")  # records of what an office did, not the person's own stock


def collect(party: Party) -> list[Part]:
    """The certificates a party holds and the documents in its locker, with their files."""
    certificates = list(Certificate.objects.filter(holder=party).select_related("type", "issuer"))
    documents = list(Document.objects.filter(owner=party, removed_at__isnull=True))
    return [
        Part(
            "certificates",
            "电子证照",
            [_certificate(row) for row in certificates],
            [
                CopiedFile("电子证照", f"{row.type.name} {row.number}.pdf", partial(_read, row))
                for row in certificates
                if row.file
            ],
        ),
        Part(
            "documents",
            "材料库",
            [_document(row) for row in documents],
            [CopiedFile("材料库", row.file_name, partial(_read, row)) for row in documents],
        ),
    ]


def _certificate(row: Certificate) -> Row:
    labels = {spec["key"]: spec["label"] for spec in fields_of(row)}
    return {
        "名称": row.type.name,
        "证照编号": row.number,
        "证照标识": row.identifier,
        "颁发机关": row.issuer.name,
        "状态": state_now(row).label,
        "颁发日期": row.issued_on,
        "有效期起": row.valid_from,
        "有效期止": row.valid_until or "长期",
        "照面内容": {labels.get(key, key): value for key, value in row.face.items()},
    }


def _document(row: Document) -> Row:
    return {
        "名称": row.name,
        "文件名": row.file_name,
        "可信等级": row.get_grade_display(),
        "存入时间": row.created_at,
        "核对原件时间": row.verified_at,
        "字节数": row.size,
        "校验值（SHA-256）": row.sha256,
    }


def _read(row: Certificate | Document) -> bytes:
    with row.file.open() as stored:
        return stored.read()


def erase(party: Party) -> int:
    """Erase documents of the locker that no case uses or used, file and row; returns how many.

    Upper rooms let go of their drafts first. A document that was shown to an office under a grant stays, locked.
    Pages that were never handed in go too, also those put together for others.
    """
    for tray in Tray.objects.filter(Q(principal=party) | Q(account__person_id=party.pk)):
        clear_tray(tray)
        tray.delete()
    unused = Document.objects.filter(owner=party, grants=None, case_uses=None, flags=None).exclude(kind__in=_KEPT_KINDS)
    rows = list(unused)
    for row in rows:
        storage, name = row.file.storage, str(row.file.name)
        events.record(codes.ERASED, actor=SYSTEM, subject_id=row.pk, holder_id=party.pk)
        row.delete()
        transaction.on_commit(partial(drop, storage, name))
    return len(rows)
