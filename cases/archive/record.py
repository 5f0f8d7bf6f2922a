"""The record of a destruction: a manifest with the hash of everything that went, and the list on sealed paper."""

from typing import Any

from django.utils import timezone
from django.utils.safestring import mark_safe

from cases.archive.models import DestructionList, DestructionRow
from cases.archive.package import canonical
from certificates.signing.pades import sign_pdf
from common.printing.pdf import render_pdf
from common.printing.seal import seal_svg

FORMAT, FORMAT_VERSION = "onestop-destruction", 1
TITLE = "档案销毁清册"
_TEMPLATE = "documents/destruction.html"


def manifest_of(made: DestructionList) -> bytes:
    """Canonical JSON: the list, who proposed and approved it, and of each package what it was and which files went."""
    return canonical(
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "list": {
                "number": made.number,
                "department": made.department.name,
                "fonds": made.department.uscc,
                "reason": made.reason,
                "note": made.note,
                "proposed_by": made.proposed_by.staff_name,
                "proposed_at": made.created_at,
                "approved_by": made.settled_by.staff_name if made.settled_by else "",
                "approved_at": made.settled_at,
                "ended_at": made.ended_at,
            },
            "packages": [_package(row) for row in _rows(made)],
        }
    )


def _rows(made: DestructionList) -> list[DestructionRow]:
    return list(made.rows.select_related("package__case__item_version").order_by("id"))


def _package(row: DestructionRow) -> dict[str, Any]:
    package = row.package
    return {
        "number": package.number,
        "case": package.case.number,
        "item": package.case.item_version.name,
        "retention": package.retention,
        "closed_on": package.closed_on,
        "due_on": package.due_on,
        "sha256": package.sha256,
        "size": package.size,
        "parts": package.parts,
        "state": row.state,
        "reason": row.reason,
        "files": row.files,
        "documents": row.documents,
        "ended_at": row.ended_at,
    }


def printed(made: DestructionList) -> bytes:
    """The list on paper, sealed by the department. Load its department with the region, and both persons."""
    rows = _rows(made)
    department = made.department
    context: dict[str, Any] = {
        "title": TITLE,
        "made": made,
        "rows": [row for row in rows if row.state == DestructionRow.State.DONE],
        "kept": [row for row in rows if row.state == DestructionRow.State.KEPT],
        "department_name": department.name,
        "document_number": made.number,
        "issued_on": timezone.localdate(made.ended_at),
        "seal_svg": mark_safe(seal_svg(department.name, caption="档案专用章")),
    }
    title = f"{TITLE} {made.number}"
    pdf = render_pdf(_TEMPLATE, context, title=title, author=department.name)
    return sign_pdf(pdf, reason=TITLE, location=department.region.name, field_name="DepartmentSeal")
