"""What the calendar does to renewals of licences (行政许可法第五十条第二款)."""

import datetime as dt
import logging
from collections.abc import Callable
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import faces, flags, notices, renewing
from cases.actions import clocks, moves
from cases.fees.errors import QuantityMissing
from cases.fees.notice_actions import raise_fees
from cases.models import Case, Notice
from cases.opinions.ending import end_questions
from cases.proceedings.closing import end_with
from cases.routes import opening
from cases.states import Action, Outcome, State
from certificates.actions import issue
from certificates.models import Certificate
from certificates.transitions import Stated
from certificates.validity import renewed_face
from common.acts import act
from common.jobs import for_each
from identity.actor import SYSTEM
from identity.models import Party
from services.charging import Moment

_log = logging.getLogger("onestop.renewals")
LAW = "《中华人民共和国行政许可法》第五十条第二款"


def settle_open() -> int:
    """Note the last day of terms that were not known when their renewals were handed in; returns how many."""
    return _through(lambda last: renewing.to_settle(after=last), _settle)


def deem_renewed(*, today: dt.date) -> int:
    """Count as granted every renewal in time that nobody decided before the term ended; returns how many.

    Twice is once; one that fails keeps no others waiting and is tried again the next night.
    """
    return _through(lambda last: renewing.to_deem(today=today, after=last), lambda pk: _deem(pk, today=today))


def _through(page: Callable[[UUID | None], list[UUID]], act_on: Callable[[UUID], bool]) -> int:
    done, last = 0, None
    while found := page(last):
        last = found[-1]
        done += for_each(found, act_on)
    return done


@act
def _settle(case_id: UUID) -> bool:
    case = moves.lock(SYSTEM, case_id, parts=(*moves.WHOLE, "item_version__result_type"))
    renewing.settle(case)
    if case.renewal_ends_on is None:
        return False
    clocks.set_limits(case)
    case.save(update_fields=["renewal_ends_on", "promise_due_on", "statutory_due_on", "updated_at"])
    if case.state in {State.IN_REVIEW, State.SUSPENDED}:
        opening.reset_limits(case)
    return True


@act
def _deem(case_id: UUID, *, today: dt.date) -> bool:
    case = moves.lock(SYSTEM, case_id, parts=(*moves.WHOLE, moves.REPRESENTATIVE, "item_version__result_type"))
    # Since it was found, somebody may have approved it, or suspended the licence.
    former = None if case.state == State.SUBMITTED else renewing.granted_by_time(case, today=today)
    if former is None:
        return False
    moves.check(case, SYSTEM, Action.DEEM_RENEWED, expected_version=None)
    _end_what_runs(case)
    case.outcome, case.decided_at, case.is_deemed_renewed = Outcome.APPROVED, timezone.now(), True
    case.certificate = _renew(case, former, today)
    note = _("原有效期到 %(day)s 届满，届满前没有作出决定，依照行政许可法第五十条视为准予延续")
    moves.apply(case, SYSTEM, Action.DEEM_RENEWED, note=note % {"day": case.renewal_ends_on.isoformat()})  # type: ignore[union-attr]
    notices.issue(SYSTEM, case, Notice.Kind.DEEMED_RENEWAL)
    _charge(case)
    flags.follow_certificate(case.certificate)  # what the end of the old term raised elsewhere is over
    notices.finish_later(case)
    return True


def _renew(case: Case, former: Certificate, today: dt.date) -> Certificate:
    kind = case.item_version.result_type
    assert kind is not None
    start = renewing.starts_on(case, former, today=today)
    assert start is not None
    holder = Party.objects.select_related("person", "organisation__legal_representative").get(pk=former.holder_id)
    # What only the department knows is as it was: nobody was there to say it anew.
    face = former.face | faces.values_for(case, kind, holder, {})
    return issue(
        SYSTEM,
        certificate_type=kind,
        holder=holder,
        issuer=former.issuer,
        face=renewed_face(former, face, first=start),
        case_number=case.number or "",
        former=former,
        starts_on=start,
        stated=Stated(reason=_("有效期届满前没有作出决定，视为准予延续"), legal_basis=LAW),
    )


def _end_what_runs(case: Case) -> None:
    """Special procedures, hearings, expert reviews and questions are over, as when a case ends without a decision."""
    case.special_procedures.filter(ends_on__isnull=True).update(ends_on=timezone.localdate())
    end_questions(case)
    end_with(case)


def _charge(case: Case) -> None:
    """The fees of an approval. One that cannot be counted holds nothing up: the law has granted the renewal."""
    try:
        raise_fees(SYSTEM, case=case, moments=tuple(Moment))
    except QuantityMissing:
        _log.warning("no fee could be counted for %s, whose renewal counts as granted", case.number)
