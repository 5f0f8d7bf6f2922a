"""A small department app that signs citizens in through OneStop, for developers to read, run and copy from.

    python deploy/examples/department_app/app.py

It uses Authlib as its OpenID Connect library and the standard library for everything else. ``DepartmentApp`` is
a WSGI application: behind a real server, keep sessions in a store that all processes share.
"""

import html
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwk, jwt

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
CLOCK_SKEW = 120  # seconds that the two clocks may differ
COOKIE = "department_app"
HOME = '<a href="/">回到首页</a>'
WHY = {"access_denied": "您没有同意，或者实名等级还不够。"}
Answer = tuple[str, list[tuple[str, str]], str]


class Refused(Exception):
    """What the provider sent cannot be believed."""


class DepartmentApp:
    """The app. ``settings``: issuer, client_id, client_secret, redirect_uri, post_logout_redirect_uri, scope."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.http = requests.Session()
        self.metadata = self._get(f"{settings['issuer']}/.well-known/openid-configuration")
        if self.metadata["issuer"] != settings["issuer"]:
            raise Refused("the discovery document is about another issuer")
        self.sessions: dict[str, dict[str, Any]] = {}  # cookie value: {state, nonce, verifier} or {claims, sid, tokens}
        self.seen_logouts: dict[str, float] = {}
        self.routes: dict[tuple[str, str], Callable[[dict[str, Any]], Answer]] = {
            ("GET", "/"): self.home,
            ("GET", "/login"): self.login,
            ("GET", "/callback"): self.callback,
            ("POST", "/logout"): self.logout,
            ("POST", "/backchannel-logout"): self.backchannel_logout,
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        route = self.routes.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO") or "/"))
        try:
            status, headers, body = route(environ) if route else ("404 Not Found", [], page("没有这个页面", ""))
        except Refused as error:
            status, headers, body = (
                "400 Bad Request",
                [],
                page("登录没有成功", f"<p>{html.escape(str(error))}</p><p>{HOME}</p>"),
            )
        start_response(status, [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), *headers])
        return [body.encode()]

    # --- pages --------------------------------------------------------------------------------------

    def home(self, environ: dict[str, Any]) -> Answer:
        """Who is signed in, with what the provider said of them."""
        claims = self.session(environ).get("claims")
        if not claims:
            return "200 OK", [], page("还没有登录", '<p><a href="/login">用一站通账号登录</a></p>')
        rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(str(claims[name]))}</dd>" for name in claims)
        button = '<form method="post" action="/logout"><button>退出</button></form>'
        return "200 OK", [], page("已经登录", f"<dl>{rows}</dl>{button}")

    def login(self, environ: dict[str, Any]) -> Answer:
        """Send the person to the provider, remembering what must come back."""
        state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
        cookie = secrets.token_urlsafe(32)
        self.sessions[cookie] = {"state": state, "nonce": nonce, "verifier": verifier}
        query = {
            "response_type": "code",
            "client_id": self.settings["client_id"],
            "redirect_uri": self.settings["redirect_uri"],
            "scope": self.settings["scope"],
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        url = f"{self.metadata['authorization_endpoint']}?{urlencode(query)}"
        return "302 Found", [("Location", url), set_cookie(cookie)], ""

    def callback(self, environ: dict[str, Any]) -> Answer:
        """Check the answer, exchange the code, check the ID token, read the data."""
        began = self.session(environ)
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        if not began.get("state") or query.get("state") != began["state"]:
            raise Refused("state does not fit")
        if query.get("iss") != self.settings["issuer"]:
            raise Refused("another provider answered")
        if "error" in query:
            why = f"{WHY.get(query['error'], '')}（{query['error']}）"
            return "403 Forbidden", [], page("没有登录", f"<p>{html.escape(why)}</p><p>{HOME}</p>")
        client = OAuth2Session(
            self.settings["client_id"], self.settings["client_secret"], redirect_uri=self.settings["redirect_uri"]
        )
        tokens = client.fetch_token(
            self.metadata["token_endpoint"], code=query.get("code", ""), code_verifier=began["verifier"]
        )
        claims = self.id_token(tokens["id_token"], nonce=began["nonce"])
        data = client.get(self.metadata["userinfo_endpoint"], timeout=10).json()
        if data.get("sub") != claims["sub"]:
            raise Refused("the data is about somebody else")
        self.sessions.pop(cookie_of(environ), None)
        fresh = secrets.token_urlsafe(32)  # a new session for whoever signed in now
        self.sessions[fresh] = {"claims": data, "sid": claims["sid"], "tokens": dict(tokens)}
        return "302 Found", [("Location", "/"), set_cookie(fresh)], ""

    def logout(self, environ: dict[str, Any]) -> Answer:
        """Sign out here, then ask the provider to."""
        ended = self.sessions.pop(cookie_of(environ), {})
        query = {
            "id_token_hint": ended.get("tokens", {}).get("id_token", ""),
            "post_logout_redirect_uri": self.settings["post_logout_redirect_uri"],
        }
        return "303 See Other", [("Location", f"{self.metadata['end_session_endpoint']}?{urlencode(query)}")], ""

    def backchannel_logout(self, environ: dict[str, Any]) -> Answer:
        """The provider says that a sign-in ended (OpenID Connect Back-Channel Logout 1.0 §2.6)."""
        length = min(int(environ.get("CONTENT_LENGTH") or 0), 20_000)
        form = parse_qs(environ["wsgi.input"].read(length).decode())
        claims = self.verified(form.get("logout_token", [""])[0])
        if LOGOUT_EVENT not in claims.get("events", {}) or "nonce" in claims:
            raise Refused("no logout token")
        if claims["jti"] in self.seen_logouts:
            raise Refused("this logout was sent before")
        now = time.time()
        self.seen_logouts = {jti: at for jti, at in self.seen_logouts.items() if at > now - 600} | {claims["jti"]: now}
        for cookie in [key for key, kept in self.sessions.items() if kept.get("sid") == claims["sid"]]:
            del self.sessions[cookie]
        return "200 OK", [], ""

    # --- checks -------------------------------------------------------------------------------------

    def id_token(self, token: str, *, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that was made for this sign-in (OIDC Core §3.1.3.7)."""
        claims = self.verified(token)
        if claims.get("nonce") != nonce:
            raise Refused("nonce does not fit")
        return claims

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a token the provider signed, for us, now."""
        rules = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW,
            iss={"essential": True, "value": self.settings["issuer"]},
            aud={"essential": True, "value": self.settings["client_id"]},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            found = jwt.decode(token, jwk.KeySet.import_key_set(self._get(self.metadata["jwks_uri"])), ["RS256"])
            rules.validate(found.claims)
        except Exception as error:
            raise Refused(f"the token is not good: {error}") from error
        return dict(found.claims)

    def session(self, environ: dict[str, Any]) -> dict[str, Any]:
        """What is kept about this browser."""
        return self.sessions.get(cookie_of(environ), {})

    def _get(self, url: str) -> Any:
        answer = self.http.get(url, timeout=10)
        answer.raise_for_status()
        return answer.json()


def cookie_of(environ: dict[str, Any]) -> str:
    """The browser's cookie, empty without one."""
    morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
    return morsel.value if morsel else ""


def set_cookie(value: str) -> tuple[str, str]:
    """The header that sets it. Add ``Secure`` behind https."""
    return "Set-Cookie", f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax"


def page(title: str, body: str) -> str:
    """A plain page."""
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f'<!doctype html><html lang="zh-Hans">{meta}<title>{title}</title>'
    return f"{head}<h1>{title}</h1>{body}</html>"


class QuietHandler(WSGIRequestHandler):
    """Codes and states stay out of the log."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def serve(app: DepartmentApp, port: int) -> Any:
    """A server for the app on this machine."""
    return make_server("127.0.0.1", port, app, handler_class=QuietHandler)


def main() -> int:
    """Read what the registration gave and serve until Ctrl-C."""
    path = Path(os.environ.get("DEPARTMENT_APP_FILE") or Path(__file__).parents[3] / "var" / "department-app.json")
    if not path.exists():
        sys.stderr.write(f"{path} is not there. Start the demonstration first (make run), or see README.md.\n")
        return 1
    settings = json.loads(path.read_text(encoding="utf-8"))
    sys.stdout.write(f"The department's app: {settings['home']}\n")
    serve(DepartmentApp(settings), settings["port"]).serve_forever()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
