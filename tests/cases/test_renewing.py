"""行政许可法第五十条: a renewal asked for in time counts as granted when the term ends without a decision."""

import datetime as dt

import pypdfium2
import pytest
from django.utils import timezone

from cases import notices, queries, renewing
from cases.actions import clocks, decision, intake, renewal, submission
from cases.errors import RenewalDeemed
from cases.models import Branch, Case, CaseMaterial, Flag, Notice
from cases.states import Action, State
from certificates.actions import change_state, expire_due
from certificates.models import Certificate, CertificateType
from certificates.states import Operation
from common.models import CalendarYear
from identity.models import Organisation
from services.models import ServiceItem
from tests.factories import moves
from tests.factories.renewals import end_term
from tests.factories.renewals import renewing as renew_licence

SPECIAL = {"kind": "testing", "reason": "送检", "legal_basis": "第四十五条", "days_needed": 3}
EXTENSION = {"days": 10, "reason": "案情复杂", "legal_basis": "行政许可法第四十二条"}
BASIS = {"reason": "立案调查", "legal_basis": "食品安全法第一百二十六条"}


def _fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def _night(today: dt.date | None = None) -> int:
    return renewal.deem_renewed(today=today or timezone.localdate())


@pytest.mark.parametrize(("days", "in_time"), [(31, True), (30, True), (29, False), (0, False)])
def test_thirty_days_before_the_end_is_in_time(cast, days, in_time):
    renew_licence(cast, days=days)
    case = moves.a_submitted_case(cast)
    ends = timezone.localdate() + dt.timedelta(days=days)
    assert _fresh(case).renewal_ends_on == (ends if in_time else None)


@pytest.mark.parametrize(("days", "in_time"), [(60, True), (59, False)])
def test_another_law_may_ask_for_more_days(cast, days, in_time):
    renew_licence(cast, days=days, renew_before_days=60)
    assert (_fresh(moves.a_submitted_case(cast)).renewal_ends_on is not None) == in_time


def test_other_items_and_identity_papers_carry_no_day(cast):
    assert _fresh(moves.a_submitted_case(cast)).renewal_ends_on is None
    renew_licence(cast)
    ServiceItem.objects.filter(pk=cast.item.pk).update(item_type="07")
    assert _fresh(moves.a_submitted_case(cast)).renewal_ends_on is None


def test_corrections_keep_the_first_day_but_come_within_the_term(cast):
    renew_licence(cast)
    case = moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充")
    Case.objects.filter(pk=case.pk).update(submitted_at=timezone.now() - dt.timedelta(days=20))
    last = timezone.localdate() + dt.timedelta(days=10)
    Certificate.objects.filter(pk=cast.licence.pk).update(valid_until=last)
    submission.correct(cast.citizen, case_id=case.pk)
    assert _fresh(case).renewal_ends_on == last  # thirty days by the first hand-in, ten by the second


def test_corrections_after_the_term_renew_nothing(cast):
    renew_licence(cast)
    case = moves.a_submitted_case(cast)
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={}, general="请补充")
    end_term(cast, case)
    assert _night() == 0  # it is the applicant's turn
    submission.correct(cast.citizen, case_id=case.pk)
    assert _fresh(case).renewal_ends_on is None
    intake.accept(cast.clerk, case_id=case.pk)
    assert _night() == 0


def test_the_last_day_itself_is_the_departments(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case, ago=0)
    assert _night() == 0
    assert _night(timezone.localdate() + dt.timedelta(days=1)) == 1


def test_the_night_after_the_term_renews_from_the_next_day(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    last = end_term(cast, case)
    assert _night() == 1
    case = _fresh(case)
    made = case.certificate
    assert (case.state, case.outcome, case.is_deemed_renewed) == (State.DECIDED, "approved", True)
    assert made.former_id == cast.licence.pk
    assert made.number == cast.licence.number
    assert made.valid_from == last + dt.timedelta(days=1)
    assert made.valid_until.year == made.valid_from.year + 5
    cast.licence.refresh_from_db()
    assert cast.licence.state == Certificate.State.CANCELLED
    entry = cast.licence.operations.get(operation=Operation.RENEW)
    assert "第五十条第二款" in entry.legal_basis
    event = case.events.get(action=Action.DEEM_RENEWED)
    assert event.actor_id is None
    assert "视为准予延续" in event.note


def test_twice_is_once(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    assert (_night(), _night()) == (1, 0)
    assert Notice.objects.filter(case=case, kind=Notice.Kind.DEEMED_RENEWAL).count() == 1
    assert Certificate.objects.filter(former=cast.licence).count() == 1


def test_days_later_the_term_still_begins_the_day_after(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    last = end_term(cast, case, ago=6)
    assert expire_due(today=timezone.localdate()) == 1
    assert _night() == 1
    made = _fresh(case).certificate
    assert (made.valid_from, made.issued_on) == (last + dt.timedelta(days=1), timezone.localdate())
    assert made.state == Certificate.State.VALID


def test_flags_of_other_cases_go_when_the_licence_goes_on(cast):
    renew_licence(cast)
    case, other = moves.an_accepted_case(cast), moves.an_accepted_case(cast)
    end_term(cast, case)
    Case.objects.filter(pk=other.pk).update(renewal_ends_on=None)
    expire_due(today=timezone.localdate())
    flags = Flag.objects.filter(resolved_at__isnull=True)
    assert [flag.case_id for flag in flags] == [other.pk]  # the renewal itself is not without its proof
    assert _night() == 1
    assert not flags.all().exists()


def test_a_suspended_licence_is_not_renewed_by_time(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    change_state(cast.decider, certificate_id=cast.licence.pk, operation=Operation.SUSPEND, **BASIS)
    assert _night() == 0
    expire_due(today=timezone.localdate())
    assert _night() == 0  # expired, but not in force to its last day
    assert renewing.granted_by_time(_fresh(case)) is None


@pytest.mark.parametrize("state", ["revoked", "annulled", "cancelled"])
def test_what_was_taken_away_is_not_renewed_by_time(cast, state):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    Certificate.objects.filter(pk=cast.licence.pk).update(state=state)
    assert _night() == 0
    assert _fresh(case).state == State.IN_REVIEW


def test_an_organisation_that_ended_has_nothing_renewed(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    Organisation.objects.filter(pk=cast.shop.pk).update(state=Organisation.State.CANCELLED)
    assert _night() == 0
    decision.terminate(cast.decider, case_id=case.pk, reason="主体已注销")


def test_a_special_procedure_ends_with_it(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    clocks.start_special(cast.food, case_id=case.pk, **SPECIAL)
    end_term(cast, case)
    assert _night() == 1
    assert case.special_procedures.get().ends_on == timezone.localdate()
    assert not queries.waiting_parts(cast.food)[1] or not Case.objects.filter(queries.waiting_for(cast.food)).exists()


def test_silence_is_accepted_first(cast):
    renew_licence(cast)
    case = moves.a_submitted_case(cast)
    end_term(cast, case)
    with pytest.raises(RenewalDeemed):
        submission.withdraw(cast.citizen, case_id=case.pk)
    assert intake.deem_accepted(today=timezone.localdate()) == 1
    assert _night() == 1
    assert _fresh(case).is_deemed_accepted


def test_what_the_department_did_not_say_stays_as_it_was(cast):
    fields = [*cast.licence.type.fields, {"key": "grade", "label": "等级"}]
    CertificateType.objects.filter(pk=cast.licence.type_id).update(fields=fields)
    Certificate.objects.filter(pk=cast.licence.pk).update(face={**cast.licence.face, "grade": "甲级"})
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    assert _night() == 1
    assert _fresh(case).certificate.face["grade"] == "甲级"


def test_a_term_that_is_printed_goes_on_for_as_long_as_it_was(cast):
    fields = [*cast.licence.type.fields, {"key": "until", "label": "有效期至"}]
    rule = {"kind": "field", "field": "until"}
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    last = end_term(cast, case)
    began = dt.date(last.year - 3, last.month, 1)
    rows = Certificate.objects.filter(pk=cast.licence.pk)
    rows.update(face={**cast.licence.face, "until": last.isoformat()}, valid_from=began)
    CertificateType.objects.filter(pk=cast.licence.type_id).update(fields=fields, validity=rule)
    assert _night() == 1
    made = _fresh(case).certificate
    assert made.face["until"] == made.valid_until.isoformat()
    assert abs((made.valid_until - made.valid_from) - (last - began)) <= dt.timedelta(days=3)


@pytest.mark.parametrize("month", [12, 1])
def test_new_year(cast, month):
    """A term that ends on New Year's Eve goes on from the first of January."""
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    last = dt.date(timezone.localdate().year - 1, 12, 31)
    end_term(cast, case, ago=(timezone.localdate() - last).days)
    assert _night(dt.date(last.year + 1, 1, 1 if month == 1 else 2)) == 1
    assert _fresh(case).certificate.valid_from == dt.date(last.year + 1, 1, 1)


def test_without_a_calendar_the_last_day_is_known_all_the_same(cast, monkeypatch):
    renew_licence(cast, days=200, statutory_days=300)
    CalendarYear.objects.all().delete()
    monkeypatch.setattr("common.workdays._PACKAGE_YEARS", frozenset({timezone.localdate().year}))
    case = moves.an_accepted_case(cast)
    assert case.statutory_due_on == case.renewal_ends_on
    end_term(cast, case)
    assert _night() == 1


def test_one_that_fails_keeps_no_others_waiting(cast, monkeypatch, caplog):
    renew_licence(cast)
    bad, good = moves.an_accepted_case(cast), moves.an_accepted_case(cast)
    end_term(cast, bad)
    end_term(cast, good)
    issue = notices.issue

    def break_one(actor, case, kind, **rest):
        if case.pk == bad.pk:
            raise RuntimeError("printer on fire")
        return issue(actor, case, kind, **rest)

    monkeypatch.setattr(notices, "issue", break_one)
    assert _night() == 1
    assert (_fresh(bad).state, _fresh(good).state) == (State.IN_REVIEW, State.DECIDED)
    assert str(bad.pk) in caplog.text


def test_due_days_end_with_the_term(cast):
    renew_licence(cast, days=30, statutory_days=60, promise_days=50)
    case = moves.an_accepted_case(cast)
    last = case.renewal_ends_on
    assert (case.promise_due_on, case.statutory_due_on) == (last, last)
    clocks.extend(cast.decider, case_id=case.pk, **EXTENSION)
    assert _fresh(case).statutory_due_on == last
    clocks.start_special(cast.food, case_id=case.pk, **SPECIAL)
    paused = _fresh(case)
    assert paused.statutory_due_on == last
    assert queries.clocks(paused).statute.due_on == last


def test_stages_end_with_the_term_too(cast):
    cast.version.route.update(days=60)
    renew_licence(cast, days=30)
    case = moves.an_accepted_case(cast)
    assert {branch.due_on for branch in Branch.objects.filter(case=case)} == {case.renewal_ends_on}


def test_an_earlier_limit_stays_the_limit(cast):
    renew_licence(cast, days=40, statutory_days=5, promise_days=3)
    case = moves.an_accepted_case(cast)
    assert case.promise_due_on < case.statutory_due_on < case.renewal_ends_on


def test_after_the_term_nothing_takes_the_renewal_back(cast):
    renew_licence(cast)
    case = moves.a_reviewed_case(cast)
    end_term(cast, case)
    acts = [
        lambda: decision.refuse(cast.decider, case_id=case.pk, reason="不符合"),
        lambda: decision.terminate(cast.decider, case_id=case.pk, reason="终止"),
        lambda: clocks.extend(cast.decider, case_id=case.pk, **EXTENSION),
        lambda: clocks.start_special(cast.food, case_id=case.pk, **SPECIAL),
        lambda: submission.withdraw(cast.citizen, case_id=case.pk),
    ]
    for act in acts:
        with pytest.raises(RenewalDeemed) as refused:
            act()
        assert refused.value.code == "case.renewal_deemed"
    assert _fresh(case).state == State.IN_REVIEW
    shown = queries.get_case(cast.decider, case.pk)
    allowed = queries.actions_for(cast.decider, shown)
    assert Action.APPROVE in allowed
    assert not {Action.REFUSE, Action.TERMINATE, Action.EXTEND} & set(allowed)
    assert Action.WITHDRAW not in queries.actions_for(cast.citizen, queries.get_case(cast.citizen, case.pk))


@pytest.mark.parametrize("is_expired", [False, True])
def test_after_the_term_it_can_still_be_approved_without_a_gap(cast, is_expired):
    renew_licence(cast)
    case = moves.a_reviewed_case(cast)
    last = end_term(cast, case, ago=3)
    if is_expired:
        expire_due(today=timezone.localdate())
    decision.approve(cast.decider, case_id=case.pk)
    made = _fresh(case).certificate
    assert made.former_id == cast.licence.pk
    assert made.valid_from == last + dt.timedelta(days=1)
    assert not _fresh(case).is_deemed_renewed
    assert _night() == 0


def test_a_late_application_is_decided_as_any_other(cast):
    renew_licence(cast, days=10)
    case = moves.a_reviewed_case(cast)
    Certificate.objects.filter(pk=cast.licence.pk).update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    assert _night() == 0
    decision.refuse(cast.decider, case_id=case.pk, reason="已过有效期")
    assert _fresh(case).state == State.DECIDED


def test_a_paper_licence_is_found_in_the_register(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    CaseMaterial.objects.filter(case=case).update(certificate=None)
    last = end_term(cast, case)
    assert _night() == 1
    assert _fresh(case).certificate.valid_from == last + dt.timedelta(days=1)


def test_renewals_under_way_before_the_upgrade_get_their_day(cast):
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    day = case.renewal_ends_on
    Case.objects.filter(pk=case.pk).update(renewal_ends_on=None)
    assert renewal.settle_open() == 1
    assert _fresh(case).renewal_ends_on == day
    assert renewal.settle_open() == 0


def test_the_notice_says_what_the_law_says(cast, settings, key_folder):
    settings.KEY_DIR = key_folder
    renew_licence(cast)
    case = moves.an_accepted_case(cast)
    end_term(cast, case)
    _night()
    notice = notices.produce_file(notice_id=Notice.objects.get(case=case, kind=Notice.Kind.DEEMED_RENEWAL).pk)
    assert "视延〔" in notice.number
    with notice.file.open("rb") as file:
        content = file.read()
    pages = pypdfium2.PdfDocument(content)
    text = "".join("".join(page.get_textpage().get_text_bounded() for page in pages).split())
    for words in ("第五十条第二款", "逾期未作决定的，视为准予延续", "没有中断", "同等法律效力", cast.licence.number):
        assert words in text, words
    assert b"/ByteRange" in content  # sealed


def test_supervisors_find_them_in_the_list(cast):
    from cases.lists.filters import WorklistFilter
    from cases.lists.queries import page

    renew_licence(cast)
    done, running = moves.an_accepted_case(cast), moves.an_accepted_case(cast)
    end_term(cast, done)
    _night()
    for kind, case in (("deemed", done), ("running", running)):
        rows = page(cast.supervisor, WorklistFilter(task="all", renewal=kind)).rows
        assert [row.case.pk for row in rows] == [case.pk]
