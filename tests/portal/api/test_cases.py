"""A citizen's own cases over the API, and nobody else's."""

import pytest
from django.test import Client

from cases.actions.drafts import start_draft
from cases.models import Case
from cases.states import State
from identity.models import Account
from portal.middleware import PRINCIPAL_KEY
from tests.factories.cast import Cast, build_cast

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases"


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def sign_in(client: Client, cast: Cast, *, for_the_shop: bool = True) -> None:
    client.force_login(Account.objects.get(pk=cast.account.pk), backend="identity.backends.PhoneOrIdBackend")
    if for_the_shop:
        session = client.session
        session[PRINCIPAL_KEY] = str(cast.shop.pk)
        session.save()


def staff_in(client: Client, account_id) -> None:
    client.force_login(Account.objects.get(pk=account_id), backend="identity.backends.PhoneOrIdBackend")


def test_nobody_signed_in_is_asked_to(client: Client) -> None:
    answer = client.get(URL)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"]


def test_staff_do_not_find_it(client: Client, cast: Cast) -> None:
    staff_in(client, cast.clerk.account_id)
    assert client.get(URL).status_code == 404


def test_a_citizen_sees_the_cases_of_the_party_they_act_for(client: Client, cast: Cast) -> None:
    case = start_draft(cast.citizen, item_id=cast.item.pk)
    sign_in(client, cast)
    assert [row["id"] for row in client.get(URL).json()["results"]] == [str(case.pk)]
    assert client.get(URL, {"state": "closed"}).json() == {"results": [], "next": None}
    sign_in(client, cast, for_the_shop=False)
    client.session.flush()
    client.logout()
    sign_in(client, cast, for_the_shop=False)
    assert client.get(URL).json()["results"] == []


def test_a_case_comes_with_materials_answers_and_what_can_be_done(client: Client, cast: Cast) -> None:
    case = start_draft(cast.citizen, item_id=cast.item.pk)
    sign_in(client, cast)
    answer = client.get(f"{URL}/{case.pk}")
    body = answer.json()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {m["key"]: m["way"] for m in body["materials"]}["licence"] == "certificate"
    assert body["answers"]["org.name"]["source"] == "certificate"
    assert body["actions"] == ["submit"]
    assert body["clocks"]["promise"]["lamp"] == "none"


def test_somebody_elses_case_is_not_found(client: Client, cast: Cast) -> None:
    case = start_draft(cast.citizen, item_id=cast.item.pk)
    staff_in(client, cast.stranger.account_id)
    answer = client.get(f"{URL}/{case.pk}")
    assert (answer.status_code, answer.json()["code"]) == (404, "case.not_found")


def test_the_list_takes_the_same_queries_for_one_row_and_for_many(
    client: Client, cast: Cast, django_assert_num_queries
) -> None:
    draft = start_draft(cast.citizen, item_id=cast.item.pk)
    sign_in(client, cast)
    with django_assert_num_queries(4):  # session; account with person; organisation acted for; the page of cases
        client.get(URL)
    same = ("item_id", "item_version_id", "department_id", "applicant_id", "agent_id", "agent_account_id")
    kept = {name: getattr(draft, name) for name in same}
    Case.objects.bulk_create(Case(**kept, number=f"n{number}", state=State.CLOSED) for number in range(10))
    with django_assert_num_queries(4):
        assert len(client.get(URL).json()["results"]) == 11
