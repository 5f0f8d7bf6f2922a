"""The catalogue over the API: who gets it, filters, pages without a count, conditional answers."""

import pytest
from django.test import Client

from identity.models import Region
from services.models import Faq, LegalBasis, ServiceItem
from tests.factories.catalogue import a_department, a_region, an_item

pytestmark = pytest.mark.django_db
URL = "/api/v1/items"


def names(answer) -> list[str]:
    return [item["name"] for item in answer.json()["results"]]


def test_anybody_lists_items_the_most_used_first(client: Client) -> None:
    an_item("居住证申领", main="31001", popularity=5)
    an_item("食品经营许可", main="31002", popularity=9)
    assert names(client.get(URL)) == ["食品经营许可", "居住证申领"]


def test_filters_narrow_and_an_unknown_value_finds_nothing(client: Client) -> None:
    an_item("居住证申领", main="31001", department=a_department("公安局"), themes_person=["010"])
    an_item("食品经营许可", main="31002", audience=["2", "5"], themes_org=["010"])
    assert names(client.get(URL, {"department": "示范市公安局"})) == ["居住证申领"]
    assert names(client.get(URL, {"theme": "o010"})) == ["食品经营许可"]
    assert names(client.get(URL, {"audience": "5"})) == ["食品经营许可"]
    assert names(client.get(URL, {"q": "居住证"})) == ["居住证申领"]
    assert names(client.get(URL, {"department": "没有的部门"})) == []


def test_pages_lead_through_all_items_once(client: Client) -> None:
    wanted = {an_item(f"事项{n}", main=f"3100{n}").name for n in range(5)}
    seen: list[str] = []
    url = f"{URL}?limit=2"
    while url:
        answer = client.get(url)
        seen += names(answer)
        url = answer.json()["next"]
    assert sorted(seen) == sorted(wanted)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "theme=9",
        "audience=abc",
        "cursor=x",
        "cursor=W10",
        "cursor=WzEsICJ4Il0",
        "cursor=WyIyMDI2IiwgIngiXQ&updated_since=2026-01-01T00:00:00Z",
        "region=12",
        "level=9",
        "type=77",
        "online_depth=7",
        "state=lost",
        "updated_since=yesterday",
    ],
)
def test_a_wrong_parameter_is_a_problem_that_names_it(client: Client, query: str) -> None:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert query.split("=")[0] in answer.json()["fields"]


def test_an_unknown_department_or_a_search_by_state_is_answered_plainly(client: Client) -> None:
    answer = client.get(URL, {"q": "许可", "state": "paused"})
    assert (answer.status_code, answer.json()["code"]) == (422, "services.filters_clash")
    assert client.get(f"{URL}/", {"q": "许可"}).headers["Location"].startswith(f"{URL}?q=")


def test_filters_of_place_type_depth_and_state(client: Client) -> None:
    a_region("519902", "中心区")
    an_item("居住证申领", main="31001", department=a_department("公安局"), online_depth=["2"])
    an_item("失业登记", main="31002", department=a_department("区人社局", region="519902"), online_depth=["4"])
    paused = an_item("食品经营许可", main="31003", item_type="07", online_depth=["1"])
    pause(paused)
    assert names(client.get(URL, {"region": "519902"})) == ["失业登记"]
    assert names(client.get(URL, {"level": 2})) == ["居住证申领"]
    assert names(client.get(URL, {"online_depth": 3})) == ["失业登记"]
    assert names(client.get(URL, {"type": "07", "state": "paused"})) == ["食品经营许可"]
    assert len(names(client.get(URL, {"state": "all"}))) == 3
    assert names(client.get(URL, {"q": "登记", "region": "519902"})) == ["失业登记"]
    assert names(client.get(URL, {"q": "登记", "region": "519900"})) == []
    assert names(client.get(URL, {"department": a_department("公安局").uscc})) == ["居住证申领"]


def test_who_lives_somewhere_is_listed_the_nearest_level_that_offers_each_thing(client: Client) -> None:
    district = a_region("519902", "中心区")
    Region.objects.filter(pk=district.pk).update(parent=a_region())
    city = an_item("失业登记", main="31001", department=a_department("公安局"), popularity=9)
    near = an_item("失业登记", main="31001", department=a_department("区人社局", region="519902"))
    an_item("居住证申领", main="31002", department=a_department("公安局"), popularity=5)

    def listed(**asked: str) -> list[tuple[str, str]]:
        return [(row["name"], row["region"]) for row in client.get(URL, asked).json()["results"]]

    here = [("居住证申领", "519900"), ("失业登记", "519902")]
    assert listed(serves="519902") == here
    assert listed(serves="519900") == [("失业登记", "519900"), ("居住证申领", "519900")]
    assert listed(q="失业登记", serves="519902") == [("失业登记", "519902")]
    assert listed(q="失业登记", serves="519900") == [("失业登记", "519900")]
    assert listed(serves="519902", level="2") == [("居住证申领", "519900")]
    assert listed(serves="999999") == listed(q="失业登记", serves="999999") == []
    assert client.get(URL, {"serves": "12"}).status_code == 400
    pause(near)
    assert listed(serves="519902") == [("失业登记", city.region.code), ("居住证申领", "519900")]
    assert listed(q="失业登记", serves="519902") == [("失业登记", "519900")]
    assert listed(serves="519902", state="paused") == [("失业登记", "519902")]


def pause(item: ServiceItem) -> None:
    ServiceItem.objects.filter(pk=item.pk).update(state=ServiceItem.State.PAUSED)


def test_a_harvester_goes_on_after_what_it_has_though_items_change_meanwhile(client: Client) -> None:
    items = [an_item(f"事项{n}", main=f"3100{n}") for n in range(4)]
    first = client.get(URL, {"updated_since": "2026-01-01T00:00:00+08:00", "limit": 2})
    assert names(first) == ["事项0", "事项1"]
    items[0].save()  # moves behind the cursor, and comes once more
    assert names(client.get(first.json()["next"])) == ["事项2", "事项3"]
    assert names(client.get(URL, {"updated_since": items[0].updated_at.isoformat()})) == ["事项0"]


def test_an_item_is_read_by_any_of_its_codes_with_its_versions(client: Client) -> None:
    item = an_item("居住证申领", special_procedure="现场核查", by_express=True)
    item.local_code = "511-A-01"
    item.save()
    by_code = client.get(f"{URL}/{item.task_code}").json()
    assert by_code == client.get(f"{URL}/511-A-01").json() == client.get(f"{URL}/{item.pk}").json()
    assert by_code["elements"]["special_procedure"] == "现场核查"
    assert by_code["elements"]["by_express"] is True
    versions = client.get(f"{URL}/{item.task_code}/versions").json()
    assert [(one["version"], one["state"]) for one in versions] == [(1, "published")]
    assert client.get(f"{URL}/{item.task_code}/versions/1").json()["item"]["name"] == "居住证申领"
    for wrong in ("versions/9", "versions/99999999999"):
        answer = client.get(f"{URL}/{item.task_code}/{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (404, "services.version_not_found")
    assert client.get(f"{URL}/%00").status_code == 404


@pytest.mark.parametrize("q", ["%00", "'; DROP TABLE", "🙂", "&|!", "𠮷", "a" * 100])
def test_odd_search_words_are_no_error(client: Client, q: str) -> None:
    assert client.get(f"{URL}?q={q}").status_code in {200, 400}


def test_a_known_answer_is_not_sent_again(client: Client) -> None:
    an_item("居住证申领")
    first = client.get(URL)
    again = client.get(URL, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    an_item("食品经营许可", main="31002")
    assert client.get(URL, headers={"if-none-match": first.headers["ETag"]}).status_code == 200


def test_a_list_takes_two_queries_whatever_its_length(client: Client, django_assert_num_queries) -> None:
    for n in range(6):
        an_item(f"事项{n}", main=f"3100{n}")
    for limit in (1, 6):
        with django_assert_num_queries(2):  # the identifiers in order; the items with version, department and region
            client.get(f"{URL}?limit={limit}")


def test_an_item_comes_with_its_guide(client: Client) -> None:
    item = an_item("居住证申领", conditions=["在本市住满半年。"], promise_days=7)
    LegalBasis.objects.create(version=item.current, law="居住证暂行条例", article="第九条", kind="行政法规")
    Faq.objects.create(version=item.current, question="要钱吗？", answer="首次不要。")
    body = client.get(f"{URL}/{item.pk}").json()
    assert body["item"]["promised_limit"] == {"days": 7, "unit": "W"}
    assert body["legal_bases"][0]["article"] == "第九条"
    assert body["conditions"] == ["在本市住满半年。"]
    assert body["faqs"] == [{"question": "要钱吗？", "answer": "首次不要。"}]


def test_an_item_takes_eight_queries(client: Client, django_assert_num_queries) -> None:
    item = an_item("居住证申领")
    with django_assert_num_queries(8):  # the item; its version; six kinds of parts (no material: no certificate types)
        client.get(f"{URL}/{item.pk}")


def test_a_cancelled_item_is_not_found(client: Client) -> None:
    item = an_item("居住证申领")
    ServiceItem.objects.filter(pk=item.pk).update(state=ServiceItem.State.CANCELLED)
    answer = client.get(f"{URL}/{item.pk}")
    assert (answer.status_code, answer.json()["code"]) == (404, "services.item_not_found")
