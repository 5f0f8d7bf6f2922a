"""When somebody leaves here, the apps are told: once, signed, and until they answer."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import jwt
import pytest
from django.test import Client
from django.urls import reverse

from common.models import AuditEvent
from identity.models import SsoSession
from identity.sso import logout
from identity.sso.errors import LogoutUndelivered
from identity.tasks import tell_of_logout
from tests.factories.cast import Cast
from tests.factories.sso import App, an_app
from tests.factories.visitors import a_visitor

_Notice = SsoSession.Notice


@pytest.fixture
def answering():
    """A real listener on this machine: answers in turn with the given statuses, keeps what it got."""
    got: list[tuple[str, str]] = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.path, body))
            status = statuses.pop(0) if statuses else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/bye", got, statuses
    server.shutdown()
    server.server_close()


def queued(calls: list) -> list[str]:
    return [call["session_id"] for call in calls]


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Logouts asked for, instead of a queue."""
    asked: list[dict[str, str]] = []

    def keep(task: str, **arguments: str) -> None:
        assert task == "identity.tasks.tell_of_logout"
        asked.append(arguments)

    monkeypatch.setattr("identity.sso.actions.after_commit", keep)
    return asked


def test_signing_out_tells_every_app_of_this_browser(app: App, cast: Cast, li: Client, jobs):
    other = an_app(cast.xfj, "fire.example.gov.cn")
    elsewhere = a_visitor(cast.account)
    tokens = [app.tokens(li), other.tokens(li)]
    kept = app.tokens(elsewhere)
    li.post(reverse("account_logout"))
    assert [one.claims(given).status_code for one, given in zip((app, other), tokens, strict=True)] == [401, 401]
    assert app.claims(kept).status_code == 200  # another browser goes on
    ended = SsoSession.objects.filter(notice=_Notice.WAITING)
    assert sorted(queued(jobs)) == sorted(str(row.pk) for row in ended)
    assert ended.count() == 2


def test_ending_a_session_from_another_device_tells_the_app(app: App, cast: Cast, li: Client, jobs):
    from allauth.usersessions.models import UserSession

    tokens = app.tokens(li)
    row = UserSession.objects.create(
        user=cast.account, session_key=li.session.session_key, ip="127.0.0.1", user_agent="x"
    )
    from identity.account_actions import end_session

    end_session(cast.person, session_id=row.pk)
    assert app.claims(tokens).status_code == 401
    assert len(jobs) == 1


def test_an_app_without_an_address_is_not_told(cast: Cast, li: Client, jobs):
    quiet = an_app(cast.scjg, "quiet.example.gov.cn", backchannel_logout_uri="")
    quiet.tokens(li)
    li.post(reverse("account_logout"))
    assert jobs == []
    assert SsoSession.objects.get().notice == _Notice.NONE


def test_the_logout_token_is_what_the_standard_says(app: App, li: Client, jobs, posted):
    claims = jwt.decode(app.tokens(li)["id_token"], options={"verify_signature": False})
    li.post(reverse("account_logout"))
    tell_of_logout(queued(jobs)[0])
    [(uri, body)] = posted
    assert uri == "https://health.example.gov.cn/backchannel"
    token = parse_qs(body)["logout_token"][0]
    header = jwt.get_unverified_header(token)
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    key = jwt.PyJWKSet.from_dict(Client().get(reverse("sso_jwks")).json())[header["kid"]]
    told = jwt.decode(token, key, ["RS256"], audience=app.client_id, issuer=claims["iss"])
    assert (told["sub"], told["sid"]) == (claims["sub"], claims["sid"])
    assert told["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert told["jti"]
    assert "nonce" not in told
    assert told["exp"] - told["iat"] == 120
    assert SsoSession.objects.get().notice == _Notice.TOLD
    tell_of_logout(queued(jobs)[0])  # the job ran twice
    assert len(posted) == 1
    assert AuditEvent.objects.filter(code="identity.sso_logout_sent").count() == 1


def an_ended_sign_in(cast: Cast, li: Client, uri: str) -> SsoSession:
    here = an_app(cast.scjg, "here.example.gov.cn", backchannel_logout_uri=uri)
    here.tokens(li)
    li.post(reverse("account_logout"))
    return SsoSession.objects.get(profile=here.profile)


def test_it_is_sent_for_real_and_tried_again_after_a_fault(cast: Cast, li: Client, jobs, answering):
    uri, got, statuses = answering
    row = an_ended_sign_in(cast, li, uri)
    statuses.append(503)
    with pytest.raises(LogoutUndelivered):
        logout.deliver(session_id=row.pk)
    row.refresh_from_db()
    assert row.notice == _Notice.WAITING
    logout.deliver(session_id=row.pk)
    row.refresh_from_db()
    assert row.notice == _Notice.TOLD
    first, second = (
        jwt.decode(parse_qs(body)["logout_token"][0], options={"verify_signature": False}) for _path, body in got
    )
    assert first["jti"] != second["jti"]


@pytest.mark.parametrize("status", [302, 307, 400])
def test_redirects_are_not_followed_and_a_refusal_is_final(cast: Cast, li: Client, jobs, answering, status: int):
    uri, got, statuses = answering
    row = an_ended_sign_in(cast, li, uri)
    statuses.append(status)
    logout.deliver(session_id=row.pk)
    row.refresh_from_db()
    assert row.notice == _Notice.REFUSED
    assert [path for path, _body in got] == ["/bye"]


def test_nobody_listening_is_tried_again(cast: Cast, li: Client, jobs):
    row = an_ended_sign_in(cast, li, "http://127.0.0.1:9/bye")
    with pytest.raises(LogoutUndelivered):
        logout.deliver(session_id=row.pk)
    assert tell_of_logout.retry_strategy.max_attempts == 8


def test_http_is_for_demonstrations_only(cast: Cast, li: Client, jobs, answering, settings):
    uri, got, _statuses = answering
    row = an_ended_sign_in(cast, li, uri)
    settings.SSO_ALLOW_LOOPBACK = False
    logout.deliver(session_id=row.pk)
    assert got == []


def test_signing_out_from_the_app_asks_and_leads_back(app: App, li: Client, jobs):
    tokens = app.tokens(li)
    bye = app.profile.client.get_post_logout_redirect_uris()[0]
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": bye, "state": "s1"}
    page = li.get(reverse("sso_logout"), query)
    assert "一起退出" in page.content.decode()
    assert app.claims(tokens).status_code == 200  # nothing before the person says so
    answer = li.post(page.context["action"])
    assert answer.context["url"].startswith(f"{bye}?state=s1")
    assert app.claims(tokens).status_code == 401
    assert li.get(reverse("my_account")).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": "https://health.example.gov.cn/bye/more"},
        {"client_id": "another"},
        {"id_token_hint": "a.b.c"},
        {"id_token_hint": ""},
    ],
)
def test_nobody_is_led_to_an_address_that_is_not_registered(app: App, li: Client, jobs, changes: dict):
    bye = app.profile.client.get_post_logout_redirect_uris()[0]
    query = {"id_token_hint": app.tokens(li)["id_token"], "post_logout_redirect_uri": bye, **changes}
    page = li.get(reverse("sso_logout"), query)
    assert page.context["stay_url"] == reverse("home")
    answer = li.post(page.context["action"])
    assert answer.headers["Location"] == reverse("home")


def test_changing_the_password_keeps_the_sign_in_of_this_browser(app: App, cast: Cast, li: Client, jobs):
    from identity.sso.actions import follow_session

    tokens = app.tokens(li)
    old = li.session.session_key
    follow_session(cast.person, old_key=old, key="n" * 32)
    assert app.claims(tokens).status_code == 200
    assert SsoSession.objects.get().session_key == "n" * 32
