"""A renewal of a licence that was asked for in time and that nobody decided counts as granted.

行政许可法第五十条: who holds a licence asks for its renewal thirty days before its term is over, unless a law says
otherwise; the authority decides before it is over; 逾期未作决定的，视为准予延续.

A case carries the last day of that term (``renewal_ends_on``) from the day it is handed in; any other case carries
none, and nothing is asked of the database for it.
"""

import datetime as dt
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from cases import clock, errors, faces
from cases.models import Case
from cases.states import Action, State
from certificates.models import Certificate, CertificateType
from certificates.queries import state_now
from certificates.states import Operation
from common.formatting import format_date
from common.workdays import UnknownYear, for_region
from identity.models import Organisation, Party
from services.codes import ItemType, Replaces
from services.renewals import days_before, is_licence_renewal, renewed_after_term

_RUNNING = frozenset({State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED})
_Held = Certificate.State
_TERMS = (_Held.VALID, _Held.SUSPENDED, _Held.EXPIRED)

# What would take back, or put off, what the law has granted already.
TOO_LATE = frozenset(
    {
        Action.REFUSE,
        Action.TERMINATE,
        Action.WITHDRAW,
        Action.EXTEND,
        Action.START_SPECIAL,
        Action.START_EXPERTS,
        Action.TELL_HEARING,
        Action.SCHEDULE_HEARING,
    }
)


def settle(case: Case) -> None:
    """Note the last day of the term that a locked case renews in time, or that there is none; the caller saves it."""
    case.renewal_ends_on = None
    if case.submitted_at is None or case.received_on is None:
        return
    certificate = to_renew(case)
    day = certificate.valid_until if certificate else None
    if day and is_in_time(case, day) and case.received_on <= day:  # whole again, after corrections, within the term
        case.renewal_ends_on = day


def is_in_time(case: Case, last_day: dt.date) -> bool:
    """Whether a case was first handed in, or a draft would be today, early enough before a term's last day."""
    handed_in = timezone.localdate(case.submitted_at) if case.submitted_at else timezone.localdate()
    return (last_day - handed_in).days >= days_before(case.item_version)


def to_renew(case: Case) -> Certificate | None:
    """The licence that a case is there to renew: what it relies on, else the only one its department issued.

    None for anything but the renewal of a licence, without a query.
    """
    if not is_licence_renewal(case.item_version):
        return None
    kind = case.item_version.result_type
    holder = faces.holder_of(case, kind) if kind else None
    if kind is None or holder is None:
        return None
    ours = Certificate.objects.filter(type=kind, holder=holder, valid_until__isnull=False, state__in=_TERMS)
    ours = ours.select_related("type", "issuer")
    # A change or correction since then is the next version under the same number.
    relied = Certificate.objects.filter(type=kind, case_uses__case=case).order_by().values("number")
    found = ours.filter(number__in=relied).order_by("-version").first()
    if found is not None:
        return found
    ours = ours.filter(issuer_id=case.department_id)
    if case.renewal_ends_on:
        ours = ours.filter(valid_until=case.renewal_ends_on)
    else:
        ours = ours.exclude(state=_Held.EXPIRED)
    only = list(ours.order_by("-issued_on", "-id")[:2])
    return only[0] if len(only) == 1 else None  # which of several is meant is never guessed


def former_of(case: Case, kind: CertificateType, holder: Party) -> Certificate | None:
    """The certificate a change or renewal replaces: the one the case relied on, else the holder's valid one.

    One whose term is over is renewed only where the case relied on it, or where the law has renewed it already.
    """
    if not case.item_version.replaces:
        return None
    valid = Certificate.objects.filter(type=kind, holder=holder, state=_Held.VALID)
    former = valid.filter(case_uses__case=case).first() or valid.first()
    if former is None and kind.pk in renewed_after_term(case.item_version):
        over = Certificate.objects.filter(type=kind, holder=holder, state=_Held.EXPIRED)
        former = over.filter(case_uses__case=case).first()
    return former or granted_by_time(case)


def starts_on(case: Case, former: Certificate | None, *, today: dt.date | None = None) -> dt.date | None:
    """The first day of a renewed term that goes on from one which ended undecided; None: the day of the decision."""
    ended = case.renewal_ends_on
    if former is None or ended is None or former.valid_until != ended or (today or timezone.localdate()) <= ended:
        return None
    return ended + dt.timedelta(days=1)


def continues(case: Case, certificate: Certificate) -> bool:
    """Whether a certificate is only over its term, and the law goes on with it for this case."""
    if case.renewal_ends_on is None or certificate.type_id != case.item_version.result_type_id:
        return False
    at_work = case.state in _RUNNING or case.state == State.SUBMITTED
    return at_work and certificate.valid_until == case.renewal_ends_on and _was_in_force(certificate)


def granted_by_time(case: Case, *, today: dt.date | None = None) -> Certificate | None:
    """The licence whose renewal counts as granted because its term ended undecided; None otherwise.

    Not while it is the applicant's turn, not for one that was suspended, annulled, revoked or struck off, and not for
    an organisation that has ended.
    """
    day = today or timezone.localdate()
    if case.renewal_ends_on is None or day <= case.renewal_ends_on or not _is_with_authority(case, day):
        return None
    certificate = to_renew(case)
    if certificate is None or not continues(case, certificate) or _has_ended(case.applicant):
        return None
    return certificate


def is_running_out(case: Case, *, today: dt.date | None = None) -> bool:
    """Whether the law would still renew the licence of a case that carries its last day, were nothing decided."""
    if case.renewal_ends_on is None or case.state == State.CORRECTING:
        return False
    certificate = to_renew(case)
    if certificate is None or certificate.valid_until != case.renewal_ends_on:
        return False
    is_over = (today or timezone.localdate()) > case.renewal_ends_on
    return _was_in_force(certificate) if is_over else certificate.state == _Held.VALID


def _is_with_authority(case: Case, today: dt.date) -> bool:
    """Accepted, or silent for so long that it counts as accepted."""
    if case.state in _RUNNING:
        return True
    if case.state != State.SUBMITTED or case.received_on is None:
        return False
    try:
        return clock.is_silence_over(case.received_on, today, for_region(case.department.region.code))
    except UnknownYear:
        return False


def _was_in_force(certificate: Certificate) -> bool:
    """In force to its last day: a suspended one runs out too, and is not renewed."""
    if certificate.state == _Held.VALID:
        return True
    if state_now(certificate) != _Held.EXPIRED:
        return False
    ending = certificate.operations.filter(operation=Operation.EXPIRE).order_by("-id")
    return ending.values_list("from_state", flat=True).first() == _Held.VALID


def _has_ended(party: Party) -> bool:
    return party.kind == Party.Kind.ORGANISATION and party.organisation.state != Organisation.State.ACTIVE


def require_undecided(case: Case, action: Action) -> None:
    """Raise :class:`RenewalDeemed` for what comes too late on a locked case that the law has granted."""
    if case.renewal_ends_on is not None and action in TOO_LATE and granted_by_time(case):
        raise errors.RenewalDeemed(day=format_date(case.renewal_ends_on), action=action.label)


def is_too_late(case: Case, action: Action) -> bool:
    """As :func:`require_undecided`, for the buttons."""
    return case.renewal_ends_on is not None and action in TOO_LATE and granted_by_time(case) is not None


def to_deem(*, today: dt.date, after: UUID | None = None, limit: int = 200) -> list[UUID]:
    """Running cases whose term ended before ``today``, a page at a time; whether they are granted is asked of each."""
    over = Case.objects.filter(renewal_ends_on__lt=today, state__in=sorted(_RUNNING)).order_by("pk")
    over = over.filter(pk__gt=after) if after else over
    return list(over.values_list("pk", flat=True)[:limit])


def to_settle(*, after: UUID | None = None, limit: int = 200) -> list[UUID]:
    """Renewals under way that carry no last day: handed in too late, or it was not known then. A page at a time."""
    renewals = Case.objects.filter(item_version__replaces=Replaces.RENEW, item__item_type=ItemType.LICENCE)
    open_ones = renewals.filter(state__in=sorted({*_RUNNING, State.SUBMITTED}), renewal_ends_on__isnull=True)
    open_ones = open_ones.order_by("pk")
    open_ones = open_ones.filter(pk__gt=after) if after else open_ones
    return list(open_ones.values_list("pk", flat=True)[:limit])


def at_the_limit() -> Q:
    """Cases whose clock shows the end of the term: an earlier day may come out once a year's calendar is there."""
    return Q(renewal_ends_on__isnull=False) & (
        Q(statutory_due_on=F("renewal_ends_on")) | Q(promise_due_on=F("renewal_ends_on"))
    )
