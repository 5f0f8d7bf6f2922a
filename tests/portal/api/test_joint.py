"""A bundle applied for by program: questions, draft, pages, materials, one submission, how it stands, the receipt."""

import json

import pytest
from django.test import Client

from cases import tasks
from cases.models import Case, CaseMaterial, JointCase, JointItem
from cases.states import State
from identity.models import Account
from tests.factories import joint as moves
from tests.factories.cast import a_picture
from tests.factories.joint import FILLED, Street, build_street

pytestmark = pytest.mark.django_db
URL = "/api/v1/joint-cases"
KEY = {"HTTP_IDEMPOTENCY_KEY": "7d1a6c52-retry"}


@pytest.fixture
def street() -> Street:
    return build_street()


@pytest.fixture
def client(street) -> Client:
    return signed_in(street.account.pk)


def signed_in(account_id) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=account_id), backend="identity.backends.PhoneOrIdBackend")
    return client


def send(client: Client, method: str, address: str, body: object = None, **more):
    content = json.dumps(body) if body is not None else ""
    return client.generic(method, f"{URL}{address}", content, content_type="application/json", **more)


def begun(client: Client, **answers: str) -> dict:
    answer = send(client, "POST", "", {"bundle": "open-shop", "answers": {"sign": "yes", **answers}})
    assert answer.status_code == 201
    return answer.json()


def told_code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def filled(client: Client, told: dict) -> dict:
    """Every page put, the proof of the premises uploaded and the rules promised."""
    address = f"/{told['id']}"
    for page in told["draft"]["pages"]:
        values = {field["key"]: FILLED[field["key"]] for field in page["inputs"]}
        body = {"page": page["key"], "version": told["version"], "answers": values}
        answer = send(client, "PUT", f"{address}/answers", body)
        assert answer.status_code == 200, answer.content
        told = answer.json()
    rows = {row["key"]: row for row in told["draft"]["materials"]}
    upload = client.put(f"{URL}{address}/materials/{rows['premises']['id']}", *multipart({"file": a_picture()}))
    assert upload.status_code == 200, upload.content
    promise = {"way": "promise", "agreed": True}
    answer = send(client, "PUT", f"{address}/materials/{rows['rules']['id']}", promise)
    assert answer.status_code == 200, answer.content
    return answer.json()


def multipart(data: dict) -> tuple[bytes, str]:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return encode_multipart(BOUNDARY, data), MULTIPART_CONTENT


def submitted(client: Client) -> dict:
    told = filled(client, begun(client))
    body = {"declared": True, "version": told["version"]}
    answer = send(client, "POST", f"/{told['id']}/submission", body, **KEY)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_from_the_questions_to_the_receipt(client, street, settings, key_folder) -> None:
    settings.KEY_DIR = key_folder
    told = begun(client)
    assert [item["key"] for item in told["items"]] == ["reg", "tap", "food", "sign", "grade"]
    assert told["draft"]["pages"][0]["inputs"][0]["items"] == ["reg", "food", "sign"]
    assert told["draft"]["open_points"]
    told = filled(client, told)
    assert told["draft"]["open_points"] == []
    premises = next(row for row in told["draft"]["materials"] if row["key"] == "premises")
    assert (premises["way"], sorted(premises["items"])) == ("upload", ["food", "reg", "sign"])
    told = submitted(client)
    assert len(told["number"]) == 21
    assert told["draft"] is None
    states = {item["key"]: (item["state"], item["case_state"]) for item in told["items"]}
    assert states["reg"] == ("begun", "submitted")
    assert states["grade"] == ("waiting", "draft")
    assert told["items"][0]["notices"][0]["kind"] == "receipt"
    receipt = f"{URL}/{told['id']}/receipt"
    assert told_code(client.get(receipt)) == (404, "joint.not_found")
    tasks.produce_joint_receipt(joint_id=told["id"])
    assert client.get(receipt).content.startswith(b"%PDF")
    joint = JointCase.objects.get()
    assert joint.receipt_read_at is not None
    moves.approve(street, joint, "reg")
    after = {item["key"]: item for item in client.get(f"{URL}/{told['id']}").json()["items"]}
    assert after["reg"]["outcome"] == "approved"
    assert after["food"]["state"] == "begun"
    assert after["food"]["notices"] == []  # the case is the new organisation's


def test_the_same_key_again_is_the_same_submission(client) -> None:
    told = filled(client, begun(client))
    body = {"declared": True, "version": told["version"]}
    first = send(client, "POST", f"/{told['id']}/submission", body, **KEY).json()
    again = send(client, "POST", f"/{told['id']}/submission", body, **KEY)
    assert (again.status_code, again.json()["number"]) == (200, first["number"])
    assert Case.objects.filter(state=State.SUBMITTED).count() == 2
    other = send(client, "POST", f"/{told['id']}/submission", body, HTTP_IDEMPOTENCY_KEY="another-key")
    assert told_code(other) == (409, "joint.submitted")


def test_a_key_of_another_joint_case_submits_nothing(client, street) -> None:
    told = submitted(client)
    second = begun(client)
    assert second["id"] != told["id"]
    body = {"declared": True, "version": second["version"]}
    answer = send(client, "POST", f"/{second['id']}/submission", body, **KEY)
    assert told_code(answer) == (409, "joint.key_of_another")
    assert JointCase.objects.get(pk=second["id"]).submitted_at is None


@pytest.mark.parametrize("key", ["", "short", "中文的标识要被拒绝", "x" * 65])
def test_submitting_needs_a_key(client, key) -> None:
    told = filled(client, begun(client))
    body = {"declared": True, "version": told["version"]}
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    answer = send(client, "POST", f"/{told['id']}/submission", body, **headers)
    assert told_code(answer) == (422, "api.idempotency_key")
    assert set(answer.json()["fields"]) == {"Idempotency-Key"}
    assert JointCase.objects.get().submitted_at is None


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"declared": False}, 422, "case.declaration_missing"),
        ({"version": 0}, 409, "joint.stale_form"),
        ({"version": "x"}, 400, "invalid"),
    ],
)
def test_what_is_refused_at_submission_changes_nothing(client, change, status, code) -> None:
    told = filled(client, begun(client))
    body = {"declared": True, "version": told["version"], **change}
    assert told_code(send(client, "POST", f"/{told['id']}/submission", body, **KEY)) == (status, code)
    assert set(JointItem.objects.values_list("state", flat=True)) == {"draft"}
    assert not Case.objects.exclude(state=State.DRAFT).exists()


def test_an_incomplete_one_names_the_places(client) -> None:
    told = begun(client)
    answer = send(client, "POST", f"/{told['id']}/submission", {"declared": True, "version": told["version"]}, **KEY)
    assert told_code(answer) == (422, "joint.incomplete")
    assert set(answer.json()["fields"]) == {point["place"] for point in told["draft"]["open_points"]}
    assert JointCase.objects.get().submitted_at is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"bundle": "open-shop", "answers": {}}, 422, "joint.unanswered"),
        ({"bundle": "open-shop", "answers": {"sign": "maybe"}}, 422, "services.situation_invalid"),
        ({"bundle": "nothing", "answers": {}}, 404, "services.bundle_not_found"),
        ({"answers": {"sign": "yes"}}, 400, "invalid"),
        ({"bundle": "open-shop", "answers": {"sign": "yes"}, "region": "x"}, 400, "invalid"),
        ([], 400, "invalid"),
    ],
)
def test_a_start_that_does_not_fit_opens_nothing(client, body, status, code) -> None:
    assert told_code(send(client, "POST", "", body)) == (status, code)
    assert not JointCase.objects.exists()


def test_a_page_is_stored_whole_or_not_at_all(client) -> None:
    told = begun(client)
    page = next(page for page in told["draft"]["pages"] if page["key"].startswith("food"))
    body = {"page": page["key"], "version": told["version"], "answers": {"area": ""}}
    answer = send(client, "PUT", f"/{told['id']}/answers", body)
    assert told_code(answer) == (422, "case.answers_refused")
    assert set(answer.json()["fields"]) == set(answer.json()["codes"]) == {"area"}
    stale = {**body, "version": told["version"] + 1, "answers": {"area": "1"}}
    assert told_code(send(client, "PUT", f"/{told['id']}/answers", stale)) == (409, "joint.stale_form")
    unknown = {**body, "page": "nothing"}
    assert told_code(send(client, "PUT", f"/{told['id']}/answers", unknown)) == (404, "case.not_found")
    assert all("area" not in case.answers for case in Case.objects.all())
    assert JointCase.objects.get().version == told["version"]


def test_materials_are_judged_as_on_the_page(client) -> None:
    told = filled(client, begun(client))
    rows = {row["key"]: row for row in told["draft"]["materials"]}
    place = f"/{told['id']}/materials"
    deferred = send(client, "PUT", f"{place}/{rows['rules']['id']}", {"way": "deferred", "agreed": True})
    assert told_code(deferred) == (409, "case.choice_not_offered")
    unread = send(client, "PUT", f"{place}/{rows['rules']['id']}", {"way": "promise", "agreed": False})
    assert told_code(unread) == (422, "case.declaration_missing")
    nobodys = send(client, "PUT", f"{place}/{told['id']}", {"way": "promise", "agreed": True})
    assert told_code(nobodys) == (404, "case.material_not_found")
    empty = client.put(f"{URL}{place}/{rows['premises']['id']}", *multipart({"nothing": "1"}))
    assert told_code(empty) == (400, "invalid")
    assert CaseMaterial.objects.filter(way="promise").count() == 1
    back = send(client, "DELETE", f"{place}/{rows['premises']['id']}").json()
    assert {point["place"] for point in back["draft"]["open_points"]} == {
        row["id"] for row in back["draft"]["materials"] if row["key"] == "premises"
    }


def test_an_answer_that_is_still_true_is_not_sent_again(client) -> None:
    told = begun(client)
    answer = client.get(f"{URL}/{told['id']}")
    assert "private" in answer.headers["Cache-Control"]
    again = client.get(f"{URL}/{told['id']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_withdrawing_one_and_then_all(client) -> None:
    told = submitted(client)
    assert told_code(send(client, "POST", f"/{told['id']}/items/reg/withdrawal", **KEY)) == (409, "joint.part_not_open")
    answer = send(client, "POST", f"/{told['id']}/items/food/withdrawal", **KEY)
    states = {item["key"]: item["state"] for item in answer.json()["items"]}
    assert (states["food"], states["grade"], states["sign"]) == ("dropped", "dropped", "waiting")
    ended = send(client, "POST", f"/{told['id']}/withdrawal", {"reason": "不开了"}, **KEY).json()
    assert ended["is_over"] is True
    assert {item["case_state"] for item in ended["items"] if item["case_number"]} == {"withdrawn"}


def test_a_draft_is_thrown_away_and_nothing_else(client) -> None:
    told = begun(client)
    assert send(client, "DELETE", f"/{told['id']}").status_code == 204
    assert not JointCase.objects.exists()
    told = submitted(client)
    assert told_code(send(client, "DELETE", f"/{told['id']}")) == (409, "joint.submitted")


def test_others_find_nothing_and_change_nothing(client, street) -> None:
    told = filled(client, begun(client))
    place = f"/{told['id']}"
    body = {"declared": True, "version": told["version"]}
    for who, status in (
        (Client(), 401),
        (signed_in(street.stranger.account_id), 404),
        (signed_in(street.clerk.account_id), 404),
    ):
        for method, address, sent in (
            ("GET", "", None),
            ("DELETE", "", None),
            ("PUT", "/answers", {"page": "common", "version": 1, "answers": {}}),
            ("POST", "/submission", body),
            ("POST", "/withdrawal", {}),
            ("POST", "/items/reg/withdrawal", None),
            ("GET", "/receipt", None),
            ("PUT", f"/materials/{told['draft']['materials'][0]['id']}", {"way": "promise", "agreed": True}),
        ):
            assert send(who, method, f"{place}{address}", sent, **KEY).status_code == status
    assert client.get(f"{URL}{place}").json() == told


def test_the_list_and_the_case_take_the_same_queries_for_few_and_many(client, django_assert_max_num_queries) -> None:
    told = submitted(client)
    client.get(URL)
    with django_assert_max_num_queries(4):  # session, account with person, joint cases, their items
        rows = client.get(URL).json()["results"]
    assert [row["number"] for row in rows] == [told["number"]]
    assert client.get(URL, {"state": "drafts"}).json()["results"] == []
    with django_assert_max_num_queries(9):  # session, account; the joint case; its items, cases, history, notices
        client.get(f"{URL}/{told['id']}")
