"""The sample identity service in a thread, with faults to order, and a browser's way through it."""

import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

FILE = Path(__file__).resolve().parents[2] / "deploy/examples/identity_service/identity_service.py"
SECRET = "sample-secret-of-the-tests"
NEWCOMER = {
    "sub": "subject-1",
    "name": "纪新来",
    "id_number": "519902199203150027",
    "phone_number": "13900000301",
    "acr": "3",
}


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_identity_service", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sample = _load()


class FaultyService(sample.IdentityService):
    """The sample, which signs what a test makes of the claims."""

    def __init__(self, redirect_uri: str) -> None:
        super().__init__(0, client_id="onestop", client_secret=SECRET, redirect_uri=redirect_uri)
        self.people = {"me": dict(NEWCOMER)}
        self.change: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] | None = None
        self.describe: dict[str, object] = {}

    def discovery(self) -> dict[str, object]:
        return {**super().discovery(), **self.describe}

    def id_token(self, person: dict[str, str], nonce: str) -> str:
        token = super().id_token(person, nonce)
        claims = jwt.decode(token, options={"verify_signature": False})
        self.change(claims)
        if self.sign:
            return self.sign(claims)
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.key_name})


@contextmanager
def running(redirect_uri: str) -> Iterator[FaultyService]:
    """Serve while the block runs."""
    service = FaultyService(redirect_uri)
    thread = threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()


def settings_for(service: FaultyService) -> dict[str, Any]:
    """What ``settings.UPSTREAM`` is for this service."""
    return {"issuer": service.issuer, "client_id": "onestop", "client_secret": SECRET, "name": "示例身份认证服务"}


def leave(browser: Client, **form: str) -> str:
    """Press the button on the sign-in page; returns the address at the service."""
    answer = browser.post(reverse("upstream_start"), form)
    assert answer.status_code == 200, answer.content.decode()
    return answer.context["address"]


def agree(address: str, person: str = "me") -> str:
    """Pick a person at the service; returns the address back, with code and state."""
    given = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    at = urlsplit(address)
    answer = requests.post(
        f"{at.scheme}://{at.netloc}{at.path}", data={**given, "person": person}, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(browser: Client, location: str) -> HttpResponse:
    """Open the address back in the browser."""
    parts = urlsplit(location)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser: Client, person: str = "me", **form: str) -> HttpResponse:
    """The whole way."""
    return come_back(browser, agree(leave(browser, **form), person))


def now() -> int:
    """Seconds."""
    return int(time.time())
