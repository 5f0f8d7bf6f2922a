"""Asking other departments on the case page, and answering on a page that shows nothing but what was chosen."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import OpinionAsked
from cases.opinions.queries import showable_papers
from identity.models import PostHolding
from tests.factories.cast import a_member_of_staff, a_picture
from tests.factories.catalogue import a_post
from tests.factories.opinions import ask
from tests.factories.routes import a_routed_case, branch_of
from tests.factories.workbench import browser_of, sent

pytestmark = pytest.mark.django_db


def page(actor, case):
    return browser_of(actor).get(reverse("workbench_case", args=[case.pk])).content.decode()


def test_a_department_is_asked_on_its_page_and_answers(cast):
    case = a_routed_case(cast)
    address = reverse("case_action", args=[case.pk, "ask-opinion"])
    form = browser_of(cast.food).get(address).content.decode()
    assert "征求哪个部门" in form
    key = next(iter(case.answers))
    data = {"branch": str(branch_of(case, "docs").pk), "ask_1": str(cast.fire.post_id), "days": "5"}
    assert browser_of(cast.food).post(address, sent(case, **data)).status_code == 422
    assert not OpinionAsked.objects.exists()
    data |= {"question": "燃气间能不能设在地下？", "fields_shown": [key]}
    assert browser_of(cast.food).post(address, sent(case, **data)).status_code == 302
    asked = OpinionAsked.objects.get()
    assert "燃气间能不能设在地下？" in page(cast.food, case)

    fire = browser_of(cast.fire)
    assert "等您答复的 1 项" in fire.get(reverse("worklist")).content.decode()
    assert case.number in fire.get(reverse("workbench_opinions")).content.decode()
    mine = reverse("workbench_opinion", args=[asked.pk])
    shown = fire.get(mine).content.decode()
    assert "燃气间能不能设在地下？" in shown
    assert case.applicant.name not in shown
    assert fire.get(reverse("workbench_case", args=[case.pk])).status_code == 404
    wrong = fire.post(mine, {"stance": "oppose", "version": asked.version})
    assert wrong.status_code == 422
    assert "不同意和建议的，请写明理由" in wrong.content.decode()
    old = fire.post(mine, {"stance": "agree", "version": 99})
    assert old.status_code == 409
    answer = {"stance": "oppose", "text": "地下不行", "version": asked.version, "attachments": [a_picture()]}
    assert fire.post(mine, answer).status_code == 302
    asked.refresh_from_db()
    html = page(cast.food, case)
    assert "地下不行" in html
    file = asked.files.get()
    for actor, url in (
        (cast.food, reverse("answer_file", args=[case.pk, asked.pk, file.pk])),
        (cast.fire, reverse("opinion_file", args=[asked.pk, file.pk])),
    ):
        assert browser_of(actor).get(url).headers["Content-Type"] == "image/png"
    assert fire.post(mine, answer | {"attachments": []}).status_code == 409


def test_papers_open_while_the_question_waits(cast):
    case = a_routed_case(cast)
    paper = showable_papers(case)[0]
    asked = ask(cast, case, material_ids=[paper.pk])
    url = reverse("opinion_paper", args=[asked.pk, paper.pk])
    assert browser_of(cast.fire).get(url).status_code == 200
    assert browser_of(cast.clerk).get(url).status_code == 404
    OpinionAsked.objects.update(state="withdrawn")
    assert browser_of(cast.fire).get(url).status_code == 404


def test_the_asking_side_reminds_waits_no_longer_and_withdraws(cast, monkeypatch):
    case = a_routed_case(cast)
    asked = ask(cast, case)

    def step(action, **data):
        return browser_of(cast.food).post(reverse("question_step", args=[case.pk, asked.pk, action]), data)

    assert step("remind").status_code == 302
    assert step("remind").status_code == 409
    assert step("without", reason="等不及").status_code == 409
    assert step("relief", is_granted="1").status_code == 409
    assert step("nothing").status_code == 404
    assert browser_of(cast.fire).get(reverse("opinion_step", args=[asked.pk, "relief"])).status_code == 200
    relief = browser_of(cast.fire).post(reverse("opinion_step", args=[asked.pk, "relief"]), {"reason": "不归我们管"})
    assert relief.status_code == 302
    assert "不归我们管" in page(cast.food, case)
    assert step("relief", is_granted="0").status_code == 422
    assert step("withdraw").status_code == 422
    assert step("withdraw", reason="已经清楚").status_code == 302
    assert OpinionAsked.objects.get().state == "withdrawn"
    gone = browser_of(cast.fire).get(reverse("workbench_opinion", args=[asked.pk])).content.decode()
    assert "已经清楚" in gone


def test_a_question_passes_to_a_colleague_on_its_page(cast):
    case = a_routed_case(cast)
    asked = ask(cast, case)
    other = a_member_of_staff("1041", a_post(cast.xfj, "火灾调查科"), PostHolding.Role.REVIEWER)
    url = reverse("opinion_step", args=[asked.pk, "pass-on"])
    assert browser_of(cast.fire).post(url, {"colleague": str(cast.food.holding_id), "reason": "x"}).status_code == 422
    assert browser_of(cast.fire).post(url, {"colleague": str(other.holding_id), "reason": "归他们"}).status_code == 302
    assert browser_of(cast.fire).get(reverse("workbench_opinion", args=[asked.pk])).status_code == 404
    assert browser_of(other).get(reverse("workbench_opinion", args=[asked.pk])).status_code == 200


def test_the_list_costs_the_same_however_many_there_are(cast, django_assert_num_queries):
    first = ask(cast, a_routed_case(cast))
    browser = browser_of(cast.fire)
    browser.get(reverse("workbench_opinions"))
    for rows in (1, 3):
        # session, account, post with grants; count, page; calendar days and years
        with django_assert_num_queries(7):
            html = browser.get(reverse("workbench_opinions")).content.decode()
        assert html.count('data-label="哪个部门问"') == rows
        if rows == 1:
            for _more in range(2):
                ask(cast, first.request.case)
    late = timezone.localdate() - dt.timedelta(days=1)
    OpinionAsked.objects.filter(pk=first.pk).update(due_on=late)
    html = browser.get(reverse("workbench_opinions"), {"show": "late"}).content.decode()
    assert html.count('data-label="哪个部门问"') == 1


def test_the_small_steps_say_what_they_are_about(cast):
    case = a_routed_case(cast)
    asked = ask(cast, case)
    fire, food = browser_of(cast.fire), browser_of(cast.food)
    relief = fire.get(reverse("opinion_step", args=[asked.pk, "relief"])).content.decode()
    assert asked.request.question in relief
    assert case.number in relief
    own = PostHolding.objects.get(account_id=cast.fire.account_id)
    assert str(own.pk) not in fire.get(reverse("opinion_step", args=[asked.pk, "pass-on"])).content.decode()
    OpinionAsked.objects.update(relief="不归我们管")
    settle = food.get(reverse("question_step", args=[case.pk, asked.pk, "relief"])).content.decode()
    assert "不归我们管" in settle
    remind = food.get(reverse("question_step", args=[case.pk, asked.pk, "remind"])).content.decode()
    assert "24 小时内只能催一次" in remind
    assert asked.request.question in fire.get(reverse("workbench_opinion", args=[asked.pk])).content.decode()
    OpinionAsked.objects.update(state="withdrawn")
    for address in (reverse("opinion_step", args=[asked.pk, "relief"]), reverse("workbench_opinion", args=[asked.pk])):
        assert asked.request.question not in fire.get(address).content.decode()
