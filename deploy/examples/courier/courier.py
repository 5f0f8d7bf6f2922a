"""A small courier to send results with: what a city's express company looks like from outside.

For trying out and for tests; nothing is carried. Signed JSON over HTTP on the standard library. See README.md.
"""

import datetime as dt
import hashlib
import hmac
import html
import http.client
import json
import os
import secrets
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SECONDS = 300  # how old a signed message may be
BEIJING = dt.timezone(dt.timedelta(hours=8))
CALLBACK = "/parcels/callback/"
TRIES = (0, 2, 10, 30)  # seconds before each try to tell the portal
STEPS = {"collected": "揽收", "moving": "运输", "out": "派送", "signed": "签收", "returned": "退回"}


@dataclass
class Parcel:
    """One parcel and what happened to it."""

    number: str
    to: dict[str, str]
    waybill: str
    news: list[dict[str, str]] = field(default_factory=list)


class CourierService(ThreadingHTTPServer):
    """The courier with its one customer and their parcels."""

    daemon_threads = True

    def __init__(self, port: int, *, customer: str, secret: str, portal: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.customer, self.secret, self.portal = customer, secret, portal
        self.parcels: dict[str, Parcel] = {}
        self.nonces: set[str] = set()
        self.guard = threading.Lock()

    def sign(self, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
        """HMAC-SHA256 over method, path, timestamp, nonce and the body's SHA-256, one a line."""
        text = "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def answer(self, path: str, said: dict[str, object]) -> dict[str, object]:
        """Serve one signed question."""
        number = str(said["number"])
        if path == "/orders":
            with self.guard:  # the same number twice is one order
                to = said["to"]
                assert isinstance(to, dict)
                waybill = f"SF{len(self.parcels) + 1:010d}"
                parcel = self.parcels.setdefault(number, Parcel(number, dict(to), waybill))
            return {"waybill": parcel.waybill, "courier": "示例快递"}
        if path == "/track":
            parcel_known = self.parcels.get(number)
            return {"news": parcel_known.news if parcel_known else []}
        return {}

    def happen(self, parcel: Parcel, step: str) -> dict[str, str]:
        """Something happens to a parcel; the portal is told in the background, again until it answers."""
        news = {"step": step, "at": dt.datetime.now(BEIJING).isoformat(), "place": "示范市转运中心"}
        parcel.news.append(news)
        threading.Thread(target=self._tell, args=(parcel, news), daemon=True).start()
        return news

    def _tell(self, parcel: Parcel, news: dict[str, str]) -> None:
        for wait in TRIES:
            time.sleep(wait)
            if self.call_back(parcel, news) == 200:
                return

    def call_back(self, parcel: Parcel, news: dict[str, str]) -> int:
        """Send one signed message, with a nonce of its own; returns the portal's status, 0 when it does not answer."""
        said = {"customer": self.customer, "number": parcel.number, **news}
        body = json.dumps(said, ensure_ascii=False).encode()
        timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
        mark = self.sign(method="POST", path=CALLBACK, timestamp=timestamp, nonce=nonce, body=body)
        headers = {
            "Content-Type": "application/json",
            "X-Post-Timestamp": timestamp,
            "X-Post-Nonce": nonce,
            "X-Post-Signature": mark,
        }
        parts = urlsplit(self.portal)
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=15)
        try:
            connection.request("POST", CALLBACK, body=body, headers=headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


class Handler(BaseHTTPRequestHandler):
    """Signed questions of the portal, and the page where one moves parcels."""

    server: CourierService

    def do_GET(self) -> None:
        """All parcels, with buttons."""
        self._send(200, _page(self.server).encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """A press of a button, or a signed question."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        path = urlsplit(self.path).path
        parcel = self.server.parcels.get(path.removeprefix("/parcels/")) if path.startswith("/parcels/") else None
        if parcel is not None:
            step = parse_qs(body.decode()).get("step", [""])[0]
            if step in STEPS:
                self.server.happen(parcel, step)
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()
            return
        if not self._is_signed(path, body):
            self._json({"error": "signature"}, 401)
            return
        try:
            answer = self.server.answer(path, json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
            self._json({"error": "invalid"}, 400)
            return
        self._json(answer)

    def _is_signed(self, path: str, body: bytes) -> bool:
        timestamp, nonce = self.headers.get("X-Post-Timestamp", ""), self.headers.get("X-Post-Nonce", "")
        mark = self.server.sign(method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body)
        is_recent = timestamp.isdigit() and abs(time.time() - int(timestamp)) <= SECONDS
        if not hmac.compare_digest(mark, self.headers.get("X-Post-Signature", "")) or not is_recent:
            return False
        with self.server.guard:
            is_new = nonce not in self.server.nonces
            self.server.nonces.add(nonce)
        return is_new

    def _json(self, answer: object, status: int = 200) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


_STYLE = """
  body { margin: 0; background: #f2f4f7; color: #1d2433; font: 1.0625rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif }
  header { background: #1d2433; color: #fff; padding: 1rem 1.25rem; font-weight: 600 }
  header small { display: block; font-weight: 400; opacity: .8 }
  main { max-width: 40rem; margin: 1.5rem auto; padding: 0 1.25rem }
  article { margin-bottom: 1rem; padding: 1.25rem; background: #fff; border-radius: .75rem }
  h1 { margin: 0; font-size: 1.125rem } p { margin: .25rem 0 .75rem; color: #525c6e }
  form { display: flex; flex-wrap: wrap; gap: .5rem }
  button { padding: .625rem 1rem; border-radius: .5rem; border: 1px solid #1b5fb8; background: #fff; color: #1b5fb8;
    font: inherit; font-weight: 600; cursor: pointer }
  button:focus-visible { outline: 3px solid #f0a020; outline-offset: 2px }
"""


def _page(service: CourierService) -> str:
    """All parcels: where each goes, what happened, and a button for each step."""
    buttons = "".join(f'<button name="step" value="{step}">{name}</button>' for step, name in STEPS.items())
    articles = "".join(
        f"<article><h1>{html.escape(one.waybill)}</h1><p>{html.escape(' '.join(one.to.values()))}<br>"
        f"{' → '.join(STEPS[news['step']] for news in one.news) or '等揽收'}</p>"
        f'<form method="post" action="/parcels/{html.escape(one.number)}">{buttons}</form></article>'
        for one in list(service.parcels.values())
    )
    return (
        '<!doctype html><html lang="zh-Hans"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>示例快递</title><style>{_STYLE}</style>"
        "<header>示例快递<small>只供试用，不会真的寄</small></header>"
        f"<main>{articles or '<p>还没有邮件。</p>'}</main></html>"
    )


def main() -> None:
    """Serve until Ctrl-C; print what the portal has to be told."""
    service = CourierService(
        int(os.environ.get("PORT", "8092")),
        customer="SANDBOX-1",
        secret=os.environ.get("COURIER_SECRET") or secrets.token_urlsafe(32),
        portal=os.environ.get("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/"),
    )
    sys.stdout.write(
        "Start the portal with these:\n\n"
        f"export ONESTOP_COURIER_URL={service.url}\n"
        f"export ONESTOP_COURIER_CUSTOMER={service.customer}\n"
        f"export ONESTOP_COURIER_SECRET={service.secret}\n"
        "make run\n\n"
        f"Move parcels at {service.url}/\n"
        "Ctrl-C stops the service.\n"
    )
    sys.stdout.flush()
    try:
        service.serve_forever()
    except KeyboardInterrupt:
        service.server_close()


if __name__ == "__main__":
    main()
