"""The package itself: a ZIP that stores its parts unpacked, a manifest with the hash of each, one signature over it.

The same case sealed at the same moment under the same number gives the same parts and the same manifest to the byte;
only the signature, which carries its own time stamp, is made anew. See docs/adr/0041.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder

from cases.archive.models import ArchivePackage, Retention
from cases.archive.parts import JSON, Absent, Part, data_of, files_of
from cases.models import Case
from common.models import AuditEvent

MANIFEST, SIGNATURE, AUDIT = "manifest.json", "signature.p7s", "data/audit.json"
FORMAT, FORMAT_VERSION = "onestop-archive", 1
FIRST_LINK = "0" * 64
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP knows no earlier one; the true times stand in the manifest


def canonical(value: Any) -> bytes:
    """JSON that is the same to the byte for the same value: keys in order, UTF-8, no spaces (RFC 8785 in spirit)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return text.encode()


def link(before: str, row: Mapping[str, Any]) -> str:
    """The hash that ties a row of the audit extract to the one before it."""
    return hashlib.sha256(before.encode() + b"\n" + canonical(row)).hexdigest()


def audit_chain(rows: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Rows of the audit log as plain values, each with the link to the one before it."""
    chain: list[dict[str, Any]] = []
    last = FIRST_LINK
    for row in rows:
        plain = {
            "id": row.pk,
            "at": row.occurred_at.isoformat(),
            "code": row.code,
            "actor_kind": row.actor_kind,
            "actor": str(row.actor_id or ""),
            "on_behalf_of": str(row.on_behalf_of_id or ""),
            "department": str(row.department_id or ""),
            "detail": row.detail,
        }
        last = link(last, plain)
        chain.append({**plain, "link": last})
    return chain


def build(case: Case, package: ArchivePackage) -> tuple[list[Part], bytes]:
    """Every part of a case's package and its manifest; ``package`` has number, term and moment. Raises as files_of."""
    parts, absent = files_of(case)
    parts += [Part(name, title, "data", JSON, canonical(value)) for name, (title, value) in data_of(case).items()]
    moment = package.sealed_at
    rows = AuditEvent.objects.filter(subject_kind="case", subject_id=str(case.pk), occurred_at__lte=moment)
    chain = audit_chain(rows.order_by("id"))
    parts.append(Part(AUDIT, "审计记录", "audit", JSON, canonical(chain)))
    return parts, canonical(_manifest(case, package, parts, absent, chain))


def _manifest(
    case: Case,
    package: ArchivePackage,
    parts: Sequence[Part],
    absent: Sequence[Absent],
    chain: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    version, department = case.item_version, case.department
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "archive": {
            "number": package.number,
            "title": f"{case.applicant.name}{version.name}",
            "fonds": department.uscc,
            "creator": department.name,
            "region": department.region.name,
            "retention": package.retention,
            "retention_name": Retention(package.retention).label,
            "closed_on": package.closed_on,
            "due_on": package.due_on,
            "sealed_at": package.sealed_at,
        },
        "case": {
            "number": case.number,
            "item": version.name,
            "item_code": case.item.code,
            "item_version": version.version,
            "item_type": case.item.item_type,
            "state": case.state,
            "outcome": case.outcome,
            "applicant": case.applicant.name,
            "applicant_kind": case.applicant.kind,
            "agent": case.agent.name,
            "submitted_at": case.submitted_at,
            "received_on": case.received_on,
            "accepted_on": case.accepted_on,
            "decided_at": case.decided_at,
            "closed_at": case.closed_at,
            "promise_due_on": case.promise_due_on,
            "statutory_due_on": case.statutory_due_on,
        },
        "parts": [
            {
                "name": part.name,
                "title": part.title,
                "role": part.role,
                "media_type": part.media_type,
                "size": len(part.content),
                "sha256": hashlib.sha256(part.content).hexdigest(),
                "sealed": part.sealed,
            }
            for part in parts
        ],
        "absent": [
            {"title": one.title, "role": one.role, "reason": one.reason, "sha256": one.sha256} for one in absent
        ],
        "audit": {"rows": len(chain), "head": chain[-1]["link"] if chain else FIRST_LINK},
    }


def pack(target: IO[bytes], parts: Sequence[Part], manifest: bytes, signature: bytes) -> tuple[str, int]:
    """Write the ZIP file: manifest and signature first, then the parts in order, nothing compressed, no clock.

    ``target`` can be read and sought. Returns the SHA-256 of what was written and its size in bytes.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in [
            (MANIFEST, manifest),
            (SIGNATURE, signature),
            *((one.name, one.content) for one in parts),
        ]:
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            archive.writestr(entry, content)
    size = target.tell()
    target.seek(0)
    return hashlib.file_digest(target, "sha256").hexdigest(), size  # type: ignore[arg-type]
