"""Department apps for tests, and a person's way through one without a browser."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from identity.actor import SYSTEM
from identity.models import ClientProfile, Department
from identity.sso.client_actions import Registration, register
from identity.sso.scopes import Scope

EVERYTHING = (Scope.OPENID, Scope.NAME, Scope.ID_NUMBER, Scope.PHONE, Scope.ORGANISATION, Scope.MANDATE)


def challenge_of(verifier: str) -> str:
    """S256 (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class App:
    """A registered app and what it would keep about one sign-in."""

    profile: ClientProfile
    secret: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def client_id(self) -> str:
        return str(self.profile.client_id)

    @property
    def redirect_uri(self) -> str:
        return str(self.profile.client.get_redirect_uris()[0])

    @property
    def basic(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def question(self, **changes: str | None) -> dict[str, str]:
        """The parameters of a request for a code; None leaves one out."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid person.name",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in query.items() if value is not None}

    def ask(self, browser: Browser, **changes: str | None) -> HttpResponse:
        """Open the address the app sends people to."""
        return browser.get(reverse("sso_authorize"), self.question(**changes))

    def agree(self, browser: Browser, answer: str = "agree", **changes: str | None) -> dict[str, str]:
        """Press a button of the consent page and follow to where the app is told; returns what it is told."""
        page = self.ask(browser, **changes)
        assert page.status_code == 200, page
        data = {"answer": answer, "principal_id": page.context["principal_id"]}
        pressed = browser.post(page.context["action"], data)
        assert pressed.status_code == 302, pressed
        return told(browser.get(pressed.headers["Location"]), self)

    def code(self, browser: Browser, **changes: str | None) -> str:
        """A code, agreeing where asked."""
        response = self.ask(browser, **changes)
        back = told(response, self) if response.status_code == 302 else self.agree(browser, **changes)
        return back["code"]

    def call(self, name: str, data: dict[str, Any], **headers: str) -> HttpResponse:
        """Call an endpoint as the app."""
        body = urlencode(data)
        kind = "application/x-www-form-urlencoded"
        return Browser().post(reverse(name), body, kind, headers=headers or self.basic)

    def exchange(self, code: str, **changes: str) -> HttpResponse:
        """Exchange a code."""
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.call("sso_token", {**data, **changes})

    def tokens(self, browser: Browser, **changes: str | None) -> dict[str, Any]:
        """Tokens for whoever sits at this browser."""
        response = self.exchange(self.code(browser, **changes))
        assert response.status_code == 200, response.content
        return response.json()

    def refresh(self, token: str) -> HttpResponse:
        """Exchange a refresh token."""
        return self.call("sso_token", {"grant_type": "refresh_token", "refresh_token": token})

    def claims(self, tokens: dict[str, Any]) -> HttpResponse:
        """Read the person's data."""
        return read_claims(tokens["access_token"])


def read_claims(token: str) -> HttpResponse:
    """Userinfo with a bearer token."""
    return Browser().get(reverse("sso_userinfo"), headers={"Authorization": f"Bearer {token}"})


def told(response: HttpResponse, app: App) -> dict[str, str]:
    """What the app reads from the address it is called at, by a redirect or by the page that goes on."""
    url = response.headers["Location"] if response.status_code in {302, 303} else response.context["url"]
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == app.redirect_uri
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def an_app(department: Department, host: str = "health.example.gov.cn", **changes: Any) -> App:
    """Register an app that people sign in to."""
    fields = {
        "name": f"应用 {host}",
        "department_id": department.pk,
        "purpose": "预约看病",
        "legal_basis": "基本医疗卫生与健康促进法第四十九条",
        "scopes": list(EVERYTHING),
        "lowest_level": 3,
        "redirect_uris": [f"https://{host}/callback"],
        "post_logout_redirect_uris": [f"https://{host}/bye"],
        "backchannel_logout_uri": f"https://{host}/backchannel",
        **changes,
    }
    profile, secret = register(SYSTEM, registration=Registration(**fields))
    return App(profile, secret)


def a_system(department: Department, **changes: Any) -> App:
    """Register a department's system that calls by itself."""
    fields = {"scopes": [Scope.CASES_STATUS], "redirect_uris": [], "post_logout_redirect_uris": []}
    return an_app(department, "system.example.gov.cn", **{**fields, "backchannel_logout_uri": "", **changes})
