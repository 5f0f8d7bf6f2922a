"""The night's sweep against people, each on a connection of their own: exactly one outcome."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.actions import decision, renewal, submission
from cases.models import Case, Notice
from certificates.actions import change_state, expire_due
from certificates.models import Certificate
from certificates.states import Operation
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.renewals import end_term, renewing
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def _over() -> tuple[Cast, Case]:
    cast = build_cast()
    renewing(cast)
    case = moves.a_reviewed_case(cast)
    end_term(cast, case)
    return cast, case


def _sweep() -> int:
    return renewal.deem_renewed(today=timezone.localdate())


def _one_outcome(cast: Cast, case: Case) -> Case:
    case = Case.objects.get(pk=case.pk)
    assert case.events.filter(to_state="decided").count() == 1
    assert Certificate.objects.filter(former=cast.licence).count() == 1
    decisions = [Notice.Kind.APPROVAL, Notice.Kind.REFUSAL, Notice.Kind.DEEMED_RENEWAL]
    assert Notice.objects.filter(case=case, kind__in=decisions).count() == 1
    return case


def test_two_sweeps_at_once_renew_once():
    cast, case = _over()
    assert sorted(at_once(_sweep, _sweep)) == [0, 1]
    assert _one_outcome(cast, case).is_deemed_renewed


def test_a_refusal_at_that_moment_comes_too_late():
    cast, case = _over()
    swept, refused = at_once(_sweep, lambda: decision.refuse(cast.decider, case_id=case.pk, reason="不符合"))
    assert swept == 1
    assert refused in {"case.renewal_deemed", "case.move_not_allowed"}
    assert _one_outcome(cast, case).outcome == "approved"


def test_a_withdrawal_at_that_moment_comes_too_late():
    cast, case = _over()
    swept, withdrawn = at_once(_sweep, lambda: submission.withdraw(cast.citizen, case_id=case.pk))
    assert swept == 1
    assert withdrawn in {"case.renewal_deemed", "case.move_not_allowed"}
    assert _one_outcome(cast, case).is_deemed_renewed


def test_an_approval_at_that_moment_is_one_decision():
    cast, case = _over()
    swept, approved = at_once(_sweep, lambda: decision.approve(cast.decider, case_id=case.pk))
    case = _one_outcome(cast, case)
    assert case.is_deemed_renewed == bool(swept)
    assert (approved == "case.move_not_allowed") == bool(swept)
    assert case.certificate.valid_from == timezone.localdate()


def test_the_other_nightly_run_at_that_moment_loses_nothing():
    cast, case = _over()
    at_once(_sweep, lambda: expire_due(today=timezone.localdate()))
    _sweep()
    case = _one_outcome(cast, case)
    assert case.is_deemed_renewed
    assert case.certificate.valid_from - dt.timedelta(days=1) == case.renewal_ends_on


def test_a_suspension_at_that_moment_is_before_or_after():
    cast, case = _over()
    basis = {"reason": "立案调查", "legal_basis": "食品安全法第一百二十六条"}
    swept, suspended = at_once(
        _sweep,
        lambda: change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, **basis),
    )
    case = Case.objects.get(pk=case.pk)
    assert case.is_deemed_renewed == bool(swept)
    assert isinstance(suspended, Certificate) != bool(swept)
