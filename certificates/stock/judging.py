"""What becomes of the rows of existing stock: judged by the batch, with one look-up of each kind for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import Certificate, CertificateType
from certificates.stock.reading import StockRow, Wrong
from certificates.subjects import subject_index
from identity.errors import DocumentInvalid, IdNumberInvalid, UsccInvalid
from identity.models import Department, Party, Person
from identity.persons import documents
from identity.rules import normal_uscc

Line = tuple[int, StockRow | Wrong]
HELD = (Certificate.State.VALID, Certificate.State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with what becomes of it: new, known (in the register already), waiting for its holder, or wrong."""

    line: int
    outcome: str
    problem: str = ""
    row: StockRow | None = None
    holder: Party | None = None
    person_index: bytes | None = None
    uscc: str = ""
    subject: str = ""


@dataclass(slots=True)
class _Known:
    """What the register says of the rows of one batch."""

    persons: dict[bytes, Party] = field(default_factory=dict)
    organisations: dict[str, Party] = field(default_factory=dict)
    numbers: dict[str, UUID] = field(default_factory=dict)  # number: holder of its newest version
    held: set[tuple[UUID, str]] = field(default_factory=set)  # (holder, subject) with a valid or suspended one


def judge(
    kind: CertificateType, issuer: Department, lines: Sequence[Line], seen: set[str], *, lock: bool = False
) -> list[Judged]:
    """Judge a batch (at most five queries). ``seen`` are the numbers of the file so far; it grows.

    ``lock`` keeps the holders, in one order, so that nobody issues to them until the transaction ends.
    """
    keys = {line: key_of(kind, row.holder_code) for line, row in lines if isinstance(row, StockRow)}
    known = _Known()
    _load_holders(known, keys.values())
    rows = [row for _line, row in lines if isinstance(row, StockRow)]
    holders = {party.pk for party in (*known.persons.values(), *known.organisations.values())}
    if lock and holders:
        list(Party.objects.select_for_update(no_key=True).filter(pk__in=holders).order_by("pk").values_list("pk"))
    there = Certificate.objects.filter(type=kind, issuer=issuer, number__in={row.number for row in rows})
    known.numbers = dict(there.order_by("version").values_list("number", "holder_id"))
    if kind.is_single_instance:
        held = Certificate.objects.filter(type=kind, holder_id__in=holders, state__in=HELD)
        held = held.exclude(valid_until__lt=timezone.localdate())
        known.held = set(held.values_list("holder_id", "subject_index"))
    return [_judge(kind, line, row, keys.get(line, (None, "")), known, seen) for line, row in lines]


def _judge(
    kind: CertificateType,
    line: int,
    row: StockRow | Wrong,
    key: tuple[bytes | None, str],
    known: _Known,
    seen: set[str],
) -> Judged:
    if isinstance(row, Wrong):
        return Judged(line, "wrong", f"{row.column}：{row.problem}")
    if row.number in seen:
        return Judged(line, "wrong", _("证照编号在文件里重复。"))
    seen.add(row.number)
    person_index, uscc = key
    if person_index is None and not uscc:
        return Judged(line, "wrong", _("持证人代码不对，或者不是这类证照的持证人。"))
    holder = known.persons.get(person_index) if person_index is not None else known.organisations.get(uscc)
    if row.number in known.numbers:
        is_same = holder is not None and known.numbers[row.number] == holder.pk
        return Judged(line, "known") if is_same else Judged(line, "wrong", _("这个编号已经是别人的证照。"))
    if holder is None:
        problem = _("持证人还没有登记，登记后自动入库。")
        return Judged(line, "waiting", problem, row, person_index=person_index, uscc=uscc)
    if "".join(holder.name.split()) != "".join(row.holder_name.split()):
        return Judged(line, "wrong", _("持证人名称与登记的不一致。"))
    subject = subject_index(kind, row.face)
    if kind.is_single_instance and not _is_over(row):
        if (holder.pk, subject) in known.held:
            return Judged(line, "wrong", _("持证人已有一张有效或者暂扣的这类证照。"))
        known.held.add((holder.pk, subject))
    return Judged(line, "new", "", row, holder, subject=subject)


def _is_over(row: StockRow) -> bool:
    return bool(row.valid_until) and row.valid_until < timezone.localdate().isoformat()


def key_of(kind: CertificateType, code: str) -> tuple[bytes | None, str]:
    """By what the holder is found: a person by the index of the citizen ID, an organisation by its credit code."""
    kinds = CertificateType.HolderKind
    try:
        if kind.holder_kind != kinds.ORGANISATION:
            return documents.check(documents.Kind.CITIZEN, code).index, ""
    except (IdNumberInvalid, DocumentInvalid):
        pass
    if kind.holder_kind == kinds.PERSON:
        return None, ""
    try:
        return None, normal_uscc(code)
    except UsccInvalid:
        return None, ""


def _load_holders(known: _Known, keys: Iterable[tuple[bytes | None, str]]) -> None:
    """Persons by their index, never locked ones, merged ones as who they are now; organisations by credit code."""
    pairs = list(keys)
    parties = Party.objects.select_related("person", "organisation")
    if indexes := {index for index, _uscc in pairs if index is not None}:
        persons = Person.objects.filter(id_number_index__in=indexes, locked_at__isnull=True)
        rows = list(persons.values_list("id_number_index", "party_id", "party__merged_into_id"))
        found = parties.in_bulk({merged or own for _index, own, merged in rows})
        known.persons = {bytes(index): found[merged or own] for index, own, merged in rows}
    if codes := {uscc for _index, uscc in pairs if uscc}:
        known.organisations = {party.organisation.uscc: party for party in parties.filter(organisation__uscc__in=codes)}
