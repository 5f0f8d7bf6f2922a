"""一件事 for citizens: one question at a time, the plan, and beginning an item with the answers carried over."""

import pytest

from cases.models import Case
from services.models import Bundle, BundleVersion
from tests.factories.bundles import a_bundle
from tests.factories.editing import a_desk

PAGE = "/bundles/open-shop/"


@pytest.fixture
def bundle(cast):
    return a_bundle(a_desk())


def test_a_guest_answers_one_question_at_a_time_and_nothing_is_stored(anybody, bundle):
    assert "开办示范店" in anybody.get("/bundles/").content.decode()
    page = anybody.get(PAGE)
    assert "要卖吗？" in page.content.decode()
    asked_again = anybody.get(PAGE, {"asked": "1"}).content.decode()
    assert "要卖吗？ 请选一项" in asked_again
    assert "请选一项" not in anybody.get(PAGE, {"asked": "0"}).content.decode()  # the one before was answered
    wrong = anybody.get(PAGE, {"sells": "maybe"})
    assert wrong.status_code == 422
    plan = anybody.get(PAGE, {"sells": "yes"})
    text = plan.content.decode()
    assert "要办 2 个事项" in text
    assert "登录以后可以一次申请全部" in text
    assert "style=" not in text
    assert plan.context["tally"] is None
    assert "sessionid" not in plan.cookies
    assert "要办 1 个事项" in anybody.get(PAGE, {"sells": "no"}).content.decode()


def test_the_plan_takes_six_queries(client, bundle, django_assert_num_queries):
    with django_assert_num_queries(6):  # bundle; members; items; situations; materials; their certificates
        client.get(PAGE, {"sells": "yes"})


def test_what_the_shop_holds_is_not_asked_for(shop, bundle):
    tally = shop.get(PAGE, {"sells": "yes"}).context["tally"]
    assert (tally.needed, tally.total) in {(1, 2), (2, 2)}


def test_an_item_begins_with_the_answers_carried_over(shop, anybody, bundle):
    begin = f"{PAGE}items/second/"
    assert anybody.post(begin, {"sells": "yes"}).status_code == 302
    assert shop.post(begin, {"sells": "no"}).status_code == 404  # that item is not in the plan
    assert not Case.objects.exists()
    for _press in range(2):
        assert shop.post(begin, {"sells": "yes", "request_key": "k1"}).status_code == 302
    assert Case.objects.get().situation == {"kind": "yes"}


def test_names_with_markup_are_text(anybody, bundle):
    BundleVersion.objects.update(name="<script>alert(1)</script>", summary="<b>x</b>")
    Bundle.objects.update(name="<script>alert(1)</script>")
    for where in (PAGE, f"{PAGE}?sells=yes", "/bundles/", "/", "/search/?q=开店"):
        text = anybody.get(where).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_search_and_home_lead_to_it(anybody, bundle):
    assert PAGE in anybody.get("/search/", {"q": "我要开店"}).content.decode()
    assert PAGE in anybody.get("/").content.decode()
    assert anybody.get("/bundles/nothing/").status_code == 404
    assert anybody.get(PAGE, {"region": "99"}).status_code == 400
