"""Only so many are granted: what staff see before they decide, and how the limit is written."""

import pytest
from django.urls import reverse

from cases.models import Case
from services.models import ItemVersion
from tests.factories.editing import a_desk, a_draft
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case, an_approved_case
from tests.factories.quotas import a_limited_cast
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_editor import address, content, edit

pytestmark = pytest.mark.django_db


def page_of(actor, case: Case) -> str:
    answer = browser_of(actor).get(reverse("workbench_case", args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def step_url(case: Case, step: str) -> str:
    return reverse("case_action", args=[case.pk, step])


def test_the_page_of_a_case_says_where_it_stands_and_leads_to_the_earlier_ones():
    cast = a_limited_cast(places=2, counts="year")
    an_approved_case(cast)
    first, second = an_accepted_case(cast), a_reviewed_case(cast)

    page = page_of(cast.decider, second)
    for words in ("名额和先后", "还没有轮到", "今年一共 2 个名额，已经准予 1 件，还有 1 个。", "还没有决定的有 1 件"):
        assert words in page
    assert reverse("workbench_case", args=[first.pk]) in page
    assert "轮到了" in page_of(cast.decider, first)
    assert "这件受理以后排在后面" in page_of(cast.clerk, a_submitted_case(cast))


def test_other_items_and_decided_cases_say_nothing_of_places():
    cast = a_limited_cast(order="")
    assert "名额和先后" not in page_of(cast.decider, a_reviewed_case(cast))
    ItemVersion.objects.filter(pk=cast.version.pk).update(quota_order="acceptance")
    assert "名额和先后" not in page_of(cast.decider, an_approved_case_of_another_line(cast))


def an_approved_case_of_another_line(cast) -> Case:
    Case.objects.update(state="withdrawn")
    return an_approved_case(cast)


def test_the_form_warns_before_the_click_and_the_refusal_names_the_earlier_case():
    cast = a_limited_cast()
    first, second = a_reviewed_case(cast), a_reviewed_case(cast)
    browser = browser_of(cast.decider)

    form = browser.get(step_url(second, "approve"))
    assert "还没有轮到" in form.content.decode()
    assert first.number in form.content.decode()
    sent = {"request_key": "k", "version": second.version}
    answer = browser.post(step_url(second, "approve"), sent)

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "case.quota_turn" in text
    assert f"受理在前的还有 1 件没有决定（{first.number}）" in text
    assert Case.objects.get(pk=second.pk).state == "in_review"
    assert "还没有轮到" not in browser.get(step_url(first, "approve")).content.decode()


def test_a_refusal_offers_the_sentence_that_no_place_is_left():
    cast = a_limited_cast(places=1, counts="in_force")
    first, second = a_reviewed_case(cast), a_reviewed_case(cast)
    browser = browser_of(cast.decider)
    assert "用这句话作理由" not in browser.get(step_url(second, "refuse")).content.decode()
    browser.post(step_url(first, "approve"), {"request_key": "a", "version": first.version})

    offered = browser.get(step_url(second, "refuse"))
    assert "用这句话作理由" in offered.content.decode()
    filled = browser.get(offered.context["quota_fill_url"])
    reason = filled.context["form"]["reason"].value()
    assert "一共 1 个名额，已经按受理的先后顺序用完" in reason
    assert "第三十八条第二款" in reason
    assert "用这句话作理由" not in filled.content.decode()
    answer = browser.post(step_url(second, "refuse"), {"request_key": "b", "version": second.version, "reason": reason})

    assert answer.status_code == 302
    assert Case.objects.get(pk=second.pk).refusal_reason == reason


def test_a_sentence_asked_for_while_a_place_is_free_is_not_filled_in():
    cast = a_limited_cast(places=1, counts="in_force")
    form = browser_of(cast.decider).get(step_url(a_reviewed_case(cast), "refuse") + "?no_place=1")
    assert not form.context["form"]["reason"].value()


def test_the_page_of_an_item_names_its_places_and_the_order():
    cast = a_limited_cast(places=20, counts="year")
    page = browser_of(cast.decider).get(reverse("workbench_item", args=[cast.item.pk])).content.decode()
    assert "20、当年准予的件数、按受理的先后顺序" in page


def test_the_editor_takes_a_limit_and_says_at_its_field_what_is_wrong():
    desk = a_desk()
    draft = a_draft(desk)
    where = address(draft, "limits")
    assert "没有数量限制" in browser_of(desk.ann).get(where).content.decode()

    wrong = edit(desk.ann, where, quota_places="0", quota_counts="year", quota_order="acceptance")
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["quota_places"])
    wrong = edit(desk.ann, where, quota_places="3")
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["quota_order", "quota_counts"])
    assert content(draft).quota_places is None

    right = {"quota_order": "acceptance", "quota_places": "3", "quota_counts": "year"}
    assert edit(desk.ann, where, **right).status_code == 302
    now = content(draft)
    assert (now.quota_order, now.quota_places, now.quota_counts) == ("acceptance", 3, "year")
    assert edit(desk.ann, where, quota_order="", quota_places="", quota_counts="").status_code == 302
    assert content(draft).quota_order == ""
