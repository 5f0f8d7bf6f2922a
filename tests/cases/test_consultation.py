"""Questions on a case: who asks, who answers by when, what is recorded, and when it is over."""

import datetime as dt
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.actions import submission
from cases.archive import parts
from cases.archive.errors import NotReady
from cases.consultation import actions, errors, queries, rules
from cases.consultation.models import Consultation, ConsultationFile, ConsultationMessage
from cases.errors import CaseNotFound
from cases.models import Case
from cases.privacy import collect, erase
from cases.routes import actions as routes
from certificates.errors import UploadTypeRefused
from common.errors import Forbidden
from common.models import AuditEvent
from common.workdays import for_region
from identity.actor import SYSTEM
from identity.models import Announcement
from tests.factories import moves
from tests.factories.cast import a_picture, build_cast
from tests.factories.threads import at_once


def an_asked_case(cast) -> Case:
    case = moves.an_accepted_case(cast)
    actions.ask(cast.citizen, case_id=case.pk, text="什么时候来看现场？", request_key="q1")
    return case


def thread_in(case: Case) -> Consultation:
    return Consultation.objects.get(case=case)


def a_withdrawn_case(cast) -> Case:
    case = an_asked_case(cast)
    actions.answer(cast.clerk, case_id=case.pk, text="下周二")
    return submission.withdraw(cast.citizen, case_id=case.pk, reason="不办了")


def shown(actor, name: str, **more) -> list[Consultation]:
    return list(queries.listing(actor, shown=name, today=more.pop("today", timezone.localdate()), **more))


@pytest.mark.django_db
def test_a_question_waits_until_it_is_answered_and_both_are_once(cast):
    case = an_asked_case(cast)
    thread = thread_in(case)
    due = for_region(cast.scjg.region.code).add(timezone.localdate(), 5)
    assert (thread.state, thread.open_questions, thread.due_on) == ("waiting", 1, due)
    actions.ask(cast.citizen, case_id=case.pk, text="什么时候来看现场？", request_key="q1")
    assert ConsultationMessage.objects.count() == 1
    assert shown(cast.clerk, "todo") == shown(cast.decider, "todo") == shown(cast.food, "todo") == [thread]
    for _again in range(2):
        actions.answer(cast.food, case_id=case.pk, text="下周二上午", request_key="a1", expected_version=1)
    thread.refresh_from_db()
    assert (thread.state, thread.open_questions, thread.due_on, thread.version) == ("answered", 0, None, 2)
    assert Announcement.objects.filter(event="consultation.answered").count() == 1
    assert shown(cast.clerk, "todo") == []
    assert shown(cast.clerk, "answered") == [thread]
    actions.ask(cast.citizen, case_id=case.pk, text="那天下雨也来吗？")
    assert thread_in(case).state == "waiting"


@pytest.mark.django_db
def test_a_second_question_does_not_move_the_last_day(cast):
    case = an_asked_case(cast)
    early = timezone.localdate() + dt.timedelta(days=1)
    Consultation.objects.update(due_on=early)
    actions.ask(cast.citizen, case_id=case.pk, text="还要带什么？")
    assert (thread_in(case).due_on, thread_in(case).open_questions) == (early, 2)


@pytest.mark.django_db
def test_the_lists_keep_to_what_a_post_may_see(cast):
    case = an_asked_case(cast)
    thread = thread_in(case)
    assert shown(cast.supervisor, "todo") == [thread]
    assert shown(cast.outsider, "todo") == shown(cast.citizen, "todo") == []
    assert shown(cast.food, "mine") == shown(cast.fire, "mine") == [thread]
    assert shown(cast.clerk, "mine") == []
    assert shown(cast.clerk, "late") == []
    assert shown(cast.clerk, "late", today=thread.due_on + dt.timedelta(days=1)) == [thread]
    assert shown(cast.clerk, "todo", number=case.number) == [thread]
    assert shown(cast.clerk, "todo", number="519900261122000000019") == shown(cast.clerk, "todo", number="\x00") == []


@pytest.mark.django_db
def test_who_may_ask_and_answer_and_a_refusal_changes_nothing(cast):
    case = an_asked_case(cast)
    draft = moves.a_draft(cast)
    for actor, pk, refusal in (
        (cast.stranger, case.pk, CaseNotFound),
        (cast.clerk, case.pk, CaseNotFound),
        (cast.citizen, draft.pk, errors.ConsultationClosed),
    ):
        with pytest.raises(refusal):
            actions.ask(actor, case_id=pk, text="问")
    for actor, refusal in (
        (cast.citizen, errors.ConsultationNotFound),
        (cast.outsider, errors.ConsultationNotFound),
        (cast.supervisor, Forbidden),
    ):
        with pytest.raises(refusal):
            actions.answer(actor, case_id=case.pk, text="答")
    for text in ("", "  ", "长" * 1001):
        with pytest.raises(errors.TextMissing):
            actions.ask(cast.citizen, case_id=case.pk, text=text)
        with pytest.raises(errors.TextMissing):
            actions.answer(cast.clerk, case_id=case.pk, text=text)
    with pytest.raises(errors.AnsweredMeanwhile):
        actions.answer(cast.clerk, case_id=case.pk, text="答", expected_version=0)
    routes.recuse(cast.food, case_id=case.pk, reason="亲属")
    with pytest.raises(Forbidden):
        actions.answer(cast.food, case_id=case.pk, text="答")
    assert ConsultationMessage.objects.count() == 1
    assert thread_in(case).version == 1
    assert not Announcement.objects.filter(event="consultation.answered").exists()


@pytest.mark.django_db
def test_only_so_many_questions_wait(cast):
    case = an_asked_case(cast)
    for number in range(rules.MOST_OPEN - 1):
        actions.ask(cast.citizen, case_id=case.pk, text=f"第 {number} 问")
    with pytest.raises(errors.TooManyQuestions):
        actions.ask(cast.citizen, case_id=case.pk, text="再问")
    assert thread_in(case).open_questions == ConsultationMessage.objects.count() == rules.MOST_OPEN


@pytest.mark.django_db
def test_files_are_written_anew_and_a_bad_one_sends_nothing(cast):
    case = moves.an_accepted_case(cast)
    bad = SimpleUploadedFile("照片.png", b"<script>alert(1)</script>", content_type="image/png")
    with pytest.raises(UploadTypeRefused):
        actions.ask(cast.citizen, case_id=case.pk, text="看照片", uploads=[a_picture(), bad])
    with pytest.raises(errors.TooManyFiles):
        actions.ask(cast.citizen, case_id=case.pk, text="看照片", uploads=[a_picture() for _ in range(6)])
    assert not Consultation.objects.exists()
    picture = a_picture("门口.png")
    original = picture.read()
    picture.seek(0)
    actions.ask(cast.citizen, case_id=case.pk, text="看照片", uploads=[picture])
    row = ConsultationFile.objects.get()
    assert row.name == "门口.png"
    found, content = queries.file(cast.clerk, case.pk, row.pk)
    assert (found.media_type, content[:4]) == ("image/png", b"\x89PNG")
    with open(row.file.path, "rb") as raw:
        assert original not in raw.read()
    assert AuditEvent.objects.filter(code="consultation.read", subject_id=str(case.pk)).count() == 1
    for actor in (cast.stranger, cast.outsider):
        with pytest.raises(CaseNotFound):
            queries.file(actor, case.pk, row.pk)
    other = moves.an_accepted_case(cast)
    with pytest.raises(errors.ConsultationFileNotFound):
        queries.file(cast.clerk, other.pk, row.pk)


@pytest.mark.django_db
def test_each_look_of_staff_is_recorded_and_the_applicants_is_not(cast, django_assert_num_queries):
    case = an_asked_case(cast)
    queries.open_thread(cast.citizen, case.pk)
    looks = AuditEvent.objects.filter(code="consultation.read")
    assert looks.count() == 0
    for _look in range(2):
        queries.open_thread(cast.food, case.pk)
    assert looks.count() == 2
    with pytest.raises(errors.ConsultationNotFound):
        queries.open_thread(cast.food, moves.an_accepted_case(cast).pk)
    with pytest.raises(CaseNotFound):
        queries.open_thread(cast.outsider, case.pk)
    assert looks.count() == 2


@pytest.mark.django_db
def test_messages_stay_as_they_were_written(cast):
    an_asked_case(cast)
    for change in (
        lambda: ConsultationMessage.objects.update(side="staff"),
        lambda: ConsultationMessage.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ConsultationMessage.objects.get().text == "什么时候来看现场？"


@pytest.mark.django_db
def test_it_closes_some_days_after_the_case_and_not_before_an_answer(cast):
    case = a_withdrawn_case(cast)
    last = timezone.localdate() + dt.timedelta(days=15)
    assert actions.close_due(SYSTEM, today=last) == 0
    assert actions.close_due(SYSTEM, today=last + dt.timedelta(days=1)) == 1
    assert actions.close_due(SYSTEM, today=last + dt.timedelta(days=1)) == 0
    assert thread_in(case).state == "closed"
    for write in (
        lambda: actions.ask(cast.citizen, case_id=case.pk, text="再问"),
        lambda: actions.answer(cast.clerk, case_id=case.pk, text="再答"),
    ):
        with pytest.raises(errors.ConsultationClosed):
            write()
    assert ConsultationMessage.objects.count() == 2
    assert shown(cast.clerk, "closed") == [thread_in(case)]


@pytest.mark.django_db
def test_an_unanswered_question_keeps_the_thread_open_though_nobody_asks_more(cast):
    case = an_asked_case(cast)
    submission.withdraw(cast.citizen, case_id=case.pk, reason="不办了")
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - dt.timedelta(days=40))
    assert actions.close_due(SYSTEM, today=timezone.localdate()) == 0
    with pytest.raises(errors.ConsultationClosed):
        actions.ask(cast.citizen, case_id=case.pk, text="再问")
    actions.answer(cast.clerk, case_id=case.pk, text="答复晚了，抱歉")
    assert actions.close_due(SYSTEM, today=timezone.localdate()) == 1


@pytest.mark.django_db
def test_a_last_day_without_calendar_is_filled_in_later(cast):
    case = an_asked_case(cast)
    due = thread_in(case).due_on
    Consultation.objects.update(due_on=None)
    assert actions.close_due(SYSTEM, today=timezone.localdate()) == 1
    assert thread_in(case).due_on == due


@pytest.mark.django_db
def test_a_copy_of_ones_data_has_the_thread_and_closing_the_account_ends_it(cast):
    case = moves.an_accepted_case(cast)
    actions.ask(cast.citizen, case_id=case.pk, text="看照片", uploads=[a_picture("门口.png")])
    party = case.applicant
    part = collect(party)[0]
    row = next(one for one in part.rows if one["办件编号"] == case.number)
    assert list(row["咨询和答复"].values()) == ["看照片"]
    files = [one for one in part.files if one.folder == "咨询附件"]
    assert [one.name for one in files] == [f"{case.number}-1-门口.png"]
    assert files[0].read()[:4] == b"\x89PNG"
    erase(party)
    assert (thread_in(case).state, thread_in(case).due_on) == ("closed", None)
    assert ConsultationMessage.objects.count() == 1


@pytest.mark.django_db
def test_the_archive_waits_for_the_answer_and_holds_the_thread(cast, monkeypatch):
    case = moves.an_accepted_case(cast)
    actions.ask(cast.citizen, case_id=case.pk, text="看照片", uploads=[a_picture("门口.png")])

    with pytest.raises(NotReady):
        list(parts._asked_files(case))
    actions.answer(cast.clerk, case_id=case.pk, text="看到了")
    (file,) = parts._asked_files(case)
    assert (file.name, file.title, file.content[:4]) == ("asked/01.png", "咨询附件 门口.png", b"\x89PNG")
    said = parts.data_of(case)["data/asked.json"][1]
    assert [one["text"] for one in said] == ["看照片", "看到了"]
    assert said[0]["files"][0]["sha256"] == file_sha(file.content)


def file_sha(content: bytes) -> str:

    return hashlib.sha256(content).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_send_one():
    cast = build_cast()
    case = an_asked_case(cast)
    results = at_once(
        lambda: actions.answer(cast.clerk, case_id=case.pk, text="周二", expected_version=1),
        lambda: actions.answer(cast.food, case_id=case.pk, text="周三", expected_version=1),
    )
    assert [one for one in results if isinstance(one, str)] == ["consultation.stale"]
    assert ConsultationMessage.objects.filter(side="staff").count() == 1
    assert Announcement.objects.filter(event="consultation.answered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_first_questions_from_two_screens_make_one_thread():
    cast = build_cast()
    case = moves.an_accepted_case(cast)
    results = at_once(
        *(lambda key=key: actions.ask(cast.citizen, case_id=case.pk, text=key, request_key=key) for key in ("一", "二"))
    )
    assert not any(isinstance(one, str) for one in results)
    assert (thread_in(case).open_questions, thread_in(case).version) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_question_and_the_closing_at_once_are_one_after_the_other():
    cast = build_cast()
    case = a_withdrawn_case(cast)
    later = timezone.localdate() + dt.timedelta(days=16)
    results = at_once(
        lambda: actions.ask(cast.citizen, case_id=case.pk, text="退件怎么取？"),
        lambda: actions.close_due(SYSTEM, today=later),
    )
    thread = thread_in(case)
    if isinstance(results[0], str):
        assert (results[0], results[1], thread.state) == ("consultation.closed", 1, "closed")
        assert thread.messages.count() == 2
    else:
        assert (results[1], thread.state, thread.messages.count()) == (0, "waiting", 3)
