"""What parties hold, as far as a choice among it and its words need to know: one statement, nothing decrypted."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from common.prepared import prepared_cursor

# One certificate of a type is enough: where a good one is held, it is taken, and nobody asks what is wrong with the
# others. They are read from the index ``certificate_held`` alone. Names are looked up one by one: planned for all
# values, a join would read every department to name a dozen.
STATEMENT = """
SELECT held.id, held.holder_id, held.type_id, NULL AS kind,
       (SELECT name FROM certificates_certificatetype kind WHERE kind.id = held.type_id), held.state, NULL AS scan,
       (SELECT short_name FROM identity_department issuer WHERE issuer.id = held.issuer_id),
       held.issued_on, held.valid_from, held.valid_until, NULL AS created_at, NULL AS verified_at, NULL AS disputed_at
FROM (
    SELECT DISTINCT ON (holder_id, type_id) id, holder_id, type_id, issuer_id, state, issued_on, valid_from, valid_until
    FROM certificates_certificate
    WHERE holder_id = ANY(%(holders)s::uuid[]) AND type_id = ANY(%(types)s::uuid[])
    ORDER BY holder_id, type_id,
        (state = 'valid' AND valid_from <= %(today)s::date AND coalesce(valid_until >= %(today)s::date, TRUE)) DESC,
        issued_on DESC, id DESC
) held
UNION ALL
SELECT id, owner_id, NULL, kind, name, grade, scan,
       coalesce((SELECT short_name FROM identity_department WHERE id = document.verified_department_id), ''),
       NULL, NULL, NULL, created_at, verified_at, disputed_at
FROM certificates_document document
WHERE owner_id = ANY(%(owners)s::uuid[]) AND kind = ANY(%(kinds)s::text[])
    AND removed_at IS NULL AND erased_at IS NULL
"""


@dataclass(slots=True)
class HeldCertificate:
    """A certificate: whose, of which type, and what decides whether it counts; the face stays where it is."""

    pk: UUID
    holder_id: UUID
    type_id: UUID
    type_name: str
    state: str
    issuer_name: str
    issued_on: dt.date
    valid_from: dt.date
    valid_until: dt.date | None


@dataclass(slots=True)
class HeldDocument:
    """A document in a locker: whose, of which kind, and what decides whether it may be used again."""

    pk: UUID
    owner_id: UUID
    kind: str
    name: str
    grade: str
    scan: str
    verified_by: str  # short name of the department; empty: not known
    created_at: dt.datetime
    verified_at: dt.datetime | None
    disputed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """What one party holds of what was asked for, in no order."""

    certificates: list[HeldCertificate] = field(default_factory=list)
    documents: list[HeldDocument] = field(default_factory=list)


def held_by(
    *,
    holders: Iterable[UUID] = (),
    type_ids: Iterable[UUID] = (),
    owners: Iterable[UUID] = (),
    kinds: Iterable[str] = (),
    today: dt.date,
) -> dict[UUID, Held]:
    """What these parties hold, in one query: ``{party: what it holds}``; no query where nothing is asked for.

    Certificates of ``holders``: of each type the newest that is valid on the day, else the newest: a fleet is one row.
    Documents of ``owners``: all of these kinds that are in the locker now.
    """
    wanted: dict[str, Any] = {
        "holders": [*holders],
        "types": [*type_ids],
        "owners": [*owners],
        "kinds": [*kinds],
        "today": today,
    }
    found: dict[UUID, Held] = {}
    if not (wanted["holders"] and wanted["types"]) and not (wanted["owners"] and wanted["kinds"]):
        return found
    with prepared_cursor() as cursor:
        cursor.execute(STATEMENT, wanted)
        rows = cursor.fetchall()
    for pk, party, type_id, kind, name, state, scan, body, *dates in rows:
        held = found.setdefault(party, Held())
        if type_id is not None:
            held.certificates.append(HeldCertificate(pk, party, type_id, name, state, body, *dates[:3]))
        else:
            held.documents.append(HeldDocument(pk, party, kind, name, state, scan, body, *dates[3:]))
    return found
