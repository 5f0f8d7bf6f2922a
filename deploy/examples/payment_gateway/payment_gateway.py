"""A small payment platform to pay through: what a city's 非税 platform looks like from outside.

For trying out and for tests; no money moves. Signed JSON over HTTP on the standard library. See README.md.
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
CALLBACK = "/payments/callback/"
TRIES = (0, 2, 10, 30)  # seconds before each try to tell the portal


@dataclass
class Order:
    """One order and what became of it."""

    number: str
    amount: str
    subject: str
    return_url: str
    state: str = "open"  # open, paid, cancelled
    transaction: str = ""
    paid_at: str = ""
    refunds: dict[str, str] = field(default_factory=dict)  # refund number: moment


class PaymentService(ThreadingHTTPServer):
    """The platform with its one merchant and its orders."""

    daemon_threads = True

    def __init__(self, port: int, *, merchant: str, secret: str, portal: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.merchant, self.secret, self.portal = merchant, secret, portal
        self.orders: dict[str, Order] = {}
        self.nonces: set[str] = set()
        self.guard = threading.Lock()

    def sign(self, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
        """HMAC-SHA256 over method, path, timestamp, nonce and the body's SHA-256, one a line."""
        text = "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def answer(self, path: str, said: dict[str, str]) -> dict[str, object]:
        """Serve one signed question."""
        order = self.orders.get(str(said.get("order", "")))
        if path == "/statement":
            return {"lines": self.statement(str(said.get("day", "")))}
        if path == "/orders":
            if order is None:
                order = Order(*(str(said[name]) for name in ("order", "amount", "subject", "return_url")))
                self.orders[order.number] = order
            return {"pay_url": f"{self.url}/pay/{order.number}"}
        if order is None:
            return {"status": "unknown"}
        if path == "/query":
            return self.told(order)
        if path == "/cancel":
            if order.state == "open":
                order.state = "cancelled"
            return {"status": order.state}
        if path == "/refunds" and order.transaction == said.get("transaction") and order.amount == said.get("amount"):
            order.refunds.setdefault(str(said["refund"]), _now())
            return {"status": "refunded"}
        return {"status": "refused"}

    def told(self, order: Order) -> dict[str, object]:
        """What the platform says of an order."""
        if order.state != "paid":
            return {"status": order.state, "order": order.number}
        return {
            "merchant": self.merchant,
            "status": "paid",
            "order": order.number,
            "transaction": order.transaction,
            "amount": order.amount,
            "paid_at": order.paid_at,
        }

    def statement(self, day: str) -> list[dict[str, str]]:
        """All that was paid and refunded on a day in Beijing."""
        lines = []
        for order in self.orders.values():
            own = {"order": order.number, "amount": order.amount}
            if order.paid_at.startswith(day):
                lines.append({"kind": "pay", "transaction": order.transaction, **own})
            lines += [
                {"kind": "refund", "transaction": number, **own}
                for number, moment in order.refunds.items()
                if moment.startswith(day)
            ]
        return lines

    def pay(self, order: Order) -> None:
        """Take the payment and tell the portal in the background, again until it answers."""
        with self.guard:
            if order.state != "open":
                return
            order.state, order.paid_at = "paid", _now()
            order.transaction = f"T{time.time_ns()}"
        threading.Thread(target=self._tell, args=(order,), daemon=True).start()

    def _tell(self, order: Order) -> None:
        for wait in TRIES:
            time.sleep(wait)
            if self.call_back(order) == 200:
                return

    def call_back(self, order: Order) -> int:
        """Send one signed message, with a nonce of its own; returns the portal's status, 0 when it does not answer."""
        body = json.dumps(self.told(order), ensure_ascii=False).encode()
        timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
        mark = self.sign(method="POST", path=CALLBACK, timestamp=timestamp, nonce=nonce, body=body)
        headers = {
            "Content-Type": "application/json",
            "X-Pay-Timestamp": timestamp,
            "X-Pay-Nonce": nonce,
            "X-Pay-Signature": mark,
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
    """Signed questions of the portal, and the page where one pays."""

    server: PaymentService

    def do_GET(self) -> None:
        """The page of an order."""
        order = self._order()
        if order is None:
            self.send_error(404)
            return
        self._send(200, _page(order).encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """A payer's press of the button, or a signed question."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        order = self._order()
        if order is not None:
            self.server.pay(order)
            self.send_response(303)
            self.send_header("Location", order.return_url if parse_qs(body.decode()).get("back") else self.path)
            self.end_headers()
            return
        path = urlsplit(self.path).path
        if not self._is_signed(path, body):
            self._json({"error": "signature"}, 401)
            return
        try:
            said = json.loads(body)
            answer = self.server.answer(path, said)
        except (ValueError, KeyError, TypeError, AttributeError):
            self._json({"error": "invalid"}, 400)
            return
        self._json(answer)

    def _order(self) -> Order | None:
        path = urlsplit(self.path).path
        return self.server.orders.get(path.removeprefix("/pay/")) if path.startswith("/pay/") else None

    def _is_signed(self, path: str, body: bytes) -> bool:
        timestamp, nonce = self.headers.get("X-Pay-Timestamp", ""), self.headers.get("X-Pay-Nonce", "")
        mark = self.server.sign(method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body)
        is_recent = timestamp.isdigit() and abs(time.time() - int(timestamp)) <= SECONDS
        if not hmac.compare_digest(mark, self.headers.get("X-Pay-Signature", "")) or not is_recent:
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
  main { max-width: 28rem; margin: 1.5rem auto; padding: 1.5rem 1.25rem; background: #fff; border-radius: .75rem }
  h1 { margin: 0 0 .25rem; font-size: 1rem; font-weight: 400 }
  .amount { margin: 0 0 1rem; font-size: 2.25rem; font-weight: 700; line-height: 1.2 }
  dl { margin: 0 0 1.5rem; border-top: 1px solid #dde1e8; padding-top: 1rem }
  dt { color: #525c6e; font-size: .9375rem } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
  button, .back { display: block; box-sizing: border-box; width: 100%; padding: .875rem; border-radius: .5rem;
    border: 1px solid #1b5fb8; background: #1b5fb8; color: #fff; font: inherit; font-weight: 600; text-align: center;
    text-decoration: none; cursor: pointer }
  .back { margin-top: .75rem; background: #fff; color: #1b5fb8 }
  .state { margin: 0 0 1rem; padding: .75rem 1rem; border-radius: .5rem; background: #e4f4ea; color: #14602f }
  .state.off { background: #eef0f3; color: #1d2433 }
  button:focus-visible, .back:focus-visible { outline: 3px solid #f0a020; outline-offset: 2px }
"""


def _page(order: Order) -> str:
    """The page of an order: what it is for, how much, the button or what became of it, and the way back."""
    state = {
        "open": '<form method="post"><button>付款（示例，不扣钱）</button></form>',
        "paid": '<p class="state" role="status">已付款。返回办事网站看收据。</p>',
        "cancelled": '<p class="state off">订单已取消，没有扣款。</p>',
    }[order.state]
    amount, subject, number, back = map(html.escape, (order.amount, order.subject, order.number, order.return_url))
    return (
        '<!doctype html><html lang="zh-Hans"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>示例支付平台</title><style>{_STYLE}</style>"
        "<header>示例支付平台<small>只供试用，不会扣钱</small></header>"
        f'<main><h1>应付</h1><p class="amount">{amount} 元</p>'
        f"<dl><dt>用于</dt><dd>{subject}</dd><dt>缴费单号</dt><dd>{number}</dd></dl>"
        f'{state}<a class="back" href="{back}">返回办事网站</a></main></html>'
    )


def _now() -> str:
    return dt.datetime.now(BEIJING).isoformat(timespec="seconds")


def main() -> None:
    """Serve until Ctrl-C; print what the portal has to be told."""
    service = PaymentService(
        int(os.environ.get("PORT", "8091")),
        merchant="SANDBOX-1",
        secret=os.environ.get("PAYMENT_SECRET") or secrets.token_urlsafe(32),
        portal=os.environ.get("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/"),
    )
    sys.stdout.write(
        "Start the portal with these:\n\n"
        f"export ONESTOP_PAYMENT_URL={service.url}\n"
        f"export ONESTOP_PAYMENT_MERCHANT={service.merchant}\n"
        f"export ONESTOP_PAYMENT_SECRET={service.secret}\n"
        "make run\n\n"
        "Ctrl-C stops the service.\n"
    )
    sys.stdout.flush()
    try:
        service.serve_forever()
    except KeyboardInterrupt:
        service.server_close()


if __name__ == "__main__":
    main()
