"""How long it takes to say what stands for each of a draft's twelve materials, with a large register beneath.

``ONESTOP_BENCH_ROWS`` gives the certificates in the register, e.g. ``10000000``; rows are made inside PostgreSQL,
four to a holder and twelve for those whose drafts are resolved, and one document for ten certificates.
"""

import os
import statistics
import time
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.certificates_rows import cast
from cases import evidence
from cases.models import Case
from certificates.actions import issue
from certificates.choosing import Way
from certificates.models import Certificate, CertificateType, Document
from identity.actions import open_account
from identity.actor import SYSTEM
from identity.models import Account, Party, Person
from services.models import ItemVersion, MaterialRequirement
from tests.factories.catalogue import an_item

MATERIALS = 12
TYPES = 24
HOLDERS = 300  # whose drafts are resolved
WARM = 30


def run(quick: bool) -> dict[str, object]:
    """Figures: ms for a whole draft (p50, p95), the queries of one, and the rows there are."""
    size = int(os.environ.get("ONESTOP_BENCH_ROWS") or (100_000 if quick else 1_000_000))
    kind, person = cast()
    account = open_account(SYSTEM, person=person, password=None)
    types = _types(kind)
    version = _item(types)
    started = time.perf_counter()
    holders = _fill(types, person, account, size)
    filled = time.perf_counter() - started
    drafts = [Case(item_version=version, applicant=party, agent_id=party.pk, situation={}) for party in holders]
    figures: dict[str, object] = {"certificates": size, "fill_s": round(filled, 1)}
    figures |= _resolve(drafts)
    print(_plan(holders[0], types))
    return figures


def _resolve(drafts: list[Case]) -> dict[str, object]:
    """A draft as the page that shows it resolves it: the materials, what they accept, certificates and documents."""
    today = timezone.localdate()
    for draft in drafts[:WARM]:
        evidence.preview(draft, today=today)
    times, spent = [], []
    for draft in drafts:
        began, used = time.perf_counter(), time.process_time()
        evidence.preview(draft, today=today)
        times.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - used) * 1000)
    with CaptureQueriesContext(connection) as captured:
        found = evidence.preview(drafts[0], today=today)
    ways = [one.way for one in found.values()]
    assert len(ways) == MATERIALS
    assert ways.count(Way.CERTIFICATE) > 0
    return {
        "certificates_found": ways.count(Way.CERTIFICATE),
        "documents_found": ways.count(Way.VERIFIED) + ways.count(Way.EARLIER),
        "resolve_p50_ms": round(statistics.median(times), 2),
        "resolve_p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "own_cpu_p50_ms": round(statistics.median(spent), 2),  # what is left of it on a machine that is not shared
        "own_cpu_p95_ms": round(statistics.quantiles(spent, n=20)[-1], 2),
        "queries": len(captured),
    }


def _types(first: CertificateType) -> list[CertificateType]:
    rest = [
        CertificateType(
            key=f"bench-{number}", type_code=f"{first.type_code[:18]}{number:03d}", name=f"证照{number}",
            definer=first.definer, holder_kind="person", is_single_instance=False, template="card",
            seal_caption="专用章", fields=first.fields,
        )
        for number in range(2, TYPES + 1)
    ]  # fmt: skip
    return [first, *CertificateType.objects.bulk_create(rest)]


def _item(types: list[CertificateType]) -> ItemVersion:
    """Twelve materials: each accepts two certificates, and a document of its kind where it has neither."""
    version = an_item("十二份材料的事项").current
    assert version is not None
    for number in range(MATERIALS):
        material = MaterialRequirement.objects.create(
            version=version, key=f"m{number}", name=f"材料{number}", kind=f"kind-{number}", order=number, fresh_days=365
        )
        material.satisfied_by.set(types[2 * number : 2 * number + 2])
    return version


def _fill(types: list[CertificateType], person: Person, account: Account, size: int) -> list[Party]:
    """Parties, certificates and documents; returns those whose drafts are resolved."""
    pattern = issue(SYSTEM, certificate_type=types[0], holder=person.party, issuer=types[0].definer, face={"name": "x"})
    count = max(size // 4, HOLDERS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_party (id, kind, created_at, updated_at)"
            " SELECT md5('p' || n)::uuid, 'person', now(), now() FROM generate_series(1, %s::int) n",
            [count],
        )
        holder = "md5('p' || (n %% %(count)s + 1))::uuid"
        # The holder's turn decides the type, so that each of their certificates is of another one.
        kind = "(%(types)s::uuid[])[(n / %(count)s * 5 + n %% 7) %% %(kinds)s + 1]"
        own = _own(holder, kind)
        _copy(cursor, Certificate._meta.db_table, own, pattern.pk, _values(count, types, 1, size))
        chosen = [round(number * count / HOLDERS) % count + 1 for number in range(HOLDERS)]
        richer = {**own, "holder_id": "md5('p' || (%(chosen)s::int[])[n %% %(picked)s + 1])::uuid"}
        richer["type_id"] = "(%(types)s::uuid[])[(n / %(picked)s * 3) %% %(kinds)s + 1]"
        extra = {**_values(count, types, size + 1, size + 8 * HOLDERS), "chosen": chosen, "picked": HOLDERS}
        _copy(cursor, Certificate._meta.db_table, richer, pattern.pk, extra)
        _documents(cursor, account, holder, count, size)
        mine = {"owner_id": richer["holder_id"], "kind": "'kind-' || (n / %(picked)s)"}
        _copy_documents(cursor, mine, {"chosen": chosen, "picked": HOLDERS, "end": MATERIALS * HOLDERS - 1})
        cursor.execute("ANALYZE identity_party; ANALYZE certificates_certificate; ANALYZE certificates_document")
        cursor.execute("SELECT md5('p' || n)::uuid FROM unnest(%s::int[]) n", [chosen])
        keys = [row[0] for row in cursor.fetchall()]
    return list(Party.objects.filter(pk__in=keys))


def _values(count: int, types: list[CertificateType], start: int, end: int) -> dict[str, object]:
    return {"count": count, "types": [kind.pk for kind in types], "kinds": len(types), "start": start, "end": end}


def _own(holder: str, kind: str) -> dict[str, str]:
    """What tells the copies apart: one in ten has lapsed, so that there is something to pass over."""
    return {
        "id": "gen_random_uuid()",
        "identifier": "'BENCH.' || n",
        "number": "'B' || n",
        "verify_code": "lpad(to_hex(n), 32, '0')",
        "holder_id": holder,
        "type_id": kind,
        "valid_until": "CASE WHEN n %% 10 = 0 THEN p.valid_from ELSE NULL END",
        "issued_on": "p.issued_on - (n %% 700)::int",
    }


def _copy(cursor: object, table: str, own: dict[str, str], pattern: UUID, values: dict[str, object]) -> None:
    columns = [field.column for field in Certificate._meta.concrete_fields]
    chosen = ", ".join(own.get(column, f"p.{column}") for column in columns)
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} p,"
        " generate_series(%(start)s::int, %(end)s::int) n WHERE p.id = %(pattern)s",
        {**values, "pattern": pattern},
    )


def _documents(cursor: object, account: Account, holder: str, count: int, size: int) -> None:
    Document.objects.create(
        owner_id=account.person_id, kind="kind-1", name="文件", grade="B", file="locker/none", file_name="x.pdf",
        media_type="application/pdf", size=1000, sha256="0" * 64, uploaded_by=account, verified_by=account,
        verified_at=timezone.now(),
    )  # fmt: skip
    own = {"owner_id": holder, "kind": f"'kind-' || n %% {MATERIALS}"}
    _copy_documents(cursor, own, {"count": count, "end": size // 10})


def _copy_documents(cursor: object, own: dict[str, str], values: dict[str, object]) -> None:
    columns = [field.column for field in Document._meta.concrete_fields]
    told = {"id": "gen_random_uuid()", **own}
    chosen = ", ".join(told.get(column, f"p.{column}") for column in columns)
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO certificates_document ({', '.join(columns)}) SELECT {chosen} FROM"
        " (SELECT * FROM certificates_document ORDER BY id LIMIT 1) p, generate_series(0, %(end)s::int) n",
        values,
    )


def _plan(party: Party, types: list[CertificateType]) -> str:
    """How PostgreSQL finds a holder's certificates."""
    rows = Certificate.objects.filter(holder_id__in=[party.pk], type_id__in=[kind.pk for kind in types])
    return rows.order_by("holder_id", "type_id").distinct("holder_id", "type_id").explain(analyze=True)
