"""The thread on both surfaces: ask, answer, refuse, and how much a page asks the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.consultation import actions
from cases.consultation.models import Consultation, ConsultationFile, ConsultationMessage
from tests.factories import moves
from tests.factories.cast import Cast, a_picture, build_cast
from tests.factories.mandates import an_agent
from tests.factories.visitors import a_visitor
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def shop(cast: Cast) -> Client:
    return a_visitor(cast.account, acting_for=cast.shop)


def test_somebody_asks_with_a_picture_and_reads_the_answer(cast: Cast, shop: Client):
    case = moves.an_accepted_case(cast)
    page, url = reverse("my_case", args=[case.pk]), reverse("my_questions", args=[case.pk])
    assert "问一个问题" in shop.get(page).content.decode()
    sent = {"text": "门口要不要<b>整改</b>？", "request_key": "k"}
    for _press in range(2):
        answer = shop.post(url, {**sent, "attachments": [a_picture("门口.png")]})
        assert (answer.status_code, answer.headers["Location"]) == (302, url)
    assert ConsultationMessage.objects.count() == 1
    shown = shop.get(url).content.decode()
    assert "&lt;b&gt;整改" in shown
    row = ConsultationFile.objects.get()
    picture = shop.get(reverse("question_file", args=[case.pk, row.pk]))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert "含）以前答复" in shop.get(page).content.decode()
    actions.answer(cast.clerk, case_id=case.pk, text="不用整改")
    assert "不用整改" in shop.get(url).content.decode()
    assert "您问的，部门都答复了" in shop.get(page).content.decode()


def test_the_same_old_form_with_other_words_is_another_question(cast: Cast, shop: Client):
    url = reverse("my_questions", args=[moves.an_accepted_case(cast).pk])
    for text in ("一", "二"):
        shop.post(url, {"text": text, "request_key": "k"})
    assert ConsultationMessage.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "长" * 1001, "a\x00b"])
def test_bad_input_stands_beside_its_field_and_sends_nothing(cast: Cast, shop: Client, text: str):
    case = moves.an_accepted_case(cast)
    answer = shop.post(reverse("my_questions", args=[case.pk]), {"text": text, "request_key": "k\x00"})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert not Consultation.objects.exists()


def test_too_many_or_damaged_files_are_refused_beside_their_field(cast: Cast, shop: Client):
    case = moves.an_accepted_case(cast)
    url = reverse("my_questions", args=[case.pk])
    many = shop.post(url, {"text": "看照片", "request_key": "k", "attachments": [a_picture() for _ in range(6)]})
    assert (many.status_code, "最多带 5 个附件" in many.content.decode()) == (422, True)
    broken = a_picture("图.png")
    broken.file.truncate(30)
    broken.size = 30
    damaged = shop.post(url, {"text": "看照片", "request_key": "k", "attachments": [broken]})
    assert damaged.status_code == 422
    assert "看照片" in damaged.content.decode()
    assert not Consultation.objects.exists()


def test_an_agent_asks_within_the_mandate_and_a_stranger_sees_nothing(cast: Cast, shop: Client):
    case = moves.an_accepted_case(cast)
    actions.ask(an_agent(cast), case_id=case.pk, text="代为询问")
    assert "代理人" in shop.get(reverse("my_questions", args=[case.pk])).content.decode()
    stranger = browser_of(cast.stranger)
    assert stranger.get(reverse("my_questions", args=[case.pk])).status_code == 404
    assert stranger.post(reverse("my_questions", args=[case.pk]), {"text": "问"}).status_code == 404
    assert ConsultationMessage.objects.count() == 1


def test_the_officer_finds_it_in_the_list_answers_and_a_colleague_is_told(cast: Cast):
    case = moves.an_accepted_case(cast)
    actions.ask(cast.citizen, case_id=case.pk, text="什么时候来看现场？")
    clerk, url = browser_of(cast.clerk), reverse("workbench_consultation", args=[case.pk])
    listed = clerk.get(reverse("workbench_consultations")).content.decode()
    assert case.number in listed
    assert "剩 5 个工作日" in listed
    assert "什么时候来看现场" not in listed
    assert "看问题，答复" in clerk.get(reverse("workbench_case", args=[case.pk])).content.decode()
    assert clerk.post(url, {"text": "周二", "version": "1", "request_key": "a"}).status_code == 302
    late = browser_of(cast.food).post(url, {"text": "周三", "version": "1", "request_key": "b"})
    assert late.status_code == 409
    assert "有同事答复了" in late.content.decode()
    assert "周三" in late.content.decode()
    for version in ("", "x", "²", "9" * 30):
        assert clerk.post(url, {"text": "再", "version": version, "request_key": version}).status_code == 409
    assert ConsultationMessage.objects.count() == 2
    assert case.number not in clerk.get(reverse("workbench_consultations")).content.decode()
    assert case.number in clerk.get(reverse("workbench_consultations"), {"show": "answered"}).content.decode()


def test_the_supervisor_reads_and_may_not_answer(cast: Cast):
    case = moves.an_accepted_case(cast)
    actions.ask(cast.citizen, case_id=case.pk, text="问")
    browser, url = browser_of(cast.supervisor), reverse("workbench_consultation", args=[case.pk])
    assert "由有这个办件的岗位答复" in browser.get(url).content.decode()
    assert browser.post(url, {"text": "答", "version": "1"}).status_code == 403
    assert ConsultationMessage.objects.count() == 1


@pytest.mark.parametrize("query", [{"show": "nothing", "page": "x"}, {"number": "\x00"}, {"number": "1" * 400}])
def test_odd_filters_never_break_the_list(cast: Cast, query: dict[str, str]):
    assert browser_of(cast.clerk).get(reverse("workbench_consultations"), query).status_code == 200


def test_a_list_and_a_thread_take_the_same_queries_however_long_they_are(cast: Cast, shop: Client):
    clerk, counted = browser_of(cast.clerk), []
    first = moves.an_accepted_case(cast)
    for cases in ([first], [moves.an_accepted_case(cast) for _ in range(3)]):
        for case in cases:
            actions.ask(cast.citizen, case_id=case.pk, text="问", uploads=[a_picture()])
        actions.ask(cast.citizen, case_id=first.pk, text="再问", uploads=[a_picture()])
        found = []
        for browser, url in (
            (clerk, reverse("workbench_consultations")),
            (clerk, reverse("workbench_consultation", args=[first.pk])),
            (shop, reverse("my_questions", args=[first.pk])),
        ):
            browser.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            found.append(len(queries))
        counted.append(found)
    assert counted[0] == counted[1]
    assert all(count <= limit for count, limit in zip(counted[0], (12, 20, 10), strict=True)), counted


def test_staff_are_told_on_their_worklist_that_somebody_asks(cast: Cast):
    case = moves.an_accepted_case(cast)
    words, worklist = "等您答复的提问 1 件", reverse("worklist")
    assert "等您答复的提问" not in browser_of(cast.clerk).get(worklist).content.decode()
    actions.ask(cast.citizen, case_id=case.pk, text="要不要整改？")
    told = {
        name: words in browser_of(getattr(cast, name)).get(worklist).content.decode()
        for name in ("clerk", "decider", "food", "supervisor", "outsider")
    }
    assert told == {"clerk": True, "decider": True, "food": True, "supervisor": False, "outsider": False}
    actions.answer(cast.clerk, case_id=case.pk, text="不用")
    assert words not in browser_of(cast.clerk).get(worklist).content.decode()
    actions.ask(cast.citizen, case_id=case.pk, text="那要多久？")
    assert words in browser_of(cast.decider).get(worklist).content.decode()
