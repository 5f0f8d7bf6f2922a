"""监护 at the counter: wards without a phone, their guardians, and what courts say about capacity."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from common.idempotency import claim
from common.masking import mask_name
from identity import events as codes
from identity import messaging
from identity.actions import register_person
from identity.actor import Actor
from identity.errors import MandateInvalid
from identity.mandates import capacity, moves
from identity.mandates.capacity import FULL_AGE, WORKING_AGE, Grade
from identity.mandates.errors import CapacityUnchanged, GuardianshipInvalid
from identity.mandates.rules import check_sides, end_of_guardianship
from identity.models import CapacityRecord, Mandate, Person
from identity.permissions import Permission
from identity.persons import documents
from identity.persons.finding import find_open_person, lock_person
from identity.rules import is_same_name, normal_name, years_between
from identity.staff.current import hold as hold_post

_Proof = Mandate.Proof
_NUMBERED = {_Proof.BIRTH, _Proof.DESIGNATION, _Proof.RULING}
_LONGEST = 100  # characters of a document's number


@dataclass(frozen=True, slots=True)
class Guardianship:
    """What the papers on the counter say.

    ``proof`` (:class:`Mandate.Proof`) and its ``proof_number`` show who the guardian is. For an adult ward
    ``grade`` and ``ruling_number`` name the court's finding, empty when it is recorded already.
    """

    guardian_name: str
    guardian_id_number: str = field(repr=False)
    proof: str
    proof_number: str = field(default="", repr=False)
    grade: str = ""
    ruling_number: str = field(default="", repr=False)


@transaction.atomic
def find_or_register_ward(actor: Actor, *, name: str, id_number: str, address: str = "") -> Person:
    """Find a ward by name and number, or register one without phone or account.

    Raises :class:`Forbidden`, :class:`IdNumberInvalid` or :class:`GuardianshipInvalid`.
    """
    _require_counter(actor)
    name = normal_name(name, field="ward_name")
    document = documents.recognise(id_number, name="ward_number")
    person = find_open_person(document)
    if person is None:
        return register_person(
            actor, name=name, id_number=document.number, document_kind=document.kind, address=address.strip()[:200]
        )
    if not is_same_name(person.name, name):
        raise GuardianshipInvalid(fields={"ward_name": _("姓名和这个号码登记的不一致，请与证件核对。")})
    return person


@transaction.atomic
def record_guardian(
    actor: Actor, *, ward: Person, facts: Guardianship, original_id: str, request_key: str = ""
) -> Mandate:
    """Record who the guardian is; it counts at once, since the law gives it and no account of the ward is needed.

    A minor's ends the day before the eighteenth birthday, an adult's by a ruling (民法典第二十三条、第二十七条、
    第二十八条、第三十一条、第三十九条). ``original_id`` is the document with the scan. Raises :class:`Forbidden`,
    :class:`IdNumberInvalid`, :class:`MandateInvalid`, :class:`GuardianshipInvalid` or :class:`MandateExists`.
    """
    _require_counter(actor)
    claimed = claim(actor_id=actor.account_id, action="record_guardian", request_key=request_key)
    if claimed.earlier_id:
        return Mandate.objects.get(pk=claimed.earlier_id)
    lock_person(ward.pk)
    guardian = _guardian(ward, facts)
    _check_proof(facts)
    grade = _settle_capacity(actor, ward, facts, original_id)
    mandate = _compose(actor, ward, guardian, facts)
    mandate.original_id = original_id
    moves.create(mandate)
    events.record(
        codes.GUARDIAN_RECORDED,
        actor=actor,
        subject_id=mandate.pk,
        holder_id=ward.pk,
        proof=facts.proof,
        grade=grade,
        ends_on=mandate.ends_on.isoformat(),
        original=original_id,
    )
    if guardian.phone:
        text = _("窗口已登记您是%(name)s的监护人，登录后可以代办。有疑问请到窗口。") % {"name": mask_name(ward.name)}
        messaging.send(phone=guardian.phone, text=text)
    claimed.settle(mandate.pk)
    return mandate


def _require_counter(actor: Actor) -> None:
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    hold_post(actor)


def _guardian(ward: Person, facts: Guardianship) -> Person:
    document = documents.recognise(facts.guardian_id_number)
    check_sides(principal=ward, agent=document, today=timezone.localdate())
    guardian = find_open_person(document)
    if guardian is not None and guardian.pk == ward.pk:  # by the number of an earlier registration
        raise MandateInvalid(fields={"id_number": _("不能委托给自己。")})
    if guardian is None or not is_same_name(guardian.name, facts.guardian_name):
        raise GuardianshipInvalid(fields={"id_number": _("没有姓名和公民身份号码都相符的人，请与身份证核对。")})
    if capacity.grade_of(guardian) != Grade.FULL:
        raise GuardianshipInvalid(fields={"id_number": _("这个人依法不能担任监护人。")})
    return guardian


def _check_proof(facts: Guardianship) -> None:
    problems: dict[str, str | Promise] = {}
    if facts.proof not in _Proof.values:
        problems["proof"] = _("请选择凭什么登记。")
    elif facts.proof in _NUMBERED and not facts.proof_number.strip():
        problems["proof_number"] = _("请填写证明或者文书的编号。")
    if problems:
        raise GuardianshipInvalid(fields=problems)


def _settle_capacity(actor: Actor, ward: Person, facts: Guardianship, original_id: str) -> str:
    """Return the ward's capacity, recording a ruling about an adult; whoever is of full capacity has no guardian."""
    is_adult = capacity.grade_by_age(ward.born, timezone.localdate()) == Grade.FULL
    if facts.grade and facts.ruling_number.strip():
        if facts.grade not in {Grade.NONE, Grade.LIMITED}:
            raise GuardianshipInvalid(fields={"grade": _("请按文书选择无或者限制民事行为能力。")})
        _record(actor, ward, facts.grade, facts.ruling_number, original_id)
    elif facts.grade or facts.ruling_number.strip():
        missing = "ruling_number" if facts.grade else "grade"
        raise GuardianshipInvalid(fields={missing: _("法院认定的结果和文书编号要一起填。")})
    grade = capacity.grade_of(ward)
    if grade == Grade.FULL:
        text = (
            _("成年人要有法院认定的文书才能登记监护人，请填写认定结果和文书编号。")
            if is_adult
            else _("已登记为以自己的劳动收入生活，视为完全民事行为能力，不能登记监护人。")
        )
        raise GuardianshipInvalid(fields={"grade": text})
    return grade


def _compose(actor: Actor, ward: Person, guardian: Person, facts: Guardianship) -> Mandate:
    today = timezone.localdate()
    return Mandate(
        principal_id=ward.pk,
        agent=guardian,
        agent_name=guardian.name,
        agent_index=bytes(guardian.id_number_index),
        kind=Mandate.Kind.GUARDIAN,
        state=moves.State.ACCEPTED,
        scope=Mandate.Scope.ALL,
        may_use_wallet=True,
        starts_on=today,
        ends_on=end_of_guardianship(ward.born, today),
        proof=facts.proof,
        proof_number=facts.proof_number.strip()[:_LONGEST] or None,
        accepted_at=timezone.now(),
        made_by_id=actor.known_account_id,
        recorded_by_id=actor.known_account_id,
    )


@transaction.atomic
def record_own_income(
    actor: Actor, *, person: Person, reference: str, original_id: str, request_key: str = ""
) -> CapacityRecord:
    """Record that somebody of sixteen or seventeen lives on their own income (民法典第十八条第二款).

    They act for themselves from now on, and their guardians no longer do. Raises :class:`Forbidden`,
    :class:`GuardianshipInvalid` or :class:`CapacityUnchanged`.
    """
    _require_counter(actor)
    claimed = claim(actor_id=actor.account_id, action="record_income", request_key=request_key)
    if claimed.earlier_id:
        return CapacityRecord.objects.get(pk=claimed.earlier_id)
    lock_person(person.pk)
    if person.born is None or not WORKING_AGE <= years_between(person.born, timezone.localdate()) < FULL_AGE:
        raise GuardianshipInvalid(fields={"ward_number": _("只有满十六周岁、未满十八周岁的人可以这样登记。")})
    if capacity.open_records(person.pk).exists():
        raise CapacityUnchanged
    row = _record(actor, person, Grade.FULL, reference, original_id)
    _end_guardians(actor, person, why="own_income")
    claimed.settle(row.pk)
    return row


@transaction.atomic
def restore_capacity(actor: Actor, *, person: Person, reference: str, original_id: str, request_key: str = "") -> int:
    """Record a ruling by which somebody may act alone again (民法典第二十四条第二款): the guardians' power ends.

    A minor's guardians stay: age alone asks for them. Returns how many guardianships ended. Raises
    :class:`Forbidden`, :class:`GuardianshipInvalid` or :class:`CapacityUnchanged`.
    """
    _require_counter(actor)
    claimed = claim(actor_id=actor.account_id, action="restore_capacity", request_key=request_key)
    if claimed.earlier_id:
        return 0
    lock_person(person.pk)
    row = capacity.open_records(person.pk).exclude(grade=Grade.FULL).select_for_update().first()
    if row is None:
        raise CapacityUnchanged
    _require_reference(reference)
    row.ended_at = timezone.now()
    row.ended_by_id = actor.known_account_id
    row.save(update_fields=["ended_at", "ended_by", "updated_at"])
    is_free = capacity.grade_of(person) == Grade.FULL
    count = _end_guardians(actor, person, why="ruling") if is_free else 0
    events.record(
        codes.CAPACITY_ENDED,
        actor=actor,
        subject_id=person.pk,
        holder_id=person.pk,
        grade=row.grade,
        original=original_id,
        mandates_ended=count,
    )
    claimed.settle(row.pk)
    return count


def _require_reference(reference: str) -> None:
    if not reference.strip():
        raise GuardianshipInvalid(fields={"ruling_number": _("请填写证明或者文书的编号。")})


def _record(actor: Actor, person: Person, grade: str, reference: str, original_id: str) -> CapacityRecord:
    """Store what was found in place of what was recorded; whoever loses capacity acts for nobody (第一百七十三条)."""
    _require_reference(reference)
    now = timezone.now()
    capacity.open_records(person.pk).update(ended_at=now, ended_by=actor.known_account_id)
    row = CapacityRecord.objects.create(
        person=person,
        grade=grade,
        reference=reference.strip()[:_LONGEST],
        original_id=original_id,
        recorded_by_id=actor.known_account_id,
    )
    events.record(
        codes.CAPACITY_RECORDED,
        actor=actor,
        subject_id=person.pk,
        holder_id=person.pk,
        grade=grade,
        original=original_id,
    )
    if grade != Grade.FULL:
        _end(actor, Mandate.objects.filter(agent=person), why="agent_incapable")
    return row


def _end_guardians(actor: Actor, person: Person, *, why: str) -> int:
    return _end(actor, Mandate.objects.filter(principal_id=person.pk, kind=Mandate.Kind.GUARDIAN), why=why)


def _end(actor: Actor, mandates: QuerySet[Mandate], *, why: str) -> int:
    rows = list(mandates.filter(state__in=moves.LIVE).order_by("pk").select_for_update())
    for row in rows:
        moves.finish(actor, row, moves.State.ENDED, why=why)
    return len(rows)
