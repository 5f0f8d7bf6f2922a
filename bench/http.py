"""The real web server beside a benchmark, and visitors who keep their connection to it as browsers do."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.test import Client

from identity.models import Account

HOST = "127.0.0.1"
_READY_SECONDS = 60
_CSRF = "b" * 32  # any secret that form and cookie agree on


@contextmanager
def web_server(*, workers: int = 2) -> Iterator[int]:
    """Serve the benchmark's database as ``make run`` does, on a free port; yields the port."""
    port = _free_port()
    options = ["--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "1", "--no-ws"]
    address = ["--host", HOST, "--port", str(port), "--log-level", "warning", "portal.wsgi:application"]
    server = subprocess.Popen([sys.executable, "-m", "granian", *options, *address], env=dict(os.environ))
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _wait(port: int) -> None:
    give_up = time.monotonic() + _READY_SECONDS
    while True:
        try:
            return HTTPConnection(HOST, port, timeout=10).request("GET", "/api/v1/health")
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


class Visitor:
    """Somebody signed in, on one connection; for somebody else's affairs where ``principal_id`` names them."""

    def __init__(self, port: int, account: Account, *, principal_id: UUID | None = None) -> None:
        self.connection = HTTPConnection(HOST, port, timeout=60)
        cookies = {settings.SESSION_COOKIE_NAME: _session(account, principal_id), settings.CSRF_COOKIE_NAME: _CSRF}
        self.headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}

    def get(self, path: str) -> str:
        """The page at a path; raises unless it is there."""
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise RuntimeError(f"GET {path}: {response.status}")
        return text

    def post(self, path: str, **values: object) -> str:
        """Where a form leads; raises unless it leads on."""
        body = urlencode({"csrfmiddlewaretoken": _CSRF, **values})
        kind: Mapping[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, body=body, headers={**self.headers, **kind})
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status not in (302, 303):
            raise RuntimeError(f"POST {path}: {response.status} {text[-2000:]}")
        return response.headers["Location"]


def _session(account: Account, principal_id: UUID | None) -> str:
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    if principal_id:
        session["principal_id"] = str(principal_id)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return str(session.session_key)
