"""接入应用: registering, changing, switching off; the secret is seen once; what is wrong is said at its field."""

import pytest
from django.test import Client
from django.urls import reverse

from common.models import AuditEvent
from identity.models import Account, ClientProfile, PostHolding
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.catalogue import a_post
from tests.factories.sso import App, an_app
from tests.factories.visitors import a_visitor

pytestmark = pytest.mark.django_db
NEW = "/workbench/manage/clients/new/"


@pytest.fixture
def cast() -> Cast:
    return build_cast()


@pytest.fixture
def admin(cast: Cast) -> Client:
    actor = a_member_of_staff("1013", a_post(cast.scjg, "系统管理"), PostHolding.Role.ADMINISTRATOR)
    return a_visitor(Account.objects.get(pk=actor.account_id))


def filled(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "request_key": "k1",
        "name": "健康服务平台",
        "department": str(cast.scjg.pk),
        "purpose": "预约看病",
        "legal_basis": "个人信息保护法第十三条",
        "scopes": ["openid", "person.name"],
        "lowest_level": "3",
        "redirect_uris": "https://health.example.gov.cn/callback\r\n",
        "post_logout_redirect_uris": "",
        "backchannel_logout_uri": "",
        **changes,
    }


def test_register_shows_the_secret_once(admin: Client, cast: Cast):
    page = admin.post(NEW, filled(cast))
    assert page.status_code == 200
    secret = page.context["secret"]
    profile = ClientProfile.objects.get()
    assert profile.client.check_secret(secret)
    assert secret not in profile.client.secret
    assert "no-store" in page.headers["Cache-Control"]
    assert profile.client.get_grant_types() == ["authorization_code", "refresh_token"]
    again = admin.post(NEW, filled(cast))  # a double click
    assert again.headers["Location"] == reverse("workbench_client", args=[profile.pk])
    assert ClientProfile.objects.count() == 1
    assert secret not in admin.get(again.headers["Location"]).content.decode()
    assert AuditEvent.objects.filter(code="identity.client_registered").count() == 1


@pytest.mark.parametrize(
    "uri",
    [
        "http://health.example.gov.cn/callback",
        "https://*.example.gov.cn/callback",
        "https://health.example.gov.cn/callback#top",
        "https://user:pw@health.example.gov.cn/",
        "https:///callback",
        "https://health.example.gov.cn/a/../b",
        "https://health.example.gov.cn:99999/",
        "javascript:alert(1)",
        "onestop://callback",
        "https://health.example.gov.cn/中文",
        "https://health.example.gov.cn/" + "x" * 600,
    ],
)
@pytest.mark.parametrize("field", ["redirect_uris", "backchannel_logout_uri"])
def test_bad_addresses_are_refused_at_their_field(admin: Client, cast: Cast, field: str, uri: str):
    page = admin.post(NEW, filled(cast, **{field: uri}))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not ClientProfile.objects.exists()


def test_loopback_is_for_demonstrations(admin: Client, cast: Cast, settings):
    local = filled(cast, redirect_uris="http://127.0.0.1:8300/callback")
    settings.SSO_ALLOW_LOOPBACK = False
    assert admin.post(NEW, local).status_code == 422
    settings.SSO_ALLOW_LOOPBACK = True
    assert admin.post(NEW, local).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "名" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["person.name"]}, "scopes"),
        ({"lowest_level": "9"}, "lowest_level"),
        ({"redirect_uris": ""}, "redirect_uris"),
        ({"redirect_uris": "\n".join(f"https://a{n}.example/" for n in range(11))}, "redirect_uris"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin: Client, cast: Cast, changes: dict, field: str):
    page = admin.post(NEW, filled(cast, **changes))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not ClientProfile.objects.exists()
    assert not AuditEvent.objects.filter(code="identity.client_registered").exists()


def test_departments_of_others_are_out_of_reach(admin: Client, cast: Cast):
    assert admin.post(NEW, filled(cast, department=str(cast.xfj.pk))).status_code == 422
    other: App = an_app(cast.xfj, "fire.example.gov.cn")
    assert admin.get(reverse("workbench_client", args=[other.profile.pk])).status_code == 404
    for action in ("secret", "disable"):
        assert admin.post(reverse("workbench_client_step", args=[other.profile.pk, action])).status_code == 404
    other.profile.refresh_from_db()
    assert other.profile.is_active
    assert "fire.example" not in admin.get(reverse("workbench_clients")).content.decode()


def test_a_new_secret_replaces_the_old(admin: Client, cast: Cast):
    app = an_app(cast.scjg)
    url = reverse("workbench_client_step", args=[app.profile.pk, "secret"])
    secret = admin.post(url, {"request_key": "s1"}).context["secret"]
    client = ClientProfile.objects.get().client
    assert client.check_secret(secret)
    assert not client.check_secret(app.secret)
    assert admin.post(url, {"request_key": "s1"}).status_code == 302  # a double click keeps it
    assert ClientProfile.objects.get().client.check_secret(secret)


def test_change_says_what_changed_and_less_ends_tokens(admin: Client, cast: Cast):
    app = an_app(cast.scjg)
    tokens = app.tokens(a_visitor(cast.account))
    url = reverse("workbench_client", args=[app.profile.pk])
    kept = filled(cast, redirect_uris=app.redirect_uri, scopes=list(app.profile.client.get_scopes()), name="新名字")
    assert admin.post(url, kept).status_code == 302
    assert app.claims(tokens).status_code == 200
    assert admin.post(url, {**kept, "scopes": ["openid"]}).status_code == 302
    assert app.claims(tokens).status_code == 401
    rows = AuditEvent.objects.filter(code="identity.client_changed").order_by("pk")
    assert "name" in rows[0].detail["fields"]
    assert rows[1].detail["fields"] == ["scopes"]


def test_switching_off_twice_is_told(admin: Client, cast: Cast):
    app = an_app(cast.scjg)
    url = reverse("workbench_client_step", args=[app.profile.pk, "disable"])
    assert "已停用" in admin.post(url, follow=True).content.decode()
    assert "状态已经变了" in admin.post(url, follow=True).content.decode()
    assert AuditEvent.objects.filter(code="identity.client_disabled").count() == 1


def test_the_list_costs_the_same_however_long(admin: Client, cast: Cast, django_assert_max_num_queries):
    for number in range(25):
        an_app(cast.scjg, f"app{number}.example.gov.cn")
    with django_assert_max_num_queries(9):
        page = admin.get(reverse("workbench_clients")).content.decode()
    assert page.count("使用中") == 20
