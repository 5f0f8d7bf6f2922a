"""Looking at an application before the sign-in, and the answers that come along."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from cases.actions import drafts
from cases.models import Case
from portal.public import looking
from services.models import Situation
from tests.factories.cast import Cast
from tests.factories.visitors import a_visitor, address


@pytest.fixture
def asked(cast: Cast) -> Cast:
    """The item asks two questions; the second only of those who cook, and a note is only theirs to write."""
    version = cast.item.current
    options = [{"value": "hot", "label": "现做"}, {"value": "packed", "label": "只卖包装好的"}]
    Situation.objects.create(version=version, key="food", question="卖什么？", options=options, order=1)
    Situation.objects.create(
        version=version,
        key="smoke",
        question="有油烟吗？",
        options=[{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}],
        when={"food": ["hot"]},
        order=2,
    )
    step = version.steps[0]
    next(field for field in step["fields"] if field["key"] == "note")["when"] = {"smoke": ["yes"]}
    version.save()
    plan = version.materials.get(key="plan")
    plan.when = {"food": ["hot"]}
    plan.save()
    return cast


def test_anybody_sees_fields_and_materials_and_nothing_can_be_typed(asked: Cast, anybody: Client):
    guide = anybody.get(address("item_guide", asked.item.pk)).content.decode()
    place = address("look_inside", asked.item.pk)
    assert place in guide
    page = anybody.get(place).content.decode()
    assert "卖什么？" in page
    assert "有油烟吗？" not in page
    assert 'id="id_org.name"' in page
    assert page.count("<fieldset") >= 1
    form_part = page[page.index('class="form look-page"') :]
    assert "disabled" in form_part[:120]
    assert "什么时候要：" in page  # the plan, as long as nobody said what is sold
    assert not Session.objects.exists()


def test_answers_change_what_is_shown(asked: Cast, anybody: Client):
    place = address("look_inside", asked.item.pk)
    hot = anybody.get(place, {"food": "hot", "smoke": "yes"}).content.decode()
    packed = anybody.get(place, {"food": "packed"}).content.decode()
    assert 'id="id_note"' in hot
    assert 'id="id_note"' not in packed
    name = asked.item.current.materials.get(key="plan").name
    assert name in hot
    assert name not in packed
    assert "什么时候要：" not in hot + packed


def test_an_answer_that_is_not_offered_is_asked_again(asked: Cast, anybody: Client):
    place = address("look_inside", asked.item.pk)
    answer = anybody.get(place, {"food": "hot", "smoke": "maybe"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'href="#id_smoke_0"' in page
    assert 'value="hot" ' in page or "checked" in page
    for odd in ("\x00", "x" * 4000):
        assert anybody.get(place, {"food": odd}).status_code == 422
    posted = anybody.post(address("sign_in_with_answers", asked.item.pk), {"food": "cold"})
    assert posted.status_code == 422
    assert not Session.objects.exists()


def test_only_answers_to_the_questions_are_kept_over_the_sign_in(asked: Cast, anybody: Client):
    sent = {"food": "hot", "smoke": "no", "person.name": "李某", "person.id_number": "519902198804121032"}
    answer = anybody.post(address("sign_in_with_answers", asked.item.pk), sent)
    assert answer.url.startswith(address("account_login"))
    assert "519902" not in answer.url
    kept = anybody.session["answers_before_sign_in"]
    assert kept["answers"] == {"food": "hot", "smoke": "no"}
    assert "519902" not in str(dict(anybody.session))
    anybody.force_login(asked.account, backend="identity.backends.PhoneOrIdBackend")
    page = anybody.get(address("look_inside", asked.item.pk)).content.decode()
    assert "checked" in page
    assert not Case.objects.exists()


def test_the_answers_begin_the_draft_and_are_let_go(asked: Cast, shop: Client):
    session = shop.session
    session["answers_before_sign_in"] = {"item": str(asked.item.pk), "answers": {"food": "packed"}, "until": 9e12}
    session.save()
    page = shop.get(address("look_inside", asked.item.pk)).content.decode()
    assert 'name="situation.food" value="packed"' in page
    answer = shop.post(address("start_draft", asked.item.pk), {"request_key": "a", "situation.food": "packed"})
    case = Case.objects.get()
    assert case.situation == {"food": "packed"}
    assert answer.url == address("draft_step", case.pk, "shop")
    assert "answers_before_sign_in" not in shop.session


def test_a_draft_that_has_answers_keeps_them(asked: Cast, shop: Client):
    case = drafts.start_draft(asked.citizen, item_id=asked.item.pk)
    drafts.save_situation(asked.citizen, case_id=case.pk, chosen={"food": "packed"})
    shop.post(address("start_draft", asked.item.pk), {"situation.food": "hot", "situation.smoke": "yes"})
    case.refresh_from_db()
    assert case.situation == {"food": "packed"}


def test_answers_that_are_not_offered_begin_an_empty_draft(asked: Cast, shop: Client):
    answer = shop.post(address("start_draft", asked.item.pk), {"situation.food": "cold"}, follow=True)
    assert Case.objects.get().situation == {}
    assert "情形请重新选" in answer.content.decode()


def test_old_answers_and_those_of_another_item_do_not_count(asked: Cast, shop: Client, monkeypatch):
    session = shop.session
    session["answers_before_sign_in"] = {"item": str(asked.account.pk), "answers": {"food": "packed"}, "until": 9e12}
    session.save()
    assert "checked" not in shop.get(address("look_inside", asked.item.pk)).content.decode()
    session["answers_before_sign_in"] = {"item": str(asked.item.pk), "answers": {"food": "packed"}, "until": 5}
    session.save()
    assert "checked" not in shop.get(address("look_inside", asked.item.pk)).content.decode()


def test_a_closed_item_leads_to_its_guide(asked: Cast, anybody: Client):
    asked.item.state = asked.item.State.PAUSED
    asked.item.save()
    assert anybody.get(address("look_inside", asked.item.pk)).url == address("item_guide", asked.item.pk)
    assert anybody.post(address("sign_in_with_answers", asked.item.pk)).url == address("item_guide", asked.item.pk)
    assert anybody.get(address("look_inside", asked.account.pk)).status_code == 404


def test_looking_takes_the_same_queries_however_long_the_form(asked: Cast, django_assert_num_queries):
    browser = a_visitor()
    place = address("look_inside", asked.item.pk)
    browser.get(place)
    with django_assert_num_queries(10):
        browser.get(place)
    version = asked.item.current
    version.steps = [
        {**step, "key": f"{step['key']}{n}", "fields": [{**f, "key": f"{f['key']}{n or ''}"} for f in step["fields"]]}
        for n in range(3)
        for step in version.steps
    ]
    version.save()
    with django_assert_num_queries(10):
        browser.get(place)


def test_nothing_but_answers_comes_with_the_button():
    class Request:
        POST = {"situation.a": "x" * 100, "person.name": "李", **{f"situation.{n}": "1" for n in range(200)}}

    given = looking.given_answers(Request())
    assert len(given) == 60
    assert len(given["a"]) == 60
    assert "person.name" not in given
