"""A department's system with its own token: its own department's cases, state and dates, each look recorded."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.models import Case
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.sso import client_actions
from tests.factories import moves
from tests.factories.cast import Cast, build_cast
from tests.factories.sso import App, a_system, an_app
from tests.factories.visitors import a_visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cache.clear()
    return build_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return moves.an_accepted_case(cast)


def token_of(system: App) -> str:
    return system.call("sso_token", {"grant_type": "client_credentials"}).json()["access_token"]


def ask(token: str, number: str | None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get(reverse("api_department_case", args=[number]), headers=headers)


def test_its_own_case_and_nothing_about_whose(cast: Cast, case: Case):
    answer = ask(token_of(a_system(cast.scjg)), case.number)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["number"], body["state"]) == (case.number, case.state)
    assert body["accepted_on"] == case.accepted_on.isoformat()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "青禾" not in answer.content.decode()
    row = AuditEvent.objects.get(code="case.status_read")
    assert (row.actor_kind, row.department_id, row.holder_id) == ("client", cast.scjg.pk, cast.shop.pk)
    shop = a_visitor(cast.account, acting_for=cast.shop)
    assert "部门的系统查询了您办件的状态" in shop.get(reverse("my_access")).content.decode()


def test_others_get_404_and_leave_no_row(cast: Cast, case: Case):
    elsewhere = token_of(a_system(cast.xfj))
    draft = moves.a_ready_draft(cast)
    own = token_of(a_system(cast.scjg))
    for token, number in ((elsewhere, case.number), (own, "nothing"), (elsewhere, str(draft.pk))):
        answer = ask(token, number)
        assert (answer.status_code, answer.json()["code"]) == (404, "case.not_found")
    assert not AuditEvent.objects.filter(code="case.status_read").exists()


def test_no_token_a_wrong_one_a_persons_one(cast: Cast, case: Case):
    app = an_app(cast.scjg)
    persons = app.tokens(a_visitor(cast.account))["access_token"]
    for token in ("", "wrong", persons, "a\x7fb"):
        answer = ask(token, case.number)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert ask("wrong", case.number).json()["code"] == "invalid_token"


def test_a_switched_off_system_is_out_at_once(cast: Cast, case: Case):
    system = a_system(cast.scjg)
    token = token_of(system)
    client_actions.disable(SYSTEM, profile_id=system.profile.pk)
    assert ask(token, case.number).status_code == 401


def test_a_system_is_no_citizen(cast: Cast, case: Case):
    headers = {"Authorization": f"Bearer {token_of(a_system(cast.scjg))}"}
    assert Client().get(reverse("api_cases"), headers=headers).status_code == 404
    assert Client().get(reverse("api_items"), headers=headers).status_code == 200
