"""Halls, files and uploads for guides."""

import hashlib
import io
import zipfile
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from identity.models import Department, Hall
from services.models import ItemVersion, VersionFile

WEEK = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(1, 6)}
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/xml"/></Types>'
)


def a_hall(department: Department, **values: Any) -> Hall:
    given = {"name": "政务服务大厅", "address": "人民路1号", "phone": "0000-1", "hours": WEEK, **values}
    return Hall.objects.create(department=department, region=department.region, **given)


def a_file(
    version: ItemVersion, key: str, kind: str = "blank", content: bytes = b"%PDF-1.7", **values: Any
) -> VersionFile:
    row = VersionFile(
        version=version,
        kind=kind,
        material_key=key,
        media_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **{"name": "申请表", **values},
    )
    row.file.save("form.pdf", ContentFile(content), save=False)
    row.save()
    return row


def a_pdf() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, "PDF")
    return file.getvalue()


def a_picture(kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, kind, **options)
    return file.getvalue()


def a_docx(parts: dict[str, bytes | str] | None = None, *, types: str = _TYPES) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", "<w:document>甲</w:document>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return file.getvalue()


def an_upload(content: bytes, name: str = "申请表.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
