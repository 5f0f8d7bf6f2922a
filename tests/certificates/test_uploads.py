"""Whatever bytes come, an upload is taken or refused in words; it never breaks the server."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates import errors, uploads


def test_whatever_a_parser_stumbles_over_is_a_damaged_file(monkeypatch):
    def stumble(*args: object) -> None:
        raise IndexError("list index out of range")

    buffer = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(buffer)
    upload = SimpleUploadedFile("x.pdf", buffer.getvalue())
    assert uploads.check(upload).media_type == "application/pdf"
    monkeypatch.setattr(pikepdf, "open", stumble)
    upload.seek(0)
    with pytest.raises(errors.UploadDamaged):
        uploads.check(upload)
