"""The sample payment platform in a thread, an item that charges, and the platform's signed messages."""

import importlib.util
import json
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from django.test import override_settings

from cases.fees import payment_actions, queries
from cases.fees.models import FeeNotice, Payment, PaymentOrder
from cases.models import Case
from common.signed_messages import signature
from identity.actor import SYSTEM
from services.models import FeeItem
from tests.factories import moves
from tests.factories.cast import Cast

FILE = Path(__file__).resolve().parents[2] / "deploy/examples/payment_gateway/payment_gateway.py"
SECRET = "sample-secret-of-the-tests-0123456789"
CALLBACK = "/payments/callback/"
AT_ACCEPTANCE = "时间：受理后\n每单位：1.50，数量：area，单位：平方米"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_payment_gateway", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    return module


sample = _load()


class SilentService(sample.PaymentService):  # type: ignore[misc,name-defined]
    """The sample, which does not call back by itself: a test sends what it wants to."""

    def _tell(self, order: Any) -> None:
        return None


@contextmanager
def a_platform() -> Iterator[Any]:
    """The sample platform, with the settings that lead to it."""
    service = SilentService(0, merchant="SANDBOX-1", secret=SECRET, portal="http://127.0.0.1:1")
    thread = threading.Thread(target=service.serve_forever, daemon=True)
    thread.start()
    said = {"url": service.url, "merchant": service.merchant, "secret": SECRET, "page": service.url}
    try:
        with override_settings(PAYMENT_GATEWAY="cases.fees.signed_http.SignedHttpGateway", PAYMENT=said):
            yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()


def a_charge(cast: Cast, charging: str = AT_ACCEPTANCE, **fields: Any) -> FeeItem:
    """The cast's item charges."""
    values = {"name": "检验费", "standard": "每平方米 1.5 元", "basis": "发改价格〔2020〕1 号", **fields}
    return FeeItem.objects.create(version=cast.version, charging=charging, **values)


def an_owing_case(cast: Cast, charging: str = AT_ACCEPTANCE) -> tuple[Case, FeeNotice]:
    """An accepted case that owes 120.00 for its 80 square metres."""
    a_charge(cast, charging)
    case = moves.an_accepted_case(cast)
    return case, queries.fees_of(case)[0]


def an_order(cast: Cast, case: Case, fee: FeeNotice) -> PaymentOrder:
    """An open order that the platform knows."""
    order = payment_actions.open_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
    return payment_actions.tell_gateway(cast.citizen, order=order)


def a_message(
    order: str, amount: str = "120.00", *, transaction: str = "T1", nonce: str = "", secret: str = SECRET, **said: Any
) -> dict[str, Any]:
    """The arguments of ``take_callback`` for a message that the platform signs."""
    values = {"merchant": "SANDBOX-1", "status": "paid", "order": order, "transaction": transaction, "amount": amount}
    body = json.dumps({**values, "paid_at": "2026-11-22T10:00:00+08:00", **said}).encode()
    timestamp, nonce = str(int(time.time())), nonce or secrets.token_urlsafe(24)
    mark = signature(secret, method="POST", path=CALLBACK, timestamp=timestamp, nonce=nonce, body=body)
    headers = {"X-Pay-Timestamp": timestamp, "X-Pay-Nonce": nonce, "X-Pay-Signature": mark}
    return {"path": CALLBACK, "headers": headers, "body": body}


def paid(order: PaymentOrder, **said: Any) -> Payment:
    """The platform says that an order was paid."""
    return payment_actions.take_callback(SYSTEM, **a_message(order.number, **said))
