"""What parties hold, as far as a choice among it and its words need to know: two statements, nothing decrypted."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.prepared import prepared_cursor

# One row of a type is enough: where a good one is held, it is taken, and nobody asks what is wrong with the others.
# The inner part reads the index ``certificate_held`` alone. Names are looked up one by one: planned for all values, a
# join would read every department to name a dozen.
CERTIFICATES = """
SELECT held.id, held.holder_id, held.type_id, held.state, held.issued_on, held.valid_from, held.valid_until,
       (SELECT name FROM certificates_certificatetype kind WHERE kind.id = held.type_id),
       (SELECT short_name FROM identity_department issuer WHERE issuer.id = held.issuer_id)
FROM (
    SELECT DISTINCT ON (holder_id, type_id) id, holder_id, type_id, issuer_id, state, issued_on, valid_from, valid_until
    FROM certificates_certificate
    WHERE holder_id = ANY(%(holders)s::uuid[]) AND type_id = ANY(%(types)s::uuid[])
    ORDER BY holder_id, type_id,
        (state = 'valid' AND valid_from <= %(today)s::date AND coalesce(valid_until >= %(today)s::date, TRUE)) DESC,
        issued_on DESC, id DESC
) held
"""
DOCUMENTS = """
SELECT document.id, document.owner_id, document.kind, document.name, document.grade, document.scan,
       document.created_at, document.verified_at, document.disputed_at,
       coalesce((SELECT short_name FROM identity_department WHERE id = document.verified_department_id), '')
FROM certificates_document document
WHERE document.owner_id = ANY(%(owners)s::uuid[]) AND document.kind = ANY(%(kinds)s::text[])
    AND document.removed_at IS NULL AND document.erased_at IS NULL
"""


@dataclass(slots=True)
class HeldCertificate:
    """A certificate: whose, of which type, and what decides whether it counts; the face stays where it is."""

    pk: UUID
    holder_id: UUID
    type_id: UUID
    state: str
    issued_on: dt.date
    valid_from: dt.date
    valid_until: dt.date | None
    type_name: str
    issuer_name: str


@dataclass(slots=True)
class HeldDocument:
    """A document in a locker: whose, of which kind, and what decides whether it may be used again."""

    pk: UUID
    owner_id: UUID
    kind: str
    name: str
    grade: str
    scan: str
    created_at: dt.datetime
    verified_at: dt.datetime | None = None
    disputed_at: dt.datetime | None = None
    verified_by: str = ""  # short name of the department; empty: not known


def certificates_of(
    holders: Iterable[UUID], type_ids: Iterable[UUID], *, today: dt.date
) -> dict[UUID, list[HeldCertificate]]:
    """Of each type a holder's newest certificate that is valid on the day, else the newest: a fleet is one row.

    One query: ``{holder: certificates}``; none where nobody or nothing is asked for.
    """
    wanted = {"holders": list(holders), "types": list(type_ids), "today": today}
    held: dict[UUID, list[HeldCertificate]] = {}
    if wanted["holders"] and wanted["types"]:
        for row in _rows(CERTIFICATES, wanted):
            held.setdefault(row[1], []).append(HeldCertificate(*row))
    return held


def documents_of(owners: Iterable[UUID], kinds: Iterable[str]) -> dict[UUID, list[HeldDocument]]:
    """Documents of these kinds that are in a locker now, in one query: ``{owner: documents}``, in no order."""
    wanted = {"owners": list(owners), "kinds": list(kinds)}
    held: dict[UUID, list[HeldDocument]] = {}
    if wanted["owners"] and wanted["kinds"]:
        for row in _rows(DOCUMENTS, wanted):
            held.setdefault(row[1], []).append(HeldDocument(*row))
    return held


def _rows(statement: str, wanted: dict[str, Any]) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, wanted)
        return cursor.fetchall()
