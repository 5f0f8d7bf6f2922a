"""How long it takes to say what stands for each of a draft's twelve materials, with a large register beneath.

``ONESTOP_BENCH_ROWS`` gives the certificates in the register, one size after the other, e.g. ``100000,10000000``; rows
are made inside PostgreSQL, four to a holder and twelve for those whose drafts are resolved, and one document for ten
certificates.
"""

import os
import statistics
import time

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.certificates_rows import cast
from bench.register_rows import fill, fill_certificates, key
from cases import evidence
from cases.models import Case
from certificates.actions import issue
from certificates.choosing import Way
from certificates.held import STATEMENT
from certificates.models import CertificateType, Document
from identity.actions import open_account
from identity.actor import SYSTEM
from identity.models import Account, Party
from services.models import ItemVersion, MaterialRequirement
from tests.factories.catalogue import an_item

MATERIALS = 12
TYPES = 24
HOLDERS = 300  # whose drafts are resolved
WARM = 30
_KINDS = [f"kind-{number}" for number in range(MATERIALS)]


def run(quick: bool) -> dict[str, object]:
    """Figures: ms for a whole draft (p50, p95) at each size and at the largest, and the queries of one."""
    sizes = os.environ.get("ONESTOP_BENCH_ROWS") or ("100000" if quick else "100000,1000000")
    kind, person = cast()
    types = _types(kind)
    version = _item(types)
    register = _Register(types, open_account(SYSTEM, person=person, password=None))
    figures: dict[str, object] = {}
    found: dict[str, object] = {}
    for size in sorted(int(size) for size in sizes.split(",")):
        began = time.perf_counter()
        holders = register.grow(size)
        figures[f"fill_s_{size}"] = round(time.perf_counter() - began, 1)
        found = _resolve(version, holders)
        figures[f"resolve_p95_ms_{size}"] = found["resolve_p95_ms"]
        print(f"{size} certificates: {found}")
        print(_plan(holders[0], types))
    return {"certificates": register.size, **figures, **found}


def _resolve(version: ItemVersion, holders: list[Party]) -> dict[str, object]:
    """A draft as the page that shows it resolves it: the materials, what they accept, certificates and documents."""
    drafts = [Case(item_version=version, applicant=party, agent_id=party.pk, situation={}) for party in holders]
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
        "load": round(os.getloadavg()[0], 1),  # what else the machine does: two cores' worth is 2.0
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


class _Register:
    """Parties, certificates and documents; grows to one size after the other."""

    def __init__(self, types: list[CertificateType], account: Account) -> None:
        self.types = types
        self.size = 0
        holder = account.person
        assert holder is not None
        face = {"name": holder.name}
        certificate = issue(SYSTEM, certificate_type=types[0], holder=holder.party, issuer=types[0].definer, face=face)
        document = Document.objects.create(
            owner_id=holder.pk, kind="kind-1", name="文件", grade="B", file="locker/none", file_name="x.pdf",
            media_type="application/pdf", size=1000, sha256="0" * 64, uploaded_by=account, verified_by=account,
            verified_at=timezone.now(),
        )  # fmt: skip
        self._party, self._certificate, self._document = holder.pk, certificate.pk, document.pk

    def grow(self, size: int) -> list[Party]:
        """Bring the register to ``size`` certificates; returns parties among the new whose drafts are resolved.

        What is theirs lies far apart, as it does where certificates are issued over years.
        """
        parties, first = (size - self.size) // 4, self.size // 4 + 1
        fill(Party, self._party, first, first + parties - 1, {"id": key(2, "n")}, {})
        chosen = [first + number * parties // HOLDERS for number in range(HOLDERS)]
        values = {"types": [kind.pk for kind in self.types], "chosen": chosen, "first": first, "parties": parties}
        start = self.size + 1
        fill_certificates(self._certificate, start, size, *_certificates(start, size, values))
        fill(Document, self._document, start // 10 + 1, size // 10, *_documents(start // 10 + 1, size // 10, values))
        self.size = size
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key(2, 'n')} FROM unnest(%s::int[]) n", [chosen])
            keys = [row[0] for row in cursor.fetchall()]
        return list(Party.objects.filter(pk__in=keys))


_Columns = tuple[dict[str, str], dict[str, object]]


def _certificates(start: int, end: int, values: dict[str, object]) -> _Columns:
    """Four for each party, of different types; those resolved get eight more. One in ten has lapsed."""
    is_more, turn = _more(start)
    plain = f"%(first)s + (n - {start}) %% %(parties)s"
    own = {
        "holder_id": key(2, f"CASE WHEN {is_more} THEN {_CHOSEN.format(turn=turn)} ELSE {plain} END"),
        "type_id": f"(%(types)s::uuid[])[(CASE WHEN {is_more} THEN {turn} / {HOLDERS} * 3"
        f" ELSE (n - {start}) / %(parties)s * 5 + n %% 7 END) %% {TYPES} + 1]",
        "valid_until": "CASE WHEN n %% 10 = 0 THEN p.valid_from ELSE NULL END",
        "issued_on": "p.issued_on - (n %% 700)::int",
    }
    return own, {**values, "stride": max((end - start + 1) // (8 * HOLDERS), 1)}


def _documents(start: int, end: int, values: dict[str, object]) -> _Columns:
    """One for every ten certificates; those resolved get one of each kind."""
    is_more, turn = _more(start)
    plain = "%(first)s + n %% %(parties)s"
    own = {
        "id": key(3, "n"),
        "owner_id": key(2, f"CASE WHEN {is_more} THEN {_CHOSEN.format(turn=turn)} ELSE {plain} END"),
        "kind": f"'kind-' || CASE WHEN {is_more} THEN {turn} / {HOLDERS} ELSE n END %% {MATERIALS}",
    }
    return own, {**values, "stride": max((end - start + 1) // (MATERIALS * HOLDERS), 1)}


_CHOSEN = f"(%(chosen)s::int[])[{{turn}} %% {HOLDERS} + 1]"


def _more(start: int) -> tuple[str, str]:
    """Every so many rows one goes to those whose drafts are resolved: whether this is one, and which."""
    return f"(n - {start}) %% %(stride)s = 0", f"((n - {start}) / %(stride)s)"


def _plan(party: Party, types: list[CertificateType]) -> str:
    """How PostgreSQL finds what somebody holds, planned as it is for the portal: once for all values."""
    numbers = {"holders": "$1", "types": "$2", "today": "$3", "owners": "$4", "kinds": "$5"}
    wanted = [[party.pk], [kind.pk for kind in types], timezone.localdate(), [party.pk], _KINDS]
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE held (uuid[], uuid[], date, uuid[], text[]) AS {STATEMENT % numbers}")
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) EXECUTE held (%s::uuid[], %s::uuid[], %s, %s::uuid[], %s)", wanted)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE held")
    return plan
