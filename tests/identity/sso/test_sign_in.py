"""Signing in at an app: who may, what the app learns, and what it does not."""

import jwt
import pytest
from django.test import Client
from django.urls import reverse

from common.models import AuditEvent
from identity.mandates import actions
from identity.models import Account, Consent, Person, SsoSession, SubjectIdentifier
from tests.factories.cast import Cast
from tests.factories.mandates import a_mandate
from tests.factories.sso import App, an_app, told
from tests.factories.visitors import a_visitor

HOST = "http://127.0.0.1:8000"


def payload(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def nothing_happened() -> bool:
    return not (Consent.objects.exists() or SsoSession.objects.exists() or SubjectIdentifier.objects.exists())


def test_a_citizen_of_level_three_agrees_and_signs_in(app: App, li: Client, cast: Cast):
    page = app.ask(li)
    text = page.content.decode()
    for said in ("应用 health.example.gov.cn", "示范市市场监管局", "预约看病", "第四十九条", "您的姓名", "不同意"):
        assert said in text
    assert "公民身份号码" not in text  # not asked for
    back = app.agree(li)
    assert back["state"] == app.state
    assert back["iss"] == HOST
    tokens = app.exchange(back["code"]).json()
    claims = payload(tokens["id_token"])
    assert claims["iss"] == HOST
    assert claims["aud"] == app.client_id
    assert claims["nonce"] == app.nonce
    assert (claims["acr"], claims["level"]) == ("realname-4", 4)
    assert claims["sid"]
    assert "name" not in claims  # data only by userinfo, where it is written down
    data = app.claims(tokens).json()
    assert data == {"sub": claims["sub"], "acr": "realname-4", "level": 4, "name": "李清荷"}


def test_consent_is_remembered_and_asked_again_for_more(app: App, li: Client):
    app.tokens(li)
    assert app.ask(li).status_code == 302  # straight back
    more = app.ask(li, scope="openid person.name person.phone")
    assert "您的手机号" in more.content.decode()
    app.agree(li, scope="openid person.phone")
    assert Consent.objects.get(revoked_at=None).scopes == ["openid", "person.name", "person.phone"]
    assert app.ask(li, scope="openid person.name person.phone").status_code == 302
    assert app.ask(li, prompt="consent").status_code == 200


def test_refusing_is_one_press_and_leaves_nothing(app: App, li: Client):
    back = app.agree(li, "refuse")
    assert (back["error"], back["state"]) == ("access_denied", app.state)
    assert nothing_happened()


def test_level_two_is_refused_with_the_way_up_and_the_way_back(app: App, low: Client):
    page = app.ask(low)
    text = page.content.decode()
    assert page.status_code == 403
    for said in ("sso.level_too_low", "三级", "二级", reverse("my_account"), "error=access_denied"):
        assert said in text
    consent = f"{reverse('sso_consent')}?{page.wsgi_request.GET.urlencode()}"
    assert low.post(consent, {"answer": "agree"}).status_code == 403
    assert nothing_happened()
    assert AuditEvent.objects.filter(code="identity.sso_refused").count() == 2


def test_a_scope_may_need_more_than_the_app(cast: Cast, low: Client):
    easy = an_app(cast.scjg, "easy.example.gov.cn", lowest_level=2)
    assert easy.ask(low).status_code == 200
    assert easy.ask(low, scope="openid person.id_number").status_code == 403


def test_staff_are_not_let_into_apps_for_citizens(app: App, cast: Cast):
    clerk = a_visitor(Account.objects.get(pk=cast.clerk.account_id))
    page = app.ask(clerk)
    assert page.status_code == 403
    assert "sso.staff_not_allowed" in page.content.decode()
    assert nothing_happened()


def test_two_apps_know_one_person_by_different_names(cast: Cast, app: App, li: Client):
    other = an_app(cast.xfj, "fire.example.gov.cn")
    first, second = (payload(one.tokens(li)["id_token"]) for one in (app, other))
    assert first["sub"] != second["sub"]
    assert first["sid"] != second["sid"]
    again = payload(app.tokens(li)["id_token"])
    assert (again["sub"], again["sid"]) == (first["sub"], first["sid"])


def test_departments_cannot_share_a_sector_by_naming_the_same_host(cast: Cast, app: App):
    same_department = an_app(cast.scjg, "health.example.gov.cn", name="另一个")
    elsewhere = an_app(cast.xfj, "health.example.gov.cn", name="别的部门")
    assert same_department.profile.sector == app.profile.sector
    assert elsewhere.profile.sector != app.profile.sector


def test_organisation_and_mandate_are_those_acted_for(cast: Cast, app: App):
    scope = "openid org mandate"
    shop = a_visitor(cast.account, acting_for=cast.shop)
    assert "青禾餐饮店" in app.ask(shop, scope=scope).content.decode()
    data = app.claims(app.tokens(shop, scope=scope)).json()
    assert data["org"] == {"name": "青禾餐饮店", "uscc": cast.shop.uscc}
    assert "mandate" not in data
    herself = app.claims(app.tokens(a_visitor(cast.account), scope=scope)).json()
    assert "org" not in herself


def test_an_ended_mandate_gives_nothing_any_more(cast: Cast, app: App):
    mandate = a_mandate(cast, giver=cast.person)
    actions.accept(cast.stranger, mandate_id=mandate.pk)
    agent = Account.objects.get(pk=cast.stranger.account_id)
    tokens = app.tokens(a_visitor(agent, acting_for=cast.li), scope="openid mandate")
    data = app.claims(tokens).json()
    assert data["mandate"]["principal"] == "李清荷"
    assert AuditEvent.objects.filter(code="identity.sso_claims_read", holder_id=cast.li.pk).count() == 1
    actions.revoke(cast.person, mandate_id=mandate.pk)
    assert "mandate" not in app.claims(tokens).json()


def test_changing_the_principal_under_the_page_asks_again(cast: Cast, app: App, li: Client):
    page = app.ask(li)
    data = {"answer": "agree", "principal_id": str(cast.shop.pk)}
    answer = li.post(page.context["action"], data)
    assert answer.status_code == 409
    assert nothing_happened()


def test_reads_stand_in_the_ledger_and_tokens_in_the_audit(app: App, li: Client, cast: Cast):
    tokens = app.tokens(li)
    app.claims(tokens)
    issued = AuditEvent.objects.get(code="identity.sso_token_issued")
    assert (issued.actor_kind, issued.department_id, issued.holder_id) == ("client", cast.scjg.pk, cast.li.pk)
    page = li.get(reverse("my_access")).content.decode()
    for said in ("应用读取了您的信息", "姓名", "预约看病", cast.scjg.short_name):
        assert said in page


def test_a_level_that_falls_ends_it(app: App, li: Client, cast: Cast):
    tokens = app.tokens(li)
    Person.objects.filter(pk=cast.li.pk).update(assurance_level=2)
    assert app.claims(tokens).status_code == 401
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_sign_in_comes_first_and_leads_on(app: App, cast: Cast):
    nobody = Client()
    response = app.ask(nobody)
    assert response.headers["Location"].startswith(reverse("account_login"))
    silent = told(app.ask(nobody, prompt="none"), app)
    assert silent["error"] == "login_required"


def test_silent_sign_in_never_shows_a_page(app: App, li: Client, low: Client):
    assert told(app.ask(li, prompt="none"), app)["error"] == "consent_required"
    assert told(app.ask(low, prompt="none"), app)["error"] == "access_denied"
    app.tokens(li)
    assert "code" in told(app.ask(li, prompt="none"), app)


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}])
def test_an_app_may_ask_for_another_proof(app: App, li: Client, asked: dict[str, str]):
    response = app.ask(li, **asked)
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert "prompt" not in response.headers["Location"]
    assert "max_age" not in response.headers["Location"]
