"""Home and search: what they show, that every choice stays in the address, and how many queries they take."""

import pytest
from django.test import Client

from cases.actions import intake
from tests.factories.cast import Cast
from tests.factories.catalogue import a_department, an_item
from tests.factories.moves import a_draft, a_submitted_case
from tests.factories.visitors import address


def test_home_counts_and_browses_in_six_queries(client, db, django_assert_num_queries):
    an_item("食品经营许可", themes_org=["010"])
    an_item("补领身份证", main="31002", department=a_department("公安局"), themes_person=["090"])
    with django_assert_num_queries(6):  # last change, departments, themes, hot items (2), bundles
        page = client.get("/").content.decode()
    assert "2 个部门 2 个事项" in page
    assert "?theme=o010" in page
    assert "?theme=p090" in page
    assert address("verify") in page
    assert address("progress") in page


def test_home_names_what_needs_attention(cast: Cast, shop: Client, li: Client):
    a_draft(cast)
    page = shop.get("/").content.decode()
    assert "食品经营许可：还没有提交" in page
    assert "营业执照已签发" in page
    assert "还没有提交" not in li.get("/").content.decode(), "the shop's drafts are not Li's own"


def test_home_names_a_correction_first(cast: Cast, shop: Client):
    case = a_submitted_case(cast)
    row = case.materials.get(requirement__key="plan")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "看不清"})
    assert "食品经营许可：需要补正" in shop.get("/").content.decode()


def test_search_keeps_every_choice_in_the_address(client, db):
    for number in range(1, 4):
        an_item(f"经营许可{number}", main=f"3100{number}", themes_org=["010"])
    page = client.get("/search/", {"q": "经营许可", "theme": "o010", "page": "1"}).content.decode()
    assert 'href="?q=%E7%BB%8F%E8%90%A5%E8%AE%B8%E5%8F%AF&amp;theme=o010&amp;audience=1"' in page
    assert '<input type="hidden" name="theme" value="o010">' in page
    assert "找到 3 个" in page


def test_search_takes_six_queries_however_many_items(client, db, django_assert_num_queries):
    for number in range(10, 40):
        an_item(f"经营许可{number}", main=f"310{number}")
    with django_assert_num_queries(6):  # synonyms; counts with ids; rows; regions to choose from (two); bundles
        client.get("/search/", {"q": "许可"})


def test_a_search_without_results_says_what_to_try(client, db):
    an_item("食品经营许可")
    page = client.get("/search/", {"q": "zzzz", "audience": "9"}).content.decode()
    assert "没有找到“zzzz”" in page
    assert "去掉选的条件再找" in page
    assert "大家常办的" in page
    assert "食品经营许可" in page


@pytest.mark.parametrize(
    "query",
    [
        {"page": "abc"},
        {"page": "-3"},
        {"page": "99999999999999999999"},
        {"q": "\x00"},
        {"q": "x" * 5000},
        {"theme": "\x00'; drop table", "department": "%", "audience": "'", "type": "99"},
        {"online": "maybe"},
    ],
)
def test_search_survives_any_address(client, db, query):
    an_item("食品经营许可")
    assert client.get("/search/", query).status_code == 200
