"""How far a case is, for somebody who does not sign in: by its number and a code sent to a phone of the case."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cases import errors, messages
from cases import events as codes
from cases.fees.glances import GLANCES
from cases.models import Branch, Case
from cases.rules import is_case_number
from cases.states import State
from common import crypto, events
from identity import rules
from identity.actions import PHONE
from identity.actor import Actor
from identity.code_actions import send_code_if, use_code
from identity.models import OneTimeCode, Person


def ask(actor: Actor, *, number: str, phone: str, address: str) -> UUID:
    """Send a code to ``phone`` if it is a phone of this case; the answer is the same each time.

    ``address`` is the network address that asks. Raises PhoneInvalid or TooManyTries.
    """
    index = crypto.blind_index(rules.normal_phone(phone), purpose=PHONE)
    is_right = index in _phones_of(_find(number))
    return send_code_if(actor, phone=phone, is_right=is_right, purpose=OneTimeCode.Purpose.PROGRESS, address=address)


def prove(actor: Actor, *, number: str, code_id: UUID | None, code: str) -> Case:
    """Use the code and return the case it opens. Call it outside a transaction.

    Raises CodeWrong or CodeExpired, :class:`CaseNotFound` where the phone is no longer one of the case.
    """
    index = use_code(actor, code_id=code_id, code=code, purpose=OneTimeCode.Purpose.PROGRESS)
    case = _find(number)
    if case is None or index not in _phones_of(case):
        raise errors.CaseNotFound
    with transaction.atomic():
        events.record(
            codes.PROGRESS_READ, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=case.number or ""
        )
    return case


def get_proved(case_id: UUID) -> Case:
    """A case whose phone was proved in this browser, with what its progress shows. Raises :class:`CaseNotFound`."""
    cases = _cases().annotate(fee_glances=GLANCES).prefetch_related("events", "notices", "branches__department")
    case = cases.filter(pk=case_id).first()
    if case is None or case.state == State.DRAFT:
        raise errors.CaseNotFound
    return case


def holders_of(case: Case) -> list[str]:
    """Who has a case now: departments that still review it, or the one that answers; nobody once it is over."""
    if case.state in {State.IN_REVIEW, State.SUSPENDED}:
        names = [branch.department.name for branch in case.branches.all() if branch.state == Branch.State.OPEN]
        return list(dict.fromkeys(names)) or [case.department.name]
    if case.state in {State.SUBMITTED, State.ACCEPTED, State.DECIDED}:
        return [case.department.name]
    return []


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("item_version", "department__region", "applicant__organisation")


def _find(number: str) -> Case | None:
    text = number.strip()
    return _cases().filter(number=text).first() if is_case_number(text) else None


def _phones_of(case: Case | None) -> set[bytes]:
    if case is None:
        return set()
    people = Person.objects.filter(pk__in=set(messages.concerned(case)), locked_at__isnull=True)
    return {crypto.blind_index(person.phone, purpose=PHONE) for person in people if person.phone}
