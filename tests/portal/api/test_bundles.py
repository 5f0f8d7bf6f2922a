"""Bundles over the API: the list, one bundle, and a plan for answers."""

import pytest
from django.test import Client

from tests.factories.bundles import a_bundle
from tests.factories.editing import a_desk

pytestmark = pytest.mark.django_db
URL = "/api/v1/bundles"


@pytest.fixture
def bundle():
    return a_bundle(a_desk())


def plan(client: Client, **body):
    return client.post(f"{URL}/open-shop/plan", body, content_type="application/json")


def test_anybody_lists_and_reads(client: Client, bundle, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        answer = client.get(URL, {"limit": 1})
    assert [one["code"] for one in answer.json()["results"]] == ["open-shop"]
    assert answer.json()["next"] is None
    assert client.get(URL, {"q": "开店"}).json()["results"]
    assert client.get(URL, {"side": "person"}).json()["results"] == []
    again = client.get(URL, headers={"If-None-Match": client.get(URL).headers["ETag"]})
    assert again.status_code == 304
    told = client.get(f"{URL}/open-shop").json()
    assert [one["key"] for one in told["questions"]] == ["sells"]
    assert [one["item_code"] is not None for one in told["members"]] == [True, True]


def test_a_plan_asks_what_is_open_and_then_says_what_is_saved(client: Client, bundle) -> None:
    assert plan(client, answers={}).json()["next_question"]["key"] == "sells"
    told = plan(client, answers={"sells": "yes"}).json()
    assert told["next_question"] is None
    assert [one["key"] for one in told["items"]] == ["first", "second"]
    saving = {row["key"]: (row["separately"], row["together"]) for row in told["saving"]}
    assert saving["materials"] == (4, 2)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answers": {"sells": "maybe"}}, 422),
        ({"answers": {"sells": ["yes"]}}, 400),
        ({"answers": "x"}, 400),
        ({"answers": {"sells": "x" * 90}}, 400),
        ({"region": "12"}, 400),
        ({"region": "999999"}, 400),
    ],
)
def test_wrong_answers_are_problems(client: Client, bundle, body, status) -> None:
    answer = plan(client, **body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_bundle_is_not_found(client: Client, bundle) -> None:
    assert client.get(f"{URL}/nothing").json()["code"] == "services.bundle_not_found"
    assert client.get(URL, {"life_event": "lost"}).status_code == 400
