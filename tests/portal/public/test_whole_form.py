"""The form on one page: the same checks and the same saving, and the choice is remembered."""

import pytest
from django.test import Client

from cases.actions import drafts
from cases.models import Case
from identity.account_actions import choose_form_view
from identity.models import Account
from tests.factories.cast import Cast
from tests.factories.visitors import a_form, a_visitor, address

GOOD = {"org.name": "青禾餐饮店", "area": "80", "note": "", "opens": "早上六点", "helper": "王芳"}


@pytest.fixture
def case(cast: Cast) -> Case:
    """A draft whose form has two pages."""
    version = cast.item.current
    second = {
        "key": "hours",
        "title": "营业时间",
        "fields": [
            {"key": "opens", "label": "几点开门", "type": "text"},
            {"key": "helper", "label": "帮手", "type": "text"},
        ],
    }
    version.steps = [*version.steps, second]
    version.save()
    return drafts.start_draft(cast.citizen, item_id=cast.item.pk)


def _kept(case: Case) -> dict:
    case.refresh_from_db()
    return {key: answer["value"] for key, answer in case.answers.items()}


def test_all_pages_stand_on_one_and_are_saved_together(cast: Cast, shop: Client, case: Case):
    page = shop.get(address("draft_whole", case.pk)).content.decode()
    assert 'id="page-shop"' in page
    assert 'id="page-hours"' in page
    assert "来自营业执照" in page
    answer = shop.post(address("draft_whole", case.pk), a_form(case, **GOOD))
    assert answer.url == address("draft_materials", case.pk)
    assert _kept(case)["opens"] == "早上六点"
    assert case.answers["org.name"]["source"] != "typed" or case.answers["org.name"]["changed"]


def test_what_is_wrong_is_shown_at_its_place_and_the_rest_is_saved(cast: Cast, shop: Client, case: Case):
    answer = shop.post(address("draft_whole", case.pk), a_form(case, **{**GOOD, "area": "很大", "opens": ""}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="很大"' in page
    assert 'href="#id_area"' in page
    assert 'href="#id_opens"' in page
    kept = _kept(case)
    assert kept["helper"] == "王芳"
    assert "area" not in kept
    assert "opens" not in kept


def test_an_old_form_changes_nothing(cast: Cast, shop: Client, case: Case):
    before = _kept(case)
    answer = shop.post(address("draft_whole", case.pk), {**GOOD, "version": case.version + 5, "request_key": "k"})
    assert answer.status_code == 409
    assert "早上六点" in answer.content.decode()
    assert _kept(case) == before


def test_the_choice_saves_first_and_is_remembered_on_another_device(cast: Cast, shop: Client, case: Case):
    step = address("draft_step", case.pk, "shop")
    form = a_form(case, **{"org.name": "青禾餐饮店", "area": "80", "go": "whole"})
    assert shop.post(step, form).url == f"{address('draft_whole', case.pk)}#page-shop"
    assert _kept(case)["area"] == "80"
    other = a_visitor(Account.objects.get(pk=cast.account.pk), acting_for=cast.shop)
    later = address("draft_step", case.pk, "hours")
    assert other.get(later).url == f"{address('draft_whole', case.pk)}#page-hours"
    back = other.post(address("draft_whole", case.pk), a_form(case, **{**GOOD, "helper": "", "go": "steps"}))
    assert back.url == step
    assert _kept(case)["opens"] == "早上六点"
    assert other.get(later).status_code == 200


def test_one_page_needs_no_choice(cast: Cast, shop: Client):
    choose_form_view(cast.citizen, view="whole")
    short = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    page = shop.get(address("draft_step", short.pk, "shop"))
    assert page.status_code == 200
    assert 'value="whole"' not in page.content.decode()


def test_a_view_that_is_not_offered_is_refused(cast: Cast):
    with pytest.raises(ValueError, match="sideways"):
        choose_form_view(cast.citizen, view="sideways")
    assert Account.objects.get(pk=cast.account.pk).form_view == "steps"


def test_nobody_else_reads_or_writes_it(cast: Cast, anybody: Client, case: Case):
    before = _kept(case)
    assert anybody.get(address("draft_whole", case.pk)).url.startswith(address("account_login"))
    li_alone = a_visitor(Account.objects.create_account(username="stranger", password=None))
    assert li_alone.post(address("draft_whole", case.pk), a_form(case, **GOOD)).status_code in {302, 403, 404}
    assert _kept(case) == before


def test_going_back_keeps_what_was_good(cast: Cast, shop: Client, case: Case):
    answer = shop.post(address("draft_whole", case.pk), a_form(case, **{**GOOD, "area": "很大", "go": "back"}))
    assert answer.url == address("item_guide", cast.item.pk)
    assert _kept(case)["opens"] == "早上六点"


def test_the_page_takes_as_many_queries_as_a_single_one(
    cast: Cast, shop: Client, case: Case, django_assert_max_num_queries
):
    shop.get(address("draft_whole", case.pk))
    with django_assert_max_num_queries(20):
        shop.get(address("draft_whole", case.pk))
